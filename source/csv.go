package source

import (
	"bytes"
	"errors"
	"io"
	"strings"
)

// The most of a text that is taken together.
const (
	maxRecord    = 1 << 20         // bytes of a row
	maxCellBytes = 4 * maxCellText // bytes of a cell in quotation marks
	maxCellLines = 256             // of a cell; Excel allows 253 line breaks
	textPiece    = 64 << 10        // bytes read at a time
	sharedText   = 1 << 10         // bytes of rows that share a string
	replacement  = "\xef\xbf\xbd"  // U+FFFD: a byte that means nothing in its encoding
)

// A csvReader reads the rows of a delimited text. Quotation marks are taken as
// Excel writes them; a row in which they are not is marked as faulty and ends
// with its line, so that it cannot swallow the rows below.
type csvReader struct {
	in      io.Reader // UTF-8 that is checked
	dialect dialect
	decoded bool // from another encoding

	buf      []byte
	pos, end int // of the next record, and of what is read
	line     int // of the next record, counted from 1
	row      row
	texts    string // what is in buf from textsAt on
	textsAt  int
	cells    []byte // those of a record with quotation marks, without them, end to end
	ends     []int  // where each cell's text ends in cells
}

func newCSVReader(r io.Reader, c charset, d dialect) *csvReader {
	in := io.Reader(newTextReader(c.decode(r), CodeEncodingUnknown))
	if d.returns {
		in = &returnsReader{r: in}
	}
	return &csvReader{in: in, dialect: d, decoded: c.encoding != EncodingUTF8, buf: make([]byte, textPiece), line: 1}
}

func (c *csvReader) close() {}

// next reads a record. Its number counts records and blank lines, but no line
// breaks within quotation marks nor a line sep=; at the top: that is how Excel
// numbers the rows.
func (c *csvReader) next() (*row, error) {
	end, next, err := c.lineEnd(0)
	if err != nil {
		return nil, err
	}
	if c.dialect.named && c.line == 1 {
		c.take(next, 1)
		return c.next()
	}
	c.row = row{number: c.row.number + 1, line: c.line, delimiter: c.dialect.delimiter, cells: c.row.cells[:0]}
	if line := c.buf[c.pos : c.pos+end]; bytes.IndexByte(line, '"') < 0 {
		err = c.plainRecord(line)
		c.take(next, 1)
	} else {
		err = c.quotedRecord(end, next)
	}
	return &c.row, err
}

// take passes over what has been read of a record.
func (c *csvReader) take(n, lines int) {
	c.pos += n
	c.line += lines
}

// lineEnd is how far it is from pos to the end of the line that begins at from,
// and to the beginning of the next one. It is io.EOF behind the last line.
func (c *csvReader) lineEnd(from int) (end, next int, err error) {
	for searched := from; ; {
		if i := bytes.IndexByte(c.buf[c.pos+searched:c.end], '\n'); i >= 0 {
			end = searched + i
			return c.withoutReturn(from, end), end + 1, nil
		}
		searched = c.end - c.pos
		if err := c.more(); errors.Is(err, io.EOF) {
			return c.lastLine(from, searched)
		} else if err != nil {
			return 0, 0, err
		}
	}
}

// withoutReturn takes the carriage return off the end of a line.
func (c *csvReader) withoutReturn(from, end int) int {
	if end > from && c.buf[c.pos+end-1] == '\r' {
		return end - 1
	}
	return end
}

// lastLine is lineEnd for a line without an end. The mark that DOS put behind a
// text is no part of it.
func (c *csvReader) lastLine(from, end int) (int, int, error) {
	const endOfText = 0x1a
	next := end
	if end > from && c.buf[c.pos+end-1] == endOfText {
		end--
	}
	if end == from {
		return 0, 0, io.EOF
	}
	return c.withoutReturn(from, end), next, nil
}

// more reads on behind what is in the buffer, which keeps everything from pos on
// and grows if that fills it.
func (c *csvReader) more() error {
	if c.pos > 0 {
		c.texts, c.textsAt = "", 0
		copy(c.buf, c.buf[c.pos:c.end])
		c.pos, c.end = 0, c.end-c.pos
	}
	if c.end == len(c.buf) {
		if c.end >= maxRecord {
			return &FileError{Code: CodeCSVRecordTooLong, Line: c.line}
		}
		c.buf = append(c.buf, make([]byte, len(c.buf))...)
	}
	n, err := c.in.Read(c.buf[c.end:])
	c.end += n
	if n > 0 {
		return nil // an error comes again
	}
	return err
}

// plainRecord splits a line without quotation marks.
func (c *csvReader) plainRecord(line []byte) error {
	if err := c.check(line); err != nil {
		return err
	}
	text := c.text(len(line))
	for column, more := 0, true; more; column++ {
		var cell string
		cell, text, more = strings.Cut(text, c.dialect.delimiter)
		c.add(column, cell)
	}
	return nil
}

// text is the next n bytes as a string, which the lines around share: there is one for
// each kibibyte of them.
func (c *csvReader) text(n int) string {
	if start := c.pos - c.textsAt; start+n > len(c.texts) {
		c.textsAt, c.texts = c.pos, string(c.buf[c.pos:min(c.end, c.pos+max(n, sharedText))])
	}
	start := c.pos - c.textsAt
	return c.texts[start : start+n]
}

// add takes in a cell.
func (c *csvReader) add(column int, text string) {
	c.row.width = column + 1
	if text = withoutFormula(text); !isBlank(text) {
		c.row.cells = append(c.row.cells, cell{column: column, text: text})
	}
}

// check refuses what must not be in a text outside of quotation marks: a
// carriage return, which may or may not be the end of a row, and characters that
// could not be decoded.
func (c *csvReader) check(text []byte) error {
	if bytes.IndexByte(text, '\r') >= 0 {
		return &FileError{Code: CodeCSVLineEnds, Line: c.line}
	}
	return c.checkDecoded(text)
}

func (c *csvReader) checkDecoded(text []byte) error {
	if c.decoded && bytes.Contains(text, []byte(replacement)) {
		return &FileError{Code: CodeEncodingUnknown, Line: c.line, Found: "broken characters"}
	}
	return nil
}

// A returnsReader makes line feeds of the carriage returns that ended lines on
// old Macintoshes, and the reverse.
type returnsReader struct {
	r     io.Reader
	after bool // a carriage return, which a line feed belongs to
}

// Read implements io.Reader.
func (r *returnsReader) Read(p []byte) (int, error) {
	for {
		n, err := r.r.Read(p)
		kept := p[:0]
		for _, b := range p[:n] {
			feed := b == '\n' && r.after
			r.after = b == '\r'
			switch {
			case feed:
				continue
			case b == '\r':
				b = '\n'
			case b == '\n':
				b = '\r' // alone, it is what a carriage return is elsewhere
			}
			kept = append(kept, b)
		}
		if len(kept) > 0 || err != nil || len(p) == 0 {
			return len(kept), err
		}
	}
}
