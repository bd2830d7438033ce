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

// holds reports whether the simulator has the value that batching gave a row.
func (s *scene) holds(r sync.Result) bool {
	item, ok := s.sim.Item(feishutest.SampleSource, feishutest.SampleTable, r.Item)
	return ok && item.Current.String() == fmt.Sprint(5000+r.Row-2)
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
				if (r.Status == sync.Updated) != s.holds(r) || r.Attempts == 0 || r.Status == sync.Failed && r.Code != "1001002" {
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
				if !s.holds(r) || r.After.Current.String() != fmt.Sprint(5000+row-2) {
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
			cut := test.want == sync.Failed && r.Status == sync.Unprocessed // when the run was stopped for the others
			if r.Status != test.want && !cut || r.Code != test.code || r.Attempts == 0 {
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

// TestManyRefusedInBatches shows that rows that batches name as refused are sent once
// more to learn their code, but not without end.
func TestManyRefusedInBatches(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := batching(t, feishutest.Config{Latency: 10 * time.Millisecond}, 1000, 100)
		for i := 1; i <= 1000; i += 2 {
			s.change(i, func(item *feishutest.Item) { item.Forbidden = true })
		}
		s.job.Workers = 4
		results, err := s.run(t.Context())
		if got := counts(results); err != nil || got[sync.Updated] != 500 || got[sync.Failed] != 500 {
			t.Fatalf("%v, %v", got, err)
		}
		codes := map[string]int{}
		for _, r := range results {
			if r.Status == sync.Failed {
				codes[r.Code]++
			}
			if r.Code == string(sync.BatchRefused) && (!strings.Contains(r.Reason.EN, "permission") || r.Attempts != 1 || r.Class != feishu.ClassRow) {
				t.Fatalf("%+v", r)
			}
		}
		if codes["1001002"] < 100 || codes["1001002"] > 124 || codes[string(sync.BatchRefused)] != 500-codes["1001002"] {
			t.Errorf("%v", codes)
		}
	})
}

// TestSickBatch shows that a row that has the server fail, or not answer, costs itself,
// wherever it stands in its batch and in the file.
func TestSickBatch(t *testing.T) {
	for _, fault := range []string{"500", "reset"} {
		for _, workers := range []int{1, 32} {
			for _, sick := range []int{1, 2, 30, 100, 555} {
				if fault == "reset" && workers == 1 && sick < 3 {
					continue // nothing else is tried meanwhile: that is an outage
				}
				synctest.Test(t, func(t *testing.T) {
					s := batching(t, feishutest.Config{Latency: 10 * time.Millisecond}, 1000, 100)
					s.job.Workers = workers
					s.script(fmt.Sprintf("batch_update item:%[1]s %[2]s\npatch item:%[1]s %[2]s", feishutest.SampleItem(sick), fault))
					results, err := s.run(t.Context())
					if got := counts(results); fault == "500" && (err != nil || got[sync.Updated] != 999 || !results[sick+1].Troubled()) {
						t.Errorf("%s, %d workers, row %d: %v, %v", fault, workers, sick, got, err)
					} else if got[sync.Failed] > 1 {
						t.Errorf("%s, %d workers, row %d: %v, %v", fault, workers, sick, got, err)
					}
				})
			}
		}
	}
}

// TestAllForbidden shows that few calls find out that the app may not update anything,
// where batches are refused as a whole.
func TestAllForbidden(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := batching(t, feishutest.Config{Latency: 10 * time.Millisecond}, 3200, 100)
		s.job.Workers = 0
		s.script("batch_update * code:1001002\npatch * code:1001002")
		results, err := s.run(t.Context())
		refusal, ok := errors.AsType[*feishu.Error](err)
		if got := counts(results); !ok || refusal.Code != feishu.CodeNoPermission || got[sync.Updated] != 0 || len(results) != 3200 {
			t.Errorf("%v, %v", got, err)
		}
		n := s.sim.Stats().Calls
		if calls := n[feishutest.Patch] + n[feishutest.BatchUpdate]; calls > 20 {
			t.Errorf("%d calls", calls)
		}
	})
}
