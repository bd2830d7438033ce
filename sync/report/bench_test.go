package report

import (
	"testing"
	"time"

	"okrsync/feishu"
	"okrsync/sync"
)

// BenchmarkHTML writes the page of 1,000 rows.
func BenchmarkHTML(b *testing.B) {
	const rows = 1000
	folder, at := b.TempDir(), time.Now()
	results := func(yield func(sync.Result, error) bool) {
		for row := range rows {
			r := sync.Result{
				Row: row + 2, Source: "7041234567890123456", Table: "7041234567890123457", Item: "7041234567890123458", Status: sync.Updated,
				Sent: feishu.Fields{Current: "12.5"}, After: feishu.Fields{Current: "12.5"}, Attempts: 1, HTTPStatus: 200, FinishedAt: at,
			}
			if !yield(r, nil) {
				return
			}
		}
	}
	s := Summary{Input: sync.Input{Path: "values.csv", Rows: rows}, Counts: NewCounts(), Calls: new(Calls)}
	s.Counts[sync.Updated] = rows
	b.ReportAllocs()
	for b.Loop() {
		if err := HTML(folder, "zh", s, results); err != nil {
			b.Fatal(err)
		}
	}
}
