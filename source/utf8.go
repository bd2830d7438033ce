package source

import (
	"bytes"
	"encoding/binary"
	"io"
	"unicode/utf8"
)

// textReader passes on what it has checked to be UTF-8 without NUL bytes, and
// for XML without other control characters. Its errors are *FileError.
type textReader struct {
	r        io.Reader
	code     Code // of the refusal: an encoding for CSV, damage for XML
	buf      []byte
	pos, end int   // checked, not yet handed out
	tail     int   // bytes behind end: the beginning of a character
	offset   int64 // of buf[0] in the text
	err      error
}

func newTextReader(r io.Reader, code Code) *textReader {
	const size = 64 << 10
	return &textReader{r: r, code: code, buf: make([]byte, size)}
}

// Read implements io.Reader.
func (t *textReader) Read(p []byte) (int, error) {
	for t.pos == t.end {
		if t.err != nil {
			return 0, t.err
		}
		t.fill()
	}
	n := copy(p, t.buf[t.pos:t.end])
	t.pos += n
	return n, nil
}

// fill reads the next piece of text up to its last whole character.
func (t *textReader) fill() {
	t.offset += int64(t.end)
	copy(t.buf, t.buf[t.end:t.end+t.tail])
	n, err := t.r.Read(t.buf[t.tail:])
	t.pos, t.end, t.err = 0, t.tail+n, err
	t.tail = 0
	if err == nil {
		t.tail = unfinished(t.buf[:t.end])
		t.end -= t.tail
	}
	if bad := t.firstBad(t.buf[:t.end]); bad >= 0 {
		t.err = t.refusal(bad)
		t.end = bad
	}
}

// nulByte is how a refusal calls the byte that no text has.
const nulByte = "byte 00"

func (t *textReader) refusal(at int) *FileError {
	f := finding{"byte %02X", []any{t.buf[at]}}
	return &FileError{Code: t.code, Offset: t.offset + int64(at) + 1, Found: f.in("en"), finding: f}
}

// firstBad is the position of the first byte that does not belong in a text,
// or -1.
func (t *textReader) firstBad(b []byte) int {
	bad := -1
	if !utf8.Valid(b) {
		bad = firstInvalid(b)
		b = b[:bad]
	}
	if t.code == CodeFileDamaged {
		if i := firstControl(b); i >= 0 {
			return i
		}
	} else if i := bytes.IndexByte(b, 0); i >= 0 {
		return i
	}
	return bad
}

// unfinished is the length of the character that b breaks off in, or 0.
func unfinished(b []byte) int {
	for n := 1; n < utf8.UTFMax && n <= len(b); n++ {
		if last := b[len(b)-n:]; utf8.RuneStart(last[0]) {
			if utf8.FullRune(last) {
				return 0
			}
			return n
		}
	}
	return 0
}

func firstInvalid(b []byte) int {
	for i := 0; i < len(b); {
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return len(b)
}

// firstControl finds a control character that XML does not allow, eight bytes
// at a time, or returns -1.
func firstControl(b []byte) int {
	const ones, highs = 0x0101010101010101, 0x8080808080808080
	i := 0
	for ; i+8 <= len(b); i += 8 {
		word := binary.LittleEndian.Uint64(b[i:])
		if (word-ones*' ')&^word&highs == 0 {
			continue // nothing below a space
		}
		if j := slowFirstControl(b[i : i+8]); j >= 0 {
			return i + j
		}
	}
	if j := slowFirstControl(b[i:]); j >= 0 {
		return i + j
	}
	return -1
}

func slowFirstControl(b []byte) int {
	return bytes.IndexFunc(b, func(r rune) bool {
		return r < ' ' && r != '\t' && r != '\n' && r != '\r'
	})
}
