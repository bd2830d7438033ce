package source

import (
	"slices"
	"strconv"
	"strings"
)

// style is the number of a cell's style, 0 in a text file.
func (c *cell) style() int {
	if c.look == nil {
		return 0
	}
	return c.look.style
}

// doubt is put before what was refused, and would pass without.
const doubt = "? "

// copied is what the copy of a cell holds, and whether it is an id that must stay a text. Whoever reads the copy must find what was found in
// the file: a number that was certain is the same number, a cell that was refused is
// refused, even where only the form of the file had told why.
func (l *layout) copied(c *cell, u Update, refused *RowError) (holds content, asText bool) {
	field := l.field(c.column)
	holds = c.content()
	if field == "" && c.kind == formulaCell && !isBlank(c.text) {
		holds = textOf(writable(c.text)) // nothing hangs on it, and it was the value once
	}
	if refused.concerns(c, field) {
		if c.isFine(l, field, holds) {
			return textOf(doubt + trim(c.text)), false
		}
		return holds, false
	}
	if n := u.number(field); n != "" && (c.look == nil || c.kind == numberCell) {
		return n.content(), false
	}
	if id := u.id(field); id != "" {
		if c.look != nil && c.look.numeric {
			return textOf(id), true
		}
		return holds, true
	}
	return holds, false
}

// content is what a cell holds.
func (c *cell) content() content {
	switch {
	case c.kind == formulaCell:
		return textOf("=" + writable(c.look.formula))
	case c.kind == booleanCell:
		return truthOf(booleanName(trim(c.text)) == "TRUE")
	case c.look != nil && c.look.numeric:
		if f, ok := storedFloat(c.text); ok {
			return numberOf(f)
		}
	}
	return textOf(writable(c.text))
}

// content is the number as a cell holds it: as a number, or as a text if that does not say
// the same.
func (n Number) content() content {
	var digits [32]byte
	if f, ok := storedFloat(string(n)); ok && string(strconv.AppendFloat(digits[:0], f, 'f', -1, 64)) == string(n) {
		return numberOf(f)
	}
	return textOf(string(n))
}

// storedFloat reads a number as a cell stores it, to the 15 digits that a spreadsheet
// keeps. They are rounded as written: the nearest float may lie on the other side of a 5.
func storedFloat(text string) (float64, bool) {
	if isCanonical(text) { // there is nothing to round
		f, err := strconv.ParseFloat(text, 64)
		return f, err == nil
	}
	d, ok := parseDecimal(trim(text), true)
	if !ok || d.point > mostPlaces || d.point < -mostPlaces {
		return 0, false
	}
	digits := d.rounded().canonical()
	f, err := strconv.ParseFloat(digits, 64)
	return f, err == nil
}

// mostPlaces is how many places before or behind the point a number of a sheet has at
// most that is copied as one.
const mostPlaces = 100

// writable leaves out the characters that no workbook can hold.
func writable(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0xFFFE || r == 0xFFFF {
			return -1
		}
		return r
	}, text)
}

// wholeRow reports whether it is not certain to which columns the row's cells belong.
// Then none of them may pass.
func (e *RowError) wholeRow() bool {
	return e != nil && slices.ContainsFunc(e.Problems, func(p Problem) bool {
		return p.Code == CodeRowTooLong || p.Code == CodeCSVQuotes
	})
}

// concerns reports whether the refusal of a row is about a cell.
func (e *RowError) concerns(c *cell, field Column) bool {
	switch {
	case e == nil || field == "":
		return false
	case e.wholeRow():
		return true
	}
	return slices.ContainsFunc(e.Problems, func(p Problem) bool {
		return p.Cell == cellName(c.column, e.Row) && p.Code != CodeCellMerged // which the copy is too
	})
}

// isFine reports whether the copy of a cell may be taken for a value of its column.
func (c *cell) isFine(l *layout, field Column, holds content) bool {
	copied := cell{column: c.column, kind: c.kind}
	switch holds.kind {
	case truthContent:
		return false
	case numberContent:
		copied.text = strconv.FormatFloat(holds.number, 'f', -1, 64)
	case textContent:
		copied.kind, copied.text = textCell, holds.text
	}
	var code Code
	switch field {
	case ColumnItemID, ColumnSource, ColumnTable:
		_, code = readID(&copied)
	case ColumnUser, ColumnSupportedUser:
		_, code = readUserID(&copied)
	default:
		plain := layout{percent: l.percent, heads: l.heads} // in which a comma is not doubtful
		_, code = plain.readNumber(&copied)
	}
	return code == ""
}

// number is the value of a number column, "" if the row gives none.
func (u Update) number(field Column) Number {
	switch field {
	case ColumnInitial:
		return u.Initial
	case ColumnTarget:
		return u.Target
	case ColumnCurrent:
		return u.Current
	}
	return ""
}

// id is the value of a column of ids, "" if the row gives none.
func (u Update) id(field Column) string {
	switch field {
	case ColumnItemID:
		return u.ItemID
	case ColumnSource:
		return u.SourceID
	case ColumnTable:
		return u.TableID
	case ColumnUser:
		return u.UserID
	case ColumnSupportedUser:
		return u.SupportedUserID
	}
	return ""
}

// copyFault shows what could not be taken apart in all columns that are read and may
// stand in it, so that none of them is taken for blank.
func (l *layout) copyFault(f *fault, values []sheetCell) {
	for _, column := range l.read {
		if column >= f.column && column < len(values) {
			values[column] = sheetCell{content: textOf(doubt + show(f.text))}
		}
	}
}

// isOwn reports whether a column is one of an earlier answer's.
func (l *layout) isOwn(column int) bool {
	return column < len(l.heads) && l.columns[column] == "" && strings.HasPrefix(l.heads[column], OwnHead)
}

// dropOwn leaves out what an earlier answer said about a row.
func (l *layout) dropOwn(r *row) {
	if !l.answered {
		return
	}
	own := func(c cell) bool { return l.isOwn(c.column) }
	r.cells, r.blanks = slices.DeleteFunc(r.cells, own), slices.DeleteFunc(r.blanks, own)
}

// reach is how many columns a row needs, those of an earlier answer left out.
func (l *layout) reach(r *row) int {
	for i := len(r.cells) - 1; i >= 0; i-- {
		if column := r.cells[i].column; !l.isOwn(column) {
			return column + 1
		}
	}
	return 0
}

// A recorder keeps the rows that the search for the header passes over.
type recorder struct {
	rowReader

	rows []row
}

func (k *recorder) next() (*row, error) {
	r, err := k.rowReader.next()
	if err == nil && len(r.cells)+len(r.blanks) > 0 && len(k.rows) <= mostTitles {
		kept := *r
		kept.cells, kept.blanks = slices.Clone(r.cells), slices.Clone(r.blanks)
		k.rows = append(k.rows, kept)
	}
	return r, err
}

// size is how many cells an area has.
func (a area) size() int { return (a.right - a.left + 1) * (a.bottom - a.top + 1) }

// apart keeps the merged cells that lie apart from each other; where they overlap, no
// spreadsheet knows what is meant.
func apart(areas []area) []area {
	sorted := slices.SortedFunc(slices.Values(areas), func(a, b area) int { return a.top - b.top })
	var kept, open []area
	for _, a := range sorted {
		open = slices.DeleteFunc(open, func(o area) bool { return o.bottom < a.top })
		if !slices.ContainsFunc(open, func(o area) bool { return a.left <= o.right && o.left <= a.right }) {
			kept, open = append(kept, a), append(open, a)
		}
	}
	return kept
}
