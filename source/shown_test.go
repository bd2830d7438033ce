package source

import (
	"archive/zip"
	"strings"
	"testing"
)

// What a person sees decides: where a cell shows something else than it holds, its
// value is not certain.
func TestShownOtherwise(t *testing.T) {
	styled := func(code string) func(parts) parts {
		return func(p parts) parts {
			return p.replace("xl/styles.xml", "yyyy&quot;年&quot;", strings.ReplaceAll(code, `"`, "&quot;"))
		}
	}
	as := func(p parts) parts { return p }
	inline := func(runs string) string { return idCell + `<c r="B2" t="inlineStr"><is>` + runs + `</is></c>` }
	for _, test := range []struct {
		name, cells string
		change      func(parts) parts
		want        string
	}{
		{"a raised digit", inline(`<r><t>85</t></r><r><rPr><vertAlign val="superscript"/></rPr><t>1</t></r>`), as, "2:number_invalid |"},
		{"digits struck out", inline(`<r><rPr><strike/></rPr><t>100</t></r><r><t>120</t></r>`), as, "2:number_invalid |"},
		{"bold digits", inline(`<r><rPr><b/><strike val="0"/><vertAlign val="baseline"/></rPr><t>85</t></r><r><t>1</t></r>`), as, "| 7041234567890123456=851"},
		{
			"a value to be calculated on opening", idCell + `<c r="B2"><f>6*7</f><v>0</v></c>`,
			func(p parts) parts {
				return p.replace("xl/workbook.xml", "</sheets>", `</sheets><calcPr fullCalcOnLoad="1"/>`)
			}, "2:formula_without_value |",
		},
		{"in 万", idCell + `<c r="B2" s="3"><v>5.5</v></c>`, styled(`0.0"万"`), "2:cell_shown_otherwise |"},
		{"in 万, scaled", idCell + `<c r="B2" s="3"><v>55000</v></c>`, styled(`0!.0,"万"`), "| 7041234567890123456=55000"},
		{"zero as words", idCell + `<c r="B2" s="3"><v>0</v></c>`, styled(`0;-0;"待定"`), "2:cell_shown_otherwise |"},
		{"not zero", idCell + `<c r="B2" s="3"><v>5</v></c>`, styled(`0;-0;"待定"`), "| 7041234567890123456=5"},
		{"some percentages", idCell + `<c r="B2" s="3"><v>85</v></c>`, styled(`[&lt;=1]0%;0`), "2:cell_shown_otherwise |"},
		{"an id with digits in its format", `<c r="A2" s="3"><v>1234567</v></c>`, styled(`"704123456789"0000000`), "2:id_not_text |"},
		{"an id with zeros in its format", `<c r="A2" s="3"><v>123</v></c>`, styled(`000000`), "2:id_not_text |"},
		{"a number with zeros in its format", idCell + `<c r="B2" s="3"><v>7</v></c>`, styled(`000`), "| 7041234567890123456=7"},
	} {
		p := test.change(book(bookHeader + `<row r="2">` + test.cells + `</row>`))
		if got := inShort(p.read(t)); got != test.want {
			t.Errorf("%s: got %s, want %s", test.name, got, test.want)
		}
	}
}

// Values that merged cells hide are not read.
func TestHiddenUnderMergedCells(t *testing.T) {
	for _, test := range []struct{ name, rows, merge, want string }{
		{"below a blank corner", `<row r="2"><c r="A2"><v>7</v></c></row><row r="3"><c r="A3"><v>8</v></c><c r="B3"><v>999</v></c></row>`, "B2:B3", "3:cell_merged | 7="},
		{"beside a corner nobody reads", `<row r="2"><c r="A2"><v>7</v></c><c r="C2"><v>5</v></c><c r="D2"><v>999</v></c></row>`, "C2:D2", "2:cell_merged |"},
		{"below the header", `<row r="2"><c r="A2"><v>7</v></c><c r="B2"><v>999</v></c></row>`, "B1:B2", "2:cell_merged |"},
	} {
		header := bookHeader
		if test.merge == "C2:D2" {
			header = `<row r="1"><c r="A1" t="s"><v>0</v></c><c r="C1" t="str"><v>名称</v></c><c r="D1" t="s"><v>1</v></c></row>`
		}
		p := book(header+test.rows).replace(sheetPart, "</sheetData>", `</sheetData><mergeCells><mergeCell ref="`+test.merge+`"/></mergeCells>`)
		if got := inShort(p.read(t)); got != test.want {
			t.Errorf("%s: got %s, want %s", test.name, got, test.want)
		}
	}
}

// A decimal comma is seen in inline texts as well.
func TestInlineDecimalCommas(t *testing.T) {
	rows := `<row r="2"><c r="A2"><v>7</v></c><c r="B2" t="inlineStr"><is><t>1,234</t></is></c></row>`
	if got := inShort(book(bookHeader + rows).read(t)); got != "| 7=1234" {
		t.Error(got)
	}
	rows += `<row r="3"><c r="A3"><v>8</v></c><c r="B3" t="inlineStr"><is><t>1,5</t></is></c></row>`
	if got := inShort(book(bookHeader + rows).read(t)); got != "2:number_ambiguous 3:number_ambiguous |" {
		t.Error(got)
	}
}

// The directory of an archive may not promise more than the file holds.
func TestLyingDirectory(t *testing.T) {
	p := book(bookHeader)
	data := p.zip(t, zip.Store)
	start, end := locate(t, data, sheetPart)
	if start == end {
		t.Fatal("no data")
	}
	if _, err := openContainer(strings.NewReader(string(data)), int64(len(data))/2); err == nil {
		t.Error("half a file is a container")
	}
	twice := p.zip(t, zip.Store)
	if a := read(t, write(t, "a.xlsx", append(twice, data...)), Options{}); a.fatal != nil && a.fatal.Code != CodeFileDamaged && a.fatal.Code != CodeFileEmpty {
		t.Error(a.fatal)
	}
}

// A dash between spaces is zero where accounting put it, not where columns are
// aligned.
func TestPaddedDash(t *testing.T) {
	for text, want := range map[string]string{
		"metric_item_id,current\n7, - \n":            "| 7=0",
		"metric_item_id,current\n7,\" -   \"\n":      "| 7=0",
		"metric_item_id , current\n7, - \n":          "2:number_invalid |",
		"metric_item_id,current\n7 , - \n":           "2:number_invalid |",
		"metric_item_id,current\n7,-\n":              "2:number_invalid |",
		"metric_item_id,current\n7, ¥ - \n8 , ¥ -\n": "| 7=0 8=0",
	} {
		if got := inShort(readCSV(t, text)); got != want {
			t.Errorf("%q: got %s, want %s", text, got, want)
		}
	}
}

// A number that its separator has broken in two moves the cells behind it.
func TestShiftedRows(t *testing.T) {
	for row, want := range map[string]string{
		"7,1,234,":   "2:row_too_long |",
		"7,-1,234,":  "2:row_too_long |",
		"7,¥1,234,":  "2:row_too_long |",
		"7,１,２３４,":   "2:row_too_long |",
		"7,1.5,234,": "2:row_too_long |",
		"7,,5,":      "| 7=5",
		"7,5,,,":     "| 7=",
		"7,1,234":    "| 7=234",
	} {
		if got := inShort(readCSV(t, "metric_item_id,target,current\n"+row+"\n")); got != want {
			t.Errorf("%s: got %s, want %s", row, got, want)
		}
	}
}

// A blank between two numbers is no separator.
func TestNotShifted(t *testing.T) {
	if got := inShort(readCSV(t, "metric_item_id,target,note,current\n7,5,,6,\n8,5,a,6,\n9,,5,6,\n")); got != "| 7=6 8=6 9=6" {
		t.Error(got)
	}
}

// Names and rows that nobody writes cost no time.
func TestAbsurdHeaders(t *testing.T) {
	good := "metric_item_id,current\n7,5\n"
	for name, text := range map[string]string{
		"brackets":     strings.Repeat("()", 10_000) + "\n" + good,
		"many names":   strings.Repeat(strings.Repeat("x", 22)+",", 20_000) + "\n" + good,
		"a large file": good + strings.Repeat("8,6,"+strings.Repeat(" ", 1000)+"\n", 3_000),
	} {
		if a := readCSV(t, text); a.fatal != nil || len(a.updates) == 0 {
			t.Errorf("%s: %v", name, a.fatal)
		}
	}
	if a := readCSV(t, strings.Repeat("\n", 20_000)+good); a.fatal == nil || a.fatal.Code != CodeHeaderMissing {
		t.Error(a.fatal)
	}
}
