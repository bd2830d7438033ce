package source

import (
	"errors"
	"io"
	"slices"

	"github.com/xuri/excelize/v2"
)

// copyRows copies the sheet of the file, with what is said beside its rows.
func (a *answering) copyRows() error {
	c := &copying{answering: a}
	p, err := a.from.begin(true)
	if err != nil {
		return err
	}
	defer p.reader.close()
	titles := &recorder{rowReader: p.reader}
	if err := p.header(titles); err != nil {
		return err
	}
	c.layout = p.layout
	if err := c.begin(p.reader); err != nil {
		return err
	}
	for i := range titles.rows {
		if err := c.head(&titles.rows[i]); err != nil {
			return err
		}
	}
	for {
		r, err := p.row()
		refused, _ := errors.AsType[*RowError](err)
		switch {
		case errors.Is(err, io.EOF):
			return c.end()
		case err != nil && refused == nil:
			return err
		}
		if err := c.row(r, p.update, refused); err != nil {
			return err
		}
	}
}

// copying is a sheet on its way into an answer.
type copying struct {
	*answering

	layout *layout
}

// begin sets what holds for the sheets as a whole.
func (c *copying) begin(r rowReader) error {
	columns := make([]span, c.width, c.width+len(c.Columns))
	for column := range columns {
		columns[column].width = c.layout.usualWidth(column)
	}
	if reader, ok := r.(*sheetReader); ok {
		columns = spread(reader.spans, c.width)
	}
	for _, column := range c.Columns {
		columns = append(columns, span{width: column.Width})
	}
	above := c.layout.header
	if above > mostFrozen {
		above = 0
	}
	c.rows.begin(frame{selected: !c.Empty, printed: true, frozen: above, columns: columns})
	heads := make([]AnswerColumn, 0, c.width)
	for column := range c.width {
		head := ""
		if column < len(c.layout.heads) && !c.layout.isOwn(column) {
			head = c.layout.heads[column]
		}
		heads = append(heads, AnswerColumn{Head: head, Width: c.layout.usualWidth(column)})
	}
	return c.beginMend(heads)
}

const (
	textWidth  = 18 // characters of a column of which nothing else is known
	idWidth    = 23 // of one with ids
	userWidth  = 38 // of one with ids of people
	rowWidth   = 12 // of the column with the rows' numbers
	mostFrozen = 10 // rows above the data that stay in view
)

// usualWidth is a width that suits what a column holds.
func (l *layout) usualWidth(column int) float64 {
	switch l.field(column) {
	case ColumnItemID, ColumnSource, ColumnTable:
		return idWidth
	case ColumnUser, ColumnSupportedUser:
		return userWidth
	}
	return textWidth
}

// head copies a row above the data; to the header row the heads of the answer are
// added.
func (c *copying) head(r *row) error {
	height := rowHeight(r)
	c.setValues(r, Update{}, nil, TonePlain)
	if r.number == c.layout.header {
		for _, column := range c.Columns {
			c.cells = append(c.cells, sheetCell{textOf(column.Head), c.styles.head})
		}
		height = max(height, headHeight(c.Columns))
	}
	return c.rows.row(r.number, height, false, c.cells)
}

// headHeight is the height that the heads of columns need.
func headHeight(columns []AnswerColumn) float64 {
	lines := 1
	for _, c := range columns {
		lines = max(lines, linesOf(c.Head, c.Width))
	}
	return heightOf(lines)
}

// row copies a row of data, with what is said about it.
func (c *copying) row(r *row, u Update, refused *RowError) error {
	if refused != nil {
		u = refused.Update
	}
	said, err := c.about(r.number)
	if err != nil {
		return err
	}
	c.setValues(r, u, refused, said.Tone)
	c.addOwn(said)
	if err := c.rows.row(r.number, max(rowHeight(r), c.height(said)), false, c.cells); err != nil {
		return err
	}
	return c.addMend(said, c.cells[:c.width], c.cells[c.width:])
}

// rowHeight is the height of a row that may be copied.
func rowHeight(r *row) float64 { return min(r.height, excelize.MaxRowHeight) }

// setValues makes the copies of a row's cells those of the row that is written.
func (c *copying) setValues(r *row, u Update, refused *RowError, tone Tone) {
	values := c.blank(c.width)
	if tone != TonePlain {
		style := c.styles.of(0, tone, false)
		for i := range values {
			values[i].style = style
		}
	}
	for i := range r.blanks {
		if b := &r.blanks[i]; b.column < len(values) && !c.layout.isOwn(b.column) {
			values[b.column].style = c.styles.of(b.look.style, tone, false)
		}
	}
	for i := range r.cells {
		if cell := &r.cells[i]; cell.column < len(values) && !c.layout.isOwn(cell.column) {
			holds, asText := c.layout.copied(cell, u, refused)
			values[cell.column] = sheetCell{holds, c.styles.of(cell.style(), tone, asText)}
		}
	}
	if r.fault != nil {
		c.layout.copyFault(r.fault, values)
	}
}

// blank makes the row that is written one of so many cells with nothing in them.
func (a *answering) blank(width int) []sheetCell {
	a.cells = slices.Grow(a.cells[:0], width)[:width]
	clear(a.cells)
	return a.cells
}

// end finishes the sheet.
func (c *copying) end() error {
	if c.from.book != nil {
		for _, m := range apart(c.from.book.sheet.merges) {
			if m.right = min(m.right, c.width-1); m.left <= m.right && !c.layout.isOwn(m.left) && m.size() > 1 {
				if err := c.rows.merge(m); err != nil {
					return err
				}
			}
		}
	}
	return c.finish(c.layout.header, c.width+len(c.Columns))
}

// finish adds the filters and ends the sheets with rows.
func (a *answering) finish(header, columns int) error {
	if err := a.filter(a.rows, a.title, header, columns); err != nil {
		return err
	}
	return a.filter(a.mend, a.Mend, 1, a.MendColumns+1)
}

// filter ends a sheet, with a filter if it has rows below its header.
func (a *answering) filter(out *sheetWriter, title string, header, columns int) error {
	if out.last <= header {
		return out.end("")
	}
	cells := cellName(0, header) + ":" + cellName(columns-1, out.last)
	if err := a.book.AutoFilter(title, cells, nil); err != nil { // the name that goes with it
		return err
	}
	return out.end(cells)
}
