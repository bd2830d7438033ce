package source

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

// Rows that a quotation mark could swallow are answered one by one, or the file is
// refused where it says so.
func TestNoRowIsSwallowed(t *testing.T) {
	const a, b, c = "7041234567890123451", "7041234567890123452", "7041234567890123453"
	for _, test := range []struct{ name, text, want string }{
		{
			"a closed cell of two lines, then a faulty one",
			"metric_item_id,note,target,current\n" + a + ",\"open,5,6\n" + b + ",x\",6,a\"b\n" + c + ",n,7,8\n",
			"2:csv_quotes 3:csv_quotes | " + c + "=8",
		},
		{"in the header", "metric_item_id,target,\"note\n" + a + ",5,6\"\n" + b + ",6,y\n", "csv_quotes"},
		{"in a title", "\"title\nmetric_item_id,target\n" + a + ",5\n\"\nmetric_item_id,target\n" + b + ",6\n", "csv_quotes"},
		{"an id that Excel has damaged", "metric_item_id,target,note\n" + a + ",5,\"x\n7.04E+18,6,y\"\n", "csv_quotes"},
		{"an honest note", "metric_item_id,current,note\n" + a + ",5,\"x\n12, 6\ny\"\n" + b + ",6,\n", "| " + a + "=5 " + b + "=6"},
		{"formulas around texts", "=\"metric_item_id\",=\"current\",x\n=\"" + a + "\",=\"\",\n=\"" + b + "\",=\"5\",\n", "| " + a + "= " + b + "=5"},
		{"open to the end", "metric_item_id,note,current\n" + a + ",\"x,5\n" + b + ",y,6\n", "2:csv_quotes | " + b + "=6"},
	} {
		if got := inShort(readCSV(t, test.text)); got != test.want {
			t.Errorf("%s: got %s, want %s", test.name, got, test.want)
		}
	}
}

// Files that were put behind each other have a second header, which may move the
// columns.
func TestSecondHeaders(t *testing.T) {
	const first = "\ufeff\"metric_item_id\",\"target\",\"current\"\n7,5,6\n"
	for _, test := range []struct{ second, want string }{
		{first + "8,5,6\n", "| 7=6 header 7=6 8=6"},
		{"\ufeff\"metric_item_id\",\"current\",\"target\"\n8,5,6\n", "header_second"},
		{"metric_item_id,last month\n8,99\n", "header_second"},
		{"current,target\n8,99\n", "header_second"},
		{"Metric Item ID,target value,当前值\n8,5,6\n", "| 7=6 header 8=6"},
	} {
		if got := inShort(readCSV(t, first+test.second)); got != test.want {
			t.Errorf("%q: got %s, want %s", test.second, got, test.want)
		}
	}
}

// A text that could be read in the wrong encoding is refused.
func TestEncodingsThatSwallow(t *testing.T) {
	for _, test := range []struct {
		text string
		o    Options
		want string
	}{
		{"metric_item_id|note|target|current\n7|Caf\xe9|5|6\n", Options{}, "encoding_unknown"},
		{"\xd6\xb8\xb1\xea\xcf\xeeID|note|current\n7|\xb3\xa4|6\n", Options{}, "| 7=6"},
		{"metric_item_id,note,current\n7,长,6\n", Options{Encoding: EncodingGBK}, "encoding_unknown"},
		{"metric_item_id,note,current\n7,\xb3\xa4,6\n", Options{Encoding: EncodingGBK}, "| 7=6"},
		{"metric_item_id,current,note\n7,5,长城\n8,6,\xe9\x95", Options{}, "encoding_unknown"},
	} {
		if got := inShort(read(t, write(t, "a.csv", []byte(test.text)), test.o)); got != test.want {
			t.Errorf("%q: got %s, want %s", test.text, got, test.want)
		}
	}
}

// The rounds of a key are found however they are spelled.
func TestRounds(t *testing.T) {
	for info, want := range map[string]int{
		"":                                     0,
		`<p spinCount="100000"/>`:              100_000,
		`<p spinCount='9999999'/>`:             9_999_999,
		`<p spinCount = "9999999"/>`:           9_999_999,
		`<p spinCount="1"/><q spinCount="7"/>`: 7,
		`<p spinCount="&#57;999999"/>`:         math.MaxInt,
		`<p spinCount="99999999999"/>`:         math.MaxInt,
		`<p spinCount="1"/><q spinCount/>`:     math.MaxInt,
	} {
		if got := rounds([]byte(info)); got != want {
			t.Errorf("%s: %d, want %d", info, got, want)
		}
	}
}

// Merged cells, sheets and relationships by the thousand cost neither time nor
// memory.
func TestFloods(t *testing.T) {
	row := `<row r="2"><c><v>7</v></c><c><v>5</v></c></row>`
	merged := strings.Repeat(`<mergeCell ref="A1:XFD1"/>`, 60_000)
	p := book(bookHeader+row).replace(sheetPart, "</sheetData>", "</sheetData><mergeCells>"+merged+"</mergeCells>")
	if got := inShort(p.read(t)); got != "2:cell_merged |" {
		t.Error(got)
	}
	var sheets strings.Builder
	for i := range maxSheets {
		fmt.Fprintf(&sheets, `<sheet name="s%d" sheetId="%d" r:id="r1"/>`, i, i+2)
	}
	p = book(bookHeader+row).replace("xl/workbook.xml", "</sheets>", sheets.String()+"</sheets>")
	if got := inShort(p.read(t)); got != "file_too_large" {
		t.Error(got)
	}
}

// Where two parts or sheets could be meant, neither is read.
func TestTwoOfAName(t *testing.T) {
	const part = "xl/_rels/workbook.xml.rels"
	row := `<row r="2"><c><v>7</v></c><c><v>5</v></c></row>`
	for kind, relationship := range map[string]string{
		"one id":             `<Relationship Id="r1" Type="` + relType + `worksheet" Target="worksheets/sheet2.xml"/>`,
		"two shared strings": `<Relationship Id="r9" Type="` + relType + `sharedStrings" Target="other.xml"/>`,
		"two styles":         `<Relationship Id="r9" Type="` + relType + `styles" Target="other.xml"/>`,
	} {
		if got := inShort(book(bookHeader+row).replace(part, "</Relationships>", relationship+"</Relationships>").read(t)); got != "file_damaged" {
			t.Errorf("%s: %s", kind, got)
		}
	}
	p := book(bookHeader+row).replace("xl/workbook.xml", "</sheets>", `<sheet name="Data" sheetId="2" r:id="r1"/></sheets>`)
	a := read(t, write(t, "a.xlsx", p.zip(t, 0)), Options{Sheet: "Data"})
	if got := inShort(a); got != "sheet_ambiguous" {
		t.Error(got)
	}
}

// Rows and columns without height or width are hidden, too.
func TestHiddenByTheirSize(t *testing.T) {
	rows := `<row r="2" ht="0" customHeight="1"><c><v>7</v></c></row><row r="3" ht="15"><c><v>8</v></c></row><row r="4"><c><v>9</v></c></row>`
	p := book(bookHeader+rows).replace(sheetPart, "<sheetData>", `<sheetFormatPr zeroHeight="1"/><cols><col min="2" max="2" width="0" customWidth="1"/></cols><sheetData>`)
	if got, want := notices(t, "a.xlsx", p.zip(t, 0), Options{}), "hidden_rows:2, 4 hidden_columns:“当前值”"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// The header is in the row that a person names, or in none.
func TestHeaderRow(t *testing.T) {
	const text = "metric_item_id,target\n1,2\n\nmetric_item_id,current\n7,5\n"
	for row, want := range map[int]string{
		0: "header_second", // the one further down says otherwise
		1: "header_second",
		2: "header_missing",
		3: "header_missing",
		4: "| 7=5",
		5: "header_missing",
		9: "header_missing",
	} {
		if got := inShort(read(t, write(t, "a.csv", []byte(text)), Options{HeaderRow: row})); got != want {
			t.Errorf("row %d: got %s, want %s", row, got, want)
		}
	}
}

// A title or a column that names the unit of the numbers is told.
func TestUnitsBesideTheNumbers(t *testing.T) {
	for text, want := range map[string]string{
		"单位：万元\n指标项ID,目标值\n7,5\n": "header_units:“单位：万元” title_rows:2",
		"单位：元\n指标项ID,目标值\n7,5\n":  "title_rows:2",
		"指标项ID,目标值,单位\n7,5,万元\n":  "header_units:“单位” other_columns:“单位”",
		"指标项ID,目标值（2026）\n7,5\n":  "header_remarks:“目标值（2026）”",
		"指标项ID（必填）,目标值（元）\n7,5\n": "",
	} {
		if got := notices(t, "a.csv", []byte(text), Options{}); got != want {
			t.Errorf("%q: got %s, want %s", text, got, want)
		}
	}
}

// A container with two streams of one name would be copied once for each.
func TestTwoStreamsOfAName(t *testing.T) {
	data := agile(agileHeader)
	if !affordable(data) {
		t.Fatal("an honest header is refused")
	}
	const first, name = 2*512 + 128, "EncryptedPackage" // the entry of EncryptionInfo
	copy(data[first:], utf16le(name))
	data[first+64] = byte(2*len(name) + 2)
	if affordable(data) {
		t.Error("two streams of one name are read")
	}
}
