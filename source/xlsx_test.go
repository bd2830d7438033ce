package source

import (
	"archive/zip"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/xuri/excelize/v2"
)

const sheetPart = "xl/worksheets/sheet1.xml"

// one is what a workbook says whose only row below the header holds the given
// cells: the current value, the codes of the row, or that of the file.
func one(t *testing.T, cells string) string {
	t.Helper()
	a := book(bookHeader + `<row r="2">` + cells + `</row>`).read(t)
	switch {
	case a.fatal != nil:
		return string(a.fatal.Code)
	case a.refused != nil:
		return a.codes()
	case len(a.updates) == 0:
		return "no row"
	}
	u := a.updates[0]
	return u.ItemID + "=" + string(u.Current)
}

const idCell = `<c r="A2" t="s"><v>2</v></c>`

func TestXLSXCells(t *testing.T) {
	const id = "7041234567890123456="
	for _, test := range []struct{ cell, want string }{
		{`<c r="B2"><v>12.5</v></c>`, id + "12.5"},
		{`<c r="B2"><v>0.30000000000000004</v></c>`, id + "0.3"},
		{`<c r="B2"><v>1.5E+3</v></c>`, id + "1500"},
		{`<c r="B2"><v>NaN</v></c>`, "2:number_invalid"},
		{`<c r="B2" t="n"><v> 7 </v></c>`, id + "7"},
		{`<c r="B2"/>`, id},
		{`<c r="B2"></c>`, id},
		{`<c r="B2" s="1"/>`, id},
		{`<c r="B2"><v></v></c>`, id},
		{`<c r="B2"><v/></c>`, id},
		{`<c><v>8</v></c>`, id + "8"},
		{`<c r="B2" s=""><v>8</v></c>`, id + "8"},
		{`<c r="B2" s="x"><v>8</v></c>`, id + "8"},
		{`<c r="B2" s="9"><v>8</v></c>`, "file_damaged"},
		{`<c r="B2" s="1"><v>0.85</v></c>`, "2:percent_undecided"},
		{`<c r="B2" s="&#49;"><v>0.85</v></c>`, "2:percent_undecided"},
		{`<c r="B2" s="1"><v>0</v></c>`, id + "0"},
		{`<c r="B2" s="2"><v>45123</v></c>`, "2:cell_is_date"},
		{`<c r="B2" s="3"><v>45123</v></c>`, "2:cell_is_date"},
		{`<c r="B2" t="d"><v>2023-07-16T00:00:00Z</v></c>`, "2:cell_is_date"},
		{`<c r="B2" t="b"><v>1</v></c>`, "2:cell_is_boolean"},
		{`<c r="B2" t="e"><v>#N/A</v></c>`, "2:cell_is_error"},
		{`<c r="B2" t="z"><v>1</v></c>`, "file_damaged"},
		{`<c r="B2"><f>1+1</f></c>`, "2:formula_without_value"},
		{`<c r="B2"><f>1+1</f><v></v></c>`, "2:formula_without_value"},
		{`<c r="B2" t="str"><f>A1</f></c>`, "2:formula_without_value"},
		{`<c r="B2" t="str"><f>""</f><v></v></c>`, id},
		{`<c r="B2"><f t="shared" si="0"/><v>3</v></c>`, id + "3"},
		{`<c r="B2" t="str"><f>A1</f><v>１２</v></c>`, id + "12"},
		{`<c r="B2" t="str"><v>85%</v></c>`, "2:percent_undecided"},
		{`<c r="B2" s="2" t="str"><f>TODAY()</f><v>45123</v></c>`, "2:cell_is_date"},
		{`<c r="B2" t="inlineStr"><is><t>5</t></is></c>`, id + "5"},
		{`<c r="B2" t="inlineStr"><is><t xml:space="preserve"> 5 </t></is></c>`, id + "5"},
		{`<c r="B2" t="inlineStr"><is><r><rPr><b/></rPr><t>1</t></r><r><t>2</t></r><rPh sb="0" eb="1"><t>9</t></rPh></is></c>`, id + "12"},
		{`<c r="B2" t="inlineStr"><is><t>_x0031_2_x000D_</t></is></c>`, id + "12"},
		{`<c r="B2" t="inlineStr"><is><t>_x005F_</t></is></c>`, "2:number_invalid"},
		{`<c r="B2" t="inlineStr"><v>5</v></c>`, id + "5"},
		{`<c r="B2" t="s"/>`, id},
		{`<c r="B2" t="s"><v></v></c>`, "file_damaged"},
		{`<c r="B2" t="s"><v>3</v></c>`, "file_damaged"},
		{`<c r="B2" t="s"><v>-1</v></c>`, "file_damaged"},
		{`<c r="B2" t="s"><v>x</v></c>`, "file_damaged"},
		{`<c r="B2"><v>&#49;&#x32;</v></c>`, id + "12"},
		{`<c r="B2"><v>1<!-- > -->2</v></c>`, id + "12"},
		{`<c r="B2"><v><![CDATA[12]]></v></c>`, id + "12"},
		{`<c r="B2"><v>1<?pi ?>2</v></c>`, id + "12"},
		{`<c r='B2' ><v >12</v ></c >`, id + "12"},
		{`<c r="B2" note="a>b"><v>12</v></c>`, id + "12"},
		{"\n\t<c\n\tr=\"B2\"\n><v>12</v>\n</c>\n", id + "12"},
		{`<c r="B2"><v>12</v><extLst><ext><v>9</v></ext></extLst></c>`, id + "12"},
		{`<c r="B2"><x14:v>9</x14:v><v>12</v></c>`, "file_damaged"},
		{`<c r="B2"><V>9</V></c>`, "file_damaged"},
		{`<C r="B2"><v>9</v></C>`, "file_damaged"},
		{`<c r="B2" s=" 1 "><v>0.85</v></c>`, "2:percent_undecided"},
		{`<c r="B2" s="000000001"><v>0.85</v></c>`, "2:percent_undecided"},
		{`<c r="B2" s="123456789"><v>0.85</v></c>`, "file_damaged"},
		{`<c r="B2"><v>12</v><v>13</v></c>`, "file_damaged"},
		{`<c r="B2"><v>1<b/>2</v></c>`, "file_damaged"},
		{`<c r="B2">12</c>`, "file_damaged"},
		{`<c r="B2" r="B2"><v>12</v></c>`, "file_damaged"},
		{`<c r=B2><v>12</v></c>`, "file_damaged"},
		{`<c r="B2"><v>&nbsp;</v></c>`, "file_damaged"},
		{`<c r="B2"><v>1 & 2</v></c>`, "file_damaged"},
		{`<c r="B2"><v>&#0;</v></c>`, "file_damaged"},
		{`<c r="B2"><v>1</c></v>`, "file_damaged"},
		{"<c r=\"B2\"><v>1\x0b</v></c>", "file_damaged"},
		{"<c r=\"B2\"><v>\xff</v></c>", "file_damaged"},
		{`<c r="B2"><v>1</v>`, "file_damaged"},
		{`<c r="B3"><v>12</v></c>`, "file_damaged"},
		{`<c r="A2"><v>12</v></c>`, "file_damaged"},
		{`<c r="x"><v>12</v></c>`, "file_damaged"},
		{`<c r="B0"><v>12</v></c>`, "file_damaged"},
		{`<c r="XFE2"><v>12</v></c>`, "file_damaged"},
		{`<c r="AAAAAAAAAAAA2"><v>12</v></c>`, "file_damaged"},
		{`<c r="XFD2"><v>12</v></c>`, id},
		{`<mc:AlternateContent><c r="B2"><v>1</v></c></mc:AlternateContent>`, "file_damaged"},
		{`<c r="B2" t="inlineStr"><is><t>` + strings.Repeat("长", 32_767) + `</t></is></c>`, "2:number_invalid"},
		{`<c r="B2" t="inlineStr"><is><t>` + strings.Repeat("长", 32_768) + `</t></is></c>`, "file_too_large"},
		{`<c r="B2"><v>` + strings.Repeat("12345678", 200_000) + `</v></c>`, "file_too_large"},
		{"<extLst>" + strings.Repeat("<a>", 300) + strings.Repeat("</a>", 300) + "</extLst>", "file_too_large"},
		{strings.Repeat("<c><v>1</v></c>", 255), id + "1"},
		{strings.Repeat("<c><v>1</v></c>", 256), "file_too_large"},
		{strings.Repeat("<c/>", 16_383), id},
		{strings.Repeat("<c/>", 16_384), "file_damaged"},
	} {
		if got := one(t, idCell+test.cell); got != test.want {
			t.Errorf("%.60q: got %s, want %s", test.cell, got, test.want)
		}
	}
}

func TestXLSXIDs(t *testing.T) {
	for _, test := range []struct{ cell, want string }{
		{`<c r="A2"><v>123</v></c>`, "123="},
		{`<c r="A2"><v>7.04123456789012E+18</v></c>`, "2:id_not_text"},
		{`<c r="A2"><v>7041234567890123456</v></c>`, "2:id_not_text"},
		{`<c r="A2" s="1"><v>5</v></c>`, "2:id_not_text"},
		{`<c r="A2" s="2"><v>5</v></c>`, "2:cell_is_date"},
		{`<c r="A2" t="b"><v>1</v></c>`, "2:cell_is_boolean"},
		{`<c r="A2" t="str"><f>x</f><v>77</v></c>`, "77="},
		{`<c r="A2"><f>x</f></c>`, "2:formula_without_value"},
		{`<c r="B2"><v>5</v></c><c r="A2" t="s"><v>2</v></c>`, "7041234567890123456=5"},
		{`<c r="B2"><v>5</v></c><c r="A2" t="s"><v>2</v></c><c r="B2"/>`, "file_damaged"},
		{`<c r="B2"><v>5</v></c>`, "2:id_missing"},
		{`<c r="A2" t="inlineStr"><is><t>总计</t></is></c><c r="B2"><f>x</f></c>`, "="},
		{`<c r="A2"/>`, "no row"},
		{``, "no row"},
	} {
		if got := one(t, test.cell); got != test.want {
			t.Errorf("%s: got %s, want %s", test.cell, got, test.want)
		}
	}
}

func TestXLSXRows(t *testing.T) {
	row := func(attributes, id string) string {
		return fmt.Sprintf(`<row %s><c><v>%s</v></c></row>`, attributes, id)
	}
	for _, test := range []struct {
		rows string
		want string // the row numbers, or the refusal
	}{
		{row(`r="2"`, "1") + row(`r="9"`, "2") + row(``, "3"), "2 9 10"},
		{row(``, "1") + `<row/>` + row(``, "2"), "2 4"},
		{`<row r="1048575"></row>` + row(``, "1"), "1048576"},
		{`<row r="1048576"></row>` + row(``, "1"), "file_damaged"},
		{row(`r="3"`, "1") + row(`r="2"`, "2"), "file_damaged"},
		{row(`r="2"`, "1") + row(`r="2"`, "2"), "file_damaged"},
		{row(`r="0"`, "1"), "file_damaged"},
		{row(`r="x"`, "1"), "file_damaged"},
		{row(`r="99999999999"`, "1"), "file_damaged"},
		{`text`, "file_damaged"},
		{`<row r="2">text</row>`, "file_damaged"},
		{`<mc:AlternateContent/>`, "file_damaged"},
		{`<x14:row r="2"/>` + row(`r="2"`, "1"), "file_damaged"},
		{`<rows>` + row(`r="2"`, "1") + `</rows>`, "file_damaged"},
		{`<extLst>` + row(`r="2"`, "1") + `</extLst>` + row(`r="3"`, "1"), "3"},
		{`<row r="2" spans="1:2" x14ac:dyDescent="0.25"><c><v>1</v></c></row>`, "2"},
	} {
		a := book(bookHeader + test.rows).read(t)
		var rows []string
		for _, u := range a.updates {
			rows = append(rows, strconv.Itoa(u.Row))
		}
		got := strings.Join(rows, " ")
		if a.fatal != nil {
			got = string(a.fatal.Code)
		}
		if got != test.want {
			t.Errorf("%s: got %s (%v), want %s", test.rows, got, a.fatal, test.want)
		}
	}
}

func TestXLSXPercentModes(t *testing.T) {
	path := write(t, "a.xlsx", book(bookHeader+`<row r="2">`+idCell+`<c r="B2" s="1"><v>0.85</v></c></row>`).zip(t, zip.Deflate))
	for mode, want := range map[PercentMode]Number{PercentRatio: "0.85", PercentPoints: "85"} {
		if a := read(t, path, Options{Percent: mode}); len(a.updates) != 1 || a.updates[0].Current != want {
			t.Errorf("%s: %v", mode, a)
		}
	}
}

// What programs spell differently without meaning anything else.
func TestXLSXVariants(t *testing.T) {
	const rels = "xl/_rels/workbook.xml.rels"
	row := `<row r="2">` + idCell + `<c r="B2" s="1"><v>0</v></c></row>`
	plain := func() parts { return book(bookHeader + row) }
	renamed := func(p parts, from, to string) parts {
		p[to] = p[from]
		delete(p, from)
		return p
	}
	prefixed := plain()
	for _, name := range []string{sheetPart, "xl/sharedStrings.xml", "xl/workbook.xml", "xl/styles.xml"} {
		text := strings.NewReplacer("</", "</x:", "xmlns=", "xmlns:x=", "<?", "<?", "<", "<x:").Replace(prefixed[name])
		prefixed[name] = text
	}
	strict := plain()
	for name, text := range strict {
		strict[name] = strings.NewReplacer(
			"http://schemas.openxmlformats.org/officeDocument/2006/relationships", "http://purl.oclc.org/ooxml/officeDocument/relationships",
			"http://schemas.openxmlformats.org/spreadsheetml/2006/main", "http://purl.oclc.org/ooxml/spreadsheetml/main").Replace(text)
	}
	backslashes := parts{}
	for name, text := range plain() {
		backslashes[strings.ReplaceAll(name, "/", `\`)] = text
	}
	for name, p := range map[string]parts{
		"plain":            plain(),
		"prefixed":         prefixed,
		"strict":           strict,
		"backslashes":      backslashes,
		"other case":       renamed(plain(), "xl/workbook.xml", "xl/WorkBook.xml"),
		"absolute target":  plain().replace(rels, `"worksheets/`, `"/xl/worksheets/`),
		"climbing target":  plain().replace(rels, `"worksheets/`, `"../xl/./worksheets/`),
		"odd path":         renamed(plain(), "xl/sharedStrings.xml", "texts/s.xml").replace(rels, "sharedStrings.xml", "/texts/s.xml"),
		"byte order mark":  plain().with(sheetPart, "\ufeff"+plain()[sheetPart]),
		"no declaration":   plain().replace(sheetPart, xmlHead, ""),
		"lying dimension":  plain().replace(sheetPart, "<sheetData>", `<dimension ref="A1:XFD1048576"/><sheetData>`),
		"extensions after": plain().replace(sheetPart, "</sheetData>", `</sheetData><mc:AlternateContent><a/></mc:AlternateContent><extLst/>`),
		"comment at end":   plain().replace(sheetPart, "</worksheet>", "</worksheet>\n<!-- end -->\n"),
		"no types":         renamed(plain(), "[Content_Types].xml", "x"),
		"broken chain":     plain().with("xl/calcChain.xml", "<"),
	} {
		a := p.read(t)
		if a.fatal != nil || len(a.updates) != 1 || a.updates[0].ItemID != "7041234567890123456" || a.updates[0].Current != "0" {
			t.Errorf("%s: %v %v", name, a.fatal, a)
		}
	}
}

func TestXLSXRefusals(t *testing.T) {
	plain := func() parts { return book(bookHeader) }
	without := func(name string) parts {
		p := plain()
		delete(p, name)
		return p
	}
	zeros := strings.Repeat(" ", 6<<20)
	for name, test := range map[string]struct {
		parts parts
		code  Code
	}{
		"no sheet part":      {without(sheetPart), CodeFileDamaged},
		"no shared strings":  {without("xl/sharedStrings.xml"), CodeFileDamaged},
		"no styles":          {without("xl/styles.xml"), CodeFileDamaged},
		"no workbook":        {without("xl/workbook.xml"), CodeFileDamaged},
		"no relationships":   {without("xl/_rels/workbook.xml.rels"), CodeFileDamaged},
		"two of one name":    {plain().with("XL/worksheets/sheet1.xml", "x"), CodeFileDamaged},
		"no sheetData":       {plain().with(sheetPart, "<worksheet></worksheet>"), CodeFileDamaged},
		"two sheetData":      {plain().replace(sheetPart, "</sheetData>", "</sheetData><sheetData/>"), CodeFileDamaged},
		"no rows":            {plain().with(sheetPart, "<worksheet><sheetData/></worksheet>"), CodeFileEmpty},
		"another root":       {plain().with(sheetPart, "<chartsheet/>"), CodeFileDamaged},
		"two roots":          {plain().with(sheetPart, plain()[sheetPart]+"<a/>"), CodeFileDamaged},
		"text at the end":    {plain().with(sheetPart, plain()[sheetPart]+"x"), CodeFileDamaged},
		"empty part":         {plain().with(sheetPart, ""), CodeFileDamaged},
		"doctype":            {plain().replace(sheetPart, "<worksheet", "<!DOCTYPE x><worksheet"), CodeFileDamaged},
		"GBK":                {plain().replace(sheetPart, "UTF-8", "GBK"), CodeFileDamaged},
		"UTF-16":             {plain().with(sheetPart, "\xff\xfe"+string(utf16le(plain()[sheetPart]))), CodeFileDamaged},
		"broken workbook":    {plain().replace("xl/workbook.xml", "</workbook>", ""), CodeFileDamaged},
		"broken styles":      {plain().replace("xl/styles.xml", "</styleSheet>", "<"), CodeFileDamaged},
		"broken rels":        {plain().replace("xl/_rels/workbook.xml.rels", "</Relationships>", ""), CodeFileDamaged},
		"broken strings":     {plain().replace("xl/sharedStrings.xml", "</sst>", ""), CodeFileDamaged},
		"choice of strings":  {plain().replace("xl/sharedStrings.xml", "<si>", "<si><mc:AlternateContent/>"), CodeFileDamaged},
		"sheet bomb":         {plain().replace(sheetPart, "<sheetData>", "<sheetData>"+zeros), CodeFileTooLarge},
		"styles bomb":        {plain().replace("xl/styles.xml", "<numFmts", strings.Repeat("<xf/>", 400_000)+"<numFmts"), CodeFileTooLarge},
		"shared string bomb": {plain().replace("xl/sharedStrings.xml", "</sst>", strings.Repeat("<si/>", 1_200_000)+"</sst>"), CodeFileTooLarge},
	} {
		if a := test.parts.read(t); a.fatal == nil || a.fatal.Code != test.code {
			t.Errorf("%s: got %v, want %s", name, a.fatal, test.code)
		}
	}
}

func TestXLSXTooManyParts(t *testing.T) {
	p := book(bookHeader)
	for i := range maxEntries {
		p[fmt.Sprint("junk/", i)] = ""
	}
	a := read(t, write(t, "a.xlsx", p.zip(t, zip.Store)), Options{})
	if a.fatal == nil || a.fatal.Code != CodeFileTooLarge {
		t.Error(a.fatal)
	}
}

// Several goroutines may range over one file at once.
func TestRowsAtOnce(t *testing.T) {
	const rows, readers = 500, 4
	f, err := Open(bigWorkbook(t, rows), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var count [readers]int
	var all sync.WaitGroup
	for i := range readers {
		all.Go(func() {
			for _, err := range f.Rows() {
				if err == nil {
					count[i]++
				}
			}
		})
	}
	all.Wait()
	if count != [readers]int{rows, rows, rows, rows} {
		t.Error(count)
	}
}

func TestChooseSheet(t *testing.T) {
	f := excelize.NewFile()
	defer f.Close()
	for i, name := range []string{"隐藏", "数据 一", "Second"} {
		if _, err := f.NewSheet(name); err != nil {
			t.Fatal(err)
		}
		if name != "Second" {
			f.SetSheetRow(name, "A1", &[]any{"metric_item_id"})
		}
		f.SetSheetRow(name, "A2", &[]any{fmt.Sprint(i + 1)})
	}
	if err := f.DeleteSheet("Sheet1"); err != nil {
		t.Fatal(err)
	}
	f.SetActiveSheet(2) // the active sheet cannot be hidden, and it is not the one to read
	if err := f.SetSheetVisible("隐藏", false); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "a.xlsx")
	if err := f.SaveAs(path); err != nil {
		t.Fatal(err)
	}
	for wanted, want := range map[string]string{"": "2", "隐藏": "1", " 数据 一": "2"} {
		if a := read(t, path, Options{Sheet: wanted}); len(a.updates) != 1 || a.updates[0].ItemID != want {
			t.Errorf("%q: %v", wanted, a)
		}
	}
	a := read(t, path, Options{Sheet: "Third"})
	if a.fatal == nil || a.fatal.Code != CodeSheetMissing || a.fatal.Found != "Third" || a.fatal.Wanted != "“隐藏”, “数据 一”, “Second”" {
		t.Errorf("%+v", a.fatal)
	}
	g, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	if g.Format() != "xlsx" || g.Sheet() != "数据 一" {
		t.Error(g.Format(), g.Sheet())
	}
}

func TestParseFormat(t *testing.T) {
	for code, want := range map[string]format{
		"General": plainFormat, "0.00": plainFormat, `#,##0.00"元"`: plainFormat, "[Red]0;[Black]-0": plainFormat,
		`_-* #,##0_-;\-* #,##0_-`: plainFormat, `0"days"`: plainFormat, `0\d`: plainFormat, "0.00E+00": plainFormat, "@": plainFormat, `# ?/?`: plainFormat, "": plainFormat,
		"0%": percentFormat, "0.00%;[Red]-0.00%": percentFormat,
		`0.00%;-0.00%;"-"??`: percentFormat, "[<=1]0%;0.0": mixedFormat, "0%;0": mixedFormat, `0"%";0%`: mixedFormat, `0"%"`: pointsFormat, `0\%`: pointsFormat, "0％": pointsFormat,
		`0"万"`: unitFormat, `0.0"万";-0.0"万"`: unitFormat, `0!.0,"万"`: plainFormat, `0\万`: unitFormat, `0.0亿`: unitFormat, `#,##0,`: plainFormat, `"万"0`: unitFormat,
		`e"年"`: dateFormat, "e": dateFormat, "ge.m.d": dateFormat, "b2": dateFormat, "##0.0E+0": plainFormat, "0E-00": plainFormat, `0 \m`: plainFormat,
		"yyyy-mm-dd": dateFormat, "h:mm": dateFormat, "[h]:mm": dateFormat, "[ss]": dateFormat, "[$-804]aaaa": dateFormat, `yyyy"年"m"月"`: dateFormat, "M/D": dateFormat,
		`"704123456789"0000000`: unitFormat, "000000": paddedFormat, "00.0": paddedFormat, "#,##0;-#,##0;": zeroFormat, `0;-0;"待定"`: zeroFormat, `0;-0;"-"`: plainFormat, ";;;": unitFormat, `"done"`: unitFormat, `"-"0`: unitFormat, `\-0`: unitFormat, `0"-"`: unitFormat, "#,###": zeroFormat, "#": zeroFormat, `0,"万"`: unitFormat, `0!.00,,"亿"`: plainFormat, `0.0,,"百万"`: plainFormat,
		"-0": unitFormat, "(0)": unitFormat, "0_);(0)": plainFormat, `0"k"`: unitFormat, `0.0,"k"`: plainFormat, "0%%": unitFormat, "0[$%]": pointsFormat, `0"‰"`: unitFormat, "[$-804]0": plainFormat, `"¥"-0`: unitFormat,
		"[": plainFormat, `"`: plainFormat, `\`: plainFormat, `0"万`: unitFormat,
	} {
		if got := parseFormat(code); got != want {
			t.Errorf("%q is %d, want %d", code, got, want)
		}
	}
}

// What excelize writes is read as it was meant, at a size that crosses the
// scanner's buffers.
func TestXLSXAgreesWithCSV(t *testing.T) {
	const rows = 3000
	a, b := read(t, bigWorkbook(t, rows), Options{}), read(t, bigCSV(t, rows), Options{})
	if len(a.updates) != rows || a.String() != b.String() {
		t.Errorf("%d and %d rows", len(a.updates), len(b.updates))
	}
}
