package main

import (
	"bytes"
	"fmt"
	"io"
	"unicode"
)

// inert writes the characters of JSON by their numbers that are commands to a terminal, or
// turn the direction of what is read: a text may come from a sheet or a server, and
// encoding/json does so only with those below U+0020.
func inert(jsonText []byte) []byte {
	if !bytes.ContainsFunc(jsonText, isCommand) {
		return jsonText
	}
	var out bytes.Buffer
	for _, r := range string(jsonText) {
		switch {
		case !isCommand(r):
			out.WriteRune(r)
		case r > 0xffff:
			r -= 0x10000 // as the two halves that UTF-16 makes of it
			fmt.Fprintf(&out, `\u%04x\u%04x`, 0xd800+r>>10, 0xdc00+r&0x3ff)
		default:
			fmt.Fprintf(&out, `\u%04x`, r)
		}
	}
	return out.Bytes()
}

// isCommand reports whether a character is one that a terminal would not show.
func isCommand(r rune) bool {
	return r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r))
}

// inertLines makes the lines of JSON inert that it is given one by one.
type inertLines struct{ w io.Writer }

// Write implements io.Writer.
func (i inertLines) Write(line []byte) (int, error) {
	if _, err := i.w.Write(inert(line)); err != nil {
		return 0, err
	}
	return len(line), nil
}
