package plainjson

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// A Cursor reads a JSON text from its beginning to its end. The texts that it returns
// are parts of that text. Once it is odd, nothing that it returned means anything.
type Cursor struct {
	rest  string
	odd   bool
	depth int // of the arrays and objects that it is in
}

// Read returns a cursor at the beginning of a text.
func Read(text string) Cursor { return Cursor{rest: text} }

// Done reports whether the text was read to its end, and nothing was odd about it.
func (c *Cursor) Done() bool {
	c.space()
	return !c.odd && c.rest == ""
}

// Refuse makes the text an odd one: there is something in it that the caller does not
// expect.
func (c *Cursor) Refuse() { c.odd = true }

// Members reads an object: each is called with the name of each member, and must read its
// value. Names that encoding/json may take for others are odd.
func (c *Cursor) Members(each func(name string)) {
	c.list('{', '}', func() {
		name := c.Text()
		for i := range len(name) {
			if 'A' <= name[i] && name[i] <= 'Z' || name[i] >= utf8.RuneSelf {
				c.odd = true
			}
		}
		if c.take(':'); !c.odd {
			each(name)
		}
	})
}

// Elements reads an array: each is called for each element, and must read it.
func (c *Cursor) Elements(each func()) { c.list('[', ']', each) }

const mostDeep = 100 // arrays and objects in each other; encoding/json reads 10,000

func (c *Cursor) list(first, last byte, each func()) {
	c.take(first)
	if c.depth++; c.depth > mostDeep {
		c.odd = true
	}
	if c.peek() != last {
		for !c.odd {
			if each(); c.peek() == last {
				break
			}
			c.take(',')
		}
	}
	c.take(last)
	c.depth--
}

// space passes over what may stand between the parts of a text.
func (c *Cursor) space() {
	for c.rest != "" && (c.rest[0] == ' ' || c.rest[0] == '\n' || c.rest[0] == '\t' || c.rest[0] == '\r') {
		c.rest = c.rest[1:]
	}
}

// peek is the next character, 0 at the end.
func (c *Cursor) peek() byte {
	if c.space(); c.rest == "" {
		return 0
	}
	return c.rest[0]
}

// take reads a character that must come next.
func (c *Cursor) take(b byte) {
	if c.peek() != b {
		c.odd, c.rest = true, ""
		return
	}
	c.rest = c.rest[1:]
}

// Text reads a text.
func (c *Cursor) Text() string {
	if c.take('"'); c.odd {
		return ""
	}
	end := strings.IndexByte(c.rest, '"')
	if end < 0 {
		c.odd = true
		return ""
	}
	s := c.rest[:end]
	if strings.IndexByte(s, '\\') >= 0 {
		return c.escaped()
	}
	c.rest = c.rest[end+1:]
	for i := range len(s) {
		if s[i] < ' ' {
			c.odd = true
		}
	}
	c.odd = c.odd || !utf8.ValidString(s)
	return s
}

// escaped reads a text with escapes, of which the first quotation mark is read.
func (c *Cursor) escaped() (s string) {
	for end := 0; end < len(c.rest); end++ {
		switch c.rest[end] {
		case '\\':
			end++
		case '"':
			c.odd = json.Unmarshal([]byte(`"`+c.rest[:end+1]), &s) != nil
			c.rest = c.rest[end+1:]
			return s
		}
	}
	c.odd = true
	return ""
}

// Number reads a number as it is written.
func (c *Cursor) Number() string {
	c.space()
	end := 0
	for end < len(c.rest) && inNumber(c.rest[end]) {
		end++
	}
	s := c.rest[:end]
	c.rest, c.odd = c.rest[end:], c.odd || !IsNumber(s)
	return s
}

func inNumber(b byte) bool {
	return '0' <= b && b <= '9' || b == '.' || b == '-' || b == '+' || b == 'e' || b == 'E'
}

// Int reads an integer.
func (c *Cursor) Int() int {
	n, err := strconv.Atoi(c.Number())
	c.odd = c.odd || err != nil
	return n
}

// Bool reads true or false.
func (c *Cursor) Bool() bool {
	c.space()
	if rest, ok := strings.CutPrefix(c.rest, "true"); ok {
		c.rest = rest
		return true
	}
	rest, ok := strings.CutPrefix(c.rest, "false")
	c.rest, c.odd = rest, c.odd || !ok
	return false
}

// Time reads a time as encoding/json does.
func (c *Cursor) Time() (t time.Time) {
	if err := t.UnmarshalText([]byte(c.Text())); err != nil {
		c.odd = true
	}
	return t
}

// Raw reads a value of any kind and returns it as it is written.
func (c *Cursor) Raw() string {
	c.space()
	from := c.rest
	switch c.peek() {
	case '"':
		c.Text()
	case '{':
		c.list('{', '}', func() {
			c.Text()
			c.take(':')
			c.Raw()
		})
	case '[':
		c.Elements(func() { c.Raw() })
	case 't', 'f':
		c.Bool()
	case 'n':
		rest, ok := strings.CutPrefix(c.rest, "null")
		c.rest, c.odd = rest, c.odd || !ok
	default:
		c.Number()
	}
	return from[:len(from)-len(c.rest)]
}
