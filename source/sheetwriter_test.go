package source

import (
	"bytes"
	"errors"
	"io"
	"math"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
)

// writeSheet writes a workbook of one sheet.
func writeSheet(tb testing.TB, f frame, filter string, rows ...[]sheetCell) []byte {
	tb.Helper()
	p, err := newPacking(tb.TempDir())
	if err != nil {
		tb.Fatal(err)
	}
	defer func() {
		if err := p.close(); err != nil {
			tb.Error(err)
		}
	}()
	out, err := p.sheet(p.book.GetSheetName(0))
	if err != nil {
		tb.Fatal(err)
	}
	out.begin(f)
	for i, cells := range rows {
		if err := out.row(i+1, 0, false, cells); err != nil {
			tb.Fatal(err)
		}
	}
	var content bytes.Buffer
	if err := errors.Join(out.end(filter), p.writeTo(&content)); err != nil {
		tb.Fatal(err)
	}
	return content.Bytes()
}

// readTexts reads the first column of a workbook's first sheet with our own reader.
func readTexts(tb testing.TB, content []byte) (texts []string) {
	tb.Helper()
	w, sheets, err := openWorkbook(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		tb.Fatal(err)
	}
	reader, err := w.rows(sheets[0])
	if err != nil {
		tb.Fatal(err)
	}
	defer reader.close()
	for {
		r, err := reader.next()
		if errors.Is(err, io.EOF) {
			return texts
		}
		if err != nil {
			tb.Fatal(err)
		}
		text := ""
		if len(r.cells) > 0 {
			text = r.cells[0].text
		}
		texts = append(texts, text)
	}
}

// hardTexts are those that a writer may get wrong.
var hardTexts = []string{
	"a", " a", "a ", "\ta\n", "a\r\nb", "\r", "<b>&amp;</b>", `"'`, "]]>", "=1+1", "+1", "-1", "@a", "数据", "📊📊", "e\u0301",
	"_x0041_", "_x005F_", "_x005F_x0041_", "_x0041_x0042_", "_xD800_", "__x000a_", "_x00g1_", "_x0041", "_", "_x", "_X0041_", "x0041_",
	"\x00", "a\x01b", "\x0b\x1f\x7f", "\ufffe\uffff\ufffd", "\xff\xed\xa0\x80", "a\xe6\x95", "\u2028\u0085", "7100000000000000001",
	strings.Repeat("长", mostUnits), strings.Repeat("长", mostUnits+1), strings.Repeat("📊", mostUnits/2+1), strings.Repeat("\xff", mostUnits+1),
}

// inXML is a text without what XML cannot hold and a cell has no room for.
func inXML(text string) string {
	return strings.Map(func(r rune) rune {
		if isXMLRune(r) {
			return r
		}
		return utf8.RuneError
	}, cutUnits(text, mostUnits))
}

func checkTexts(tb testing.TB, texts []string) {
	tb.Helper()
	rows := make([][]sheetCell, len(texts))
	for i, text := range texts {
		rows[i] = []sheetCell{{content: textOf(text)}}
	}
	content := writeSheet(tb, frame{}, "", rows...)
	book, err := excelize.OpenReader(bytes.NewReader(content))
	if err != nil {
		tb.Fatal(err)
	}
	defer book.Close()
	ours := readTexts(tb, content)
	if len(ours) != len(texts) {
		tb.Fatalf("%d rows are read of %d", len(ours), len(texts))
	}
	for i, text := range texts {
		want := inXML(text)
		theirs, err := book.GetCellValue(book.GetSheetName(0), cellName(0, i+1))
		if err != nil {
			tb.Fatal(err)
		}
		if isBlank(want) && ours[i] == "" {
			ours[i] = want // our reader passes over what cannot be seen
		}
		if ours[i] != want || theirs != want {
			tb.Errorf("%.80q is read as %.80q, and by the library as %.80q", want, ours[i], theirs)
		}
	}
}

// TestSheetTexts holds that a text is read as it was written, by us and by the library.
func TestSheetTexts(t *testing.T) { checkTexts(t, hardTexts) }

func FuzzSheetText(f *testing.F) {
	for _, text := range hardTexts {
		if len(text) < 100 {
			f.Add(text)
		}
	}
	f.Fuzz(func(t *testing.T, text string) { checkTexts(t, []string{text, "_x" + text + "_", text + text}) })
}

// TestSheetCells holds what stands in the cells of a sheet and around them.
func TestSheetCells(t *testing.T) {
	f := frame{selected: true, printed: true, frozen: 2, columns: []span{{width: 12.5}, {}, {hidden: true}, {width: 1000}}}
	content := writeSheet(t, f, "A1:D2", []sheetCell{
		{content: numberOf(-0.1)}, {}, {content: truthOf(true)}, {style: 0, content: textOf("")}, {content: truthOf(false)},
		{content: numberOf(1e20)}, {content: numberOf(math.SmallestNonzeroFloat64)}, {content: numberOf(123456789012345)},
	}, nil)
	book, err := excelize.OpenReader(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	sheet := book.GetSheetName(0)
	rows, err := book.GetRows(sheet, excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	smallest := "0." + strings.Repeat("0", 323) + "5"
	if want := []string{"-0.1", "", "1", "", "0", "100000000000000000000", smallest, "123456789012345"}; len(rows) != 1 || !slices.Equal(rows[0], want) {
		t.Errorf("the rows are %q", rows)
	}
	for name, want := range map[string]float64{"A": 12.5, "B": 9.140625, "D": excelize.MaxColumnWidth} {
		if got, _ := book.GetColWidth(sheet, name); got != want {
			t.Errorf("column %s is %v wide, not %v", name, got, want)
		}
	}
	hidden, _ := book.GetColVisible(sheet, "C")
	panes, _ := book.GetPanes(sheet)
	layout, _ := book.GetPageLayout(sheet)
	props, _ := book.GetSheetProps(sheet)
	if hidden || panes.YSplit != 2 || panes.TopLeftCell != "A3" || *layout.Orientation != "landscape" || *layout.FitToHeight != 0 || !*props.FitToPage {
		t.Errorf("column C is shown %v, panes %+v, layout %+v", hidden, panes, layout)
	}
}

// TestSheetRefuses holds that what no sheet has is refused rather than written.
func TestSheetRefuses(t *testing.T) {
	p, err := newPacking(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer p.close()
	if _, err := p.sheet("none"); err == nil {
		t.Error("a sheet that the workbook does not have")
	}
	out, err := p.sheet(p.book.GetSheetName(0))
	if err != nil {
		t.Fatal(err)
	}
	out.begin(frame{})
	if err := out.row(2, 0, false, nil); err != nil {
		t.Error(err)
	}
	for name, err := range map[string]error{
		"a row again":      out.row(2, 0, false, nil),
		"rows":             out.row(excelize.TotalRows+1, 0, false, nil),
		"columns":          out.row(3, 0, false, make([]sheetCell, excelize.MaxColumns+1)),
		"merged rows":      out.merge(area{top: 1, bottom: excelize.TotalRows + 1}),
		"merged columns":   out.merge(area{right: excelize.MaxColumns, top: 1, bottom: 1}),
		"merged above all": out.merge(area{right: 1, bottom: 1}),
	} {
		if err == nil {
			t.Errorf("%s are not refused", name)
		}
	}
}

// TestCellNames holds that both ways to name a cell name it as the library does.
func TestCellNames(t *testing.T) {
	for _, column := range []int{0, 25, 26, 51, 52, 675, 676, 701, 702, 703, excelize.MaxColumns - 1} {
		want, err := excelize.CoordinatesToCellName(column+1, 7)
		if got := string(appendCellName(nil, column, 7)); err != nil || got != want || cellName(column, 7) != want {
			t.Errorf("column %d is %s and %s, not %s", column, got, cellName(column, 7), want)
		}
	}
}
