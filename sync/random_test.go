package sync_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"okrsync/feishu/feishutest"
	"okrsync/sync"
)

// TestRandomRuns runs jobs against servers that do anything, and ends some of
// them anywhere. Whatever happens, each row has exactly one result, and updated
// is what Feishu holds; the bubble fails if anybody stays behind.
func TestRandomRuns(t *testing.T) {
	faults := []feishutest.Fault{
		"500", "1009998", "2200", "html502", "reset", "reset-after", "cut", "empty", "html200", "hang", "hang-after", "expire",
		"ratelimit:1", "ratelimit:none", "code:1001002", "code:1001004", "code:1001005", "item:7999",
	}
	for seed := range uint64(150) {
		synctest.Test(t, func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 1))
			server := feishutest.Config{
				Seed: seed, Latency: time.Duration(r.IntN(200)) * time.Millisecond, Jitter: time.Duration(r.IntN(100)) * time.Millisecond,
				Faults: map[feishutest.Fault]float64{}, FaultToken: r.IntN(3) == 0,
			}
			for range r.IntN(5) {
				server.Faults[faults[r.IntN(len(faults))]] = 0.15 * r.Float64()
			}
			rows := 1 + r.IntN(80)
			s := newScene(t, server, rows)
			pace(s, sync.Limit{N: 1 + r.IntN(50), Period: time.Second})
			s.job.Workers = 1 + r.IntN(12)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if r.IntN(3) == 0 {
				time.AfterFunc(time.Duration(r.IntN(20_000))*time.Millisecond, cancel)
			}
			results, err := s.run(ctx)
			checkRun(t, s, seed, rows, results, err)
		})
	}
}

// checkRun holds the results of a run against what the server has.
func checkRun(t *testing.T, s *scene, seed uint64, rows int, results map[int]sync.Result, err error) {
	t.Helper()
	if len(results) != rows {
		t.Errorf("seed %d: %d results for %d rows", seed, len(results), rows)
	}
	unprocessed := 0
	for row, result := range results {
		item, _ := s.sim.Item(feishutest.SampleSource, feishutest.SampleTable, feishutest.SampleItem(row-1))
		holds := item.Current.String() == fmt.Sprint(row-1)
		if result.Status == sync.Updated && !holds {
			t.Errorf("seed %d: row %d is updated, but Feishu has %s", seed, row, item.Current)
		}
		if result.Status == sync.Unprocessed {
			unprocessed++
		}
		if result.Status != sync.Updated && (result.Code == "" || result.Reason.ZH == "" || result.Advice.EN == "") {
			t.Errorf("seed %d: row %d does not say why: %+v", seed, row, result)
		}
	}
	if (unprocessed > 0) && err == nil {
		t.Errorf("seed %d: %d rows are unprocessed, and nothing says why", seed, unprocessed)
	}
}
