package source

import (
	"archive/zip"
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"
)

// TestOddSheetsAreAnswered has sheets of which a plain copy would say something else than
// they do. Each goes through checkAnswer; those that cannot be copied are listed.
func TestOddSheetsAreAnswered(t *testing.T) {
	const id = "7100000000000000001"
	text := func(ref, text string) string {
		return `<c r="` + ref + `" t="inlineStr"><is><t>` + text + `</t></is></c>`
	}
	row := func(cells string) string { return bookHeader + `<row r="2">` + text("A2", id) + cells + `</row>` }
	merged := func(p parts, refs ...string) parts {
		return p.replace(sheetPart, "</sheetData>", `</sheetData><mergeCells><mergeCell ref="`+strings.Join(refs, `"/><mergeCell ref="`)+`"/></mergeCells>`)
	}
	three := row(`<c r="B2"><v>5</v></c>`) + `<row r="3">` + text("A3", "7100000000000000002") + `</row>`
	head := func(cell string) string {
		return `<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c>` + cell + `</row><row r="2">` + text("A2", id) + `<c r="B2"><v>5</v></c><c r="C2"><v>77</v></c></row>`
	}
	listed := []string{"a formula for a name", "an error for a name", "merged cells overlap"}
	for name, p := range map[string]parts{
		"merged cells overlap":        merged(book(three), "B2:C2", "B2:B3"),
		"merged cells in two columns": merged(book(three), "B2:C3"),
		"a formula for a name":        book(head(`<c r="C1"><f>目标值</f></c>`)),
		"an error for a name":         book(head(`<c r="C1" t="e"><v>目标值</v></c>`)),
		"not a number":                book(row(`<c r="B2"><v>NaN</v></c>`)),
		"a tie":                       book(row(`<c r="B2"><v>0.1234567890123455</v></c>`)),
		"tiny":                        book(row(`<c r="B2"><v>4.9E-324</v></c>`)),
		"escaped twice":               book(row(text("B2", "_x005f_x0041_"))),
		"a formula without a value":   book(row(`<c r="B2"><f>1+1</f></c>`)),
		"true":                        book(row(`<c r="B2" t="b"><v>1</v></c>`)),
		"a row that is high":          book(bookHeader + `<row r="2" ht="9999" customHeight="1">` + text("A2", id) + `</row>`),
		"a number for an id":          book(bookHeader + `<row r="2"><c r="A2"><v>0</v></c><c r="B2"><v>5</v></c></row>`),
		"a fraction for an id":        book(bookHeader + `<row r="2"><c r="A2"><v>7.1E+18</v></c><c r="B2"><v>5</v></c></row>`),
		"an own column in the middle": book(strings.Replace(head(text("C1", "okrsync status")), `</row><row r="2">`, text("D1", "备注")+`</row><row r="2">`, 1)),
		"what was said, and no row":   book(head(text("C1", "okrsync status")) + `<row r="3">` + text("C3", "updated") + `</row>`),
	} {
		t.Run(name, func(t *testing.T) {
			p.read(t)
			if got := isListed(t, write(t, "odd.xlsx", p.zip(t, zip.Deflate))); got != slices.Contains(listed, name) {
				t.Errorf("listed: %v", got)
			}
		})
	}
	for _, file := range []string{
		"metric_item_id,supported_user_id,note\n" + id + ",ou_abc,a,b\n",
		"metric_item_id,supported_user_id,note\n" + id + ",ou_abc,\"bad\"x\n",
		"metric_item_id,当前值,note\n" + id + ",,a,b\n",
		"metric_item_id,当前值\n" + id + ",1,234\n",
		"metric_item_id,当前值\n" + id + ",5" + strings.Repeat(" ", 33_000) + "x\n",
		"metric_item_id;当前值\n" + id + ";1.234\n7100000000000000002;1,5\n",
	} {
		readCSV(t, file)
		if got := isListed(t, write(t, "odd.csv", []byte(file))); got != (len(file) > 33_000) {
			t.Errorf("%.80q: listed: %v", file, got)
		}
	}
	read(t, write(t, "own.csv", []byte("metric_item_id,okrsync 目标\n"+id+",5\n")), Options{Columns: map[Column][]string{ColumnTarget: {"okrsync 目标"}}})
}

// isListed reports whether the answer to a file has the rows' ids only, and no copy.
func isListed(t *testing.T, path string) bool {
	t.Helper()
	f, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	book := writeTestAnswer(t, path, testAnswer(readRows(t, f)))
	head, err := book.GetCellValue(book.GetSheetName(0), "A1")
	if err != nil {
		t.Fatal(err)
	}
	return head == testNames.RowHead
}

// TestOwnColumnsAreNotRead holds that what an earlier answer said about a row is nothing of
// the row's: a row whose data somebody deleted is gone.
func TestOwnColumnsAreNotRead(t *testing.T) {
	got := readCSV(t, "metric_item_id,current,okrsync status,okrsync reason\n71,5,✓ updated,\n,,✗ rejected,Total\n72,6,合计,x\n")
	if len(got.refused) != 0 || len(got.updates) != 2 || got.updates[1].ItemID != "72" || got.updates[1].Row != 4 {
		t.Error(got)
	}
}

func TestSheetName(t *testing.T) {
	for name, want := range map[string]string{
		"数据": "数据", "okrsync 结果": "结果", "": "Sheet", "History": "History (2)", "taken": "taken (2)", "Taken": "Taken (2)",
		"Q3'26": "Q3’26", `a:b\c/d?e*f[g]`: "a_b_c_d_e_f_g_", "a\x01b": "a_b",
		strings.Repeat("📊", 16): strings.Repeat("📊", 15), strings.Repeat("长", 40): strings.Repeat("长", 31),
	} {
		if got := sheetName(name, []string{"taken"}); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

// TestTheme holds which themes are copied: sound ones without references.
func TestTheme(t *testing.T) {
	const head = `<?xml version="1.0"?><a:theme xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">`
	for part, want := range map[string]bool{
		head + `<a:b/></a:theme>`:                                        true,
		head + `<a:b r:embed="rId1"/></a:theme>`:                         false,
		head + `</a:theme><junk>&`:                                       false,
		head + `<a:b>`:                                                   false,
		`<?xml-stylesheet href="http://evil"?>` + head + `</a:theme>`:    false,
		`<!DOCTYPE a SYSTEM "file:///etc/passwd">` + head + `</a:theme>`: false,
		`<a:theme xmlns:a="http://purl.oclc.org/ooxml/drawingml/main"/>`: false,
		``: false,
	} {
		if got := isTheme([]byte(part)); got != want {
			t.Errorf("%s: %v", part, got)
		}
	}
}

// TestEmptyAnswer shows the summary first where there are no rows, and that sheet alone.
func TestEmptyAnswer(t *testing.T) {
	for empty, want := range map[bool]string{true: "2", false: "1"} {
		a := testAnswer(answer{})
		a.Empty = empty
		var content bytes.Buffer
		if err := WriteAnswer(&content, a); err != nil {
			t.Fatal(err)
		}
		archive, err := zip.NewReader(bytes.NewReader(content.Bytes()), int64(content.Len()))
		if err != nil {
			t.Fatal(err)
		}
		var selected []string
		for _, part := range archive.File {
			name, isSheet := strings.CutPrefix(part.Name, "xl/worksheets/sheet")
			if !isSheet {
				continue
			}
			file, err := part.Open()
			if err != nil {
				t.Fatal(err)
			}
			text, err := io.ReadAll(file)
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(string(text), `tabSelected="true"`) || strings.Contains(string(text), `tabSelected="1"`) {
				selected = append(selected, strings.TrimSuffix(name, ".xml"))
			}
		}
		if got := strings.Join(selected, " "); got != want {
			t.Errorf("empty %v: selected are the sheets %q, not %q", empty, got, want)
		}
	}
}
