package source

import (
	"archive/zip"
	"strings"
	"testing"
)

// A file that has 1,5 somewhere was written by somebody to whom 1.234 is 1234.
func TestDecimalCommasMakeNumbersDoubtful(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"metric_item_id,target\n1,\"1,234\"\n2,1.234\n3,12.5\n", ""},
		{"metric_item_id,target\n1,\"1,234\"\n2,1.234\n3,\"1,5\"\n", "2:number_ambiguous 3:number_ambiguous 4:number_ambiguous"},
		{"metric_item_id,target,note\n1,\"1,234\",\"1,5\"\n", ""},
		{"metric_item_id\ttarget\n1\t1,234\n2\t1.234\n", ""},
		{"metric_item_id\ttarget\n1\t1,234\n2\t1.234,56\n3\t1,234,567\n4\t12.5\n", "2:number_ambiguous 3:number_ambiguous"},
		{"metric_item_id;target\n1;1,234\n2;1.234\n3;1,234.5\n", "2:number_ambiguous"},
		{"metric_item_id;target\n1;1,234\n2;-1.234\n3;¥1,5\n", "2:number_ambiguous 3:number_ambiguous 4:number_ambiguous"},
	} {
		if got := readCSV(t, test.text).codes(); got != test.want {
			t.Errorf("%q: got %s, want %s", test.text, got, test.want)
		}
	}
}

func TestDecimalCommasInAWorkbook(t *testing.T) {
	rows := `<row r="2"><c r="A2"><v>1</v></c><c r="B2" t="s"><v>3</v></c></row>`
	for texts, want := range map[string]string{
		"<si><t>1,234</t></si>":                       "",
		"<si><t>1,234</t></si><si><t>12,5</t></si>":   "2:number_ambiguous",
		"<si><t>1.234</t></si><si><t>1,5 万</t></si>":  "2:number_ambiguous",
		"<si><t>1.2345</t></si><si><t>1,5 万</t></si>": "",
	} {
		p := book(bookHeader+rows).replace("xl/sharedStrings.xml", "</sst>", texts+"</sst>")
		if got := read(t, write(t, "a.xlsx", p.zip(t, zip.Deflate)), Options{}).codes(); got != want {
			t.Errorf("%s: got %s, want %s", texts, got, want)
		}
	}
}

// The points of a file with semicolons are told, unless they are refused.
func TestPointsAreTold(t *testing.T) {
	for text, want := range map[string]string{
		"metric_item_id;target\n1;1.234\n2;12.5\n": "2",
		"metric_item_id;target\n1;1.234\n2;12,5\n": "",
		"metric_item_id,target\n1,1.234\n":         "",
	} {
		f, err := Open(write(t, "a.csv", []byte(text)), Options{})
		if err != nil {
			t.Fatal(err)
		}
		readRows(t, f)
		var got []string
		for _, n := range f.Notices() {
			if n.Code == NoticePoints {
				got = append(got, n.Found)
			}
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q: got %v, want %s", text, got, want)
		}
	}
}
