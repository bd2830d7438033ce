package sync_test

import (
	"context"
	"testing"
	"time"

	"okrsync/feishu/feishutest"
	"okrsync/sync"
)

// TestNothingLeftToInterrupt continues a run that was killed between its last row and its
// files, and is told to end before it can send anything: there is nothing left that could
// be, so that it is done and does not begin anew the next time.
func TestNothingLeftToInterrupt(t *testing.T) {
	for name, compare := range map[string]bool{"comparing": true, "not comparing": false} {
		for rowsDone, wanted := range map[int]string{2: "", 1: "unprocessed interrupted"} {
			s := newScene(t, feishutest.Config{}, 10)
			s.job.Compare = compare
			s.job.Rows = rows(update(2, 1, "1"), update(3, 2, "2"))
			folder := t.TempDir()
			j, err := sync.CreateJournal(folder, sync.Header{Input: sync.Input{Rows: 2}})
			if err != nil {
				t.Fatal(err)
			}
			for i := range rowsDone {
				if err := j.Append(sync.Result{Row: i + 2, Item: feishutest.SampleItem(i + 1), Status: sync.Updated, Attempts: 1, FinishedAt: time.Now()}); err != nil {
					t.Fatal(err)
				}
			}
			if err := j.Close(sync.NewPacer(nil, 0)); err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			s.job.Begin = func(int, int) (*sync.Record, error) {
				cancel()
				return sync.OpenRecord(folder)
			}
			results, err := s.run(ctx)
			got := statuses(results)
			if got != wanted || (err == nil) != (wanted == "") || len(s.sim.Requests()) > 0 {
				t.Errorf("%s, %d rows done: %q, %v, %d requests", name, rowsDone, got, err, len(s.sim.Requests()))
			}
		}
	}
}
