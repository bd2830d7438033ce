package source

import (
	"archive/zip"
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The tests of these files are named after the entries of the catalogue of what
// real spreadsheets do, P00 to P119.

const (
	dataRow   = `<row r="2">` + idCell + `<c r="B2"><v>5</v></c></row>`
	sharedKey = "xl/sharedStrings.xml"
	rels      = "xl/_rels/workbook.xml.rels"
)

// expect holds an answer against the code that refuses the file; for "" it must be
// the one row of dataRow.
func expect(t *testing.T, name string, a answer, want Code) {
	t.Helper()
	switch {
	case want != "" && (a.fatal == nil || a.fatal.Code != want):
		t.Errorf("%s: got %v %v, want %s", name, a.fatal, a, want)
	case want == "" && (len(a.updates) != 1 || a.fatal != nil || a.refused != nil):
		t.Errorf("%s: got %v %v, want one row", name, a.fatal, a)
	case want == "" && (a.updates[0].ItemID != "7041234567890123456" || a.updates[0].Current != "5"):
		t.Errorf("%s: got %v", name, a)
	}
}

// filesIn lists what there is in a folder.
func filesIn(t *testing.T, dir string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// Without the replacement, or with an older excelize, hostile files would stop the
// program.
func TestP00_ExcelizeResolves(t *testing.T) {
	mod, err := os.ReadFile("../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		"replace github.com/xuri/efp => github.com/xuri/efp v0.0.2\n",
		"github.com/xuri/excelize/v2 v2.11.1\n",
	} {
		if !strings.Contains(string(mod), line) {
			t.Errorf("go.mod lacks %q", line)
		}
	}
}

// Rows above the break would look like the whole sheet.
func TestP01_BrokenXMLIsNoEnd(t *testing.T) {
	sheet := book(bookHeader + dataRow)[sheetPart]
	for name, text := range map[string]string{
		"bare ampersand": strings.Replace(sheet, "</sheetData>", `<row r="3"><c t="str"><v>R&D</v></c></row></sheetData>`, 1),
		"control":        strings.Replace(sheet, "</sheetData>", "<row r=\"3\"><c t=\"str\"><v>\x0b</v></c></row></sheetData>", 1),
		"GBK bytes":      strings.Replace(sheet, "</sheetData>", "<row r=\"3\"><c t=\"str\"><v>\xc4\xbf\xb1\xea</v></c></row></sheetData>", 1),
		"crossed tags":   strings.Replace(sheet, "</v></c></row>", "</c></v></row>", 1),
	} {
		expect(t, name, book("").with(sheetPart, text).read(t), CodeFileDamaged)
	}
	for cut := 0; cut < len(sheet); cut += 9 {
		if a := book("").with(sheetPart, sheet[:cut]).read(t); a.fatal == nil {
			t.Errorf("cut to %d bytes: %v", cut, a)
		}
	}
}

// One digit of a part that is not compressed is changed, its checksum is not.
func TestP02_Checksums(t *testing.T) {
	for part, digits := range map[string][2]string{
		sheetPart:       {"22222", "22922"},
		sharedKey:       {"7041234567890123456", "7041234567890123457"},
		"xl/styles.xml": {`numFmtId="10"`, `numFmtId="11"`},
	} {
		archive := book(bookHeader+`<row r="2">`+idCell+`<c r="B2"><v>22222</v></c></row>`).zip(t, zip.Store)
		start, end := locate(t, archive, part)
		at := bytes.Index(archive[start:end], []byte(digits[0]))
		copy(archive[start+at:], digits[1])
		expect(t, part, read(t, write(t, "a.xlsx", archive), Options{}), CodeFileDamaged)
	}
}

// A bad cell in the second row of three is not the end of the rows.
func TestP03_BadRowIsNoEnd(t *testing.T) {
	for _, ref := range []string{"x", "XFE2", "B0", "2", "B"} {
		bad := `<row r="2"><c r="` + ref + `"><v>1</v></c></row>`
		expect(t, ref, book(bookHeader+bad+`<row r="3"><c><v>7</v></c></row>`).read(t), CodeFileDamaged)
	}
}

// The shared strings are where the relationship says.
func TestP04_SharedStringsElsewhere(t *testing.T) {
	moved := func(to string) parts {
		p := book(bookHeader + dataRow)
		p[to] = p[sharedKey]
		delete(p, sharedKey)
		return p
	}
	for to, target := range map[string]string{
		"texts.xml":            "/texts.xml",
		"xl/a b/统一.xml":        "a%20b/%E7%BB%9F%E4%B8%80.xml",
		"xl/SHAREDSTRINGS.XML": "sharedStrings.xml",
		"other/s.xml":          "../other/s.xml",
	} {
		expect(t, to, moved(to).replace(rels, "sharedStrings.xml", target).read(t), "")
	}
	expect(t, "lost", moved("texts.xml").read(t), CodeFileDamaged)
	decoy := moved("texts.xml").replace(rels, "sharedStrings.xml", "/texts.xml")
	decoy[sharedKey] = `<sst><si><t>wrong</t></si></sst>`
	expect(t, "decoy", decoy.read(t), "")
	expect(t, "no relationship", book(bookHeader+dataRow).replace(rels, "/sharedStrings\"", "/x\"").read(t), CodeFileDamaged)
}

// Another string in the place of an id would be worse than a refusal.
func TestP05_SharedStringIndex(t *testing.T) {
	for index, want := range map[string]string{
		"2": "7041234567890123456=", " 2\n": "7041234567890123456=", "3": "file_damaged", "-1": "file_damaged", "x": "file_damaged",
		"": "file_damaged", "2.0": "file_damaged", "1e0": "file_damaged", "99999999999": "file_damaged",
	} {
		if got := one(t, `<c r="A2" t="s"><v>`+index+`</v></c>`); got != want {
			t.Errorf("%q: got %s, want %s", index, got, want)
		}
	}
}

func TestP06_StyleIsNoNumber(t *testing.T) {
	for _, style := range []string{"", "x", "-1", "0"} {
		if got := one(t, idCell+`<c r="B2" s="`+style+`"><v>5</v></c>`); got != "7041234567890123456=5" {
			t.Errorf("%q: got %s", style, got)
		}
	}
}

func TestP07_CellsOutOfOrder(t *testing.T) {
	if got := one(t, `<c r="C2"><v>3</v></c><c r="B2"><v>5</v></c>`+idCell); got != "7041234567890123456=5" {
		t.Error(got)
	}
	for _, cells := range []string{
		idCell + `<c r="B2"><v>5</v></c><c r="B2"><v>6</v></c>`,
		`<c r="B2"><v>5</v></c>` + idCell + `<c r="B2"><v>6</v></c>`,
		idCell + `<c r="B2"/><c r="B2"><v>6</v></c>`,
		`<c r="B2"><v>5</v></c>` + idCell + `<c><v>6</v></c>`, // A2 again is followed by B2
	} {
		if got := one(t, cells); got != "file_damaged" {
			t.Errorf("%s: got %s", cells, got)
		}
	}
}

// Rows 3, 1, 2 would become one. Two pieces of one row are refused as well.
func TestP08_RowsOutOfOrder(t *testing.T) {
	row := func(number, id string) string { return `<row r="` + number + `"><c><v>` + id + `</v></c></row>` }
	for _, rows := range []string{row("4", "3") + row("2", "1"), row("2", "1") + row("2", "2"), `<row r="3"/>` + row("2", "1"), row("1", "1")} {
		expect(t, rows, book(bookHeader+rows).read(t), CodeFileDamaged)
	}
}

func TestP09_CellOfAnotherRow(t *testing.T) {
	if got := one(t, `<c r="A5" t="s"><v>2</v></c>`); got != "file_damaged" {
		t.Error(got)
	}
}

// Where positions are left out, each cell and row follows the one before.
func TestP10_PositionsLeftOut(t *testing.T) {
	header := `<row><c t="s"><v>0</v></c><c/><c t="s"><v>1</v></c></row>`
	rows := `<row/><row><c t="s"><v>2</v></c><c/><c><v>5</v></c></row>`
	a := book(header + rows).read(t)
	expect(t, "left out", a, "")
	if a.updates[0].Row != 3 {
		t.Error(a)
	}
}

func TestP11_InvalidReferences(t *testing.T) {
	for _, ref := range []string{"A0", "XFE2", "x", "2", "A", "A-2", "AAAA2", "A2:B2", "$A$2", "R2C1", ""} {
		if got := one(t, `<c r="`+ref+`"><v>7</v></c>`); got != "file_damaged" {
			t.Errorf("%q: got %s", ref, got)
		}
	}
	for _, number := range []string{"0", "-2", "x", "", "1048577", "2.0"} {
		expect(t, number, book(bookHeader+`<row r="`+number+`"><c><v>7</v></c></row>`).read(t), CodeFileDamaged)
	}
}

// The names of parts know no case; a package in UTF-16 is refused with words that
// people understand.
func TestP12_NamesKnowNoCase(t *testing.T) {
	upper := parts{}
	for name, text := range book(bookHeader + dataRow) {
		upper[strings.ToUpper(name)] = text
	}
	expect(t, "upper case", upper.read(t), "")
	p := book(bookHeader + dataRow)
	for _, name := range []string{"_rels/.rels", "xl/workbook.xml", rels, sharedKey} {
		wide := book(bookHeader+dataRow).with(name, "\xff\xfe"+string(utf16le(p[name])))
		expect(t, name, wide.read(t), CodeFileDamaged)
	}
}

func TestP13_OtherSpellings(t *testing.T) {
	backslashes, prefixed := parts{}, book(bookHeader+dataRow)
	for name, text := range book(bookHeader + dataRow) {
		backslashes[strings.ReplaceAll(name, "/", `\`)] = strings.ReplaceAll(text, "worksheets/sheet1", `worksheets\sheet1`)
	}
	for _, name := range []string{sheetPart, sharedKey, "xl/workbook.xml", "xl/styles.xml"} {
		prefixed[name] = strings.NewReplacer("</", "</x:", "xmlns=", "xmlns:x=", "<?", "<?", "<", "<x:").Replace(prefixed[name])
	}
	strict := book(bookHeader + dataRow)
	for name, text := range strict {
		text = strings.ReplaceAll(text, "http://schemas.openxmlformats.org/officeDocument/2006", "http://purl.oclc.org/ooxml/officeDocument")
		strict[name] = strings.ReplaceAll(text, "http://schemas.openxmlformats.org/spreadsheetml/2006/main", "http://purl.oclc.org/ooxml/spreadsheetml/main")
	}
	for name, p := range map[string]parts{
		"backslashes": backslashes, "prefixes": prefixed, "strict": strict,
		"absolute": book(bookHeader+dataRow).replace(rels, `"worksheets/`, `"/xl/worksheets/`),
	} {
		expect(t, name, p.read(t), "")
	}
}

func TestP14_SheetInUTF16(t *testing.T) {
	p := book(bookHeader + dataRow)
	wide := utf16le(p[sheetPart])
	expect(t, "with mark", book("").with(sheetPart, "\xff\xfe"+string(wide)).read(t), CodeFileDamaged)
	expect(t, "without mark", book("").with(sheetPart, string(wide)).read(t), CodeFileDamaged)
	expect(t, "GBK", book(bookHeader+dataRow).replace(sheetPart, "UTF-8", "GBK").read(t), CodeFileDamaged)
	expect(t, "UTF-8 with mark", p.with(sheetPart, "\ufeff"+p[sheetPart]).read(t), "")
	expect(t, "no rows at all", book("").with(sheetPart, "<worksheet><x/></worksheet>").read(t), CodeFileDamaged)
}

func TestP15_AlternativeContents(t *testing.T) {
	twice := func(inner string) string {
		return `<mc:AlternateContent><mc:Choice Requires="x14">` + inner + `</mc:Choice><mc:Fallback>` + inner + `</mc:Fallback></mc:AlternateContent>`
	}
	expect(t, "rows", book(bookHeader+twice(dataRow)).read(t), CodeFileDamaged)
	expect(t, "cells", book(bookHeader+`<row r="2">`+idCell+twice(`<c r="B2"><v>5</v></c>`)+`</row>`).read(t), CodeFileDamaged)
	expect(t, "value", book(bookHeader+`<row r="2">`+idCell+`<c r="B2">`+twice(`<v>5</v>`)+`</c></row>`).read(t), CodeFileDamaged)
	expect(t, "behind the rows", book(bookHeader+dataRow).replace(sheetPart, "</sheetData>", "</sheetData>"+twice("<drawing/>")).read(t), "")
}

// Which of two parts counts depends on the program that reads them.
func TestP16_PartsOfOneName(t *testing.T) {
	for _, name := range []string{"XL/worksheets/sheet1.xml", `xl\worksheets\sheet1.xml`, "/xl/worksheets/sheet1.xml", "xl/./worksheets/sheet1.xml", "xl/x/../worksheets/sheet1.xml"} {
		expect(t, name, book(bookHeader+dataRow).with(name, "x").read(t), CodeFileDamaged)
	}
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for name, text := range book(bookHeader + dataRow) {
		for range 2 {
			part, err := w.Create(name)
			if err != nil {
				t.Fatal(err)
			}
			part.Write([]byte(text))
		}
	}
	w.Close()
	expect(t, "the same name", read(t, write(t, "a.xlsx", out.Bytes()), Options{}), CodeFileDamaged)
}

// A sheet that is listed and not there refuses the file if it is the one to read.
func TestP17_SheetPartMissing(t *testing.T) {
	without := func(name string) parts {
		p := book(bookHeader + dataRow)
		delete(p, name)
		return p
	}
	expect(t, "sheet", without(sheetPart).read(t), CodeFileDamaged)
	expect(t, "relationships", without(rels).read(t), CodeFileDamaged)
	lost := func() parts {
		return book(bookHeader+dataRow).
			replace("xl/workbook.xml", "</sheets>", `<sheet name="Lost" sheetId="2" r:id="r9"/></sheets>`).
			replace(rels, "</Relationships>", `<Relationship Id="r9" Type="`+relType+`worksheet" Target="worksheets/sheet9.xml"/></Relationships>`)
	}
	path := write(t, "a.xlsx", lost().zip(t, zip.Deflate))
	expect(t, "wanted", read(t, path, Options{Sheet: "Lost"}), CodeFileDamaged)
	expect(t, "perhaps wanted", read(t, path, Options{}), CodeSheetAmbiguous)
	expect(t, "another", read(t, path, Options{Sheet: "Data"}), "")
	p := book(bookHeader+dataRow).replace("xl/workbook.xml", "<sheets>", `<sheets><sheet name="Real" sheetId="7" r:id="r77"/>`)
	expect(t, "leads nowhere", p.read(t), CodeSheetAmbiguous)
	expect(t, "wanted, leads nowhere", read(t, write(t, "b.xlsx", p.zip(t, zip.Deflate)), Options{Sheet: "Real"}), CodeFileDamaged)
}

// Parts that are of no use here may be as broken as they like.
func TestP18_UnrelatedParts(t *testing.T) {
	p := book(bookHeader + dataRow)
	types := map[string]string{"calcChain": "calcChain.xml", "theme": "theme/theme1.xml", "externalLink": "externalLinks/e.xml", "pivotCacheDefinition": "p.xml", "connections": "c.xml"}
	for kind, target := range types {
		p.with("xl/"+target, "<broken").
			replace(rels, "</Relationships>", `<Relationship Id="`+kind+`" Type="`+relType+kind+`" Target="`+target+`"/></Relationships>`)
	}
	for _, name := range []string{"docProps/core.xml", "xl/drawings/drawing1.xml", "xl/media/image1.png", "xl/worksheets/_rels/sheet1.xml.rels", "xl/comments1.xml", "[trash]/0.dat"} {
		p.with(name, "\x00<")
	}
	expect(t, "broken parts", p.read(t), "")
}

// Whatever becomes of a file, nothing of it is left in the folder for temporary
// files.
func TestP19_NoTemporaryFiles(t *testing.T) {
	tmp := t.TempDir()
	t.Setenv("TMPDIR", tmp)
	dir := t.TempDir()
	for name, p := range map[string]parts{
		"sound":         book(bookHeader + dataRow),
		"broken styles": book(bookHeader+dataRow).replace("xl/styles.xml", "</styleSheet>", "<"),
		"broken sheet":  book(bookHeader + "<row"),
		"bomb":          book(bookHeader+dataRow).replace(sheetPart, "<sheetData>", "<sheetData>"+strings.Repeat(" ", 5<<20)),
	} {
		path := filepath.Join(dir, "a.xlsx")
		if err := os.WriteFile(path, p.zip(t, zip.Deflate), 0o600); err != nil {
			t.Fatal(err)
		}
		read(t, path, Options{})
		if left := filesIn(t, tmp); len(left) > 0 {
			t.Errorf("%s: %v", name, left)
		}
	}
}
