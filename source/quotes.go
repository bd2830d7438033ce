package source

import (
	"bytes"
	"errors"
	"io"
	"strings"
)

// A quotedScan is the reading of one record that has quotation marks. Its
// positions count from the reader's pos, since the buffer may move.
type quotedScan struct {
	*csvReader
	at        int // where the next cell begins
	end, next int // of the line it is on
	lines     int // from the record's first to that one
}

// quotedRecord reads a record with quotation marks, which may go on over several
// lines.
func (c *csvReader) quotedRecord(end, next int) error {
	q := &quotedScan{csvReader: c, end: end, next: next, lines: 1}
	c.cells, c.ends = c.cells[:0], c.ends[:0]
	sound := 0 // cells that end on the record's first line
	for last := false; !last; {
		at := q.at
		ends, err := q.field()
		switch {
		case errors.Is(err, errQuotes):
			q.giveUp(sound, at, next)
			return nil
		case err != nil:
			return err
		}
		last = ends
		c.ends = append(c.ends, len(c.cells))
		if q.lines == 1 {
			sound = len(c.ends)
		}
	}
	c.addFirst(len(c.ends))
	if q.lines > 1 {
		c.row.raw = c.buf[c.pos : c.pos+q.end]
	}
	c.take(q.next, q.lines)
	return nil
}

// addFirst takes in the first n cells of a record that has quotation marks; they share
// a string.
func (c *csvReader) addFirst(n int) {
	texts, start := string(c.cells), 0
	for column, end := range c.ends[:n] {
		c.add(column, texts[start:end])
		start = end
	}
}

// giveUp marks the record as faulty and ends it with its first line, of which only
// the sound cells are kept. Whatever its marks were meant to enclose, the next line
// is a row of its own.
func (q *quotedScan) giveUp(sound, at, next int) {
	c := q.csvReader
	c.addFirst(sound)
	c.row.width = len(c.ends)
	c.row.fault = &fault{column: sound, line: c.line, text: c.lineFrom(at, next)}
	c.take(next, 1)
}

// A fault is a mark in a row that cannot be taken for what it should be.
type fault struct {
	column int
	line   int
	text   string // from the cell to the end of its line
}

var errQuotes = errors.New("quotation marks in the wrong place")

// lineFrom is the rest of a record's first line, as a message shows it.
func (c *csvReader) lineFrom(at, next int) string {
	const most = 256
	text := c.buf[c.pos+min(at, next) : c.pos+next]
	return trim(strings.ToValidUTF8(string(text[:min(len(text), most)]), ""))
}

// field appends a cell to those of the record. It reports whether that is the last one.
func (q *quotedScan) field() (last bool, err error) {
	start := q.afterSpace(q.at)
	if start < q.end && q.buf[q.pos+start] == '"' {
		return q.quoted(start + 1)
	}
	rest := q.buf[q.pos+q.at : q.pos+q.end]
	n := bytes.Index(rest, []byte(q.dialect.delimiter))
	if last = n < 0; last {
		n = len(rest)
	}
	cell := rest[:n]
	if err := q.check(cell); err != nil {
		return false, err
	}
	if bytes.IndexByte(cell, '"') >= 0 && !isTextFormula(cell) {
		return false, errQuotes
	}
	if !last {
		q.at += n + len(q.dialect.delimiter)
	}
	q.cells = append(q.cells, cell...)
	return last, nil
}

// isTextFormula recognises ="7041…", whose quotation marks are no fault.
func isTextFormula(cell []byte) bool {
	cell = bytes.TrimSpace(cell)
	return len(cell) > 2 && bytes.HasPrefix(cell, []byte(`="`)) && bytes.IndexByte(cell[2:], '"') == len(cell)-3
}

// afterSpace passes over the spaces, and tabs if they do not delimit, that some
// programs put beside quotation marks.
func (q *quotedScan) afterSpace(i int) int {
	for i < q.end {
		rest := q.buf[q.pos+i : q.pos+q.end]
		switch {
		case rest[0] == ' ', rest[0] == '\t' && q.dialect.delimiter != "\t":
			i++
		case bytes.HasPrefix(rest, []byte(bomUTF8)):
			i += len(bomUTF8) // of a file that was put behind another
		default:
			return i
		}
	}
	return i
}

// quoted reads a cell behind its opening quotation mark.
func (q *quotedScan) quoted(i int) (last bool, err error) {
	start := len(q.cells)
	for {
		rest := q.buf[q.pos+i : q.pos+q.end]
		n := bytes.IndexByte(rest, '"')
		switch {
		case n < 0:
			if i, err = q.nextLine(i, start); err != nil {
				return false, err
			}
		case n+1 < len(rest) && rest[n+1] == '"':
			q.cells = append(q.cells, rest[:n+1]...)
			i += n + 2
		default:
			q.cells = append(q.cells, rest[:n]...)
			if err := q.checkDecoded(q.cells[start:]); err != nil {
				return false, err
			}
			return q.closed(i + n + 1)
		}
	}
}

// nextLine goes on in the line below and returns where it begins; the cell's text so far
// begins at start.
func (q *quotedScan) nextLine(i, start int) (int, error) {
	q.cells = append(append(q.cells, q.buf[q.pos+i:q.pos+q.end]...), '\n')
	below := q.next
	end, next, err := q.lineEnd(below)
	switch {
	case errors.Is(err, io.EOF), q.lines == maxCellLines, len(q.cells)-start > maxCellBytes:
		return 0, errQuotes
	case err != nil:
		return 0, err
	}
	q.end, q.next, q.lines = end, next, q.lines+1
	return below, nil
}

// closed checks what stands behind a closing quotation mark: nothing but the
// next cell.
func (q *quotedScan) closed(i int) (last bool, err error) {
	i = q.afterSpace(i)
	rest := q.buf[q.pos+i : q.pos+q.end]
	switch {
	case len(rest) == 0:
		return true, nil
	case bytes.HasPrefix(rest, []byte(q.dialect.delimiter)):
		q.at = i + len(q.dialect.delimiter)
		return false, nil
	}
	return false, errQuotes
}
