package source

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// write puts data into a file of its own.
func write(tb testing.TB, name string, data []byte) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		tb.Fatal(err)
	}
	return path
}

// answer is all that a reading of a file gives.
type answer struct {
	updates []Update
	refused []*RowError
	fatal   *FileError
}

// String is the answer in a form that can be compared.
func (a answer) String() string {
	var b strings.Builder
	for _, u := range a.updates {
		fmt.Fprintf(&b, "%+v\n", u)
	}
	for _, r := range a.refused {
		fmt.Fprintln(&b, r)
	}
	if a.fatal != nil {
		fmt.Fprintln(&b, a.fatal.Code)
	}
	return b.String()
}

// codes are the codes of the refused rows, such as "3:id_missing".
func (a answer) codes() string {
	var codes []string
	for _, r := range a.refused {
		for _, p := range r.Problems {
			codes = append(codes, fmt.Sprintf("%d:%s", p.Row, p.Code))
		}
	}
	return strings.Join(codes, " ")
}

// read reads a file and checks what holds for every file.
func read(tb testing.TB, path string, o Options) answer {
	tb.Helper()
	f, err := Open(path, o)
	if err != nil {
		return answer{fatal: mustFileError(tb, err)}
	}
	defer f.Close()
	a := readRows(tb, f)
	checkAnswer(tb, f, o, a)
	return a
}

func readRows(tb testing.TB, f *File) (a answer) {
	tb.Helper()
	last := 0
	for u, err := range f.Rows() {
		if a.fatal != nil {
			tb.Fatalf("a row after %v", a.fatal)
		}
		number := u.Row
		if refused, ok := errors.AsType[*RowError](err); ok {
			number = refused.Row
			a.refused = append(a.refused, refused)
			checkRefusal(tb, refused)
		} else if err != nil {
			a.fatal = mustFileError(tb, err)
			continue
		} else {
			a.updates = append(a.updates, u)
			checkUpdate(tb, u)
		}
		if number <= last {
			tb.Fatalf("row %d after row %d", number, last)
		}
		last = number
	}
	return a
}

func mustFileError(tb testing.TB, err error) *FileError {
	tb.Helper()
	refused, ok := errors.AsType[*FileError](err)
	if !ok {
		tb.Fatalf("not a FileError: %v", err)
	}
	if refused.File == "" || strings.Contains(refused.Error(), "{") && !strings.Contains(refused.Found+refused.Place, "{") {
		tb.Errorf("incomplete: %q", refused.Error())
	}
	if strings.Contains(fmt.Sprint(refused.Err), "panic") {
		tb.Errorf("panic: %v", refused.Err)
	}
	return refused
}

func checkRefusal(tb testing.TB, e *RowError) {
	tb.Helper()
	if len(e.Problems) == 0 || e.Row != e.Update.Row || !strings.HasPrefix(e.Error(), fmt.Sprintf("row %d", e.Row)) {
		tb.Errorf("bad refusal: %+v", e)
	}
}

// checkUpdate holds an update against what its fields promise.
func checkUpdate(tb testing.TB, u Update) {
	tb.Helper()
	if (u.Aside != "") != (u.ItemID == "" && u.UserID == "") {
		tb.Errorf("total or not? %+v", u)
	}
	for _, id := range []string{u.ItemID, u.SourceID, u.TableID} {
		if id != "" && (!isDigits(id) || len(id) > 20) {
			tb.Errorf("bad id: %+v", u)
		}
	}
	for _, n := range []Number{u.Initial, u.Target, u.Current} {
		if again, code := parseNumber(string(n), PercentAuto); n != "" && (again != n || code != "") {
			tb.Errorf("%q is read again as %q, %s", n, again, code)
		}
	}
}

// A parts is a workbook before it is zipped.
type parts map[string]string

const (
	xmlHead   = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>`
	mainSpace = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"`
	relsSpace = `xmlns="http://schemas.openxmlformats.org/package/2006/relationships"`
	relSpace  = `xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"`
	relType   = `http://schemas.openxmlformats.org/officeDocument/2006/relationships/`
)

// book is a workbook with one sheet that holds the given rows, and styles of
// which 1 is a percentage, 2 a date and 3 a custom date.
func book(rows string) parts {
	return parts{
		"[Content_Types].xml": xmlHead + `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>`,
		"_rels/.rels":         xmlHead + `<Relationships ` + relsSpace + `><Relationship Id="a" Type="` + relType + `officeDocument" Target="xl/workbook.xml"/></Relationships>`,
		"xl/workbook.xml":     xmlHead + `<workbook ` + mainSpace + ` ` + relSpace + `><sheets><sheet name="Data" sheetId="1" r:id="r1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": xmlHead + `<Relationships ` + relsSpace + `>` +
			`<Relationship Id="r1" Type="` + relType + `worksheet" Target="worksheets/sheet1.xml"/>` +
			`<Relationship Id="r2" Type="` + relType + `styles" Target="styles.xml"/>` +
			`<Relationship Id="r3" Type="` + relType + `sharedStrings" Target="sharedStrings.xml"/></Relationships>`,
		"xl/styles.xml": xmlHead + `<styleSheet ` + mainSpace + `><numFmts count="1"><numFmt numFmtId="170" formatCode="yyyy&quot;年&quot;"/></numFmts>` +
			`<cellXfs count="4"><xf numFmtId="0"/><xf numFmtId="10"/><xf numFmtId="14"/><xf numFmtId="170"/></cellXfs></styleSheet>`,
		"xl/sharedStrings.xml": xmlHead + `<sst ` + mainSpace + `><si><t>metric_item_id</t></si><si><r><t>当前</t></r><r><t>值</t></r><rPh sb="0" eb="1"><t>x</t></rPh></si>` +
			`<si><t>7041234567890123456</t></si></sst>`,
		"xl/worksheets/sheet1.xml": xmlHead + `<worksheet ` + mainSpace + `><sheetData>` + rows + `</sheetData></worksheet>`,
	}
}

const bookHeader = `<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row>`

// zip packs the parts.
func (p parts) zip(tb testing.TB, method uint16) []byte {
	tb.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for name, data := range p {
		part, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: method})
		if err != nil {
			tb.Fatal(err)
		}
		if _, err := part.Write([]byte(data)); err != nil {
			tb.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	return out.Bytes()
}

func (p parts) with(name, data string) parts {
	p[name] = data
	return p
}

// replace changes a part.
func (p parts) replace(name, from, to string) parts {
	if !strings.Contains(p[name], from) {
		panic("nothing to replace in " + name)
	}
	return p.with(name, strings.Replace(p[name], from, to, 1))
}

func (p parts) read(tb testing.TB) answer {
	tb.Helper()
	return read(tb, write(tb, "book.xlsx", p.zip(tb, zip.Deflate)), Options{})
}

// bigWorkbook is a workbook of rows × 6 cells written by excelize.
func bigWorkbook(tb testing.TB, rows int) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "big.xlsx")
	f := excelize.NewFile()
	defer f.Close()
	w, err := f.NewStreamWriter("Sheet1")
	if err != nil {
		tb.Fatal(err)
	}
	w.SetRow("A1", []any{"指标项ID", "名称", "起始值", "目标值", "当前值", "支撑的上级"})
	for i := range rows {
		cell, _ := excelize.CoordinatesToCellName(1, i+2)
		w.SetRow(cell, []any{itemID(i), "销售额 Sales", 0, 1000 + i, float64(i) / 8, "ou_7d8a6e6df7621556ce0d21922b676706ccs"})
	}
	if err := w.Flush(); err != nil {
		tb.Fatal(err)
	}
	if err := f.SaveAs(path); err != nil {
		tb.Fatal(err)
	}
	return path
}

func itemID(i int) string { return fmt.Sprintf("7041234567%09d", i*10+1) }

func bigCSV(tb testing.TB, rows int) string {
	tb.Helper()
	var b bytes.Buffer
	b.WriteString("指标项ID,名称,起始值,目标值,当前值,支撑的上级\r\n")
	for i := range rows {
		fmt.Fprintf(&b, "%s,销售额 Sales,0,%d,%g,ou_7d8a6e6df7621556ce0d21922b676706ccs\r\n", itemID(i), 1000+i, float64(i)/8)
	}
	return write(tb, "big.csv", b.Bytes())
}
