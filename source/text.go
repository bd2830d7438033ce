package source

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// isFiller reports whether a rune at the end of a cell is not part of its
// value: spaces of every width, zero-width and other invisible characters,
// byte order marks and control characters.
func isFiller(r rune) bool {
	if r < utf8.RuneSelf {
		return r <= ' ' || r == 0x7f
	}
	if 0x3000 < r && r < 0xd800 {
		return false // the writing of East Asia, the usual case
	}
	return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r)
}

// trim cuts filler off both ends.
func trim(text string) string {
	if n := len(text); n > 0 && isPlain(text[0]) && isPlain(text[n-1]) {
		return text
	}
	return strings.TrimFunc(text, isFiller)
}

// isBlank reports whether a cell holds nothing that can be seen.
func isBlank(text string) bool {
	return text == "" || !isPlain(text[0]) && trim(text) == ""
}

// isPlain reports whether b is a visible ASCII character, the usual case.
func isPlain(b byte) bool { return ' ' < b && b < 0x7f }

// narrow turns the full-width forms of ASCII into ASCII, one by one. It is
// deliberately not a Unicode normal form, which would read 5² as 52.
func narrow(r rune) rune {
	switch {
	case 0xff01 <= r && r <= 0xff5e:
		return r - 0xff01 + '!'
	case r == 0x3000:
		return ' '
	}
	return r
}

// isASCII reports whether a text has no character beyond ASCII.
func isASCII(text string) bool {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// withoutFormula takes off ="…", with which programs keep Excel from changing a
// text.
func withoutFormula(text string) string {
	if n := len(text); n > 2 && text[0] == '=' && text[1] == '"' && text[n-1] == '"' {
		return text[2 : n-1]
	}
	return text
}

// firstRune is the first character of text, or utf8.RuneError.
func firstRune(text string) rune {
	r, _ := utf8.DecodeRuneInString(text)
	return r
}

// runeLen is the length of the first character of text, 0 for an empty one.
func runeLen(text string) int {
	_, n := utf8.DecodeRuneInString(text)
	return n
}
