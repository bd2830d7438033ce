package source

import (
	"archive/zip"
	"strings"
	"testing"
)

// A value in a merged cell is sent for no row: whether it is meant for the first
// of them, for all, or is their sum, only a person knows.
func TestMergedCells(t *testing.T) {
	row := func(n, cells string) string { return `<row r="` + n + `">` + cells + `</row>` }
	id := func(ref, id string) string { return `<c r="` + ref + `"><v>` + id + `</v></c>` }
	for _, test := range []struct{ name, rows, merges, want string }{
		{
			"value over two rows", row("2", id("A2", "1")+id("B2", "5")) + row("3", id("A3", "2")) + row("4", id("A4", "3")+id("B4", "7")),
			"B2:B3", "2:cell_merged 3:cell_merged | 3=7",
		},
		{
			"blank cells are merged", row("2", id("A2", "1")) + row("3", id("A3", "2")),
			"B2:B3", "| 1= 2=",
		},
		{
			"id over two rows", row("2", id("A2", "1")+id("B2", "5")) + row("3", id("B3", "6")),
			"A2:A3", "2:cell_merged 3:cell_merged |",
		},
		{
			"id and value", row("2", id("A2", "1")) + row("3", id("A3", "2")+id("B3", "4")),
			"A2:B2", "2:cell_merged 2:cell_merged | 2=4",
		},
		{
			"id and a column nobody reads", row("2", id("A2", "1")+id("B2", "4")),
			"A2:A2", "| 1=4",
		},
		{
			"total line", row("2", id("A2", "1")+id("B2", "4")) + row("3", `<c r="A3" t="inlineStr"><is><t>合计</t></is></c>`),
			"A3:B3", "| 1=4 total",
		},
		{
			"header over two rows", row("3", id("A3", "1")+id("B3", "4")),
			"A1:A2 B1:B2", "| 1=4",
		},
		{
			"header over two columns", row("2", id("A2", "1")+id("B2", "4")) + row("3", id("A3", "2")+id("C3", "5")),
			"B1:C1", "3:cell_merged | 1=4",
		},
		{
			"over each other", row("2", id("A2", "1")),
			"B2:B4 B3:B5", "file_damaged",
		},
		{
			"no range", row("2", id("A2", "1")),
			"B2:", "file_damaged",
		},
	} {
		var merges strings.Builder
		for ref := range strings.FieldsSeq(test.merges) {
			merges.WriteString(`<mergeCell ref="` + ref + `"/>`)
		}
		p := book(bookHeader+test.rows).replace(sheetPart, "</sheetData>", "</sheetData><mergeCells>"+merges.String()+"</mergeCells>")
		if got := inShort(p.read(t)); got != test.want {
			t.Errorf("%s: got %s, want %s", test.name, got, test.want)
		}
	}
}

// inShort is an answer as "codes | id=current …".
func inShort(a answer) string {
	if a.fatal != nil {
		return string(a.fatal.Code)
	}
	texts := []string{"|"}
	if codes := a.codes(); codes != "" {
		texts = []string{codes, "|"}
	}
	for _, u := range a.updates {
		if u.Aside != "" {
			texts = append(texts, string(u.Aside))
			continue
		}
		texts = append(texts, u.ItemID+"="+string(u.Current))
	}
	return strings.Join(texts, " ")
}

// notices lists the notices of a file that is read to its end, as "code:found".
func notices(t *testing.T, name string, data []byte, o Options) string {
	t.Helper()
	f, err := Open(write(t, name, data), o)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	readRows(t, f)
	var texts []string
	for _, n := range f.Notices() {
		if n.Text("en") == "" || n.Text("zh") == "" || strings.ContainsAny(n.Text("en")+n.Text("zh"), "{}") {
			t.Errorf("%s has no words", n.Code)
		}
		texts = append(texts, string(n.Code)+":"+n.Found)
	}
	return strings.Join(texts, " ")
}

func TestNotices(t *testing.T) {
	csv := "公司报表\n指标项ID;部门;目标值（万元）\n1;a;1.234\n2;b;5\n"
	if got, want := notices(t, "a.xlsx", []byte(csv), Options{Sheet: "x"}), "other_name:CSV delimiter:“;” points:3 no_sheets: header_units:“目标值（万元）” other_columns:“部门” title_rows:2"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	p := book(bookHeader+
		`<row r="2" hidden="1"><c r="A2"><v>1</v></c><c r="B2"><f>[1]Sheet1!A1</f><v>5</v></c><c r="D2"><v>7</v></c></row>`+
		`<row r="3" hidden="true"><c r="A3"><v>2</v></c><c r="B3"><f>Table1[2023]</f><v>5</v></c></row>`).
		replace(sheetPart, "<sheetData>", `<cols><col min="2" max="9" hidden="1"/></cols><sheetData>`).
		replace("xl/workbook.xml", "</sheets>", `<sheet name="旧" sheetId="2" state="veryHidden" r:id="r1"/></sheets>`)
	if got, want := notices(t, "a.csv", p.zip(t, zip.Deflate), Options{}), "other_name:XLSX hidden_sheets:“旧” hidden_rows:2, 3 hidden_columns:“当前值” external_links:2"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	p = p.replace(sheetPart, "</sheetData>", `</sheetData><autoFilter ref="A1:B3"/>`)
	if got := notices(t, "a.xlsx", p.zip(t, zip.Deflate), Options{}); !strings.Contains(got, "filtered_rows:2, 3") {
		t.Error(got)
	}
}

func TestRemarksThatChangeTheMeaning(t *testing.T) {
	names, err := newNames(nil)
	if err != nil {
		t.Fatal(err)
	}
	for head, want := range map[string]Column{
		"目标值（元）": ColumnTarget, "目标值（2026）": ColumnTarget, "(必填)目标值": ColumnTarget,
		"目标值（去年）": "", "（旧）目标值": "", "目标值(元)(去年同期)": "", "target (previous)": "",
	} {
		if got := names.column[headerKey(head)]; got != want {
			t.Errorf("%q is %q, want %q", head, got, want)
		}
	}
}

// 万 in a cell under 万 in the heading may be meant once or twice.
func TestUnitsTwice(t *testing.T) {
	a := readCSV(t, "指标项ID,目标值（万元）,当前值\n1,5万,5万\n2,5,6\n")
	if got, want := a.codes(), "2:number_ambiguous"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
