package sync_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"okrsync/feishu/feishutest"
	"okrsync/source"
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

// TestRandomBatches runs batches against servers that do anything to them: smaller
// largest batches, quotas, rows that poison, rows with limits of their own, lost answers,
// and ends some of them anywhere. Each row has one result, updated is what Feishu holds,
// and nobody is told of an update twice.
func TestRandomBatches(t *testing.T) {
	faults := []feishutest.Fault{
		"500", "500-after", "html502", "reset", "reset-after", "cut", "html200", "expire", "ratelimit:1", "code:1001004", "code:1001005", "code:1001001:400",
	}
	for seed := range uint64(200) {
		synctest.Test(t, func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 7))
			items := 1 + r.IntN(250)
			server := feishutest.Config{
				Seed: seed, Latency: time.Duration(r.IntN(100)) * time.Millisecond, Jitter: time.Duration(r.IntN(100)) * time.Millisecond,
				NotifyUnchanged: true, BatchPoison: r.IntN(2) == 0, Faults: map[feishutest.Fault]float64{},
			}
			if r.IntN(3) == 0 {
				server.BatchMax = 1 + r.IntN(100)
			}
			if r.IntN(4) == 0 {
				server.Quota = feishutest.Quota{N: 1 + r.IntN(items), Period: time.Duration(r.IntN(100)) * time.Second}
			}
			for range r.IntN(4) {
				server.Faults[faults[r.IntN(len(faults))]] = 0.1 * r.Float64()
			}
			s := batching(t, server, items, 2+r.IntN(99))
			s.job.Workers = r.IntN(40)
			for i := range items {
				switch r.IntN(40) {
				case 0:
					s.change(i+1, func(item *feishutest.Item) { item.Limited = true })
				case 1:
					s.change(i+1, func(item *feishutest.Item) { item.Forbidden = true })
				}
			}
			var all []source.Update
			for i := range items {
				u := update(i+2, i+1, fmt.Sprint(i+5000))
				if i%3 == 0 {
					u.Target = source.Number(fmt.Sprint(i + 90_000))
				}
				all = append(all, u)
			}
			s.job.Rows = rows(all...)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if r.IntN(4) == 0 {
				time.AfterFunc(time.Duration(r.IntN(20_000))*time.Millisecond, cancel)
			}
			results, err := s.run(ctx)
			if len(results) != items || err == nil && counts(results)[sync.Unprocessed] > 0 {
				t.Errorf("seed %d: %d results for %d rows, %v, %v", seed, len(results), items, counts(results), err)
			}
			for row, result := range results {
				if result.Status == sync.Updated && !s.holds(result) {
					t.Errorf("seed %d: row %d is not there: %+v", seed, row, result)
				}
			}
			told := map[string]int{}
			for _, n := range s.sim.Notifications() {
				if told[n.ItemID]++; told[n.ItemID] > 1 {
					t.Errorf("seed %d: %s is told of %s again", seed, n.UserID, n.ItemID)
				}
			}
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
