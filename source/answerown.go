package source

import (
	"math"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"
)

// addOwn adds the cells of the answer's columns to a row.
func (a *answering) addOwn(said AnswerRow) {
	for i := range a.Columns {
		var value any
		if i < len(said.Cells) {
			value = said.Cells[i]
		}
		style, holds := a.styles.text, content{}
		switch v := value.(type) {
		case string:
			holds = textOf(v)
		case Number:
			style, holds = a.styles.number, v.content()
		}
		a.cells = append(a.cells, sheetCell{holds, a.styles.of(style, said.Tone, false)})
	}
}

// beginMend makes the head of the sheet with the rows to mend.
func (a *answering) beginMend(columns []AnswerColumn) error {
	return a.heads(a.mend, slices.Concat([]AnswerColumn{{Head: a.RowHead, Width: rowWidth}}, a.Columns[:a.MendColumns], columns))
}

// heads begins a sheet of the answer's own with the heads of its columns.
func (a *answering) heads(out *sheetWriter, columns []AnswerColumn) error {
	cells, spans := make([]sheetCell, len(columns)), make([]span, len(columns))
	for i, column := range columns {
		cells[i], spans[i].width = sheetCell{textOf(column.Head), a.styles.head}, column.Width
	}
	out.begin(frame{selected: out == a.rows && !a.Empty, printed: true, frozen: 1, columns: spans})
	return out.row(1, headHeight(columns), false, cells)
}

// addMend adds a row to the sheet with those to mend, if it is one of them. Its cells are
// those of the other sheet: values of the row, and behind them what is said about it.
func (a *answering) addMend(said AnswerRow, values, own []sheetCell) error {
	if !said.Mend {
		return nil
	}
	a.mends = append(a.mends[:0], sheetCell{numberOf(float64(said.Row)), a.styles.number})
	a.mends = append(append(a.mends, own[:a.MendColumns]...), values...)
	return a.mend.row(a.mend.last+1, a.height(said), false, a.mends)
}

// height is the height that the words beside a row need, 0 if the usual one is enough.
// Not every program finds it out by itself.
func (a *answering) height(said AnswerRow) float64 {
	lines := 1
	for i := range min(len(a.Columns), len(said.Cells)) {
		if text, ok := said.Cells[i].(string); ok {
			lines = max(lines, linesOf(text, a.Columns[i].Width))
		}
	}
	return heightOf(lines)
}

// heightOf is the height of a row of so many lines, in points, 0 for one line.
func heightOf(lines int) float64 {
	const line, most = 16, excelize.MaxRowHeight
	if lines == 1 {
		return 0
	}
	return min(float64(lines)*line, most)
}

// linesOf is how many lines a text takes in a column of a width in characters.
func linesOf(text string, width float64) int {
	lines := 0
	for line := range strings.SplitSeq(text, "\n") {
		columns := 0
		for _, r := range line {
			columns++
			if r >= firstWide {
				columns++
			}
		}
		lines += max(1, int(math.Ceil(float64(columns)/(width-1))))
	}
	return lines
}

// firstWide is about where the characters begin that are twice as wide as a digit.
const firstWide = 0x2e80

// listRows lists the rows by their numbers and ids.
func (a *answering) listRows() error {
	columns := slices.Concat([]AnswerColumn{{Head: a.RowHead, Width: rowWidth}}, a.Keys, a.Columns)
	if err := a.heads(a.rows, columns); err != nil {
		return err
	}
	if err := a.beginMend(a.Keys); err != nil {
		return err
	}
	for {
		said, ok, err := a.take()
		if err != nil {
			return err
		}
		if !ok {
			return a.finish(1, len(columns))
		}
		if err := a.list(said); err != nil {
			return err
		}
	}
}

func (a *answering) list(said AnswerRow) error {
	a.cells = append(a.cells[:0], sheetCell{numberOf(float64(said.Row)), a.styles.of(a.styles.number, said.Tone, false)})
	for i := range a.Keys {
		var key sheetCell
		if i < len(said.Keys) {
			key = sheetCell{textOf(said.Keys[i]), a.styles.of(a.styles.text, said.Tone, false)}
		}
		a.cells = append(a.cells, key)
	}
	keys := a.cells[1:]
	a.addOwn(said)
	if err := a.rows.row(a.rows.last+1, a.height(said), false, a.cells); err != nil {
		return err
	}
	return a.addMend(said, keys, a.cells[1+len(keys):])
}
