package sync_test

import (
	"bytes"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"okrsync/feishu"
	"okrsync/feishu/feishutest"
	"okrsync/source"
	"okrsync/sync"
)

// TestLimitedRowsInBatches shows that batches whose rows are all refused for the update
// limit, and none of them for good, leave the gate to others: nobody waits for ever.
func TestLimitedRowsInBatches(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := batching(t, feishutest.Config{}, 8, 2)
		for i := range 8 {
			s.change(i+1, func(item *feishutest.Item) { item.Limited = true })
		}
		s.job.Quota = sync.Quota{Cooldown: time.Minute, Refusals: 100}
		results, err := s.run(t.Context())
		if got := counts(results); err != nil || got[sync.Failed] != 8 || results[2].Code != "1001005" {
			t.Errorf("%v, %v", got, err)
		}
	})
}

// TestLimitedRowInABatch shows that one row with an update limit of its own costs itself
// and one cool-down, where it has the whole batch refused and where it is named, and that
// the batches after it are as large as before.
func TestLimitedRowInABatch(t *testing.T) {
	for _, poison := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			s := batching(t, feishutest.Config{BatchPoison: poison, Latency: 10 * time.Millisecond}, 1000, 100)
			s.change(42, func(item *feishutest.Item) { item.Limited = true })
			results, err := s.run(t.Context())
			if got := counts(results); err != nil || got[sync.Updated] != 999 || results[43].Code != "1001005" {
				t.Errorf("poison %v: %v, %v", poison, got, err)
			}
			n := s.sim.Stats().Calls
			if calls := n[feishutest.Patch] + n[feishutest.BatchUpdate]; calls > 10+17 {
				t.Errorf("poison %v: %d calls", poison, calls)
			}
			if len(s.pauses) != 1 {
				t.Errorf("poison %v: pauses told: %v", poison, s.pauses)
			}
		})
	}
}

// TestLargestBatch shows that a largest batch smaller than the documented one is found
// out, and remembered for the rest of the run.
func TestLargestBatch(t *testing.T) {
	for _, most := range []int{1, 2, 7, 20, 64, 99} {
		for _, workers := range []int{1, 32} {
			synctest.Test(t, func(t *testing.T) {
				const rows = 2000
				s := batching(t, feishutest.Config{BatchMax: most, Latency: 10 * time.Millisecond}, rows, 100)
				s.job.Workers = workers
				results, err := s.run(t.Context())
				if got := counts(results); err != nil || got[sync.Updated] != rows {
					t.Errorf("most %d: %v, %v", most, got, err)
				}
				refused, smaller := 0, 0
				for _, r := range s.sim.Requests() {
					if r.Call != feishutest.BatchUpdate {
						continue
					}
					if r.Code != 0 {
						refused++
					} else if bytes.Count(r.Body, []byte("metric_item_id")) < most {
						smaller++
					}
				}
				if refused > 16 {
					t.Errorf("most %d: %d batches were refused", most, refused)
				}
				if smaller > rows/100*4 { // the reader's batches of 100 leave rests, and the search some more
					t.Errorf("most %d: %d batches were smaller than they could be", most, smaller)
				}
			})
		}
	}
}

// TestQuotaInBatches shows that a table's quota ends a run of batches after one pause
// and few calls in vain, uses the quota up, and blames no row.
func TestQuotaInBatches(t *testing.T) {
	for _, test := range []struct{ rows, size, quota, vain int }{
		{700, 100, 500, 10},
		{2000, 100, 500, 10},
		{5000, 100, 500, 10},
		{1000, 100, 530, 16}, // halves find the last thirty
		{400, 100, 0, 10},    // nothing is left from the start
		{1000, 100, 1, 12},
	} {
		synctest.Test(t, func(t *testing.T) {
			quota := feishutest.Quota{N: test.quota}
			s := batching(t, feishutest.Config{Latency: 20 * time.Millisecond, InboundJitter: 15 * time.Millisecond, Quota: quota}, test.rows, 100)
			if test.quota == 0 {
				s.script("batch_update * code:1001005\npatch * code:1001005")
			}
			s.job.Workers, s.job.BatchSize = 0, test.size
			results, err := s.run(t.Context())
			refusal, ok := errors.AsType[*feishu.Error](err)
			if !ok || refusal.Code != feishu.CodeUpdateLimit {
				t.Errorf("%+v: ended with %v", test, err)
			}
			if got := counts(results); got[sync.Updated] != test.quota || got[sync.Unprocessed] != test.rows-test.quota {
				t.Errorf("%+v: %v", test, got)
			}
			vain := 0
			for _, r := range s.sim.Requests() {
				if r.Code == 1001005 {
					vain++
				}
			}
			if vain > test.vain {
				t.Errorf("%+v: %d calls were in vain", test, vain)
			}
			if len(s.pauses) > 2 {
				t.Errorf("%+v: pauses told: %v", test, s.pauses)
			}
		})
	}
}

// TestNamedWhileOwned shows that a row that is named as refused in a part of a batch
// that was refused for the update limit does not wait for the others, who wait for it.
func TestNamedWhileOwned(t *testing.T) {
	for _, script := range []string{"", "batch_update 4 reset-after", "patch 1 reset-after", "batch_update 3 omit:" + feishutest.SampleItem(8)} {
		synctest.Test(t, func(t *testing.T) {
			s := comparing(t, feishutest.Config{BatchMax: 20, Latency: 10 * time.Millisecond}, 300)
			s.job.BatchSize = 100
			s.change(30, func(item *feishutest.Item) { item.Forbidden = true })
			var all []source.Update
			for i := range 300 {
				all = append(all, source.Update{Row: i + 2, ItemID: feishutest.SampleItem(i + 1), Target: source.Number(fmt.Sprint(i + 90_000))})
			}
			s.job.Rows = rows(all...)
			s.job.Workers = 8
			s.script(script)
			results, err := s.run(t.Context())
			if got := counts(results); err != nil || got[sync.Updated] != 299 || results[31].Code != "1001002" {
				t.Errorf("%q: %v, %v", script, got, err)
			}
		})
	}
}

// TestUpdateLimitInBatches shows that a table whose quota is used up ends the run, and
// that what went through before is known as such.
func TestUpdateLimitInBatches(t *testing.T) {
	s := batching(t, feishutest.Config{Quota: feishutest.Quota{N: 250}}, 400, 100)
	s.job.Quota = sync.Quota{Cooldown: 1, Refusals: 3}
	results, err := s.run(t.Context())
	got := counts(results)
	refusal, ok := errors.AsType[*feishu.Error](err)
	if !ok || refusal.Code != feishu.CodeUpdateLimit || got[sync.Updated] != 250 || got[sync.Unprocessed]+got[sync.Failed] != 150 {
		t.Errorf("%v, %v", got, err)
	}
	for row, r := range results {
		if (r.Status == sync.Updated) != s.holds(r) {
			t.Errorf("row %d: %+v", row, r)
		}
	}
}
