package source

import (
	"bufio"
	"encoding/csv"
	"errors"
	"io"
	"strings"
)

// csvReader reads the rows of a CSV text: UTF-8, commas, strict quotes.
type csvReader struct {
	text  *textReader
	limit *recordLimit
	csv   *csv.Reader
	line  int // the line that the last record ended on
	row   row
}

func newCSVReader(r io.Reader) *csvReader {
	const buffer = 64 << 10
	c := &csvReader{text: newTextReader(r, CodeEncodingUnknown)}
	c.limit = &recordLimit{r: c.text}
	in := bufio.NewReaderSize(c.limit, buffer)
	c.limit.grant()
	const bom = "\ufeff"
	if start, _ := in.Peek(len(bom)); string(start) == bom {
		_, _ = in.Discard(len(bom)) // it is in the buffer
	}
	c.csv = csv.NewReader(in)
	c.csv.FieldsPerRecord = -1
	c.csv.ReuseRecord = true
	return c
}

func (c *csvReader) close() {}

// next reads a record. Its number counts records and blank lines, which
// encoding/csv leaves out, but no line breaks within quotation marks: that is
// how Excel numbers the rows.
func (c *csvReader) next() (*row, error) {
	c.limit.grant()
	record, err := c.csv.Read()
	if err != nil {
		return nil, c.refusal(err)
	}
	first, _ := c.csv.FieldPos(0)
	last, _ := c.csv.FieldPos(len(record) - 1)
	c.row.number += first - c.line
	c.line = last + strings.Count(record[len(record)-1], "\n")
	c.row.cells = c.row.cells[:0]
	for i, text := range record {
		// encoding/csv takes a file with the line ends of old Macintoshes for
		// a single record and would lose all of its rows.
		if strings.IndexByte(text, '\r') >= 0 {
			return nil, &FileError{Code: CodeCSVLineEnds, Line: first}
		}
		if !isBlank(text) {
			c.row.cells = append(c.row.cells, cell{column: i, text: text})
		}
	}
	return &c.row, nil
}

// refusal says why there is no next record.
func (c *csvReader) refusal(err error) error {
	if c.text.err != nil && !errors.Is(c.text.err, io.EOF) {
		return c.text.err
	}
	if errors.Is(err, errRecordTooLong) {
		return &FileError{Code: CodeCSVRecordTooLong, Line: c.line + 1}
	}
	if parse, ok := errors.AsType[*csv.ParseError](err); ok {
		return &FileError{Code: CodeCSVQuotes, Line: parse.StartLine, Err: err}
	}
	return err
}

var errRecordTooLong = errors.New("record too long")

// recordLimit bounds what encoding/csv gathers in memory for one record, which
// a missing quotation mark could otherwise make as long as the file.
type recordLimit struct {
	r    io.Reader
	left int
}

// grant allows for another record.
func (l *recordLimit) grant() {
	const longest = 1 << 20
	l.left = longest
}

// Read implements io.Reader.
func (l *recordLimit) Read(p []byte) (int, error) {
	if l.left == 0 {
		return 0, errRecordTooLong
	}
	n, err := l.r.Read(p[:min(len(p), l.left)])
	l.left -= n
	return n, err
}
