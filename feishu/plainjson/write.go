// Package plainjson writes and reads JSON as machines write it, without reflection: for
// the few kinds of objects of which there is one for each row and call. Whatever is
// unusual about a text that is read is left to encoding/json, with which this package
// agrees about everything else.
package plainjson

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// An Object is a JSON object on its way to the end of some bytes. The names of its
// members must not need escapes.
type Object struct {
	b     []byte
	begun bool
	err   error // the first value that JSON has no form for
}

// Begin begins an object behind b.
func Begin(b []byte) Object { return Object{b: append(b, '{')} }

// End ends it and returns all bytes. The error is that of a member that JSON has no form
// for.
func (o *Object) End() ([]byte, error) { return append(o.b, '}'), o.err }

func (o *Object) name(name string) {
	b := o.b
	if o.begun {
		b = append(b, ',')
	}
	o.begun = true
	b = append(b, '"')
	b = append(b, name...)
	b = append(b, '"', ':')
	o.b = b
}

// Text adds a text.
func (o *Object) Text(name, s string) {
	o.name(name)
	o.b = AppendText(o.b, s)
}

// OmitText adds a text, unless it is empty.
func (o *Object) OmitText(name, s string) {
	if s != "" {
		o.Text(name, s)
	}
}

// Int adds an integer.
func (o *Object) Int(name string, n int) {
	o.name(name)
	o.b = strconv.AppendInt(o.b, int64(n), 10)
}

// OmitInt adds an integer, unless it is 0.
func (o *Object) OmitInt(name string, n int) {
	if n != 0 {
		o.Int(name, n)
	}
}

// OmitNumber adds a number as it is written, unless there is none. What is no number is
// an error of End.
func (o *Object) OmitNumber(name string, n json.Number) {
	switch {
	case n == "":
	case IsNumber(string(n)):
		o.name(name)
		o.b = append(o.b, n...)
	default:
		o.err = fmt.Errorf("%q is no number", string(n))
	}
}

// OmitFalse adds true, or nothing.
func (o *Object) OmitFalse(name string, b bool) {
	if b {
		o.name(name)
		o.b = append(o.b, "true"...)
	}
}

// Time adds a time as encoding/json does.
func (o *Object) Time(name string, t time.Time) {
	o.name(name)
	o.b = append(o.b, '"')
	o.b = t.AppendFormat(o.b, time.RFC3339Nano)
	o.b = append(o.b, '"')
}

// Value adds what a function appends.
func (o *Object) Value(name string, appendTo func([]byte) ([]byte, error)) {
	o.name(name)
	b, err := appendTo(o.b)
	if err == nil {
		o.b = b
	} else if o.err == nil {
		o.err = err
	}
}

// OmitArray adds an array of n elements, unless it is empty; each appends one.
func (o *Object) OmitArray(name string, n int, each func(b []byte, i int) ([]byte, error)) {
	if n == 0 {
		return
	}
	o.Value(name, func(b []byte) (_ []byte, err error) {
		for i := range n {
			if b, err = each(append(b, "[,"[min(i, 1)]), i); err != nil {
				return nil, err
			}
		}
		return append(b, ']'), nil
	})
}

// unusual are the bytes that a text may have to be escaped for.
var unusual = func() (all [256]bool) {
	for c := range all {
		all[c] = c < ' ' || c > '~' || strings.ContainsRune(`"\<>&`, rune(c))
	}
	return all
}()

// AppendText appends a text, with the escapes that json.Marshal makes.
func AppendText(b []byte, s string) []byte {
	for i := range len(s) {
		if unusual[s[i]] {
			quoted, _ := json.Marshal(s) // a text always has a form
			return append(b, quoted...)
		}
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
}

// IsNumber reports whether s is a number in JSON.
func IsNumber[T Text](s T) bool {
	i := skip(s, 0, "-")
	if j := skip(s, i, "0"); j > i {
		i = j
	} else if i = digits(s, j); i == j {
		return false
	}
	if j := skip(s, i, "."); j > i {
		if i = digits(s, j); i == j {
			return false
		}
	}
	if j := skip(s, i, "eE"); j > i {
		j = skip(s, j, "+-")
		if i = digits(s, j); i == j {
			return false
		}
	}
	return i == len(s)
}

// skip is the place behind one of some bytes, if it stands at a place.
func skip[T Text](s T, i int, some string) int {
	if i < len(s) && (s[i] == some[0] || s[i] == some[len(some)-1]) {
		return i + 1
	}
	return i
}

// digits is the place behind the digits that stand at a place.
func digits[T Text](s T, i int) int {
	for i < len(s) && '0' <= s[i] && s[i] <= '9' {
		i++
	}
	return i
}
