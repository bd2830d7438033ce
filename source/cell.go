package source

import "bytes"

// stored is a cell as the sheet stores it.
type stored struct {
	kind       storedKind
	style      int
	start      int // of its text in the row's values
	hasFormula bool
	hasValue   bool
	linked     bool   // the formula refers to another workbook
	formula    []byte // if the sheet is read whole
}

// A storedKind is what a cell's attribute t says.
type storedKind uint8

// The kinds of cells in a sheet part.
const (
	storedNumber storedKind = iota
	storedShared
	storedInline
	storedString
	storedBoolean
	storedError
	storedDate
)

// kindOf reads the attribute t. It reports false for a kind that does not exist.
func kindOf(t []byte) (kind storedKind, ok bool) {
	switch string(t) {
	case "n":
		return storedNumber, true
	case "s":
		return storedShared, true
	case "inlineStr":
		return storedInline, true
	case "str":
		return storedString, true
	case "b":
		return storedBoolean, true
	case "e":
		return storedError, true
	case "d":
		return storedDate, true
	}
	return storedNumber, false
}

// readCell reads a cell and appends it to the row, unless it is blank.
func (s *sheetReader) readCell() error {
	column := s.last + 1
	c := stored{start: len(s.values)}
	for i := range s.attributes {
		var err error
		switch a := &s.attributes[i]; string(a.name) {
		case "r":
			column, err = s.cellColumn(a.value)
		case "s":
			err = s.cellStyle(&c, a.value)
		case "t":
			err = s.cellKind(&c, a.value)
		}
		if err != nil {
			return err
		}
	}
	if err := s.place(column); err != nil {
		return err
	}
	if s.usualContent(&c) {
		return s.addCell(column, &c)
	}
	for outer := s.depth() - 1; s.depth() > outer; {
		tok, err := s.scanner.next()
		switch {
		case err != nil:
		case tok == textToken:
			err = s.blank()
		case tok == startTag:
			err = s.cellContent(&c)
		}
		if err != nil {
			return err
		}
	}
	return s.addCell(column, &c)
}

// usualContent reads the rest of a cell in one go if it is spelled as nearly
// every program spells it. It makes reading twice as fast,
// and whatever it leaves alone is read token by token.
func (s *sheetReader) usualContent(c *stored) bool {
	before, after := "<v>", "</v></c>"
	if c.kind == storedInline {
		before, after = "<is><t>", "</t></is></c>"
	}
	start := len(s.values)
	values, ok := s.usualText(s.values, before, after)
	if !ok {
		return false
	}
	s.values = values
	if c.kind == storedInline {
		s.values = s.values[:start+len(decodeEscapes(s.values[start:]))]
	}
	c.hasValue = true
	return true
}

// cellColumn reads the name of a cell, which must be in the row it names.
func (s *sheetReader) cellColumn(name []byte) (int, error) {
	column, row, ok := parseReference(name)
	if !ok || row != s.row.number {
		return 0, s.damaged("cell “%s” in row %d", show(string(name)), s.row.number)
	}
	return column, nil
}

// place keeps track of where the row's cells are.
func (s *sheetReader) place(column int) error {
	if s.cells++; s.cells > maxCells {
		return tooLarge(s.scanner.part, "more than %d cells or elements", maxCells)
	}
	if column >= maxColumn || len(s.seen) == maxColumn {
		return s.damaged("more than %d cells in row %d", maxColumn, s.row.number)
	}
	s.mixed = s.mixed || column <= s.last
	s.seen = append(s.seen, column)
	s.last = column
	return nil
}

// cellStyle reads the number of a style. One that is no number is none, as in
// Excel.
func (s *sheetReader) cellStyle(c *stored, style []byte) error {
	const longest = 7
	style = trimXML(style)
	if len(style) == 0 || len(bytes.TrimLeft(style, "0123456789")) > 0 {
		return nil
	}
	style = bytes.TrimLeft(style, "0")
	c.style, _ = parseCount(style[:min(len(style), longest)])
	if c.style >= max(len(s.formats), 1) {
		return s.damaged("a style that is not there: %d", c.style)
	}
	return nil
}

func (s *sheetReader) cellKind(c *stored, kind []byte) (err error) {
	var ok bool
	if c.kind, ok = kindOf(kind); !ok {
		err = s.damaged("a cell of the kind “%s”", show(string(kind)))
	}
	return err
}

// cellContent reads one element within a cell.
func (s *sheetReader) cellContent(c *stored) (err error) {
	switch {
	case s.is("v") && !c.hasValue:
		c.hasValue = true
		s.values, err = s.plainText(s.values)
	case s.is("is") && !c.hasValue && c.kind == storedInline:
		c.hasValue = true
		s.values, err = s.richText(s.values)
	case s.is("v"), s.is("is"):
		return s.damaged("a value that does not fit its cell in row %d", s.row.number)
	case s.is("f"):
		c.hasFormula = true
		return s.readFormula(c)
	default:
		return s.skipOnly("extLst")
	}
	return err
}

// readFormula passes over a formula, which has been calculated by others.
func (s *sheetReader) readFormula(c *stored) error {
	for outer := s.depth() - 1; s.depth() > outer; {
		tok, err := s.scanner.next()
		if err != nil {
			return err
		}
		c.linked = c.linked || tok == textToken && linksOut(s.text)
		if s.whole && tok == textToken {
			c.formula = append(c.formula, s.text...)
		}
	}
	return nil
}

// linksOut recognises a reference to another workbook in a formula: [1]Sheet1!A1.
func linksOut(formula []byte) bool {
	for {
		before, after, found := bytes.Cut(formula, []byte{'['})
		if !found {
			return false
		}
		number, _, closed := bytes.Cut(after, []byte{']'})
		ofTable := len(before) > 0 && nameBytes[before[len(before)-1]] != 0 // Table1[2023]
		if _, ok := parseCount(number); ok && closed && !ofTable {
			return true
		}
		formula = after
	}
}

// addCell appends a cell to the row once its text is known.
func (s *sheetReader) addCell(column int, c *stored) error {
	kind, err := s.resolve(c)
	if err != nil {
		return err
	}
	text := s.values[c.start:]
	if err := s.checkLength(text); err != nil {
		return err
	}
	if kind != formulaCell && isBlankBytes(text) {
		s.values = s.values[:c.start]
		s.addBlank(column, c)
		return nil
	}
	if len(s.row.cells) == maxValues {
		return tooLarge(s.scanner.part, "more than %d cells in row %d", maxValues, s.row.number)
	}
	s.row.linked = s.row.linked || c.linked
	s.row.cells = append(s.row.cells, cell{column: column, kind: kind, linked: c.linked, look: s.look(c)})
	s.ends = append(s.ends, len(s.values))
	return nil
}

// resolve finds out what a cell holds and replaces the number of a shared
// string by its text.
func (s *sheetReader) resolve(c *stored) (kind, error) {
	text := s.values[c.start:]
	// An empty text is what ="" gives; any other formula has a value or was
	// never calculated.
	if c.hasFormula && (s.stale || !(c.hasValue && c.kind == storedString) && len(trimXML(text)) == 0) {
		return formulaCell, nil
	}
	switch c.kind {
	case storedShared:
		return textCell, s.resolveShared(c)
	case storedInline:
		return textCell, nil
	case storedString:
		s.values = s.values[:c.start+len(decodeEscapes(text))]
		if c.hasFormula && s.numberKind(c.style) == dateCell {
			return dateCell, nil // some programs keep the number of a date as text
		}
		return textCell, nil
	case storedBoolean:
		return booleanCell, nil
	case storedError:
		return errorCell, nil
	case storedDate:
		return dateCell, nil
	}
	return s.numberKind(c.style), nil
}

func (s *sheetReader) resolveShared(c *stored) error {
	if !c.hasValue {
		return nil
	}
	digits := trimXML(s.values[c.start:])
	n, ok := parseCount(digits)
	if !ok && string(digits) != "0" {
		return s.damaged("a shared string “%s”", show(string(digits)))
	}
	shared, ok := s.texts.at(n)
	if !ok {
		return s.damaged("a shared string that is not there: %d", n)
	}
	s.values = append(s.values[:c.start], shared...)
	return nil
}

// kinds are what formats make of numbers.
var kinds = [...]kind{
	plainFormat:   numberCell,
	percentFormat: percentCell,
	pointsFormat:  pointsCell,
	mixedFormat:   mixedCell,
	unitFormat:    unitCell,
	paddedFormat:  paddedCell,
	zeroFormat:    zeroCell,
	dateFormat:    dateCell,
}

// numberKind is what a style makes of a number.
func (s *sheetReader) numberKind(style int) kind {
	if style >= len(s.formats) {
		return numberCell // no styles part at all
	}
	return kinds[s.formats[style]]
}

// isBlankBytes is isBlank without making a string in the usual case.
func isBlankBytes(b []byte) bool {
	return len(b) == 0 || !isPlain(b[0]) && len(bytes.TrimLeftFunc(b, isFiller)) == 0
}
