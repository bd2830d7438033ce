package report

import (
	"bytes"
	"encoding/csv"
	"testing"
	"time"

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

// TestTimesOfLines shows that a time is that of its row, however near the last one is.
func TestTimesOfLines(t *testing.T) {
	at := time.Date(2026, 11, 26, 1, 2, 3, 4e6, time.UTC)
	var l csvLine
	l.begin()
	for _, one := range []time.Time{at, at, at.Add(time.Millisecond), at.In(time.FixedZone("", 8*3600))} {
		l.time(one)
	}
	const want = "2026-11-26T01:02:03.004Z,2026-11-26T01:02:03.004Z,2026-11-26T01:02:03.005Z,2026-11-26T09:02:03.004+08:00\r\n"
	if got := string(l.end()); got != want {
		t.Errorf("%s", got)
	}
}
