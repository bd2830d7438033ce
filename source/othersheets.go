package source

import (
	"errors"
	"io"
	"strings"
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
	out, err := a.sheet(name)
	if err != nil {
		return err
	}
	begun := false
	err = a.from.book.eachRow(&s, func(reader *sheetReader, r *row) error {
		if !begun {
			begun = true
			out.begin(frame{columns: spread(reader.spans, width)})
		}
		a.setPlain(r, width)
		return out.row(r.number, rowHeight(r), r.hidden, a.cells)
	})
	if err != nil {
		return err
	}
	if !begun {
		out.begin(frame{})
	}
	for _, m := range apart(s.merges) {
		if err := out.merge(m); err != nil {
			return err
		}
	}
	if err := out.end(""); err != nil || !s.hidden {
		return err
	}
	return a.book.SetSheetVisible(name, false)
}

// setPlain makes the cells of a row those of the row that is written, as they are.
func (a *answering) setPlain(r *row, width int) {
	values := a.blank(width)
	for i := range r.blanks {
		values[r.blanks[i].column].style = r.blanks[i].look.style
	}
	for i := range r.cells {
		c := &r.cells[i]
		values[c.column] = sheetCell{c.content(), a.styles.of(c.look.style, TonePlain, false)}
	}
}

// summarise writes the sheet with the summary.
func (a *answering) summarise(facts [][2]string) error {
	out, err := a.sheet(a.Summary)
	if err != nil {
		return err
	}
	const labels, texts = 24, 100 // widths in characters
	out.begin(frame{selected: a.Empty, printed: true, columns: []span{{width: labels}, {width: texts}}})
	for i, fact := range facts {
		style := a.styles.text
		if i == 0 {
			style = a.styles.title
		}
		cells := []sheetCell{{textOf(fact[0]), a.styles.label}, {textOf(fact[1]), style}}
		if err := out.row(i+1, heightOf(linesOf(fact[1], texts)), false, cells); err != nil {
			return err
		}
	}
	return out.end("")
}
