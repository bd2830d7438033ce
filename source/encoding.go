package source

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// An Encoding is how a text file writes its characters.
type Encoding string

// The encodings. GB18030 is the whole of what Chinese Windows writes; GBK is a
// part of it and read as it is.
const (
	// EncodingAuto takes the byte order mark's word, else UTF-8 if every byte of
	// the file fits, else UTF-16 or GB18030 if the header can be read in it. It
	// is what an empty encoding means.
	EncodingAuto    Encoding = "auto"
	EncodingUTF8    Encoding = "utf-8"
	EncodingGB18030 Encoding = "gb18030"
	EncodingGBK     Encoding = "gbk"
	EncodingUTF16LE Encoding = "utf-16le"
	EncodingUTF16BE Encoding = "utf-16be"
)

var encodings = []Encoding{"", EncodingAuto, EncodingUTF8, EncodingGB18030, EncodingGBK, EncodingUTF16LE, EncodingUTF16BE}

const (
	bomUTF8    = "\xef\xbb\xbf"
	bomUTF16LE = "\xff\xfe"
	bomUTF16BE = "\xfe\xff"
)

// A charset is the encoding of one file, and how that is known.
type charset struct {
	encoding Encoding
	skip     int64 // bytes of a byte order mark
	// guess says that the encoding was concluded from bytes that are not UTF-8,
	// so that only a header that can be read in it confirms it.
	guess bool
	bad   int64 // the first byte that is not UTF-8, counted from 1; 0 for none
}

// detectCharset finds out how a text is encoded. A wanted encoding is not held
// against the bytes here: reading them will tell.
func detectCharset(r io.ReaderAt, size int64, wanted Encoding) (charset, error) {
	start := make([]byte, min(size, 4096))
	if _, err := io.ReadFull(io.NewSectionReader(r, 0, size), start); err != nil {
		return charset{}, err
	}
	marked := markedCharset(start)
	switch {
	case marked.encoding == "UTF-32":
		return charset{}, &FileError{Code: CodeEncodingUnknown, Found: "UTF-32"}
	case wanted != "" && wanted != EncodingAuto:
		return wantedCharset(wanted, marked).agreeing(io.NewSectionReader(r, 0, size))
	case marked.encoding != "":
		return marked, nil
	}
	if e := guessUTF16(start); e != "" {
		return charset{encoding: e, guess: true}, nil
	}
	return detectUTF8(io.NewSectionReader(r, 0, size), size)
}

// markedCharset takes the word of a byte order mark.
func markedCharset(start []byte) charset {
	for _, mark := range []struct {
		bytes    string
		encoding Encoding
	}{
		{bomUTF16LE + "\x00\x00", "UTF-32"},
		{"\x00\x00" + bomUTF16BE, "UTF-32"},
		{bomUTF8, EncodingUTF8},
		{bomUTF16LE, EncodingUTF16LE},
		{bomUTF16BE, EncodingUTF16BE},
	} {
		if bytes.HasPrefix(start, []byte(mark.bytes)) {
			return charset{encoding: mark.encoding, skip: int64(len(mark.bytes))}
		}
	}
	return charset{}
}

// wantedCharset is the encoding a person named, without a mark that agrees.
func wantedCharset(wanted Encoding, marked charset) charset {
	if wanted == EncodingGBK {
		wanted = EncodingGB18030
	}
	if marked.encoding == wanted {
		return marked
	}
	return charset{encoding: wanted}
}

// guessUTF16 recognises UTF-16 without a mark by its NUL bytes, which stand at
// every other place where the text is ASCII: digits, delimiters, line ends.
func guessUTF16(start []byte) Encoding {
	var zeros [2]int
	for i, b := range start {
		if b == 0 {
			zeros[i%2]++
		}
	}
	// The first character of the Chinese dictionary, U+4E00, has one at the wrong
	// place.
	few := len(start) / 16
	switch {
	case zeros[1] > few && zeros[1] > 2*zeros[0]:
		return EncodingUTF16LE
	case zeros[0] > few && zeros[0] > 2*zeros[1]:
		return EncodingUTF16BE
	}
	return ""
}

// detectUTF8 reads a text to its end: it is UTF-8 if all of it is. Otherwise it
// may be GB18030, which can be read into anything but NUL bytes, unless most of what
// is not ASCII is UTF-8, or the text only breaks off in a character.
func detectUTF8(r io.ReadSeeker, size int64) (charset, error) {
	_, err := io.Copy(io.Discard, newTextReader(r, CodeEncodingUnknown))
	if err == nil {
		return charset{encoding: EncodingUTF8}, nil
	}
	refused, ok := errors.AsType[*FileError](err)
	if !ok || refused.Code != CodeEncodingUnknown || refused.Found == nulByte {
		return charset{}, err
	}
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return charset{}, err
	}
	whole, broken, err := countUTF8(r)
	cutOff := refused.Offset > size-utf8.UTFMax+1 && whole > 0
	if err == nil && (whole > broken || cutOff) {
		err = refused
	}
	return charset{encoding: EncodingGB18030, guess: true, bad: refused.Offset}, err
}

// agreeing refuses to read a text as GBK that is UTF-8 from beginning to end: its
// characters would turn into others, and swallow what follows them.
func (c charset) agreeing(r io.ReadSeeker) (charset, error) {
	if c.encoding != EncodingGB18030 {
		return c, nil
	}
	whole, broken, err := countUTF8(r)
	if err == nil && whole > 0 && broken == 0 {
		err = &FileError{Code: CodeEncodingUnknown, Found: "the text is UTF-8"}
	}
	return c, err
}

// countUTF8 counts what tells a UTF-8 text with a few broken bytes, which would
// turn to nonsense in any other encoding, from a text that was never UTF-8: there
// hardly three bytes in a row look like a character of it.
func countUTF8(r io.Reader) (whole, broken int, err error) {
	const shortest = 3 // bytes of a Chinese character
	in := bufio.NewReader(r)
	for {
		c, n, err := in.ReadRune()
		switch {
		case errors.Is(err, io.EOF):
			return whole, broken, nil
		case err != nil:
			return 0, 0, err
		case c == utf8.RuneError && n == 1:
			broken++
		case n >= shortest:
			whole++
		}
	}
}

// decode turns a text into UTF-8. Bytes that mean nothing in its encoding become
// U+FFFD, which the reader of the rows refuses.
func (c charset) decode(r io.Reader) io.Reader {
	switch c.encoding {
	case EncodingGB18030:
		return transform.NewReader(r, simplifiedchinese.GB18030.NewDecoder())
	case EncodingUTF16LE:
		return transform.NewReader(r, unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewDecoder())
	case EncodingUTF16BE:
		return transform.NewReader(r, unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewDecoder())
	}
	return r
}
