package source

import (
	"encoding/csv"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"
)

// recordsOf are the cells of all rows that have any, without faulty rows; sound says
// that there were none, nor a text that is refused.
func recordsOf(r io.Reader) (records [][]cell, sound bool) {
	in := newCSVReader(r, charset{encoding: EncodingUTF8}, dialect{delimiter: ","})
	for {
		row, err := in.next()
		if err != nil {
			return records, err == io.EOF //nolint:errorlint // it is not wrapped
		}
		if row.fault != nil {
			return nil, false
		}
		if len(row.cells) > 0 {
			records = append(records, slices.Clone(row.cells))
		}
	}
}

// FuzzRecords holds the cells of a text against those that encoding/csv finds in it,
// if it finds it sound, and however little is read at a time.
func FuzzRecords(f *testing.F) {
	for _, text := range []string{
		"a,b\n1,2\n", "\"a\",\"b\nc\",d\n\n\n1,,3\n", "\"\"\"a\"\"\",\"\"\n,\n,,x", "a\n\"b,\"\"\nc\",d\ne", "=\"1\",2\n", "\n\n", strings.Repeat("1234567,8\n", 300), strings.Repeat("x", 3000) + ",y\n1,2",
		"a,b\n\n\"c\"\n\n\nd\n\"e\nf\"\n\n",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if !utf8.ValidString(text) || strings.ContainsAny(text, "\r\x00\x1a\uFEFF") {
			return
		}
		got, sound := recordsOf(strings.NewReader(text))
		slowly, soundToo := recordsOf(iotest.OneByteReader(strings.NewReader(text)))
		if sound != soundToo || !slices.EqualFunc(got, slowly, slices.Equal) {
			t.Fatalf("%q is %v, and read byte by byte %v", text, got, slowly)
		}
		theirs := csv.NewReader(strings.NewReader(text))
		theirs.FieldsPerRecord = -1
		all, err := theirs.ReadAll()
		if err != nil || !sound {
			return
		}
		var want [][]cell
		for _, record := range all {
			var cells []cell
			for column, text := range record {
				if text = withoutFormula(text); !isBlank(text) {
					cells = append(cells, cell{column: column, text: text})
				}
			}
			if len(cells) > 0 {
				want = append(want, cells)
			}
		}
		if !slices.EqualFunc(got, want, slices.Equal) {
			t.Errorf("%q is %v, want %v", text, got, want)
		}
	})
}
