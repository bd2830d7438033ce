package plainjson

import (
	"encoding/json"
	"strconv"
	"time"
	"unicode/utf8"
)

// A Text is what JSON is read from: a string, whose parts can be kept, or bytes that are
// going to be used again, whose parts must not be.
type Text interface{ string | []byte }

// A Cursor reads a JSON text from its beginning to its end. The texts that it returns
// are parts of that text. Once it is odd, nothing that it returned means anything.
type Cursor[T Text] struct {
	text  T
	at    int // what is read of it
	odd   bool
	depth int // of the arrays and objects that it is in
}

// Read returns a cursor at the beginning of a text.
func Read[T Text](text T) Cursor[T] { return Cursor[T]{text: text} }

// Done reports whether the text was read to its end, and nothing was odd about it.
func (c *Cursor[T]) Done() bool { return c.peek() == 0 && c.at == len(c.text) && !c.odd }

// Refuse makes the text an odd one: there is something in it that the caller does not
// expect.
func (c *Cursor[T]) Refuse() { c.odd = true }

// Members reads an object: each is called with the name of each member, and must read its
// value. Names that encoding/json may take for others are odd.
func (c *Cursor[T]) Members(each func(name T)) {
	for more := c.first('{', '}'); more; more = c.further('}') {
		name, has := c.plain()
		c.odd = c.odd || has&(upper|wide) != 0
		if c.take(':'); !c.odd {
			each(name)
		}
	}
}

// Elements reads an array: each is called for each element, and must read it.
func (c *Cursor[T]) Elements(each func()) {
	for more := c.first('[', ']'); more; more = c.further(']') {
		each()
	}
}

const mostDeep = 100 // arrays and objects in each other; encoding/json reads 10,000

// first begins an array or an object and reports whether there is anything in it.
func (c *Cursor[T]) first(opens, closes byte) bool {
	c.take(opens)
	if c.depth++; c.depth > mostDeep {
		c.odd = true
	}
	if c.peek() != closes {
		return !c.odd
	}
	c.at++
	c.depth--
	return false
}

// further goes on behind an element or a member and reports whether there is another.
func (c *Cursor[T]) further(closes byte) bool {
	switch c.peek() {
	case ',':
		c.at++
		return !c.odd
	case closes:
		c.at++
		c.depth--
		return false
	}
	c.odd = true
	return false
}

// peek passes over what may stand between the parts of a text. It returns the next
// character, 0 at the end.
func (c *Cursor[T]) peek() byte {
	for ; c.at < len(c.text); c.at++ {
		if b := c.text[c.at]; b > ' ' || b != ' ' && b != '\n' && b != '\t' && b != '\r' {
			return b
		}
	}
	return 0
}

// take reads a character that must come next.
func (c *Cursor[T]) take(b byte) {
	if c.peek() != b || c.at == len(c.text) {
		c.odd, c.at = true, len(c.text)
		return
	}
	c.at++
}

// What there is in a text.
const (
	upper = 1 << iota // a capital letter
	wide              // a character beyond ASCII
	ends              // a character that no text has without an escape
)

// kinds says what each byte is.
var kinds = func() (kinds [256]byte) {
	for b := range kinds {
		switch {
		case b < ' ', b == '"', b == '\\':
			kinds[b] = ends
		case 'A' <= b && b <= 'Z':
			kinds[b] = upper
		case b >= utf8.RuneSelf:
			kinds[b] = wide
		}
	}
	return kinds
}()

// Text reads a text.
func (c *Cursor[T]) Text() T {
	s, _ := c.plain()
	return s
}

// plain reads a text and returns what there is in it.
func (c *Cursor[T]) plain() (s T, has byte) {
	if c.take('"'); c.odd {
		return s, 0
	}
	rest := c.text[c.at:]
	for i := range len(rest) {
		if has |= kinds[rest[i]]; has&ends == 0 {
			continue
		}
		switch rest[i] {
		case '"':
			s, c.at = rest[:i], c.at+i+1
			c.odd = has&wide != 0 && !utf8.ValidString(string(s))
			return s, has
		case '\\':
			s = c.escaped()
			return s, wide // perhaps
		}
		break
	}
	c.odd = true
	return s, 0
}

// escaped reads a text with escapes, of which the first quotation mark is read.
func (c *Cursor[T]) escaped() T {
	for end := c.at; end < len(c.text); end++ {
		switch c.text[end] {
		case '\\':
			end++
		case '"':
			var s string
			c.odd = json.Unmarshal([]byte(`"`+string(c.text[c.at:end+1])), &s) != nil
			c.at = end + 1
			return T(s)
		}
	}
	c.odd = true
	return T("")
}

// Number reads a number as it is written.
func (c *Cursor[T]) Number() T {
	c.peek()
	end := c.at
	for end < len(c.text) && inNumber(c.text[end]) {
		end++
	}
	s := c.text[c.at:end]
	c.at, c.odd = end, c.odd || !IsNumber(s)
	return s
}

func inNumber(b byte) bool {
	return '0' <= b && b <= '9' || b == '.' || b == '-' || b == '+' || b == 'e' || b == 'E'
}

// Int reads an integer.
func (c *Cursor[T]) Int() int {
	n, err := strconv.Atoi(string(c.Number()))
	c.odd = c.odd || err != nil
	return n
}

// Bool reads true or false.
func (c *Cursor[T]) Bool() bool {
	if c.peek() == 't' {
		c.word("true")
		return true
	}
	c.word("false")
	return false
}

// word reads a word that must come next.
func (c *Cursor[T]) word(w string) {
	end := min(c.at+len(w), len(c.text))
	c.odd = c.odd || string(c.text[c.at:end]) != w
	c.at = end
}

// Time reads a time as encoding/json does.
func (c *Cursor[T]) Time() (t time.Time) {
	if err := t.UnmarshalText([]byte(c.Text())); err != nil {
		c.odd = true
	}
	return t
}

// Raw reads a value of any kind and returns it as it is written.
func (c *Cursor[T]) Raw() T {
	next := c.peek()
	from := c.at
	switch next {
	case '"':
		c.Text()
	case '{':
		for more := c.first('{', '}'); more; more = c.further('}') {
			c.Text()
			c.take(':')
			c.Raw()
		}
	case '[':
		c.Elements(func() { c.Raw() })
	case 't', 'f':
		c.Bool()
	case 'n':
		c.word("null")
	default:
		c.Number()
	}
	return c.text[from:c.at]
}
