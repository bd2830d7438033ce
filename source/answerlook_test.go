package source

import (
	"archive/zip"
	"bytes"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// userBook is a workbook as a person keeps it: a title over a header in bold, widths,
// formats, formulas, a hidden row, and more sheets.
func userBook(t *testing.T) string {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	style := func(s excelize.Style) int {
		id, err := f.NewStyle(&s)
		must(err)
		return id
	}
	const sheet = "数据"
	must(f.SetSheetName("Sheet1", sheet))
	bold := style(excelize.Style{Font: &excelize.Font{Bold: true, Color: "0000FF"}, Alignment: &excelize.Alignment{Horizontal: "center"}})
	money := style(excelize.Style{CustomNumFmt: new(`#,##0.00`), Border: []excelize.Border{{Type: "bottom", Style: 2, Color: "FF0000"}}})
	must(f.SetCellStr(sheet, "A1", "二〇二六年指标"))
	must(f.MergeCell(sheet, "A1", "D1"))
	must(f.SetSheetRow(sheet, "A2", &[]any{"指标项ID", "当前值", "备注", "说明"}))
	must(f.SetCellStyle(sheet, "A2", "D2", bold))
	must(f.SetSheetRow(sheet, "A3", &[]any{"7100000000000000001", 1234.5, "=HYPERLINK(\"http://evil\")", "<script>alert(1)</script>"}))
	must(f.SetCellStyle(sheet, "B3", "B5", money))
	must(f.SetSheetRow(sheet, "A4", &[]any{"7100000000000000002", "待定", "@SUM(A1)", "a\tb\x01"}))
	must(f.SetSheetRow(sheet, "A5", &[]any{"7100000000000000003", nil, true}))
	must(f.SetCellFormula(sheet, "B5", `HYPERLINK("http://evil","5")`))
	must(f.SetCellFormula(sheet, "D5", `1+1`))
	must(f.SetColWidth(sheet, "C", "C", 41))
	must(f.SetColVisible(sheet, "D", false))
	must(f.SetRowHeight(sheet, 2, 33))
	must(f.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: new(true)}))
	must(f.SetRowVisible(sheet, 4, false))
	must(f.SetCellHyperLink(sheet, "C5", "http://evil", "External"))
	_, err := f.NewSheet("说明 草稿")
	must(err)
	must(f.SetCellStr("说明 草稿", "B2", "请勿修改"))
	must(f.SetCellFormula("说明 草稿", "B3", `WEBSERVICE("http://evil")`))
	_, err = f.NewSheet("隐藏")
	must(err)
	must(f.SetCellInt("隐藏", "A1", 7))
	must(f.SetSheetVisible("隐藏", false))
	name := filepath.Join(t.TempDir(), "用户.xlsx")
	must(f.SaveAs(name))
	return name
}

// said is what is said about the rows of userBook.
func said() Answer {
	a := testNames
	a.Rows = answered([]AnswerRow{
		{Row: 3, Tone: ToneDone, Cells: []any{"✓ updated", Number("1234.5")}},
		{Row: 4, Tone: ToneMend, Mend: true, Cells: []any{"✗ rejected", "=1+1"}},
		{Row: 5, Tone: ToneMend, Mend: true, Cells: []any{"✗ rejected"}},
	})
	return a
}

func TestAnswerKeepsTheLooks(t *testing.T) {
	book := writeTestAnswer(t, userBook(t), said())
	if got, want := book.GetSheetList(), []string{"数据", "okrsync summary", "okrsync to mend", "说明 草稿", "隐藏"}; !slices.Equal(got, want) {
		t.Errorf("sheets %q", got)
	}
	cell := func(sheet, name string) string {
		t.Helper()
		value, err := book.GetCellValue(sheet, name, excelize.Options{RawCellValue: true})
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
	for name, want := range map[string]string{
		"A1": "二〇二六年指标", "A2": "指标项ID", "E2": "okrsync status", "F2": "okrsync new current",
		"A3": "7100000000000000001", "B3": "1234.5", "C3": `=HYPERLINK("http://evil")`, "D3": "<script>alert(1)</script>",
		"E3": "✓ updated", "F3": "1234.5", "B4": "待定", "C4": "@SUM(A1)", "E4": "✗ rejected", "F4": "=1+1",
		"B5": `=HYPERLINK("http://evil","5")`, "C5": "1", "D5": "=1+1",
	} {
		if got := cell("数据", name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	for name, want := range map[string]string{"A1": "okrsync row", "B1": "okrsync status", "C1": "指标项ID", "A2": "4", "B2": "✗ rejected", "C2": "7100000000000000002", "D2": "待定", "A3": "5"} {
		if got := cell("okrsync to mend", name); got != want {
			t.Errorf("to mend: %s is %q, want %q", name, got, want)
		}
	}
	if got := cell("说明 草稿", "B2") + cell("隐藏", "A1") + cell("okrsync summary", "B1"); got != "请勿修改7all is well" {
		t.Errorf("the other sheets have %q", got)
	}
	checkLooks(t, book)
}

func checkLooks(t *testing.T, book *excelize.File) {
	t.Helper()
	style := func(name string) *excelize.Style {
		t.Helper()
		id, err := book.GetCellStyle("数据", name)
		if err != nil {
			t.Fatal(err)
		}
		s, err := book.GetStyle(id)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	if s := style("A2"); !s.Font.Bold || s.Alignment.Horizontal != "center" {
		t.Errorf("the header looks like %+v", s.Font)
	}
	money := style("B3")
	if money.CustomNumFmt == nil || *money.CustomNumFmt != "#,##0.00" || len(money.Border) == 0 || !slices.Equal(money.Fill.Color, []string{tones[ToneDone]}) {
		t.Errorf("the amount looks like %+v", money)
	}
	for name, tone := range map[string]Tone{"A3": ToneDone, "E3": ToneDone, "A4": ToneMend, "B5": ToneMend, "F5": ToneMend} {
		if got := style(name).Fill.Color; !slices.Equal(got, []string{tones[tone]}) {
			t.Errorf("%s is coloured %v", name, got)
		}
	}
	width, _ := book.GetColWidth("数据", "C")
	height, _ := book.GetRowHeight("数据", 2)
	merged, _ := book.GetMergeCells("数据")
	shown, _ := book.GetRowVisible("数据", 4)
	visible, _ := book.GetSheetVisible("隐藏")
	panes, _ := book.GetPanes("数据")
	hidden, _ := book.GetColVisible("数据", "D")
	props, _ := book.GetWorkbookProps()
	const asText = 49
	if id := style("A3"); hidden || !*props.Date1904 || id.NumFmt != asText {
		t.Errorf("a hidden column is shown %v, dates count from 1904 %v, ids have the format %d", hidden, *props.Date1904, id.NumFmt)
	}
	if width != 41 || height != 33 || len(merged) != 1 || merged[0].GetEndAxis() != "D1" || !shown || visible || panes.YSplit != 2 {
		t.Errorf("width %v, height %v, merged %v, row 4 shown %v, hidden sheet visible %v, panes %+v", width, height, merged, shown, visible, panes)
	}
}

var runs = regexp.MustCompile(`<f[ >/]|<hyperlink|vbaProject|externalLink|ddeLink|oleObject|<script`)

// TestAnswerIsInert holds that nothing in an answer would be run by a spreadsheet.
func TestAnswerIsInert(t *testing.T) {
	f, err := Open(userBook(t), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var content bytes.Buffer
	if err := f.WriteAnswer(&content, said()); err != nil {
		t.Fatal(err)
	}
	archive, err := zip.NewReader(bytes.NewReader(content.Bytes()), int64(content.Len()))
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range archive.File {
		r, err := part.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if found := runs.Find(text); found != nil {
			t.Errorf("%s has %q", part.Name, found)
		}
		if strings.ContainsFunc(string(text), func(r rune) bool { return r < ' ' && r != '\t' && r != '\n' && r != '\r' }) {
			t.Errorf("%s has characters that XML cannot hold", part.Name)
		}
	}
}

// TestAnswerToAnAnswer answers a workbook that is an answer already: what was said before
// is replaced.
func TestAnswerToAnAnswer(t *testing.T) {
	f, err := Open(userBook(t), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var content bytes.Buffer
	if err := f.WriteAnswer(&content, said()); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "again.xlsx")
	if err := os.WriteFile(name, content.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	a := said()
	a.Columns = []AnswerColumn{{"okrsync 状态", 12}}
	book := writeTestAnswer(t, name, a)
	if got, want := book.GetSheetList(), []string{"数据", "okrsync summary", "okrsync to mend", "说明 草稿", "隐藏"}; !slices.Equal(got, want) {
		t.Errorf("sheets %q", got)
	}
	rows, err := book.GetRows("数据")
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(rows[1], "|"); got != "指标项ID|当前值|备注|说明|okrsync 状态" {
		t.Errorf("the header is %s", got)
	}
}

// TestAnswerWithoutTheSheet lists the rows where the user's sheet is not at hand.
func TestAnswerWithoutTheSheet(t *testing.T) {
	a := testNames
	a.Rows = answered([]AnswerRow{
		{Row: 3, Keys: []string{"7100000000000000001"}, Cells: []any{"✓ updated", Number("0.1")}},
		{Row: 17, Tone: ToneMend, Mend: true, Keys: []string{""}, Cells: []any{"✗ rejected", Number("123456789012345.67")}},
	})
	var content bytes.Buffer
	if err := WriteAnswer(&content, a); err != nil {
		t.Fatal(err)
	}
	book, err := excelize.OpenReader(&content)
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	for sheet, want := range map[string]string{
		"okrsync rows":    "okrsync row|metric_item_id|okrsync status|okrsync new current\n3|7100000000000000001|✓ updated|0.1\n17||✗ rejected|123456789012345.67\n",
		"okrsync to mend": "okrsync row|okrsync status|metric_item_id\n17|✗ rejected\n",
		"okrsync summary": "verdict|all is well\nfile|=HYPERLINK(1)\n",
	} {
		rows, err := book.GetRows(sheet)
		if err != nil {
			t.Fatal(err)
		}
		var text strings.Builder
		for _, row := range rows {
			text.WriteString(strings.Join(row, "|") + "\n")
		}
		if text.String() != want {
			t.Errorf("%s:\n%s", sheet, text.String())
		}
	}
}
