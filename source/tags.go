package source

import (
	"bytes"
)

const (
	maxDepth          = 256
	maxAttributes     = 64 // they are compared with each other
	maxRootAttributes = 512
)

// scanStart reads a start tag.
func (s *scanner) scanStart() error {
	if s.usualStart() {
		return nil
	}
	const mostBrackets = 8 // ">" in attribute values, before it is a trick
	from := 1
	for range mostBrackets {
		n, err := s.find(">", from)
		if err != nil {
			return err
		}
		tag := s.buf[s.pos+1 : s.pos+n]
		switch s.parseTag(tag) {
		case tagWhole:
			s.pos += n + 1
			return nil
		case tagMalformed:
			return s.damaged("malformed tag <%s>", show(string(tag)))
		case tagTooDeep:
			return tooLarge(s.part, "elements within elements within elements")
		}
		from = n + 1 // the bracket was within quotation marks
	}
	return s.damaged("malformed tag")
}

// usualStart reads a start tag in one go if it is spelled as nearly every
// program spells it: attributes after one space each, and nothing in them that
// takes a second look. Whatever it leaves alone is read from its beginning.
func (s *scanner) usualStart() bool {
	tag := s.buf[s.pos+1 : s.end]
	n := nameLength(tag)
	rest := tag[n:]
	s.attributes = s.attributes[:0]
	for len(rest) > 0 && rest[0] == ' ' {
		length := s.usualAttribute(rest[1:])
		if length == 0 {
			return false
		}
		rest = rest[1+length:]
	}
	empty := len(rest) > 0 && rest[0] == '/'
	if empty {
		rest = rest[1:]
	}
	if n == 0 || len(rest) == 0 || rest[0] != '>' || len(s.starts) >= maxDepth {
		return false
	}
	s.pos = s.end - len(rest) + 1
	s.emptyTag = empty
	s.push(tag[:n])
	return true
}

// usualAttribute reads name="value" and returns its length, or 0 if it is not
// as usualStart wants it.
func (s *scanner) usualAttribute(b []byte) int {
	n := nameLength(b)
	if n == 0 || len(b) < n+2 || b[n] != '=' || b[n+1] != '"' {
		return 0
	}
	value := b[n+2:]
	for i, c := range value {
		switch c {
		case '"':
			if !s.addAttribute(b[:n], value[:i], false) {
				return 0
			}
			return n + i + len(`=""`)
		case '&', '<', '>':
			return 0
		}
	}
	return 0
}

type tagResult uint8

const (
	tagWhole tagResult = iota
	tagOpenQuote
	tagMalformed
	tagTooDeep
)

// parseTag reads what is between the brackets of a start tag.
func (s *scanner) parseTag(tag []byte) tagResult {
	n := nameLength(tag)
	if n == 0 {
		return tagMalformed
	}
	name, rest := tag[:n], tag[n:]
	empty := false
	if last := len(rest) - 1; last >= 0 && rest[last] == '/' {
		empty, rest = true, rest[:last]
	}
	if result := s.parseAttributes(rest); result != tagWhole {
		return result
	}
	if len(s.starts) >= maxDepth {
		return tagTooDeep
	}
	s.emptyTag = empty
	s.push(name)
	return tagWhole
}

// parseAttributes reads name="value" pairs, each after white space.
func (s *scanner) parseAttributes(rest []byte) tagResult {
	s.attributes = s.attributes[:0]
	for {
		spaced := len(rest) > 0 && isXMLSpace(rest[0])
		rest = skipXMLSpace(rest)
		if len(rest) == 0 {
			return tagWhole
		}
		n := nameLength(rest)
		if n == 0 || !spaced {
			return tagMalformed
		}
		name := rest[:n]
		if rest = afterEquals(rest[n:]); rest == nil {
			return tagMalformed
		}
		end, special := valueLength(rest)
		switch {
		case end < 0:
			return tagMalformed
		case end == len(rest):
			return tagOpenQuote
		case !s.addAttribute(name, rest[1:end], special):
			return tagMalformed
		}
		rest = rest[end+1:]
	}
}

// afterEquals is what follows the equals sign and is not empty, or nil.
func afterEquals(b []byte) []byte {
	b = skipXMLSpace(b)
	if len(b) == 0 || b[0] != '=' {
		return nil
	}
	if b = skipXMLSpace(b[1:]); len(b) == 0 {
		return nil
	}
	return b
}

// valueLength is the position of the quotation mark that ends the value b
// begins with: -1 if it does not begin with one, and the length of b if there
// is no other. special says that the value holds an entity or a bracket.
func valueLength(b []byte) (end int, special bool) {
	quote := b[0]
	if quote != '"' && quote != '\'' {
		return -1, false
	}
	for i := 1; i < len(b); i++ {
		switch b[i] {
		case quote:
			return i, special
		case '&', '<':
			special = true
		}
	}
	return len(b), special
}

// addAttribute keeps an attribute unless it is malformed or a second one of
// its name.
func (s *scanner) addAttribute(name, value []byte, special bool) bool {
	if n := len(s.attributes); n == maxRootAttributes || n == maxAttributes && s.depth() > 0 {
		return false
	}
	for i := range s.attributes {
		if other := s.attributes[i].name; other[0] == name[0] && bytes.Equal(other, name) {
			return false
		}
	}
	if special {
		if bytes.IndexByte(value, '<') >= 0 {
			return false
		}
		// A copy, since the tag is parsed again if it turns out to go on.
		var ok bool
		if value, ok = unescape(bytes.Clone(value)); !ok {
			return false
		}
	}
	s.attributes = append(s.attributes, attribute{name, value})
	return true
}

// push opens an element.
func (s *scanner) push(name []byte) {
	prefix, local := []byte(nil), name
	if before, after, ok := bytes.Cut(name, []byte{':'}); ok {
		prefix, local = before, after
	}
	if len(s.starts) == 0 {
		s.rootPrefix = append(s.rootPrefix[:0], prefix...)
	}
	s.name, s.ours = local, bytes.Equal(prefix, s.rootPrefix)
	s.starts = append(s.starts, len(s.open))
	s.open = append(s.open, name...)
}

// top is the name of the innermost open element.
func (s *scanner) top() []byte { return s.open[s.starts[len(s.starts)-1]:] }

// pop closes the innermost element.
func (s *scanner) pop() {
	last := len(s.starts) - 1
	s.open = s.open[:s.starts[last]]
	s.starts = s.starts[:last]
}

// scanEnd reads an end tag and compares it with its start tag.
func (s *scanner) scanEnd() error {
	if s.depth() > 0 {
		// The usual case: </name> is the start tag's name, to the letter.
		top := s.top()
		if rest := s.buf[s.pos+2 : s.end]; len(rest) > len(top) && rest[len(top)] == '>' && string(rest[:len(top)]) == string(top) {
			s.pos += len(top) + 3
			s.pop()
			return nil
		}
	}
	n, err := s.find(">", 2)
	if err != nil {
		return err
	}
	name := s.buf[s.pos+2 : s.pos+n]
	if s.depth() == 0 || !bytes.Equal(name, s.top()) && !bytes.Equal(bytes.TrimRight(name, " \t\r\n"), s.top()) {
		return s.damaged("</%s> closes nothing", show(string(name)))
	}
	s.pos += n + 1
	s.pop()
	return nil
}

// nameLength is the length of the name that b begins with, or 0.
func nameLength(b []byte) int {
	if len(b) == 0 || nameBytes[b[0]] != startsName {
		return 0
	}
	for i, c := range b {
		if nameBytes[c] == 0 {
			return i
		}
	}
	return len(b)
}

const startsName, continuesName = 1, 2

// nameBytes says of each byte whether a name may begin or go on with it.
var nameBytes = func() (table [256]byte) {
	for c := range table {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', c == '_', c >= 0x80:
			table[c] = startsName
		case '0' <= c && c <= '9', c == ':', c == '-', c == '.':
			table[c] = continuesName
		}
	}
	return table
}()

func isXMLSpace(c byte) bool { return c <= ' ' && (c == ' ' || c == '\t' || c == '\n' || c == '\r') }

func skipXMLSpace(b []byte) []byte {
	for i, c := range b {
		if !isXMLSpace(c) {
			return b[i:]
		}
	}
	return nil
}
