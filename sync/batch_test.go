package sync_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"okrsync/feishu"
	"okrsync/feishu/feishutest"
	"okrsync/source"
	"okrsync/sync"
)

// batching is a scene whose job compares and sends batches.
func batching(t *testing.T, server feishutest.Config, items, size int) *scene {
	t.Helper()
	s := comparing(t, server, items)
	s.job.BatchSize, s.job.Rows = size, values(items, 5000)
	return s
}

// holds reports whether the simulator has the value that values gave a row.
func (s *scene) holds(r sync.Result, first int) bool {
	item, ok := s.sim.Item(feishutest.SampleSource, feishutest.SampleTable, r.Item)
	return ok && item.Current.String() == fmt.Sprint(first+r.Row-2)
}

// TestBatches shows what batches cost, and that each row gets its own result, where
// Feishu refuses some of them in one way or the other.
func TestBatches(t *testing.T) {
	bad := func(s *scene) { // three of a hundred
		for _, item := range []int{7, 42, 99} {
			s.change(item, func(i *feishutest.Item) { i.Forbidden = true })
		}
	}
	for _, test := range []struct {
		name        string
		server      feishutest.Config
		items, size int
		prepare     func(*scene)
		failed      int
		most        int // update calls
	}{
		{"one batch", feishutest.Config{}, 100, 100, nil, 0, 1},
		{"two and a single", feishutest.Config{}, 201, 100, nil, 0, 3},
		{"a size of its own", feishutest.Config{}, 100, 30, nil, 0, 4},
		{"named in failed_items", feishutest.Config{}, 100, 100, bad, 3, 4},
		{"poisoned", feishutest.Config{BatchPoison: true}, 100, 100, bad, 3, 45},
		{"a smaller largest batch", feishutest.Config{BatchMax: 20}, 100, 100, nil, 0, 15},
		{"in trouble", feishutest.Config{Faults: map[feishutest.Fault]float64{"500": 0.2, "reset-after": 0.2, "cut": 0.2}}, 400, 20, nil, 0, 200},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := batching(t, test.server, test.items, test.size)
			s.job.Retry = sync.Retry{Attempts: 20, Initial: 1, Max: 1}
			if test.prepare != nil {
				test.prepare(s)
			}
			results, err := s.run(t.Context())
			got := counts(results)
			if err != nil || got[sync.Failed] != test.failed || got[sync.Updated] != test.items-test.failed {
				t.Errorf("%v, %v", got, err)
			}
			n := s.sim.Stats().Calls
			if calls := n[feishutest.Patch] + n[feishutest.BatchUpdate]; calls > test.most {
				t.Errorf("%d calls, at most %d were due", calls, test.most)
			}
			for row, r := range results {
				if (r.Status == sync.Updated) != s.holds(r, 5000) || r.Attempts == 0 || r.Status == sync.Failed && r.Code != "1001002" {
					t.Errorf("row %d: %+v", row, r)
				}
			}
		})
	}
}

// TestBatchAnswers shows what is made of an answer that leaves an item out, names
// another one, or comes to nothing.
func TestBatchAnswers(t *testing.T) {
	for script, want := range map[string]string{
		"batch_update 1 omit:" + feishutest.SampleItem(2): "1 list, 1 get, 0 patch, 1 batch", // it was updated, as the item itself tells
		"batch_update 1 item:7999":                        "1 list, 1 get, 0 patch, 1 batch", // in place of one
		"batch_update 1 html200":                          "1 list, 0 get, 0 patch, 2 batch",
		"batch_update 1 code:1001001:400":                 "1 list, 0 get, 0 patch, 3 batch", // about one of them? about how many?
		"batch_update 1 ratelimit:1":                      "1 list, 0 get, 0 patch, 2 batch",
	} {
		t.Run(script, func(t *testing.T) {
			s := batching(t, feishutest.Config{}, 4, 100)
			s.job.Retry = sync.Retry{Attempts: 3, Initial: 1, Max: 1}
			s.script(script)
			results, err := s.run(t.Context())
			if got := counts(results); err != nil || got[sync.Updated] != 4 {
				t.Errorf("%v, %v", got, err)
			}
			if got := s.calls(); got != want {
				t.Errorf("%s, want %s", got, want)
			}
			for row, r := range results {
				if !s.holds(r, 5000) || r.After.Current.String() != fmt.Sprint(5000+row-2) {
					t.Errorf("row %d: %+v", row, r)
				}
			}
		})
	}
}

// TestBatchesThatStop shows what becomes of the rows of a batch that met the end of
// the run.
func TestBatchesThatStop(t *testing.T) {
	for _, test := range []struct {
		script string
		want   sync.Status
		code   string
	}{
		{"batch_update * code:99991672:400", sync.Unprocessed, "99991672"},
		{"batch_update * code:99991403:429", sync.Unprocessed, "99991403"},
		{"batch_update * html502\npatch * html502", sync.Failed, "http_server"},
	} {
		s := batching(t, feishutest.Config{}, 10, 5)
		s.job.Retry = sync.Retry{Attempts: 2, Initial: 1, Max: 1}
		s.script(test.script)
		results, _ := s.run(t.Context())
		if len(results) != 10 {
			t.Errorf("%s: %d results", test.script, len(results))
		}
		for row := 2; row <= 6; row++ { // of the first batch
			r := results[row]
			if r.Status != test.want || r.Code != test.code || r.Attempts == 0 {
				t.Errorf("%s: row %d is %+v", test.script, row, r)
			}
		}
	}
}

// TestBatchesOfTables shows that a batch is of one table, in the order of the file, and
// that rows of many tables are not all held back.
func TestBatchesOfTables(t *testing.T) {
	const tables, each = 90, 3
	s := comparing(t, feishutest.Config{}, 1)
	s.job.BatchSize = 100
	var all []source.Update
	for table := range tables {
		id := fmt.Sprint(1000 + table)
		var items []feishutest.Item
		for i := range each {
			items = append(items, feishutest.Item{ID: id + fmt.Sprint(i)})
		}
		if err := s.sim.AddTable(feishutest.SampleSource, feishutest.Table{ID: id, Items: items}); err != nil {
			t.Fatal(err)
		}
	}
	for i := range each {
		for table := range tables {
			id := fmt.Sprint(1000 + table)
			all = append(all, source.Update{Row: len(all) + 2, TableID: id, ItemID: id + fmt.Sprint(i), Current: "5"})
		}
	}
	s.job.Rows = rows(all...)
	results, err := s.run(t.Context())
	if got := counts(results); err != nil || got[sync.Updated] != tables*each {
		t.Errorf("%v, %v", got, err)
	}
	for _, r := range s.sim.Requests() {
		if r.Call != feishutest.BatchUpdate {
			continue
		}
		table := strings.Split(r.Path, "/")[7]
		if strings.Count(string(r.Body), `"metric_item_id":"`+table) != strings.Count(string(r.Body), "metric_item_id") {
			t.Errorf("%s got %s", r.Path, r.Body)
		}
	}
}

// TestBatchAsProbe shows that a batch that is the probe of the update limit, and has all
// its entries refused, leaves the gate to others: nobody waits for ever.
func TestBatchAsProbe(t *testing.T) {
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
		if (r.Status == sync.Updated) != s.holds(r, 5000) {
			t.Errorf("row %d: %+v", row, r)
		}
	}
}
