package source

import (
	"bytes"
	"io"
	"math"
	"slices"
	"unicode/utf8"
)

// maxCellText is how many characters a cell can hold.
const maxCellText = 32_767

// sharedStrings are the texts that the cells of a workbook refer to by number,
// end to end in one block of memory.
type sharedStrings struct {
	texts []byte
	ends  []uint32
}

// at is the text of a number.
func (t *sharedStrings) at(i int) ([]byte, bool) {
	if i < 0 || i >= len(t.ends) {
		return nil, false
	}
	start := uint32(0)
	if i > 0 {
		start = t.ends[i-1]
	}
	return t.texts[start:t.ends[i]], true
}

// readSharedStrings reads the part to its end.
func readSharedStrings(r io.Reader, part string) (*sharedStrings, error) {
	s, t := newScanner(r, part), &sharedStrings{}
	if err := s.root("sst"); err != nil {
		return nil, err
	}
	for s.depth() > 0 {
		tok, err := s.next()
		switch {
		case err != nil:
			return nil, err
		case tok == textToken:
			err = s.blank()
		case tok == startTag && s.is("si"):
			err = t.add(s)
		case tok == startTag:
			err = s.skipOnly("extLst")
		}
		if err != nil {
			return nil, err
		}
	}
	return t, s.finish()
}

// add reads one <si>.
func (t *sharedStrings) add(s *scanner) error {
	start := len(t.texts)
	texts, usual := s.usualText(t.texts, "<t>", "</t></si>")
	if usual {
		t.texts = texts[:start+len(decodeEscapes(texts[start:]))]
	} else {
		var err error
		if t.texts, err = s.richText(texts); err != nil {
			return err
		}
	}
	if len(t.texts) > math.MaxUint32 {
		return tooLarge(s.part, "shared strings")
	}
	t.ends = append(t.ends, uint32(len(t.texts)))
	return s.checkLength(t.texts[start:])
}

func (s *scanner) checkLength(text []byte) error {
	if len(text) > maxCellText && utf8.RuneCount(text) > maxCellText {
		return tooLarge(s.part, "a cell of more than %d characters", maxCellText)
	}
	return nil
}

// root reads up to the start tag of the root element, which must have a name.
func (s *scanner) root(name string) error {
	if err := s.skipBOM(); err != nil {
		return err
	}
	for {
		tok, err := s.next()
		switch {
		case err != nil:
			return err
		case tok == textToken:
			continue // blank, or next would have refused it
		case tok != startTag || !s.is(name):
			return s.damaged("<%s> is missing", name)
		}
		return nil
	}
}

// finish reads what may follow the root element, up to the end of the part and
// its checksum.
func (s *scanner) finish() error {
	for {
		tok, err := s.next()
		if err != nil || tok == endOfPart {
			return err
		}
		if tok == startTag {
			return s.damaged("a second root element")
		}
	}
}

// skipOnly passes over an element that has one of these names, and refuses any
// other: it may hold what another program takes for a row, a cell or a value.
func (s *scanner) skipOnly(names ...string) error {
	if slices.ContainsFunc(names, s.is) {
		return s.skip()
	}
	return s.damaged("<%s> among the cells", show(string(s.name)))
}

// richText appends the text of the current element, <si> or <is>: its <t> and
// those of its runs <r>, but not those of phonetic guides <rPh>.
func (s *scanner) richText(dst []byte) ([]byte, error) {
	outer := s.depth() - 1
	for s.depth() > outer {
		tok, err := s.next()
		switch {
		case err != nil:
		case tok == textToken:
			err = s.blank()
		case tok != startTag:
		case s.is("t"):
			start := len(dst)
			if dst, err = s.plainText(dst); err == nil {
				dst = dst[:start+len(decodeEscapes(dst[start:]))]
			}
		case s.is("r") && s.depth() == outer+2:
			// its <t> is found on the way
		case s.is("rPr"):
			var apart bool
			if apart, err = s.standsApart(); apart {
				dst = append(dst, apartMark...)
			}
		default:
			err = s.skipOnly("rPh", "phoneticPr", "extLst")
		}
		if err != nil {
			return dst, err
		}
	}
	return dst, nil
}

// usualText reads the rest of the current element in one go and appends the
// text in it, if between before and after there is nothing but text without
// entities. It passes over nothing otherwise.
func (s *scanner) usualText(dst []byte, before, after string) ([]byte, bool) {
	rest := s.buf[s.pos:s.end]
	if s.emptyTag || len(s.rootPrefix) > 0 || len(rest) < len(before) || string(rest[:len(before)]) != before {
		return dst, false
	}
	rest = rest[len(before):]
	n := bytes.IndexByte(rest, '<')
	if n < 0 || len(rest) < n+len(after) || string(rest[n:n+len(after)]) != after || bytes.IndexByte(rest[:n], '&') >= 0 {
		return dst, false
	}
	s.pos += len(before) + n + len(after)
	s.pop()
	return append(dst, rest[:n]...), true
}

// apartMark stands before a run of text that is not to be read on with the one
// before it: 85 with a raised 1 is no 851. No number and no id has it.
const apartMark = "\ufffc"

// standsApart reads the properties of a run and reports whether it is raised,
// lowered or struck out.
func (s *scanner) standsApart() (apart bool, err error) {
	for outer := s.depth() - 1; s.depth() > outer; {
		tok, err := s.next()
		if err != nil {
			return false, err
		}
		if tok != startTag {
			continue
		}
		value, given := s.attribute("val")
		switch string(s.name) {
		case "vertAlign":
			apart = apart || string(value) != "baseline"
		case "strike", "dstrike":
			apart = apart || !given || isTrue(value)
		}
	}
	return apart, nil
}

// plainText appends the text of the current element, which has no elements
// inside.
func (s *scanner) plainText(dst []byte) ([]byte, error) {
	for {
		tok, err := s.next()
		switch {
		case err != nil:
			return dst, err
		case tok == startTag:
			return dst, s.damaged("<%s> within a text", show(string(s.name)))
		case tok == endTag:
			return dst, nil
		}
		dst = append(dst, s.text...)
	}
}
