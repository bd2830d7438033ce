package source

import (
	"archive/zip"
	"strings"
	"testing"
)

// twoBooks is a workbook with a second visible sheet that holds the given rows.
func twoBooks(rows string) parts {
	p := book(bookHeader + `<row r="2"><c><v>7</v></c><c><v>5</v></c></row>`)
	second := book(rows)[sheetPart]
	return p.with("xl/worksheets/sheet2.xml", second).
		replace("xl/workbook.xml", "</sheets>", `<sheet name="Second" sheetId="2" r:id="r9"/></sheets>`).
		replace("xl/_rels/workbook.xml.rels", "</Relationships>", `<Relationship Id="r9" Type="`+relType+`worksheet" Target="worksheets/sheet2.xml"/></Relationships>`)
}

// A sheet that may be the right one, but for a slip or some damage, is not passed
// over in silence.
func TestSheetsThatAreNearlyRight(t *testing.T) {
	misspelt := `<row r="1"><c t="str"><v>metric_item_id</v></c><c t="str"><v>metric_traget_value</v></c></row>`
	note := `<row r="1"><c t="str"><v>说明</v></c></row>`
	for rows, want := range map[string]string{
		note:                   "| 7=5",
		``:                     "| 7=5",
		misspelt:               "sheet_ambiguous",
		bookHeader:             "sheet_ambiguous",
		`<row r="1"><c r="x">`: "sheet_ambiguous",
	} {
		if got := inShort(twoBooks(rows).read(t)); got != want {
			t.Errorf("%s: got %s, want %s", rows, got, want)
		}
	}
	p := twoBooks(misspelt).with(sheetPart, book(note)[sheetPart])
	if a := p.read(t); a.fatal == nil || a.fatal.Code != CodeHeaderMisspelt || a.fatal.Place != "Second!B1" {
		t.Errorf("%+v", a.fatal)
	}
	if a := twoBooks(note).with(sheetPart, book(note)[sheetPart]).read(t); a.fatal == nil || a.fatal.Code != CodeSheetNone {
		t.Errorf("%+v", a.fatal)
	}
}

// Merged cells are found wherever they stand in the part.
func TestSurvey(t *testing.T) {
	rows := `<row r="2"><c><v>7</v></c><c><v>5</v></c></row><row r="3"><c><v>8</v></c></row>`
	for shift := range 40 {
		padding := "<!--" + strings.Repeat("x", textPiece-600+shift*16) + "-->"
		p := book(bookHeader+rows).replace(sheetPart, "</sheetData>", "</sheetData>"+padding+`<mergeCells><mergeCell ref="B2:B3"/></mergeCells>`)
		path := write(t, "a.xlsx", p.zip(t, zip.Store))
		if got := inShort(read(t, path, Options{})); got != "2:cell_merged 3:cell_merged |" {
			t.Fatalf("shift %d: %s", shift, got)
		}
	}
	for merges, want := range map[string]string{
		`<mergeCell ref="B3:A2"/>`: "file_damaged",
		`<mergeCell/>`:             "file_damaged",
		strings.Repeat(`<mergeCell ref="D9:D9"/>`, 100_001): "file_too_large",
	} {
		p := book(bookHeader+rows).replace(sheetPart, "</sheetData>", "</sheetData><mergeCells>"+merges+"</mergeCells>")
		if got := inShort(p.read(t)); got != want {
			t.Errorf("%.30s: got %s, want %s", merges, got, want)
		}
	}
}
