package source

import (
	"slices"
	"strings"
)

// A kind is what a cell holds.
type kind uint8

const (
	textCell kind = iota
	numberCell
	percentCell // a number that is shown as a percentage: 0.85 as 85%
	pointsCell  // 85 as 85%
	mixedCell   // a number that may be shown as a percentage
	unitCell    // a number that is shown as another one: 5.5 as 5.5万
	paddedCell  // a number that is shown with zeros before it: 7 as 007
	zeroCell    // a number that is not shown if it is zero
	dateCell
	booleanCell
	errorCell
	formulaCell // a formula without a value
)

// refused says which kinds no field takes.
var refused = map[kind]Code{
	dateCell:    CodeCellIsDate,
	booleanCell: CodeCellIsBoolean,
	errorCell:   CodeCellIsError,
	formulaCell: CodeFormulaWithoutValue,
}

// A cell is one cell that is not blank.
type cell struct {
	column int // counted from 0
	kind   kind
	linked bool   // its formula refers to another workbook
	text   string // as stored
	look   *look  // XLSX: how it is stored and shown, if the sheet is read whole
}

// A row is what both readers, CSV and XLSX, make of a row: its cells from left
// to right without the blank ones, none for a blank row.
type row struct {
	number int // as in Update
	cells  []cell

	hidden bool    // XLSX: not shown
	linked bool    // XLSX: a cell's formula refers to another workbook
	height float64 // XLSX: in points, 0 for the usual one; if the sheet is read whole
	blanks []cell  // XLSX: those with nothing in them but a look; if the sheet is read whole

	width int    // CSV: how many cells there are, blank ones counted
	line  int    // CSV: of the file, counted from 1
	fault *fault // CSV: from which cell on the row cannot be read
	raw   []byte // CSV: the text of a row of several lines

	delimiter string // CSV: of the cells in raw
}

// reading is one row on its way to becoming an Update.
type reading struct {
	layout   *layout
	update   *Update
	problems []Problem
	keySeen  bool   // the row names its item or the item's owner, right or wrong
	owner    *cell  // of the owner column
	rounded  string // the id, if it may have been rounded
	padded   bool   // spaces stand around cells to align them, and say nothing
}

// update reads a row below the header into u. The error is a *RowError, or a *FileError
// if the row is a header that says other than the one above.
func (l *layout) update(r *row, u *Update) error {
	*u = Update{Row: r.number}
	rd := reading{layout: l, update: u, padded: l.isPadded(r)}
	for i := range r.cells {
		rd.take(&r.cells[i])
	}
	rd.takeOwner()
	merged := l.mergedIn(r)
	if u.ItemID == "" {
		aside, err := l.aside(r, rd.keySeen)
		if aside != "" || err != nil {
			*u = Update{Row: r.number, Aside: aside}
			return err
		}
	}
	rd.takeMerged(merged)
	rd.takeShifted(r)
	rd.takeFault(r)
	if !rd.keySeen {
		rd.problems = slices.Insert(rd.problems, 0, l.problem(l.missing(), r.number, l.key, ""))
	}
	if rd.problems != nil {
		refused := rd.refusal()
		*u = Update{}
		return refused
	}
	return nil
}

// missing is the code of a row that does not name its item.
func (l *layout) missing() Code {
	if l.columns[l.key] == ColumnUser {
		return CodeUserMissing
	}
	return CodeIDMissing
}

// refusal refuses the row for its problems.
func (rd *reading) refusal() *RowError {
	e := &RowError{Row: rd.update.Row, Update: *rd.update, Problems: rd.problems}
	isRounded := func(p Problem) bool { return p.Code == CodeIDRounded && p.Field == ColumnItemID }
	if slices.ContainsFunc(rd.problems, isRounded) {
		e.Rounded = rd.rounded
	}
	return e
}

// isPadded reports whether the header or the row's id is padded with spaces, as in
// a file whose columns are aligned. A dash between spaces is zero only elsewhere.
func (l *layout) isPadded(r *row) bool {
	if l.padded {
		return true
	}
	for i := range r.cells {
		if c := &r.cells[i]; c.column == l.key {
			return isSpaced(c.text)
		}
	}
	return false
}

// isSpaced reports whether a text begins or ends with a space.
func isSpaced(text string) bool { return strings.HasPrefix(text, " ") || strings.HasSuffix(text, " ") }

// takeMerged refuses the columns over whose cell a merged one with a value lies.
func (rd *reading) takeMerged(columns []int) {
	for _, column := range columns {
		switch {
		case column == rd.layout.key:
			rd.keySeen, rd.update.ItemID, rd.update.UserID = true, "", ""
		case rd.layout.columns[column] == ColumnUser && rd.keySeen:
			rd.update.UserID = "" // the id says enough
			continue
		}
		rd.refuse(CodeCellMerged, &cell{column: column})
	}
}

// takeShifted refuses a row with more cells than the header, though the last ones
// are blank, if a number may have been broken apart at its thousands separator:
// 1,234 in a file that is delimited by commas.
func (rd *reading) takeShifted(r *row) {
	if r.width <= rd.layout.width || rd.tooLong() {
		return
	}
	for i := range len(r.cells) - 1 {
		c, next := &r.cells[i], &r.cells[i+1]
		if isNumberColumn(rd.layout.field(c.column)) && next.column == c.column+1 && isWritten(c.text) && isWritten(next.text) {
			rd.refuse(CodeRowTooLong, next)
			return
		}
	}
}

// takeFault refuses a row from which on the quotation marks are wrong. The id may
// stand behind them.
func (rd *reading) takeFault(r *row) {
	if f := r.fault; f != nil {
		rd.refuse(CodeCSVQuotes, &cell{column: f.column, text: f.text})
		p := &rd.problems[len(rd.problems)-1]
		p.Line, p.Found = f.line, strings.ReplaceAll(p.Found, `\"`, `"`) // the marks are what matters
		rd.keySeen = rd.keySeen || f.column <= rd.layout.key
	}
}

func (c cell) isTotal() bool { return c.kind == textCell && isTotal(c.text) }

// take reads one cell into the field that its column stands for.
func (rd *reading) take(c *cell) {
	if rd.layout.stretched != nil && rd.layout.stretched[c.column] {
		rd.refuse(CodeCellMerged, c)
		return
	}
	if c.column >= len(rd.layout.columns) {
		rd.beyondHeader(c)
		return
	}
	switch rd.layout.columns[c.column] {
	case ColumnItemID:
		rd.itemID(c)
	case ColumnInitial:
		rd.number(c, &rd.update.Initial)
	case ColumnTarget:
		rd.number(c, &rd.update.Target)
	case ColumnCurrent:
		rd.number(c, &rd.update.Current)
	case ColumnSupportedUser:
		readInto(rd, c, &rd.update.SupportedUserID, readUserID)
	case ColumnSource:
		readInto(rd, c, &rd.update.SourceID, readID)
	case ColumnTable:
		readInto(rd, c, &rd.update.TableID, readID)
	case ColumnUser:
		rd.owner = c
	}
}

// itemID reads the id. Many sheets put the label of their total line into the
// column of the ids, and that is no id that went wrong.
func (rd *reading) itemID(c *cell) {
	id, code := readID(c)
	if code != "" && c.isTotal() {
		return
	}
	rd.keySeen = true
	if code != "" {
		rd.rounded = unwrapID(c.text)
		rd.refuse(code, c)
		return
	}
	rd.update.ItemID = id
}

// takeOwner reads the owner, who stands for the item where the row has no id. Beside
// an id one who cannot be read says nothing: it is a column that was ignored before
// it had a meaning here.
func (rd *reading) takeOwner() {
	if rd.owner == nil || rd.owner.isTotal() {
		return
	}
	id, code := readUserID(rd.owner)
	switch {
	case code == "":
		rd.update.UserID, rd.keySeen = id, true
	case !rd.keySeen:
		rd.keySeen = true
		rd.refuse(code, rd.owner)
	}
}

func (rd *reading) number(c *cell, field *Number) {
	n, code := rd.layout.readNumber(c)
	if rd.padded && trim(c.text) == "-" {
		code = CodeNumberInvalid
	}
	if code != "" {
		rd.refuse(code, c)
		return
	}
	*field = n
}

func readInto(rd *reading, c *cell, field *string, read func(*cell) (string, Code)) {
	text, code := read(c)
	if code != "" {
		rd.refuse(code, c)
		return
	}
	*field = text
}

// beyondHeader refuses the first cell that has no header above it.
func (rd *reading) beyondHeader(c *cell) {
	if rd.layout.fixedWidth && !rd.tooLong() {
		rd.refuse(CodeRowTooLong, c)
	}
}

// tooLong reports whether the row is refused for its length already.
func (rd *reading) tooLong() bool {
	return slices.ContainsFunc(rd.problems, func(p Problem) bool { return p.Code == CodeRowTooLong })
}

func (rd *reading) refuse(code Code, c *cell) {
	found := trim(c.text)
	switch c.kind {
	case booleanCell:
		found = booleanName(found)
	case percentCell:
		found = percentShown(found)
	case pointsCell:
		found += "%"
	}
	rd.problems = append(rd.problems, rd.layout.problem(code, rd.update.Row, c.column, found))
}

func (l *layout) problem(code Code, row, column int, found string) Problem {
	p := Problem{Code: code, Row: row, Cell: cellName(column, row), Found: show(found)}
	if column < len(l.heads) {
		p.Column, p.Field = l.heads[column], l.columns[column]
	}
	return p
}

// percentShown is a stored ratio as its cell shows it: 0.85 as 85%.
func percentShown(stored string) string {
	points, code := parsePercent(stored, PercentPoints)
	if code != "" {
		return stored
	}
	return string(points) + "%"
}

func booleanName(stored string) string {
	switch stored {
	case "1":
		return "TRUE"
	case "0":
		return "FALSE"
	}
	return stored
}

// readNumber reads a cell of a number column.
func (l *layout) readNumber(c *cell) (Number, Code) {
	mode := l.percent
	switch c.kind {
	case textCell:
		if !l.commas && isCanonical(c.text) {
			return Number(c.text), "" // the usual case
		}
		if l.isDoubtful(c.column, c.text) {
			return "", CodeNumberAmbiguous
		}
		return parseNumber(c.text, mode)
	case numberCell, paddedCell:
		return parseStored(c.text)
	case zeroCell:
		n, code := parseStored(c.text)
		if n == "0" {
			return "", CodeCellShown
		}
		return n, code
	case percentCell:
		return parsePercent(c.text, mode)
	case pointsCell:
		return parsePoints(c.text, mode)
	case mixedCell:
		if n, _ := parseStored(c.text); n == "0" {
			return n, ""
		}
		return "", CodeCellShown
	case unitCell:
		return "", CodeCellShown
	}
	return "", refused[c.kind]
}
