package source

import (
	"bytes"
	"io"
	"slices"
)

const (
	maxRow    = 1 << 20 // of an Excel sheet
	maxColumn = 1 << 14
	maxValues = 256 // cells with something in them, in one row

	// maxCells is how many cells a sheet may have, blank ones counted, and how many
	// elements of no interest: a flood of either takes a second.
	maxCells = 32 << 20
)

// A sheetReader reads the rows of a worksheet part as a stream.
type sheetReader struct {
	*scanner
	part    io.Closer
	texts   *sharedStrings
	formats []format
	stale   bool // formulas have no value that holds
	whole   bool // blank cells and the looks of all are read too, for a copy

	row    row
	hiding []area // the columns that are hidden
	spans  []span // what the sheet says about columns, if it is read whole
	looks  []look // room for those of the next cells, likewise
	flat   bool   // rows that give no height have none
	values []byte // the texts of the row, end to end
	ends   []int  // where each cell's text ends in values
	cells  int    // of the sheet so far
	last   int    // the column of the row's last cell, from 0
	mixed  bool   // the row's cells are out of order
	seen   []int  // the columns of its cells, blank ones included
}

func newSheetReader(part io.ReadCloser, name string, texts *sharedStrings, formats []format) *sheetReader {
	return &sheetReader{scanner: newScanner(part, name), part: part, texts: texts, formats: formats}
}

func (s *sheetReader) close() { _ = s.part.Close() } // it was only read

// start reads up to the first row.
func (s *sheetReader) start() (err error) {
	defer refusePanic(&err)
	if err := s.root("worksheet"); err != nil {
		return err
	}
	for s.depth() > 0 {
		tok, err := s.scanner.next()
		switch {
		case err != nil:
			return err
		case tok == startTag && s.is("sheetData"):
			return nil
		case tok == startTag && string(s.name) == "sheetData":
			err = s.damaged("<%s> among the cells", "sheetData")
		case tok == startTag && s.is("sheetFormatPr"):
			zero, _ := s.attribute("zeroHeight")
			s.flat, err = isTrue(zero), s.skip()
		case tok == startTag && s.is("cols"):
			// its columns are found on the way
		case tok == startTag && s.is("col"):
			s.readColumns()
		case tok == startTag:
			err = s.skip()
		}
		if err != nil {
			return err
		}
	}
	return s.damaged("<sheetData> is missing")
}

// readColumns notes columns that are hidden.
func (s *sheetReader) readColumns() {
	hidden, _ := s.attribute("hidden")
	width, _ := s.attribute("width")
	first, _ := s.attribute("min")
	last, _ := s.attribute("max")
	left, ok1 := parseCount(first)
	right, ok2 := parseCount(last)
	if s.whole && ok1 && ok2 && len(s.spans) < maxColumn {
		s.spans = append(s.spans, newSpan(left-1, right-1, width, isTrue(hidden)))
	}
	if (isTrue(hidden) || string(width) == "0") && ok1 && ok2 && len(s.hiding) < maxColumn {
		s.hiding = append(s.hiding, area{left: left - 1, right: right - 1})
	}
}

// isTrue reads an attribute that says yes or no.
func isTrue(value []byte) bool { return string(value) == "1" || string(value) == "true" }

// next reads a row.
func (s *sheetReader) next() (*row, error) {
	for {
		tok, err := s.scanner.next()
		switch {
		case err != nil:
			return nil, err
		case tok == textToken:
			err = s.blank()
		case tok == startTag && s.is("row"):
			return s.readRow()
		case tok == startTag:
			err = s.skipOnly("extLst")
		case tok == endTag:
			return nil, s.readEnd()
		}
		if err != nil {
			return nil, err
		}
	}
}

// readEnd reads what follows the rows, to the very end of the part, and
// returns io.EOF if all of it is sound.
func (s *sheetReader) readEnd() error {
	for s.depth() > 0 {
		tok, err := s.scanner.next()
		switch {
		case err != nil:
		case tok == startTag && string(s.name) == "sheetData":
			err = s.damaged("a second <sheetData>")
		case tok == startTag:
			err = s.skip()
		}
		if err != nil {
			return err
		}
	}
	if err := s.finish(); err != nil {
		return err
	}
	return io.EOF
}

func (s *sheetReader) readRow() (*row, error) {
	if err := s.startRow(); err != nil {
		return nil, err
	}
	for outer := s.depth() - 1; s.depth() > outer; {
		if usual, err := s.usualCell(); err != nil {
			return nil, err
		} else if usual {
			continue
		}
		tok, err := s.scanner.next()
		switch {
		case err != nil:
		case tok == textToken:
			err = s.blank()
		case tok == startTag && s.is("c"):
			err = s.readCell()
		case tok == startTag:
			err = s.skipOnly("extLst")
		}
		if err != nil {
			return nil, err
		}
	}
	return s.endRow()
}

// startRow takes the row's number, which is one more than the last one's if
// the row does not say.
func (s *sheetReader) startRow() error {
	number := s.row.number + 1
	if text, given := s.attribute("r"); given {
		n, ok := parseCount(text)
		if !ok || n < number {
			return s.damaged("row “%s” after row %d", show(string(text)), s.row.number)
		}
		number = n
	}
	if number > maxRow {
		return s.damaged("row %d", number)
	}
	hidden, _ := s.attribute("hidden")
	height, given := s.attribute("ht")
	s.row = row{number: number, cells: s.row.cells[:0], blanks: s.row.blanks[:0]}
	if s.whole {
		s.row.height = positive(height)
	}
	s.row.hidden = isTrue(hidden) || string(height) == "0" || s.flat && !given
	s.values, s.ends, s.seen = s.values[:0], s.ends[:0], s.seen[:0]
	s.last, s.mixed = -1, false
	return nil
}

// endRow makes the texts of the cells strings, all in one go.
func (s *sheetReader) endRow() (*row, error) {
	values, start := string(s.values), 0
	for i, end := range s.ends {
		s.row.cells[i].text = values[start:end]
		start = end
	}
	if !s.mixed {
		return &s.row, nil
	}
	slices.Sort(s.seen)
	if distinct := slices.Compact(slices.Clone(s.seen)); len(distinct) < len(s.seen) {
		return nil, s.damaged("two cells in one place in row %d", s.row.number)
	}
	slices.SortFunc(s.row.cells, func(a, b cell) int { return a.column - b.column })
	return &s.row, nil
}

// parseCount reads a positive whole number of at most seven digits.
func parseCount(text []byte) (int, bool) {
	const longest = 7
	if len(text) > longest {
		return 0, false
	}
	n := 0
	for _, c := range text {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, n > 0
}

// parseReference reads the name of a cell, such as C17; the column counts from
// 0 and the row from 1.
func parseReference(text []byte) (column, row int, ok bool) {
	i := 0
	for ; i < len(text) && i <= 3; i++ {
		letter := text[i] &^ 0x20
		if letter < 'A' || letter > 'Z' {
			break
		}
		column = column*26 + int(letter-'A') + 1
	}
	row, ok = parseCount(text[i:])
	return column - 1, row, ok && i > 0 && column <= maxColumn
}

// trimXML cuts white space off the value of a cell.
func trimXML(b []byte) []byte { return bytes.Trim(b, " \t\r\n") }
