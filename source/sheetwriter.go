package source

import (
	"fmt"
	"strconv"

	"github.com/xuri/excelize/v2"
)

// A sheetWriter writes a sheet from its first row to its last, deflates it on the way and
// keeps no row in memory. begin comes first, end last. Errors are those of the disk, but
// for those that say so.
type sheetWriter struct {
	part   *spooled
	frame  frame
	buffer []byte // XML that is not deflated yet
	last   int    // row that is written
	merged []area
}

// A frame is what a sheet says beside its rows.
type frame struct {
	selected bool   // its tab is the one in front
	printed  bool   // it is one of the answer's own: on pages as wide as all of its columns
	frozen   int    // rows that stay in view
	columns  []span // widths of the columns from the first one, and which are hidden
}

const (
	sheetHead = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n" +
		`<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">`
	fitHead  = `<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>`
	fitEnd   = `<pageSetup orientation="landscape" fitToHeight="0"/>`
	mostXML  = 32 << 10 // bytes of a buffer
	mostRows = excelize.TotalRows
)

// newSheet makes a sheet whose rows go to a spool.
func newSheet(s *spool) *sheetWriter { return &sheetWriter{part: s.part()} }

// begin writes what stands before the rows.
func (w *sheetWriter) begin(f frame) {
	w.frame = f
	b := w.buffer
	b = append(b, sheetHead...)
	if f.printed {
		b = append(b, fitHead...)
	}
	b = append(b, `<sheetViews><sheetView `...)
	if f.selected {
		b = append(b, `tabSelected="1" `...)
	}
	b = append(b, `workbookViewId="0">`...)
	if f.frozen > 0 {
		b = fmt.Appendf(b, `<pane ySplit="%d" topLeftCell="%s" activePane="bottomLeft" state="frozen"/>`, f.frozen, cellName(0, f.frozen+1))
	}
	b = append(b, `</sheetView></sheetViews>`...)
	if f.printed {
		b = append(b, `<sheetFormatPr defaultRowHeight="15"/>`...)
	}
	w.buffer = append(appendColumns(b, f.columns), `<sheetData>`...)
}

// appendColumns appends the widths of columns that have one.
func appendColumns(b []byte, columns []span) []byte {
	begun := false
	for i, s := range columns {
		if s.width <= 0 && !s.hidden {
			continue
		}
		if !begun {
			b, begun = append(b, `<cols>`...), true
		}
		b = fmt.Appendf(b, `<col min="%d" max="%d"`, i+1, i+1)
		if s.width > 0 {
			b = append(b, ` width="`...)
			b = strconv.AppendFloat(b, min(s.width, excelize.MaxColumnWidth), 'f', -1, 64)
			b = append(b, `" customWidth="1"`...)
		}
		if s.hidden {
			b = append(b, ` hidden="1"`...)
		}
		b = append(b, `/>`...)
	}
	if begun {
		b = append(b, `</cols>`...)
	}
	return b
}

// row writes a row: its number, which is larger than that of the row before it, its height
// in points, 0 for the usual one, and its cells from the first column on. An error may be
// that a sheet has no such row.
func (w *sheetWriter) row(number int, height float64, hidden bool, cells []sheetCell) error {
	if number <= w.last || number > mostRows || len(cells) > excelize.MaxColumns {
		return fmt.Errorf("a sheet cannot have a row %d of %d cells after row %d", number, len(cells), w.last)
	}
	w.last = number
	w.buffer = appendRow(w.buffer, number, height, hidden, cells)
	if len(w.buffer) < mostXML {
		return nil
	}
	return w.flush()
}

func appendRow(b []byte, number int, height float64, hidden bool, cells []sheetCell) []byte {
	b = append(b, `<row r="`...)
	b = strconv.AppendInt(b, int64(number), 10)
	if height > 0 {
		b = append(b, `" ht="`...)
		b = strconv.AppendFloat(b, height, 'f', -1, 64)
		b = append(b, `" customHeight="1`...)
	}
	if hidden {
		b = append(b, `" hidden="1`...)
	}
	b = append(b, `">`...)
	for column := range cells {
		b = appendCell(b, column, number, &cells[column])
	}
	return append(b, `</row>`...)
}

func (w *sheetWriter) flush() error {
	_, err := w.part.Write(w.buffer)
	w.buffer = w.buffer[:0]
	return err
}

// merge merges cells. An error is that a sheet has no such cells.
func (w *sheetWriter) merge(a area) error {
	if a.left < 0 || a.top < 1 || a.right >= excelize.MaxColumns || a.bottom > mostRows {
		return fmt.Errorf("a sheet cannot have merged cells %+v", a)
	}
	w.merged = append(w.merged, a)
	return nil
}

// end writes what stands behind the rows; filter is the range of the cells with a filter,
// "" for none.
func (w *sheetWriter) end(filter string) error {
	b := w.buffer
	b = append(b, `</sheetData>`...)
	if filter != "" {
		b = fmt.Appendf(b, `<autoFilter ref="%s"/>`, filter)
	}
	b = appendMerged(b, w.merged)
	if w.frame.printed {
		b = append(b, fitEnd...)
	}
	b = append(b, `</worksheet>`...)
	if _, err := w.part.Write(b); err != nil {
		return err
	}
	w.buffer, w.merged = nil, nil
	return w.part.end()
}

func appendMerged(b []byte, merged []area) []byte {
	if len(merged) == 0 {
		return b
	}
	b = fmt.Appendf(b, `<mergeCells count="%d">`, len(merged))
	for _, a := range merged {
		b = append(b, `<mergeCell ref="`...)
		b = append(appendCellName(b, a.left, a.top), ':')
		b = append(appendCellName(b, a.right, a.bottom), `"/>`...)
	}
	return append(b, `</mergeCells>`...)
}
