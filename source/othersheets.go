package source

import (
	"errors"
	"io"
	"strings"

	"github.com/xuri/excelize/v2"
)

// mostOthers is how many bytes the other sheets of a workbook may have, inflated, to be
// copied into an answer.
const mostOthers = 64 << 20

// copyOthers copies the other sheets of the user's workbook, and returns the names of
// those that are left out: for their size, or because they cannot be read.
func (a *answering) copyOthers() (leftOut []string, err error) {
	if a.from == nil || a.from.book == nil {
		return nil, nil
	}
	book, left := a.from.book, mostOthers
	for _, s := range book.sheets {
		if s.part == book.sheet.part || strings.HasPrefix(s.name, OwnHead) {
			continue
		}
		width, size, err := book.measure(s, left)
		if err != nil {
			leftOut = append(leftOut, show(s.name))
			continue
		}
		left -= size
		if err := a.copyOther(s, width); err != nil {
			return nil, err
		}
	}
	return leftOut, nil
}

// measure reads a sheet and finds out how many columns it has, and about how many bytes
// its copy. An error is why there can be none.
func (w *workbook) measure(s sheet, most int) (width, size int, err error) {
	const perCell = 40 // bytes around a value
	err = w.eachRow(&s, func(_ *sheetReader, r *row) error {
		for _, cells := range [][]cell{r.cells, r.blanks} {
			for i := range cells {
				size += perCell + len(cells[i].text)
				width = max(width, cells[i].column+1)
			}
		}
		if width > mostColumns || size > most {
			return errors.New("the sheet is too large")
		}
		return nil
	})
	return width, size, err
}

// eachRow reads a sheet whole.
func (w *workbook) eachRow(s *sheet, each func(*sheetReader, *row) error) (err error) {
	defer refusePanic(&err)
	reader, err := w.open(*s, true)
	if err != nil {
		return err
	}
	defer reader.close()
	for {
		r, err := reader.next()
		if errors.Is(err, io.EOF) {
			return w.survey(s)
		}
		if err == nil {
			err = each(reader, r)
		}
		if err != nil {
			return err
		}
	}
}

// copyOther copies a sheet as it is.
func (a *answering) copyOther(s sheet, width int) error {
	name := sheetName(s.name, a.book.GetSheetList())
	if _, err := a.book.NewSheet(name); err != nil {
		return err
	}
	out, err := a.book.NewStreamWriter(name)
	if err != nil {
		return err
	}
	begun := false
	err = a.from.book.eachRow(&s, func(reader *sheetReader, r *row) error {
		if !begun {
			begun = true
			if err := setColumns(out, spread(reader.spans, width)); err != nil {
				return err
			}
		}
		return out.SetRow(cellName(0, r.number), a.plainValues(r, width), excelize.RowOpts{Height: rowHeight(r), Hidden: r.hidden})
	})
	if err != nil {
		return err
	}
	for _, m := range apart(s.merges) {
		if err := out.MergeCell(cellName(m.left, m.top), cellName(m.right, m.bottom)); err != nil {
			return err
		}
	}
	if err := out.Flush(); err != nil || !s.hidden {
		return err
	}
	return a.book.SetSheetVisible(name, false)
}

// plainValues are the cells of a row as they are.
func (a *answering) plainValues(r *row, width int) []any {
	values := make([]any, width)
	for i := range r.blanks {
		values[r.blanks[i].column] = excelize.Cell{StyleID: r.blanks[i].look.style}
	}
	for i := range r.cells {
		c := &r.cells[i]
		values[c.column] = excelize.Cell{StyleID: a.styles.of(c.look.style, TonePlain, false), Value: c.value()}
	}
	return values
}

// summarise writes the sheet with the summary.
func (a *answering) summarise(facts [][2]string) error {
	out, err := a.book.NewStreamWriter(a.Summary)
	if err != nil {
		return err
	}
	const labels, texts = 24, 100 // widths in characters
	if err := setColumns(out, []span{{width: labels}, {width: texts}}); err != nil {
		return err
	}
	for i, fact := range facts {
		style := a.styles.text
		if i == 0 {
			style = a.styles.title
		}
		cells := []any{excelize.Cell{StyleID: a.styles.label, Value: fact[0]}, excelize.Cell{StyleID: style, Value: fact[1]}}
		if err := out.SetRow(cellName(0, i+1), cells, excelize.RowOpts{Height: heightOf(linesOf(fact[1], texts))}); err != nil {
			return err
		}
	}
	return out.Flush()
}
