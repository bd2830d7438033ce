package source

import (
	"io"
	"strconv"
	"testing"
)

// benchedAnswer is an answer to bigCSV or bigWorkbook, with every hundredth row to mend.
func benchedAnswer(tb testing.TB, rows int) Answer {
	tb.Helper()
	a := testNames
	a.Temp = tb.TempDir()
	a.Columns = []AnswerColumn{
		{"okrsync status", 15}, {"okrsync reason", 44}, {"okrsync advice", 44}, {"okrsync code", 18},
		{"okrsync old current", 14}, {"okrsync new current", 14},
	}
	a.MendColumns = 4
	said := make([]AnswerRow, rows)
	for i := range said {
		said[i] = AnswerRow{
			Row: i + 2, Tone: ToneDone, Keys: []string{itemID(i)},
			Cells: []any{"✓ updated", nil, nil, nil, Number(strconv.Itoa(i)), Number(strconv.Itoa(i) + ".5")},
		}
		if i%100 == 0 {
			said[i].Tone, said[i].Mend = ToneMend, true
			said[i].Cells = []any{"✗ failed", "Feishu has no item with this id", "look the id up with okrsync tables", "item_not_found", nil, nil}
		}
	}
	a.Rows = answered(said)
	return a
}

// BenchmarkAnswer writes the answer to 20,000 rows: beside a copy of the sheet, which is
// read three times for it and once more to check the copy, and without the sheet.
func BenchmarkAnswer(b *testing.B) {
	const rows = 20_000
	answer := benchedAnswer(b, rows)
	beside := func(b *testing.B, path string) {
		b.Helper()
		f, err := Open(path, Options{})
		if err != nil {
			b.Fatal(err)
		}
		defer f.Close()
		b.ReportAllocs()
		for b.Loop() {
			if err := f.WriteAnswer(io.Discard, answer); err != nil {
				b.Fatal(err)
			}
		}
	}
	csv, xlsx := bigCSV(b, rows), bigWorkbook(b, rows)
	b.Run("csv", func(b *testing.B) { beside(b, csv) })
	b.Run("xlsx", func(b *testing.B) { beside(b, xlsx) })
	b.Run("listed", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if err := WriteAnswer(io.Discard, answer); err != nil {
				b.Fatal(err)
			}
		}
	})
}
