package sync

import (
	"os"
	"path/filepath"
	"testing"
)

// TestResultsOutOfOrder reads results that stand in the journal in another order than their
// rows, some of them twice, and one that somebody has cut off behind the reader's back.
func TestResultsOutOfOrder(t *testing.T) {
	const rows = 3 * together
	folder := filepath.Join(t.TempDir(), "run")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	j, err := CreateJournal(folder, Header{Input: Input{Rows: rows}})
	if err != nil {
		t.Fatal(err)
	}
	for i := range rows {
		row := i*7%rows + 2 // 7 has no factor in common with it
		for _, item := range []string{"1", "2"}[min(row%3, 1):] {
			if err := j.Append(Result{Row: row, Item: item, Status: []Status{Updated, Rejected}[row%2]}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := j.Close(NewPacer(nil, 0)); err != nil {
		t.Fatal(err)
	}
	record, err := OpenRecord(folder)
	if err != nil {
		t.Fatal(err)
	}
	defer record.Close()
	next := 2
	for r, err := range record.Results() {
		if err != nil || r.Row != next || r.Item != "2" {
			t.Fatalf("%+v, %v; want row %d", r, err, next)
		}
		next++
	}
	toMend := 0
	for r, err := range record.ToMend() {
		if err != nil || r.Row%2 == 0 {
			t.Fatalf("%+v, %v", r, err)
		}
		toMend++
	}
	if next != rows+2 || toMend != rows/2 {
		t.Errorf("%d rows, %d to mend", next-2, toMend)
	}
	one, err := record.result(7, spanIn(record, 7))
	if err != nil || one.Row != 7 {
		t.Errorf("%+v, %v", one, err)
	}

	if err := os.Truncate(filepath.Join(folder, JournalName), spanIn(record, together+2).start+5); err != nil {
		t.Fatal(err)
	}
	next = 2
	for r, err := range record.Results() {
		if err != nil {
			return
		}
		if r.Row != next {
			t.Fatalf("row %d, want %d", r.Row, next)
		}
		next++
	}
	t.Error("there is no error about lines that are gone")
}

// BenchmarkRecord opens the journal of 1,000 rows and reads their results.
func BenchmarkRecord(b *testing.B) {
	const rows = 1000
	folder := filepath.Join(b.TempDir(), "run")
	if err := os.Mkdir(folder, 0o700); err != nil {
		b.Fatal(err)
	}
	j, err := CreateJournal(folder, Header{Input: Input{Rows: rows}})
	if err != nil {
		b.Fatal(err)
	}
	for row := range rows {
		if err := j.Append(Result{Row: row + 2, Source: "7041234567890123456", Table: "7041234567890123457", Item: "7041234567890123458", Status: Updated, Attempts: 1}); err != nil {
			b.Fatal(err)
		}
	}
	if err := j.Close(NewPacer(nil, 0)); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		record, err := OpenRecord(folder)
		if err != nil {
			b.Fatal(err)
		}
		n := 0
		for _, err := range record.Results() {
			if err != nil {
				b.Fatal(err)
			}
			n++
		}
		if n != rows {
			b.Fatal(n)
		}
		record.Close()
	}
}

// spanIn is where a record has the line of a row.
func spanIn(r *Record, row int) span {
	s, _ := r.lines.of(row)
	return s
}
