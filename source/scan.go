package source

import (
	"bytes"
	"errors"
	"io"
)

// A token is what the scanner has come upon.
type token uint8

const (
	startTag token = iota
	endTag
	textToken
	endOfPart
)

// An attribute of a start tag, its value without entities.
type attribute struct{ name, value []byte }

// A scanner reads the XML of a workbook's part as a stream of tokens. It is
// several times faster than encoding/xml and as strict in what matters here:
// tags must match, attributes be quoted, entities known, characters be UTF-8
// and allowed, and the part must come to its end with the right checksum.
// Comments and processing instructions are passed over; a DOCTYPE is refused.
//
// Names are compared without their prefix, but an element is only taken for
// one of ours if it has the same prefix as the root: extensions have others.
type scanner struct {
	in   io.Reader
	part string
	buf  []byte
	pos  int   // of the next token in buf
	end  int   // of what is read
	base int64 // of buf[0] in the part

	skipped int // tokens that were passed over

	open   []byte // the names of the open elements, one after the other
	starts []int  // where each begins in open

	// Of the current token, good until the next one.
	name       []byte // without prefix
	attributes []attribute
	text       []byte
	ours       bool
	rootPrefix []byte
	emptyTag   bool // <a/>: its end tag is the next token
}

func newScanner(r io.Reader, part string) *scanner {
	const size = 64 << 10
	return &scanner{in: r, part: show(part), buf: make([]byte, size)}
}

// is reports whether the current tag is one of ours with this name.
func (s *scanner) is(name string) bool { return s.ours && string(s.name) == name }

// depth is the number of open elements, counting that of a start tag and not
// that of an end tag.
func (s *scanner) depth() int { return len(s.starts) }

// next reads the next token.
func (s *scanner) next() (token, error) {
	if s.emptyTag {
		s.emptyTag = false
		s.pop()
		return endTag, nil
	}
	for {
		if s.pos == s.end {
			if more, err := s.more(); err != nil || !more {
				return endOfPart, s.atEnd(err)
			}
		}
		if s.buf[s.pos] != '<' {
			return textToken, s.scanText()
		}
		if err := s.need(2); err != nil {
			return endOfPart, err
		}
		switch s.buf[s.pos+1] {
		case '/':
			return endTag, s.scanEnd()
		case '?':
			if err := s.scanInstruction(); err != nil {
				return endOfPart, err
			}
		case '!':
			if isText, err := s.scanDeclaration(); err != nil || isText {
				return textToken, err
			}
		default:
			return startTag, s.scanStart()
		}
	}
}

// atEnd checks that the part may end here.
func (s *scanner) atEnd(err error) error {
	if err == nil && s.depth() > 0 {
		return s.damaged("the part ends within <%s>", s.top())
	}
	return err
}

// skip passes over the rest of the element whose start tag is current.
func (s *scanner) skip() error {
	for outer := s.depth() - 1; s.depth() > outer; {
		if _, err := s.next(); err != nil {
			return err
		}
		if s.skipped++; s.skipped > maxCells {
			return tooLarge(s.part, "more than %d cells or elements", maxCells)
		}
	}
	return nil
}

// attribute is the value of an attribute of the current start tag.
func (s *scanner) attribute(name string) ([]byte, bool) {
	for i := range s.attributes {
		if string(s.attributes[i].name) == name {
			return s.attributes[i].value, true
		}
	}
	return nil, false
}

// blank checks that a text between elements is nothing but white space.
func (s *scanner) blank() error {
	if len(bytes.TrimLeft(s.text, " \t\r\n")) > 0 {
		return s.damaged("text “%s” between elements", show(string(s.text)))
	}
	return nil
}

func (s *scanner) damaged(format string, args ...any) *FileError {
	return damaged(s.part, s.base+int64(s.pos)+1, format, args...)
}

// more reads on behind what is in the buffer, which keeps everything from pos
// on and grows if that fills it. It reports false at the end of the part.
func (s *scanner) more() (bool, error) {
	const longest = 1 << 20
	if s.pos > 0 {
		copy(s.buf, s.buf[s.pos:s.end])
		s.base += int64(s.pos)
		s.pos, s.end = 0, s.end-s.pos
	}
	if s.end == len(s.buf) {
		if s.end >= longest {
			return false, tooLarge(s.part, "a cell or tag of more than %d bytes", longest)
		}
		s.buf = append(s.buf, make([]byte, len(s.buf))...)
	}
	n, err := s.in.Read(s.buf[s.end:])
	s.end += n
	switch {
	case n > 0:
		return true, nil
	case errors.Is(err, io.EOF):
		return false, nil
	}
	return false, s.readError(err)
}

// readError explains why the part cannot be read on: a character that does not
// belong there, or compressed data that are broken.
func (s *scanner) readError(err error) error {
	if refused, ok := errors.AsType[*FileError](err); ok {
		refused.Place = s.part
		return refused
	}
	return &FileError{Code: CodeFileDamaged, Place: s.part, Offset: s.base + int64(s.end) + 1, Found: err.Error(), Err: err}
}

// skipBOM passes over a byte order mark at the beginning of the part.
func (s *scanner) skipBOM() error {
	const bom = "\ufeff"
	if err := s.need(len(bom)); err != nil {
		return err
	}
	if string(s.buf[:len(bom)]) == bom {
		s.pos = len(bom)
	}
	return nil
}

// need makes sure that n bytes of the token are in the buffer.
func (s *scanner) need(n int) error {
	for s.end-s.pos < n {
		if err := s.mustMore(); err != nil {
			return err
		}
	}
	return nil
}

func (s *scanner) mustMore() error {
	more, err := s.more()
	if err == nil && !more {
		return s.damaged("the part ends within a tag")
	}
	return err
}

// find is the distance from pos to what comes at or after from.
func (s *scanner) find(what string, from int) (int, error) {
	for {
		rest := s.buf[min(s.pos+from, s.end):s.end]
		var i int
		if len(what) == 1 {
			i = bytes.IndexByte(rest, what[0])
		} else {
			i = bytes.Index(rest, []byte(what))
		}
		if i >= 0 {
			return from + i, nil
		}
		from = max(from, s.end-s.pos-len(what)+1)
		if err := s.mustMore(); err != nil {
			return 0, err
		}
	}
}

// scanText reads text up to the next tag.
func (s *scanner) scanText() error {
	n := 0
	for {
		i := bytes.IndexByte(s.buf[s.pos+n:s.end], '<')
		if i >= 0 {
			n += i
			break
		}
		n = s.end - s.pos
		if more, err := s.more(); err != nil {
			return err
		} else if !more {
			break
		}
	}
	return s.setText(s.buf[s.pos:s.pos+n], n)
}

// setText makes raw the text of the token, which is n bytes long.
func (s *scanner) setText(raw []byte, n int) error {
	text, ok := unescape(raw)
	if !ok {
		return s.damaged("unknown entity")
	}
	s.text = text
	if s.depth() == 0 {
		if err := s.blank(); err != nil {
			return err
		}
	}
	s.pos += n
	return nil
}

// scanInstruction passes over <?…?>. The first one may name the encoding.
func (s *scanner) scanInstruction() error {
	n, err := s.find("?>", 2)
	if err != nil {
		return err
	}
	instruction := bytes.ToLower(s.buf[s.pos : s.pos+n])
	if after, ok := bytes.CutPrefix(instruction, []byte("<?xml")); ok && len(after) > 0 && isXMLSpace(after[0]) {
		_, encoding, named := bytes.Cut(instruction, []byte("encoding"))
		if named && !bytes.Contains(encoding, []byte("utf-8")) && !bytes.Contains(encoding, []byte("ascii")) {
			return s.damaged("encoding other than UTF-8")
		}
	}
	s.pos += n + len("?>")
	return nil
}

// scanDeclaration passes over a comment or makes a CDATA section a text.
func (s *scanner) scanDeclaration() (isText bool, err error) {
	const cdata = "<![CDATA["
	if err := s.need(len("<!--")); err != nil {
		return false, err
	}
	if bytes.HasPrefix(s.buf[s.pos:s.end], []byte("<!--")) {
		n, err := s.find("-->", len("<!--"))
		s.pos += n + len("-->")
		return false, err
	}
	if err := s.need(len(cdata)); err != nil {
		return false, err
	}
	start := s.buf[s.pos:s.end]
	if bytes.HasPrefix(start, []byte(cdata)) && s.depth() > 0 {
		n, err := s.find("]]>", len(cdata))
		if err != nil {
			return false, err
		}
		s.text = s.buf[s.pos+len(cdata) : s.pos+n]
		s.pos += n + len("]]>")
		return true, nil
	}
	return false, s.damaged("a DOCTYPE or other declaration")
}
