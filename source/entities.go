package source

import (
	"bytes"
	"strconv"
	"unicode/utf8"
)

// unescape replaces the entities of b in place, which never makes it longer.
// It reports false for an entity that XML does not know.
func unescape(b []byte) ([]byte, bool) {
	first := bytes.IndexByte(b, '&')
	if first < 0 {
		return b, true
	}
	out := b[:first]
	for rest := b[first:]; len(rest) > 0; {
		if rest[0] != '&' {
			out, rest = append(out, rest[0]), rest[1:]
			continue
		}
		end := bytes.IndexByte(rest[:min(len(rest), len("&#1114111;")+2)], ';')
		if end < 0 {
			return nil, false
		}
		r := entity(string(rest[1:end]))
		if r == utf8.RuneError {
			return nil, false
		}
		rest = rest[end+1:]
		out = utf8.AppendRune(out, r)
	}
	return out, true
}

// entity is the character that an entity stands for, or utf8.RuneError.
func entity(name string) rune {
	switch name {
	case "amp":
		return '&'
	case "lt":
		return '<'
	case "gt":
		return '>'
	case "quot":
		return '"'
	case "apos":
		return '\''
	}
	if len(name) < 2 || name[0] != '#' {
		return utf8.RuneError
	}
	digits, base := name[1:], 10
	if digits[0] == 'x' {
		digits, base = digits[1:], 16
	}
	n, err := strconv.ParseUint(digits, base, 31)
	if err != nil || !isXMLRune(rune(n)) {
		return utf8.RuneError
	}
	return rune(n)
}

// isXMLRune reports whether XML allows a character.
func isXMLRune(r rune) bool {
	return r >= ' ' && utf8.ValidRune(r) && r != utf8.RuneError && r != 0xfffe && r != 0xffff ||
		r == '\t' || r == '\n' || r == '\r'
}

// decodeEscapes replaces in place the _xHHHH_ by which workbooks write
// characters that XML does not allow, and the _x005F_ that protects a text
// which only looks like one.
func decodeEscapes(b []byte) []byte {
	first := bytes.Index(b, []byte("_x"))
	if first < 0 {
		return b
	}
	out := b[:first]
	for rest := b[first:]; len(rest) > 0; {
		if r, ok := escaped(rest); ok {
			out, rest = utf8.AppendRune(out, r), rest[len("_xHHHH_"):]
			continue
		}
		out, rest = append(out, rest[0]), rest[1:]
	}
	return out
}

// escaped reads the escape that b begins with. Half a surrogate pair becomes
// the replacement character, as it does in any text that breaks one apart.
func escaped(b []byte) (rune, bool) {
	const length = len("_xHHHH_")
	if len(b) < length || b[0] != '_' || b[1] != 'x' || b[length-1] != '_' {
		return 0, false
	}
	n, err := strconv.ParseUint(string(b[2:length-1]), 16, 16)
	return rune(n), err == nil
}
