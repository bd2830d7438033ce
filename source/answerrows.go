package source

import (
	"errors"
	"io"

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
		r, u, err := p.row()
		refused, _ := errors.AsType[*RowError](err)
		switch {
		case errors.Is(err, io.EOF):
			return c.end()
		case err != nil && refused == nil:
			return err
		}
		if err := c.row(r, u, refused); err != nil {
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
	if err := setColumns(c.rows, columns); err != nil {
		return err
	}
	if h := c.layout.header; h <= mostFrozen {
		if err := c.rows.SetPanes(frozen(h)); err != nil {
			return err
		}
	}
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

// frozen keeps the rows above the data in view.
func frozen(header int) *excelize.Panes {
	return &excelize.Panes{Freeze: true, YSplit: header, TopLeftCell: cellName(0, header+1), ActivePane: "bottomLeft"}
}

// head copies a row above the data; to the header row the heads of the answer are
// added.
func (c *copying) head(r *row) error {
	values, height := c.values(r, Update{}, nil, TonePlain), rowHeight(r)
	if r.number == c.layout.header {
		for _, column := range c.Columns {
			values = append(values, excelize.Cell{StyleID: c.styles.head, Value: column.Head})
		}
		height = max(height, headHeight(c.Columns))
	}
	c.last = r.number
	return c.rows.SetRow(cellName(0, r.number), values, excelize.RowOpts{Height: height})
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
	values := c.values(r, u, refused, said.Tone)
	own := c.own(said)
	height := excelize.RowOpts{Height: max(rowHeight(r), c.height(said))}
	c.last = r.number
	if err := c.rows.SetRow(cellName(0, r.number), append(values, own...), height); err != nil {
		return err
	}
	if !said.Mend {
		return nil
	}
	return c.addMend(said, own, values)
}

// rowHeight is the height of a row that may be copied.
func rowHeight(r *row) float64 { return min(r.height, excelize.MaxRowHeight) }

// values are the copies of a row's cells.
func (c *copying) values(r *row, u Update, refused *RowError, tone Tone) []any {
	values := make([]any, c.width, c.width+len(c.Columns))
	if tone != TonePlain {
		for i := range values {
			values[i] = excelize.Cell{StyleID: c.styles.of(0, tone, false)}
		}
	}
	for i := range r.blanks {
		if b := &r.blanks[i]; b.column < len(values) && !c.layout.isOwn(b.column) {
			values[b.column] = excelize.Cell{StyleID: c.styles.of(b.look.style, tone, false)}
		}
	}
	for i := range r.cells {
		if cell := &r.cells[i]; cell.column < len(values) && !c.layout.isOwn(cell.column) {
			value, asText := c.layout.copied(cell, u, refused)
			values[cell.column] = excelize.Cell{StyleID: c.styles.of(cell.style(), tone, asText), Value: value}
		}
	}
	if r.fault != nil {
		c.layout.copyFault(r.fault, values)
	}
	return values
}

// end finishes the sheet.
func (c *copying) end() error {
	if c.from.book != nil {
		for _, m := range apart(c.from.book.sheet.merges) {
			if m.right = min(m.right, c.width-1); m.left <= m.right && !c.layout.isOwn(m.left) && m.size() > 1 {
				if err := c.rows.MergeCell(cellName(m.left, m.top), cellName(m.right, m.bottom)); err != nil {
					return err
				}
			}
		}
	}
	return c.finish(c.layout.header, c.width+len(c.Columns))
}

// finish adds the filter and ends the sheets with rows.
func (a *answering) finish(header, columns int) error {
	if a.last > header {
		if err := a.book.AutoFilter(a.sheet, cellName(0, header)+":"+cellName(columns-1, a.last), nil); err != nil {
			return err
		}
	}
	if a.mends > 1 {
		if err := a.book.AutoFilter(a.Mend, "A1:"+cellName(a.MendColumns, a.mends), nil); err != nil {
			return err
		}
	}
	if err := a.rows.Flush(); err != nil {
		return err
	}
	return a.mend.Flush()
}
