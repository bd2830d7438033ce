package source

import (
	"archive/zip"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// rowNumbersOf lists the rows of data, of asides and those refused: 2 3/4/5:id_missing.
func rowNumbersOf(a answer) string {
	var data, asides []string
	for _, u := range a.updates {
		if u.Aside != "" {
			asides = append(asides, fmt.Sprint(u.Row))
		} else {
			data = append(data, fmt.Sprint(u.Row))
		}
	}
	text := strings.Join(data, " ") + "/" + strings.Join(asides, " ") + "/" + a.codes()
	if a.fatal != nil {
		text += string(a.fatal.Code)
	}
	return text
}

// table is a workbook by excelize whose first sheet holds the given rows of texts
// and numbers.
func table(t *testing.T, rows ...[]any) *excelize.File {
	t.Helper()
	f := excelize.NewFile()
	t.Cleanup(func() { f.Close() })
	fill(t, f, "Sheet1", rows...)
	return f
}

func fill(t *testing.T, f *excelize.File, sheet string, rows ...[]any) {
	t.Helper()
	for i, r := range rows {
		if err := f.SetSheetRow(sheet, fmt.Sprint("A", i+1), &r); err != nil {
			t.Fatal(err)
		}
	}
}

// save writes a workbook by excelize into a file of its own.
func save(t *testing.T, f *excelize.File) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "a.xlsx")
	if err := f.SaveAs(path); err != nil {
		t.Fatal(err)
	}
	return path
}

// must stops a test that excelize does not let begin.
func must(t *testing.T, errs ...error) {
	t.Helper()
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
}

const someID = "7041234567890123456"

var (
	heads   = []any{"指标项ID", "当前值"}
	someRow = []any{someID, 5}
)

func TestP72_KindsOfText(t *testing.T) {
	const kanji = `<r><t>704123456789</t></r><r><rPr><b/></rPr><t>0123456</t></r><rPh sb="0" eb="2"><t>999</t></rPh><phoneticPr fontId="1"/>`
	for name, cell := range map[string]string{
		"shared":   idCell,
		"inline":   `<c r="A2" t="inlineStr"><is><t>` + someID + `</t></is></c>`,
		"runs":     `<c r="A2" t="inlineStr"><is>` + kanji + `</is></c>`,
		"formula":  `<c r="A2" t="str"><f>"7041"&amp;B9</f><v>` + someID + `</v></c>`,
		"sections": `<c r="A2" t="str"><v><![CDATA[7041234]]>567890&#49;23456</v></c>`,
	} {
		if got := one(t, cell+`<c r="B2"><v>5</v></c>`); got != someID+"=5" {
			t.Errorf("%s: %s", name, got)
		}
	}
	expect(t, "shared runs", book(bookHeader+dataRow).replace(sharedKey, "<t>"+someID+"</t>", kanji).read(t), "")
}

func TestP73_EscapedCharacters(t *testing.T) {
	inline := func(column, text string) string {
		return `<c r="` + column + `" t="inlineStr"><is><t xml:space="preserve">` + text + `</t></is></c>`
	}
	header := `<row r="1">` + inline("A1", "指标项_x000D_\nID") + inline("B1", "当前_x000D_值") + inline("C1", "目标_x005F_x0041_值") + `</row>`
	a := book(header + `<row r="2">` + inline("A2", "_x0009_"+someID+"_x000D_\n") + inline("B2", "_x0035__x00A0_") + `</row>`).read(t)
	expect(t, "escapes", a, "")
	if got := one(t, idCell+inline("B2", "_x005F_x0035_")); got != "2:number_invalid" {
		t.Error(got) // the text is _x0035_ and not 5
	}
}

func TestP74_SpacesAround(t *testing.T) {
	for _, space := range []string{" ", "\t", "\n", "\u00a0", "\u3000", "\u200b", "\ufeff", " \u2007\u202f\u2060"} {
		if got := one(t, `<c r="A2" t="str"><v>`+space+someID+space+`</v></c><c r="B2" t="inlineStr"><is><t xml:space="preserve">`+space+`5`+space+`</t></is></c>`); got != someID+"=5" {
			t.Errorf("%q: %s", space, got)
		}
		if got := one(t, idCell+`<c r="B2" t="str"><v>`+space+`</v></c>`); got != someID+"=" {
			t.Errorf("%q alone: %s", space, got)
		}
	}
}

// Only the first of merged cells holds the value, and whether it is meant for the
// others is not certain. LibreOffice wrote the file.
func TestP75_MergedCells(t *testing.T) {
	a := read(t, fixture("merged.xlsx"), Options{})
	if got := rowNumbersOf(a); got != "6//2:cell_merged 3:cell_merged 4:cell_merged 5:cell_merged" {
		t.Error(got)
	}
	for _, u := range a.updates {
		want := map[int]Update{
			2: {Row: 2, ItemID: "7041234567890123401", Target: "1", Current: "2"},
			4: {Row: 4, ItemID: "7041234567890123423", Target: "5", Current: "6"},
			6: {Row: 6, ItemID: "7041234567890123445", Target: "8", Current: "9"},
		}[u.Row]
		if u != want {
			t.Errorf("%+v", u)
		}
	}
	under := book(bookHeader+dataRow+`<row r="3">`+`<c r="C3"><v>7</v></c></row>`).
		replace(sheetPart, "</sheetData>", `</sheetData><mergeCells count="1"><mergeCell ref="B1:C1"/></mergeCells>`)
	if got := rowNumbersOf(under.read(t)); got != "2//3:cell_merged 3:id_missing" && got != "2//3:id_missing 3:cell_merged" {
		t.Error(got)
	}
}

// People who filter believe that only what they see is sent: it is told.
func TestP76_HiddenRowsAndColumns(t *testing.T) {
	f, err := Open(fixture("okr.xlsx"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	a := readRows(t, f)
	if got := rowNumbersOf(a); got != "5 6 7 8 9/10/" {
		t.Error(got)
	}
	told := map[NoticeCode]string{}
	for _, n := range f.Notices() {
		told[n.Code] = fmt.Sprint(n.Count, ": ", n.Found)
	}
	for code, want := range map[NoticeCode]string{NoticeFiltered: "2: 7, 8", NoticeHiddenCells: "1: “起始值”", NoticeHiddenSheet: "1: “旧数据”", NoticeOtherSheets: "1: “说明”", NoticeTitles: "2: 4"} {
		if told[code] != want {
			t.Errorf("%s: got %q, want %q", code, told[code], want)
		}
	}
	g := table(t, heads, someRow)
	must(t, g.SetRowVisible("Sheet1", 2, false), g.SetColVisible("Sheet1", "B:D", false))
	b, notices := readNotices(t, save(t, g))
	expect(t, "hidden by hand", b, "")
	if notices != "hidden_rows hidden_columns" {
		t.Error(notices)
	}
}

func TestP77_HiddenSheets(t *testing.T) {
	f := table(t, heads, []any{"7041234567890123999", 1})
	for _, name := range []string{"B", "C"} {
		if _, err := f.NewSheet(name); err != nil {
			t.Fatal(err)
		}
	}
	fill(t, f, "C", heads, someRow)
	fill(t, f, "B", heads, []any{"7041234567890123998", 2})
	f.SetActiveSheet(2)
	must(t, f.SetSheetVisible("Sheet1", false), f.SetSheetVisible("B", false, true))
	path := save(t, f)
	a, notices := readNotices(t, path)
	expect(t, "the visible one", a, "")
	if notices != "hidden_sheets" {
		t.Error(notices)
	}
	if b := read(t, path, Options{Sheet: "b"}); len(b.updates) != 1 || b.updates[0].Current != "2" {
		t.Error(b) // a person may ask for a hidden one
	}
	expect(t, "two visible", read(t, fixture("sheets.xlsx"), Options{}), CodeSheetAmbiguous)
}

func TestP78_NamesOfSheets(t *testing.T) {
	for wanted, want := range map[string]Number{"一季度": "1", "二季度 ": "2", "二季度": "2", " 一季度": "1"} {
		if a := read(t, fixture("sheets.xlsx"), Options{Sheet: wanted}); len(a.updates) != 1 || a.updates[0].Current != want {
			t.Errorf("%q: %v", wanted, a)
		}
	}
	for _, name := range []string{"", " ", "a name of more than thirty-one characters, which Excel refuses", "[a]:b*?/\\c", "数据&amp;&lt;", "'quoted'"} {
		p := book(bookHeader+dataRow).replace("xl/workbook.xml", `"Data"`, `"`+name+`"`)
		expect(t, name, p.read(t), "")
	}
	alike := book(bookHeader+dataRow).replace("xl/workbook.xml", "</sheets>", `<sheet name="DATA" sheetId="2" r:id="r1"/></sheets>`)
	path := write(t, "a.xlsx", alike.zip(t, zip.Deflate))
	expect(t, "data", read(t, path, Options{Sheet: "data"}), CodeSheetAmbiguous)
	expect(t, "DATA", read(t, path, Options{Sheet: "DATA"}), "")
}

// A chart that has a tab of its own is no sheet, whichever tab is in front.
func TestP79_ChartSheets(t *testing.T) {
	f := table(t, heads, someRow)
	must(t, f.AddChartSheet("图表", &excelize.Chart{Type: excelize.Col, Series: []excelize.ChartSeries{{Values: "Sheet1!$B$2:$B$2"}}}))
	f.SetActiveSheet(1)
	path := save(t, f)
	a, notices := readNotices(t, path)
	expect(t, "chart", a, "")
	if notices != "" {
		t.Error(notices)
	}
	expect(t, "wanted", read(t, path, Options{Sheet: "图表"}), CodeSheetMissing)
	only := book("").replace(rels, "relationships/worksheet", "relationships/chartsheet")
	expect(t, "nothing else", only.read(t), CodeSheetMissing)
}

func TestP80_TitlesAboveTheHeader(t *testing.T) {
	for _, titles := range []int{0, 1, 16, 24, 29, 30} {
		rows := slices.Repeat([][]any{{"导出时间：2026-11-23", nil, "共 1 笔"}}, titles)
		path := save(t, table(t, append(rows, heads, someRow)...))
		want := map[bool]Code{true: CodeHeaderMissing}[titles == 30]
		expect(t, fmt.Sprint(titles), read(t, path, Options{}), want)
		expect(t, "named", read(t, path, Options{HeaderRow: titles + 1}), "")
	}
	// Data is never taken for a title.
	expect(t, "data above", read(t, save(t, table(t, someRow, heads, someRow)), Options{}), CodeHeaderMissing)
}

func TestP81_SpellingsOfHeaders(t *testing.T) {
	spelt := func(head, value string) {
		f := table(t, []any{"序号", head, value, "说明"}, []any{1, someID, 5, "x"})
		expect(t, head+" "+value, read(t, save(t, f), Options{}), "")
	}
	for _, head := range []string{"指标项ID", " 指标项 id ", "*指标项ID", "指标项ID（必填）", "【必填】指标项ID*", "指标项\nID", "指标项\r\nＩＤ", "\ufeff指标项ID", "Metric_Item_ID", "metric item id", "METRIC-ITEM-ID:", "指标项编号"} {
		spelt(head, "当前值")
	}
	for _, value := range []string{"当前值（元）", "当前值(元) *", "当前 值", "Current Value", "metric_current_value", "当前值/进度值"} {
		spelt("指标项ID", value)
	}
}

func TestP82_DuplicateHeaders(t *testing.T) {
	for name, test := range map[string]struct {
		rows [][]any
		want Code
	}{
		"twice":      {[][]any{{"指标项ID", "当前值", "当前值"}, {someID, 5, 6}}, CodeHeaderDuplicate},
		"two names":  {[][]any{{"指标项ID", "当前值", "进度值"}, {someID, 5, 6}}, CodeHeaderDuplicate},
		"two ids":    {[][]any{{"指标项ID", "指标ID", "当前值"}, {someID, someID, 5}}, CodeHeaderDuplicate},
		"groups":     {[][]any{{"指标", nil, "数值"}, {"指标项ID", "当前值"}, {someID, 5}}, ""},
		"half above": {[][]any{{"指标项ID", "数值"}, {nil, "当前值"}, {someID, 5}}, CodeHeaderNoValue},
		"another":    {[][]any{heads, {"当前值", "指标项ID"}, {5, someID}}, CodeHeaderSecond},
	} {
		expect(t, name, read(t, save(t, table(t, test.rows...)), Options{}), test.want)
	}
}

func TestP83_FootersAndTotals(t *testing.T) {
	rows := [][]any{heads, someRow, {"小计", 5}, {"合计："}, {nil, 7, "总计"}, heads, {"备注：每周五更新"}, {nil, nil, "制表人：张三"}, {nil, 9}, {"合计 ", nil}}
	a := read(t, save(t, table(t, rows...)), Options{})
	if got := rowNumbersOf(a); got != "2/3 4 5 6 10/7:id_invalid 8:id_missing 9:id_missing" {
		t.Error(got)
	}
	for _, u := range a.updates {
		if u.Row == 6 && u.Aside != AsideHeader || u.Aside == AsideTotal && !u.Empty() {
			t.Errorf("%+v", u)
		}
	}
}

// Both rows are read, each with its number; which of them counts is decided where
// all rows are known.
func TestP84_DuplicateIDs(t *testing.T) {
	a := read(t, save(t, table(t, heads, someRow, []any{someID, 6}, someRow)), Options{})
	if got := rowNumbersOf(a); got != "2 3 4//" || a.updates[1].Current != "6" {
		t.Error(got, a)
	}
}

func TestP85_RaggedRows(t *testing.T) {
	wide := []any{"指标项ID", "起始值", "目标值", "当前值", "支撑的上级"}
	rows := [][]any{wide, {someID}, {someID, 1}, {someID, nil, nil, 5}, {}, {nil, nil, nil, nil, nil, nil, "x"}, {someID, nil, nil, nil, "ou_1", "beyond", 9}}
	a := read(t, save(t, table(t, rows...)), Options{})
	if got := rowNumbersOf(a); got != "2 3 4 7//6:id_missing" || !a.updates[0].Empty() || a.updates[2].Current != "5" || a.updates[3].SupportedUserID != "ou_1" {
		t.Error(got, a)
	}
}

// The number is that which Excel shows, whatever is blank or hidden above.
func TestP86_RowNumbers(t *testing.T) {
	a := book(`<row r="3" hidden="1"/><row r="7"><c r="A7" t="s"><v>0</v></c><c r="B7" t="s"><v>1</v></c></row>` +
		`<row r="12" hidden="1">` + strings.ReplaceAll(idCell, "A2", "A12") + `</row><row r="40"><c r="B40" t="str"><v>x</v></c></row>`).read(t)
	if got := rowNumbersOf(a); got != "12//40:id_missing 40:number_invalid" {
		t.Error(got)
	}
	if reason := a.refused[0].Problems[1].Reason("zh"); !strings.HasPrefix(reason, "第 40 行，“当前值”列（B40）") {
		t.Error(reason)
	}
}

func TestP87_Protection(t *testing.T) {
	f := table(t, heads, someRow)
	must(t, f.ProtectSheet("Sheet1", &excelize.SheetProtectionOptions{Password: "secret"}),
		f.ProtectWorkbook(&excelize.WorkbookProtectionOptions{Password: "secret", LockStructure: true}))
	expect(t, "protected", read(t, save(t, f), Options{}), "")
	advised := book(bookHeader+dataRow).replace("xl/workbook.xml", "<sheets>", `<fileSharing readOnlyRecommended="1" userName="x"/><sheets>`)
	expect(t, "read-only recommended", advised.read(t), "")
}

func TestP88_CommentsListsAndPictures(t *testing.T) {
	f := table(t, []any{"指标项ID", "当前值", "类别"}, []any{someID, 5, "a"})
	list := excelize.NewDataValidation(true)
	list.Sqref = "C2:C100"
	must(t, list.SetDropList([]string{"a", "b"}), f.AddDataValidation("Sheet1", list),
		f.AddComment("Sheet1", excelize.Comment{Cell: "B2", Author: "a", Text: "999"}),
		f.AddTable("Sheet1", &excelize.Table{Range: "A1:C2", Name: "t"}),
		f.SetCellHyperLink("Sheet1", "C2", "https://example.com", "External"),
		f.AddChart("Sheet1", "E1", &excelize.Chart{Type: excelize.Pie, Series: []excelize.ChartSeries{{Values: "Sheet1!$B$2"}}}))
	expect(t, "with everything", read(t, save(t, f), Options{}), "")
	// A pivot table's sheet has the same header; which one is meant must be said.
	if _, err := f.NewSheet("透视"); err != nil {
		t.Fatal(err)
	}
	fill(t, f, "透视", heads, someRow)
	path := save(t, f)
	expect(t, "two sheets", read(t, path, Options{}), CodeSheetAmbiguous)
	expect(t, "said", read(t, path, Options{Sheet: "Sheet1"}), "")
}

func TestP89_SampleRows(t *testing.T) {
	rows := [][]any{heads, {"示例", 100}, {"7000000000000000000", 100}, {"例：7041234567890123456", 1}, {"yyyyyyyyyyyyyyyyyyy", 1}, someRow}
	if got := rowNumbersOf(read(t, save(t, table(t, rows...)), Options{})); got != "6//2:id_invalid 3:id_rounded 4:id_invalid 5:id_invalid" {
		t.Error(got)
	}
}
