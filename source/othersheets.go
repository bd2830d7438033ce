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
	book, left := a.from.book, uint64(mostOthers)
	for _, s := range book.sheets {
		if s.part == book.sheet.part || strings.HasPrefix(s.name, OwnHead) {
			continue
		}
		size := book.container.size(s.part)
		if size > left || !book.isSound(s) {
			leftOut = append(leftOut, show(s.name))
			continue
		}
		left -= size
		if err := a.copyOther(s); err != nil {
			return nil, err
		}
	}
	return leftOut, nil
}

// size is how many bytes a part has.
func (c *container) size(name string) uint64 {
	if f := c.parts[partKey(name)]; f != nil {
		return f.UncompressedSize64
	}
	return 0
}

// isSound reports whether a sheet can be read to its end.
func (w *workbook) isSound(s sheet) bool {
	err := w.eachRow(&s, func(_ *sheetReader, r *row) error {
		if n := len(r.cells); n > 0 && r.cells[n-1].column >= mostColumns {
			return errors.New("the sheet is too wide")
		}
		return nil
	})
	return err == nil
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
func (a *answering) copyOther(s sheet) error {
	name := a.sheetName(s.name)
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
			if err := setSpans(out, reader.spans); err != nil {
				return err
			}
		}
		return out.SetRow(cellName(0, r.number), a.plainValues(r), excelize.RowOpts{Height: rowHeight(r), Hidden: r.hidden})
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

func setSpans(out *excelize.StreamWriter, spans []span) error {
	for _, s := range spans {
		if s.width > 0 {
			if err := out.SetColWidth(s.left+1, s.right+1, min(s.width, excelize.MaxColumnWidth)); err != nil {
				return err
			}
		}
		if s.hidden {
			if err := out.SetColVisible(s.left+1, s.right+1, false); err != nil {
				return err
			}
		}
	}
	return nil
}

// plainValues are the cells of a row as they are.
func (a *answering) plainValues(r *row) []any {
	width := 0
	for _, cells := range [][]cell{r.cells, r.blanks} {
		for i := range cells {
			width = max(width, cells[i].column+1)
		}
	}
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
func (a *answering) summarise() error {
	out, err := a.book.NewStreamWriter(a.Summary)
	if err != nil {
		return err
	}
	widths := [2]float64{24, 100}
	for i, width := range widths {
		if err := out.SetColWidth(i+1, i+1, width); err != nil {
			return err
		}
	}
	for i, fact := range a.Facts {
		style := a.styles.text
		if i == 0 {
			style = a.styles.title
		}
		cells := []any{excelize.Cell{StyleID: a.styles.label, Value: fact[0]}, excelize.Cell{StyleID: style, Value: fact[1]}}
		if err := out.SetRow(cellName(0, i+1), cells, excelize.RowOpts{Height: heightOf(linesOf(fact[1], widths[1]))}); err != nil {
			return err
		}
	}
	return out.Flush()
}
