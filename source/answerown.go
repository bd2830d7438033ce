package source

import (
	"math"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"
)

// own are the cells of the answer's columns in a row.
func (a *answering) own(said AnswerRow) []any {
	cells := make([]any, len(a.Columns))
	for i := range cells {
		style := a.styles.text
		var value any
		if i < len(said.Cells) {
			value = said.Cells[i]
		}
		if n, ok := value.(Number); ok {
			style, value = a.styles.number, n.cellValue()
		}
		cells[i] = excelize.Cell{StyleID: a.styles.of(style, said.Tone, false), Value: value}
	}
	return cells
}

// beginMend makes the head of the sheet with the rows to mend.
func (a *answering) beginMend(columns []AnswerColumn) error {
	a.mends = 1
	return a.heads(a.mend, slices.Concat([]AnswerColumn{{Head: a.RowHead, Width: rowWidth}}, a.Columns[:a.MendColumns], columns))
}

// heads begins a sheet of the answer's own with the heads of its columns.
func (a *answering) heads(out *excelize.StreamWriter, columns []AnswerColumn) error {
	cells, spans := make([]any, len(columns)), make([]span, len(columns))
	for i, column := range columns {
		cells[i], spans[i].width = excelize.Cell{StyleID: a.styles.head, Value: column.Head}, column.Width
	}
	if err := setColumns(out, spans); err != nil {
		return err
	}
	if err := out.SetPanes(frozen(1)); err != nil {
		return err
	}
	return out.SetRow("A1", cells, excelize.RowOpts{Height: headHeight(columns)})
}

// addMend adds a row to the sheet with those to mend.
func (a *answering) addMend(said AnswerRow, own, values []any) error {
	a.mends++
	cells := slices.Concat([]any{excelize.Cell{StyleID: a.styles.number, Value: said.Row}}, own[:a.MendColumns], values)
	return a.mend.SetRow(cellName(0, a.mends), cells, excelize.RowOpts{Height: a.height(said)})
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
	for a.last = 1; ; {
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
	keys := make([]any, len(a.Keys))
	for i := range min(len(keys), len(said.Keys)) {
		keys[i] = excelize.Cell{StyleID: a.styles.of(a.styles.text, said.Tone, false), Value: said.Keys[i]}
	}
	own := a.own(said)
	number := excelize.Cell{StyleID: a.styles.of(a.styles.number, said.Tone, false), Value: said.Row}
	a.last++
	if err := a.rows.SetRow(cellName(0, a.last), slices.Concat([]any{number}, keys, own), excelize.RowOpts{Height: a.height(said)}); err != nil {
		return err
	}
	if !said.Mend {
		return nil
	}
	return a.addMend(said, own, keys)
}
