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
	sound, column := 0, 0 // cells and columns that end on the record's first line
	for last := false; !last; {
		at := q.at
		text, ends, err := q.field()
		switch {
		case errors.Is(err, errQuotes):
			q.giveUp(sound, column, at, next)
			return nil
		case err != nil:
			return err
		}
		last = ends
		c.add(c.row.width, text)
		if q.lines == 1 {
			sound, column = len(c.row.cells), c.row.width
		}
	}
	if q.lines > 1 {
		c.row.raw = c.buf[c.pos : c.pos+q.end]
	}
	c.take(q.next, q.lines)
	return nil
}

// giveUp marks the record as faulty and ends it with its first line, of which only
// the sound cells are kept. Whatever its marks were meant to enclose, the next line
// is a row of its own.
func (q *quotedScan) giveUp(sound, column, at, next int) {
	c := q.csvReader
	c.row.cells = c.row.cells[:sound]
	c.row.fault = &fault{column: column, line: c.line, text: c.lineFrom(at, next)}
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

// field reads a cell. It reports whether that is the last one of the record.
func (q *quotedScan) field() (text string, last bool, err error) {
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
		return "", false, err
	}
	if bytes.IndexByte(cell, '"') >= 0 && !isTextFormula(cell) {
		return "", false, errQuotes
	}
	if !last {
		q.at += n + len(q.dialect.delimiter)
	}
	return string(cell), last, nil
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
func (q *quotedScan) quoted(i int) (text string, last bool, err error) {
	q.cell = q.cell[:0]
	for {
		rest := q.buf[q.pos+i : q.pos+q.end]
		n := bytes.IndexByte(rest, '"')
		switch {
		case n < 0:
			if i, err = q.nextLine(i); err != nil {
				return "", false, err
			}
		case n+1 < len(rest) && rest[n+1] == '"':
			q.cell = append(q.cell, rest[:n+1]...)
			i += n + 2
		default:
			q.cell = append(q.cell, rest[:n]...)
			if err := q.checkDecoded(q.cell); err != nil {
				return "", false, err
			}
			last, err = q.closed(i + n + 1)
			return string(q.cell), last, err
		}
	}
}

// nextLine goes on in the line below and returns where it begins.
func (q *quotedScan) nextLine(i int) (int, error) {
	q.cell = append(append(q.cell, q.buf[q.pos+i:q.pos+q.end]...), '\n')
	start := q.next
	end, next, err := q.lineEnd(start)
	switch {
	case errors.Is(err, io.EOF), q.lines == maxCellLines, len(q.cell) > maxCellBytes:
		return 0, errQuotes
	case err != nil:
		return 0, err
	}
	q.end, q.next, q.lines = end, next, q.lines+1
	return start, nil
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
