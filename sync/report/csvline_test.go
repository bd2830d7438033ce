package report

import (
	"bytes"
	"encoding/csv"
	"testing"

	"okrsync/sync"
)

// readBack is the line of a result in result.csv, as a reader has its cells.
func readBack(r sync.Result, lang string) ([]string, error) {
	var l csvLine
	l.begin()
	if err := l.result(&r, lang); err != nil {
		return nil, err
	}
	return csv.NewReader(bytes.NewReader(l.end())).Read()
}

// FuzzCells holds a line against what encoding/csv writes.
func FuzzCells(f *testing.F) {
	for _, cell := range []string{"", `\.`, `\`, " a", "\u00a0a", "\u3000", "a,b", "\"", "a\nb", "a\r\nb", "a\rb", "\r", "\xffa", "\xc2", "指标", "\t", "\v1", "{\"a\":1}"} {
		f.Add(cell, "x")
		f.Add("", cell)
	}
	f.Fuzz(func(t *testing.T, first, second string) {
		var want bytes.Buffer
		w := csv.NewWriter(&want)
		w.UseCRLF = true
		if err := w.Write([]string{first, second}); err != nil {
			t.Fatal(err)
		}
		w.Flush()
		var l csvLine
		l.begin()
		l.text(first)
		l.comma()
		l.b = appendCell(l.b, []byte(second))
		if got := l.end(); !bytes.Equal(got, want.Bytes()) {
			t.Errorf("%q, want %q", got, want.Bytes())
		}
	})
}
