package source

import (
	"archive/zip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// A complaint is a file that is refused, or whose only row is, for one reason, and
// what its message must name in both languages.
type complaint struct {
	code  Code
	name  string // of the file
	data  string
	o     Options
	names []string
}

// twoSheets is a workbook of two sheets with the given rows.
func twoSheets(tb testing.TB, first, second string) string {
	tb.Helper()
	p := book(first).
		replace("xl/workbook.xml", "</sheets>", `<sheet name="第二 页" sheetId="2" r:id="r9"/></sheets>`).
		replace("xl/_rels/workbook.xml.rels", "</Relationships>", `<Relationship Id="r9" Type="`+relType+`worksheet" Target="worksheets/sheet2.xml"/></Relationships>`)
	p["xl/worksheets/sheet2.xml"] = book(second)[sheetPart]
	return string(p.zip(tb, zip.Deflate))
}

func rowComplaints(tb testing.TB) []complaint {
	tb.Helper()
	const head = "metric_item_id,目标值,支撑的上级\r\n"
	csv := func(code Code, row string, names ...string) complaint {
		return complaint{code: code, name: "行.csv", data: head + row + "\r\n", names: append(names, "2")}
	}
	xlsx := func(code Code, rest, cells string, names ...string) complaint {
		p := book(bookHeader+`<row r="2">`+cells+`</row>`).replace(sheetPart, "</sheetData>", "</sheetData>"+rest)
		return complaint{code: code, name: "行.xlsx", data: string(p.zip(tb, zip.Deflate)), names: append(names, "2")}
	}
	inWan := book(bookHeader+`<row r="2"><c><v>7</v></c><c s="3"><v>5.5</v></c></row>`).replace("xl/styles.xml", "yyyy&quot;年&quot;", "0.0&quot;万&quot;")
	shown := complaint{code: CodeCellShown, name: "行.xlsx", data: string(inWan.zip(tb, zip.Deflate)), names: []string{"B2", "当前值", "5.5", "2"}}
	return []complaint{
		csv(CodeIDMissing, ",5,", "A2", "metric_item_id"),
		{code: CodeUserMissing, name: "人.csv", data: "user_id,当前值\n,5\n", names: []string{"2", "A2", "user_id"}},
		xlsx(CodeIDNotText, "", `<c><v>7.04123456789012E+18</v></c>`, "A2", "metric_item_id", "7.04123456789012E+18"),
		csv(CodeIDDamaged, "7.04E+18,5,", "A2", "metric_item_id", "7.04E+18"),
		csv(CodeIDRounded, "7041234567890120000,5,", "A2", "metric_item_id", "7041234567890120000"),
		csv(CodeIDInvalid, "指标七,5,", "A2", "metric_item_id", "指标七"),
		csv(CodeNumberInvalid, "7,很多,", "B2", "目标值", "很多"),
		csv(CodeNumberAmbiguous, `7,"1,5",`, "B2", "目标值", "1,5"),
		csv(CodeNumberUnit, "7,5人,", "B2", "目标值", "5人"),
		csv(CodeNumberRange, "7,1000000000000000,", "B2", "目标值", "1000000000000000"),
		csv(CodeNumberPrecision, "7,0.1234567890123456789,", "B2", "目标值", "0.1234567890123456789"),
		csv(CodePercentUndecided, "7,85%,", "B2", "目标值", "85%"),
		xlsx(CodeCellIsDate, "", `<c><v>7</v></c><c s="2"><v>45123</v></c>`, "B2", "当前值", "45123"),
		csv(CodeCellIsBoolean, "7,TRUE,", "B2", "目标值", "TRUE"),
		csv(CodeCellIsError, "7,#DIV/0!,", "B2", "目标值", "#DIV/0!"),
		csv(CodeCellTooNarrow, "7,####,", "B2", "目标值", "####"),
		shown,
		xlsx(CodeCellMerged, `<mergeCells><mergeCell ref="B2:B3"/></mergeCells>`, `<c><v>7</v></c><c><v>5</v></c>`, "B2", "当前值"),
		xlsx(CodeFormulaWithoutValue, "", `<c><v>7</v></c><c><f>A1</f></c>`, "B2", "当前值"),
		csv(CodeTextInvalid, "7,5,张三", "C2", "支撑的上级", "张三"),
		csv(CodeRowTooLong, "7,5,ou_1,多出", "D2", "多出"),
		csv(CodeCSVQuotes, `7,5" 管,`, "B2", "目标值", `5" 管`),
	}
}

func fileComplaints(tb testing.TB) []complaint {
	tb.Helper()
	header := bookHeader + `<row r="2"><c><v>7</v></c></row>`
	other := `<row r="1"><c t="inlineStr"><is><t>姓名</t></is></c></row>`
	bomb := book(header).replace(sheetPart, "<sheetData>", "<sheetData>"+strings.Repeat(" ", 6<<20))
	return []complaint{
		{code: CodeFileUnreadable, name: "."},
		{code: CodeFileNotASpreadsheet, name: "表.xlsx", data: "%PDF-1.7", names: []string{"PDF"}},
		{code: CodeFileCompanion, name: "~$表.xlsx", data: "\x05Alice"},
		{code: CodeFileEncrypted, name: "密.xlsx", data: ole("EncryptionInfo", "EncryptedPackage")},
		{code: CodeFileDamaged, name: "坏.xlsx", data: "PK\x03\x04 and no more", names: []string{"ZIP"}},
		{code: CodeFileEmpty, name: "空.csv"},
		{code: CodeFileTooLarge, name: "大.xlsx", data: string(bomb.zip(tb, zip.Deflate)), names: []string{"sheet1.xml"}},
		{code: CodeHeaderMissing, name: "头.csv", data: "姓名,目标值\n1,2\n", names: []string{"A1", "姓名", "指标项ID"}},
		{code: CodeHeaderMissing, name: "头.xlsx", data: string(book(other).zip(tb, zip.Deflate)), names: []string{"Data!A1", "姓名", "指标项ID"}},
		{code: CodeHeaderDuplicate, name: "头.csv", data: "指标项ID,目标值,target\n1,2,3\n", names: []string{"C1", "B1", "目标值", "target", "metric_target_value"}},
		{code: CodeHeaderNoValue, name: "头.csv", data: "指标项ID,目标\n1,2\n", names: []string{"A1", "目标", "目标值"}},
		{code: CodeHeaderMisspelt, name: "头.csv", data: "metric_item_id,metric_traget_value\n1,2\n", names: []string{"B1", "metric_traget_value", "metric_target_value"}},
		{code: CodeHeaderSecond, name: "头.csv", data: "metric_item_id,目标值\n1,2\n目标值,metric_item_id\n2,1\n", names: []string{"A3", "3", "目标值"}},
		{code: CodeSheetMissing, name: "页.xlsx", data: twoSheets(tb, header, other), o: Options{Sheet: "第三 页"}, names: []string{"第三 页", "Data", "第二 页"}},
		{code: CodeSheetNone, name: "页.xlsx", data: twoSheets(tb, other, other), names: []string{"Data", "第二 页", "指标项ID", "--sheet"}},
		{code: CodeSheetAmbiguous, name: "页.xlsx", data: twoSheets(tb, header, header), names: []string{"Data", "第二 页", "--sheet"}},
		{code: CodeEncodingUnknown, name: "码.csv", data: "指标项ID,目标值\n1,\xff\n", names: []string{"25", "FF"}},
		{code: CodeCSVQuotes, name: "引.csv", data: "metric_item_id,目标值,x\n7,5,\"a\n7041234567890123456,6,\nb\"\n", names: []string{"3", "7041234567890123456"}},
		{code: CodeCSVLineEnds, name: "行.csv", data: "metric_item_id,目标值\n7,5\n8,\r6\n", names: []string{"3"}},
		{code: CodeCSVRecordTooLong, name: "长.csv", data: "metric_item_id,目标值\n7," + strings.Repeat("5", 1_100_000), names: []string{"2"}},
	}
}

// Every message says where the problem is, what was found there and what to do, in
// both languages, for every code there is.
func TestP117_MessagesNameEverything(t *testing.T) {
	seen := map[Code]bool{}
	for _, c := range rowComplaints(t) {
		a := read(t, write(t, c.name, []byte(c.data)), c.o)
		if a.fatal != nil || len(a.refused) != 1 || len(a.refused[0].Problems) != 1 || a.refused[0].Problems[0].Code != c.code {
			t.Errorf("%s: %v", c.code, a)
			continue
		}
		seen[c.code] = true
		e := a.refused[0]
		for _, said := range []interface{ Reason(string) string }{e, e.Problems[0]} {
			holdMessage(t, c.code, c.names, said.Reason)
		}
		holdMessage(t, c.code, nil, e.Advice)
		holdMessage(t, c.code, nil, e.Problems[0].Advice)
	}
	for _, c := range fileComplaints(t) {
		path := filepath.Join(t.TempDir(), c.name)
		if c.name != "." {
			path = write(t, c.name, []byte(c.data))
		}
		a := read(t, path, c.o)
		if a.fatal == nil || a.fatal.Code != c.code {
			t.Errorf("%s: %v", c.code, a)
			continue
		}
		seen[c.code] = true
		whole := func(lang string) string { return a.fatal.Reason(lang) + a.fatal.Advice(lang) }
		holdMessage(t, c.code, append(c.names, path), whole)
		holdMessage(t, c.code, nil, a.fatal.Advice)
	}
	for code, e := range map[Code]*FileError{CodeFileMissing: missingFile(t), CodeFileChanged: changedFile(t)} {
		if e.Code != code {
			t.Errorf("%s: %v", code, e)
		}
		seen[code] = true
		holdMessage(t, code, []string{"表.csv"}, e.Reason)
		holdMessage(t, code, nil, e.Advice)
	}
	for _, code := range codes(t) {
		if !seen[code] {
			t.Errorf("nothing gives %s", code)
		}
	}
}

func missingFile(t *testing.T) *FileError {
	t.Helper()
	_, err := Open(filepath.Join(t.TempDir(), "表.csv"), Options{})
	return mustFileError(t, err)
}

func changedFile(t *testing.T) *FileError {
	t.Helper()
	path := write(t, "表.csv", []byte("metric_item_id,目标值\n7,5\n"))
	f, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := os.WriteFile(path, []byte("metric_item_id,目标值\n7,50\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return readRows(t, f).fatal
}

// holdMessage holds a message in both languages against what it must name.
func holdMessage(t *testing.T, code Code, names []string, say func(lang string) string) {
	t.Helper()
	for _, lang := range []string{"zh", "en"} {
		text := say(lang)
		for _, name := range names {
			if !strings.Contains(text, name) {
				t.Errorf("%s, %s: %q does not name %q", code, lang, text, name)
			}
		}
		unfit := func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == utf8.RuneError }
		if text == "" || strings.ContainsFunc(text, unfit) || strings.Contains(text, "{found}") || strings.Contains(text, "{wanted}") {
			t.Errorf("%s, %s: %q", code, lang, text)
		}
		if hasHan := strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Han, r) }); lang == "zh" && !hasHan {
			t.Errorf("%s: not Chinese: %q", code, text)
		}
	}
}

// Whatever stands in a cell, a message shows at most 40 characters of it, none of
// which moves the cursor, turns the text around or hides.
func TestP117_OffendingTextIsEscapedAndCut(t *testing.T) {
	for _, text := range []string{
		"a\x1b[31mb", "a\x1b]0;x\ab", "a\u202eb", "a\u200bb", "a\rb", "a\nb", "a\u2028b", "a\u0085b", "a\ufeffb", "a\u00adb", "a\tb", "a\x7fb", "a\"b", `a\b`, "a\U000e0041b",
		strings.Repeat("长", 5000), strings.Repeat("\u202ea", 500), strings.Repeat("x", 41), "{found}", "{wanted}", "%s%d", "<script>", "a\ufffdb",
	} {
		for name, data := range map[string]string{
			"number": csvHead + "7,\"" + strings.ReplaceAll(text, `"`, `""`) + "\",\n",
			"id":     csvHead + "\"" + strings.ReplaceAll(text, `"`, `""`) + "\",5,\n",
			"extra":  csvHead + "7,5,,\"" + strings.ReplaceAll(text, `"`, `""`) + "\"\n",
			"header": "metric_item_id,当前值,\"" + strings.ReplaceAll(text, `"`, `""`) + "\"\n7,x,\n",
			"second": csvHead + "当前值,metric_item_id,\"" + strings.ReplaceAll(text, `"`, `""`) + "\"\n",
			"none":   "x,\"" + strings.ReplaceAll(text, `"`, `""`) + "\"\n7,5\n",
		} {
			a := read(t, write(t, "a.csv", []byte(data)), Options{})
			var err interface{ Reason(string) string }
			switch {
			case a.fatal != nil:
				err = a.fatal
			case len(a.refused) == 1:
				err = a.refused[0]
			default:
				t.Errorf("%s %q: %v", name, text, a)
				continue
			}
			for _, lang := range []string{"zh", "en"} {
				said := err.Reason(lang)
				bad := func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' }
				if strings.ContainsFunc(said, bad) || len(said) > 2000 {
					t.Errorf("%s: %q", name, said)
				}
			}
			if len(a.refused) == 1 {
				found, cut := strings.CutSuffix(a.refused[0].Problems[0].Found, "…")
				if long := utf8.RuneCountInString(text) > 40; name == "number" && (cut != long || long && !strings.HasPrefix(show(trim(text)), found)) {
					t.Errorf("%q is shown as %q", text, found)
				}
			}
		}
	}
}
