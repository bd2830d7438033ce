package source

import (
	"fmt"
	"io"
	"iter"
	"strconv"

	"github.com/xuri/excelize/v2"
)

// WriteXLSX writes rows as an XLSX workbook of one sheet. A string becomes a
// cell formatted as text, so that Excel leaves the digits of an id alone; a
// Number or a float64 becomes a number; "" and nil stay blank. The first row is
// the header and stays in view.
func WriteXLSX(w io.Writer, sheet string, rows iter.Seq[[]any]) error {
	f := excelize.NewFile()
	defer f.Close()
	if err := f.SetSheetName(f.GetSheetName(0), sheet); err != nil {
		return err
	}
	if err := writeRows(f, sheet, rows); err != nil {
		return err
	}
	_, err := f.WriteTo(w)
	return err
}

func writeRows(f *excelize.File, sheet string, rows iter.Seq[[]any]) error {
	const textFormat = 49 // Excel's built-in "@"
	text, err := f.NewStyle(&excelize.Style{NumFmt: textFormat})
	if err != nil {
		return err
	}
	bold, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}, NumFmt: textFormat})
	if err != nil {
		return err
	}
	out, err := f.NewStreamWriter(sheet)
	if err != nil {
		return err
	}
	if err := out.SetColWidth(1, 16, 22); err != nil {
		return err
	}
	if err := out.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	row, style := 0, bold
	for values := range rows {
		row++
		cells, err := writeCells(values, style)
		if err != nil {
			return fmt.Errorf("row %d: %w", row, err)
		}
		if err := out.SetRow("A"+strconv.Itoa(row), cells); err != nil {
			return err
		}
		style = text
	}
	return out.Flush()
}

func writeCells(values []any, text int) ([]any, error) {
	cells := make([]any, len(values))
	for i, value := range values {
		switch v := value.(type) {
		case nil:
		case string:
			if v != "" {
				cells[i] = excelize.Cell{StyleID: text, Value: v}
			}
		case float64:
			cells[i] = v
		case Number:
			number, err := strconv.ParseFloat(string(v), 64)
			if err != nil {
				return nil, err
			}
			cells[i] = number
		default:
			return nil, fmt.Errorf("a cell cannot hold a %T", v)
		}
	}
	return cells, nil
}
