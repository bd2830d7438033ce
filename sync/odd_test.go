package sync_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"okrsync/feishu"
	"okrsync/feishu/feishutest"
	"okrsync/source"
	"okrsync/sync"
)

// odd is a server that answers as the simulator does, but for what change makes of the
// data of its answers: those of the call whose path ends so.
type odd struct {
	http.RoundTripper
	suffix string
	change func(n int, data map[string]any) any // n counts from 1
	calls  int
}

func (o *odd) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := o.RoundTripper.RoundTrip(r)
	if err != nil || !strings.HasSuffix(r.URL.Path, o.suffix) {
		return answer, err
	}
	var body map[string]any
	decoder := json.NewDecoder(answer.Body)
	decoder.UseNumber()
	if err := errors.Join(decoder.Decode(&body), answer.Body.Close()); err != nil {
		return nil, err
	}
	data, ok := body["data"].(map[string]any)
	if !ok {
		data = map[string]any{}
	}
	o.calls++
	if changed := o.change(o.calls, data); changed != nil {
		body["data"] = changed
	} else {
		delete(body, "data")
	}
	b, err := json.Marshal(body)
	answer.Body, answer.ContentLength = io.NopCloser(bytes.NewReader(b)), int64(len(b))
	return answer, err
}

// oddly makes the scene's server an odd one.
func (s *scene) oddly(suffix string, change func(n int, data map[string]any) any) {
	s.t.Helper()
	client, err := feishu.NewClient(feishu.Config{
		BaseURL: "https://open.feishu.cn", AppID: "cli_a", AppSecret: "sesame", Admit: s.job.Pacer.Admit,
		Transport: &odd{RoundTripper: s.sim.Transport(), suffix: suffix, change: change},
	})
	if err != nil {
		s.t.Fatal(err)
	}
	s.job.Client, s.job.Retry = client, sync.Retry{Attempts: 3, Initial: 1, Max: 1}
}

// TestOddLists shows what is made of lists that are not what they should be: they are
// not taken for the whole table, and no row is wrong for it.
func TestOddLists(t *testing.T) {
	owned := source.Update{Row: 3, UserID: feishutest.SampleUser(2), Current: "77"}
	without := func(key string) func(int, map[string]any) any {
		return func(_ int, data map[string]any) any {
			delete(data, key)
			return data
		}
	}
	for _, test := range []struct {
		name   string
		items  int
		rows   []source.Update
		change func(int, map[string]any) any
		want   string
	}{
		{"no has_more, but a further page", 150, []source.Update{update(2, 140, "5"), update(3, 141, "6")}, without("has_more"), "updated, updated"},
		{"no list", 3, []source.Update{update(2, 1, "5"), owned}, without("items"), "updated, rejected list_incomplete"},
		{"no data", 3, []source.Update{update(2, 1, "5"), owned}, func(int, map[string]any) any { return nil }, "updated, rejected list_incomplete"},
		{"shorter than it says", 3, []source.Update{update(2, 1, "5"), owned}, func(_ int, data map[string]any) any {
			data["total"] = 4
			return data
		}, "updated, rejected list_incomplete"},
		{"as long as it says", 3, []source.Update{update(2, 1, "5"), owned}, func(_ int, data map[string]any) any {
			data["total"] = 3
			return data
		}, "updated, updated"},
		{"a nonsensical total", 3, []source.Update{update(2, 1, "5"), owned}, func(_ int, data map[string]any) any {
			data["total"] = -7
			return data
		}, "updated, updated"},
		{"breaks off", 150, []source.Update{update(2, 140, "5"), owned}, func(_ int, data map[string]any) any {
			data["page_token"] = ""
			return data
		}, "updated, rejected list_incomplete"},
		{"moved, and as long as it says", 150, []source.Update{update(2, 140, "5"), owned}, func(n int, data map[string]any) any {
			items := data["items"].([]any)
			if data["total"] = 150; n == 2 { // one of the first page again, in place of another
				items[0] = map[string]any{"metric_item_id": feishutest.SampleItem(7)}
			}
			return data
		}, "updated, rejected list_incomplete"},
		{"moved, and does not say how long it is", 150, []source.Update{update(2, 140, "5"), owned}, func(n int, data map[string]any) any {
			if n == 2 {
				data["items"].([]any)[0] = map[string]any{"metric_item_id": feishutest.SampleItem(7)}
			}
			return data
		}, "updated, rejected list_incomplete"},
		{"an owner and an id with the same value, and an entry without an id", 3, []source.Update{{Row: 2, UserID: feishutest.SampleUser(2), Current: "77"}, update(3, 2, "77")}, func(_ int, data map[string]any) any {
			delete(data["items"].([]any)[0].(map[string]any), "metric_item_id")
			return data
		}, "rejected duplicate_conflict, rejected duplicate_conflict"},
		{"an owner and an id of one item, and an entry without an id", 3, []source.Update{update(2, 2, "5"), owned}, func(_ int, data map[string]any) any {
			delete(data["items"].([]any)[0].(map[string]any), "metric_item_id")
			return data
		}, "rejected duplicate_conflict, rejected duplicate_conflict"},
		{"an entry without an id", 3, []source.Update{update(2, 1, "5"), owned}, func(_ int, data map[string]any) any {
			delete(data["items"].([]any)[0].(map[string]any), "metric_item_id")
			return data
		}, "updated, rejected list_incomplete"},
		{"an entry with an odd id", 3, []source.Update{update(2, 1, "5"), owned}, func(_ int, data map[string]any) any {
			data["items"].([]any)[0].(map[string]any)["metric_item_id"] = "../x"
			return data
		}, "updated, rejected list_incomplete"},
		{"one that moved while it was read", 150, []source.Update{update(2, 140, "5"), update(3, 1, "6")}, func(_ int, data map[string]any) any {
			var kept []any
			for _, item := range data["items"].([]any) {
				if item.(map[string]any)["metric_item_id"] != feishutest.SampleItem(140) {
					kept = append(kept, item)
				}
			}
			data["items"] = kept
			return data
		}, "updated, updated"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := comparing(t, feishutest.Config{}, test.items)
			s.oddly("/items", test.change)
			s.job.Rows = rows(test.rows...)
			results, err := s.run(t.Context())
			if got := statuses(results); err != nil || got != test.want {
				t.Errorf("%s, %v; %s", got, err, s.calls())
			}
		})
	}
}

// TestEndlessLists shows that a list that goes on for ever with the same items, however
// it dresses them, is left.
func TestEndlessLists(t *testing.T) {
	s := comparing(t, feishutest.Config{}, 3)
	// The simulator refuses a token that it did not give, so the pages never reach it.
	pages := 0
	transport := s.sim.Transport()
	client, err := feishu.NewClient(feishu.Config{
		BaseURL: "https://open.feishu.cn", AppID: "cli_a", AppSecret: "sesame", Admit: s.job.Pacer.Admit,
		Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			if !strings.HasSuffix(r.URL.Path, "/items") {
				return transport.RoundTrip(r)
			}
			pages++
			body := fmt.Sprintf(`{"code":0,"data":{"items":[{"metric_item_id":"7"}],"has_more":true,"page_token":"t%d"}}`, pages)
			return &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(body))}, nil
		}),
	})
	if err != nil {
		t.Fatal(err)
	}
	s.job.Client = client
	s.job.Rows = rows(update(2, 1, "5"), source.Update{Row: 3, UserID: "ou_x", Current: "5"}) // the whole list is wanted
	results, err := s.run(t.Context())
	refusal, _ := errors.AsType[*feishu.Error](err)
	if refusal == nil || refusal.Code != feishu.CodeEndlessList || statuses(results) != "unprocessed endless_list, unprocessed endless_list" || pages > 20 {
		t.Errorf("%v; %s; %d pages", err, statuses(results), pages)
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// TestOddItems shows that an item that comes back empty is no item without values.
func TestOddItems(t *testing.T) {
	s := comparing(t, feishutest.Config{ListTotal: true}, 2000)
	s.oddly("/items/"+feishutest.SampleItem(1500), func(int, map[string]any) any { return nil })
	s.job.Rows = rows(update(2, 1500, "5"), update(3, 1501, "6"))
	results, err := s.run(t.Context())
	if got := statuses(results); err != nil || got != "failed bad_reply, updated" {
		t.Errorf("%s, %v", got, err)
	}
}

// TestSickItems shows that one item that Feishu cannot show costs its row, and that many
// in a row are everybody's trouble.
func TestSickItems(t *testing.T) {
	for _, test := range []struct {
		script string
		named  []int
		want   map[sync.Status]int
		stop   feishu.Code
	}{
		{"get item:" + feishutest.SampleItem(1500) + " 500", []int{1500, 1501, 1}, map[sync.Status]int{sync.Failed: 1, sync.Updated: 2}, ""},
		{"get * 500", []int{1500, 1501, 1502, 1503, 1504, 1505}, map[sync.Status]int{sync.Unprocessed: 6}, "1009999"},
		{"get * code:1001002", []int{1500, 1501, 1502, 1503, 1504, 1505, 1506}, map[sync.Status]int{sync.Unprocessed: 7}, "1001002"},
		{"get * code:1001001", []int{1500, 1501, 1502, 1503, 1504, 1505, 1}, map[sync.Status]int{sync.Failed: 6, sync.Updated: 1}, ""},
		{"get 2 code:99991672:400", []int{1500, 1501, 1502}, map[sync.Status]int{sync.Unprocessed: 3}, "99991672"},
		{"get 2 code:99991403:429", []int{1500, 1501, 1502}, map[sync.Status]int{sync.Unprocessed: 3}, "99991403"},
	} {
		t.Run(test.script, func(t *testing.T) {
			s := comparing(t, feishutest.Config{ListTotal: true}, 2000)
			s.job.Retry = sync.Retry{Attempts: 2, Initial: 1, Max: 1}
			s.script(test.script)
			s.job.Rows = naming(test.named...)
			results, err := s.run(t.Context())
			refusal, _ := errors.AsType[*feishu.Error](err)
			if got := counts(results); fmt.Sprint(got) != fmt.Sprint(test.want) || (refusal == nil) != (test.stop == "") || refusal != nil && refusal.Code != test.stop {
				t.Errorf("%v, %v", got, err)
			}
			if n := s.sim.Stats().Calls[feishutest.Get]; n > 14 {
				t.Errorf("%d gets", n)
			}
		})
	}
}

// TestSickItemsAmongOthers shows that trouble with some items is not everybody's while
// others can be read in between.
func TestSickItemsAmongOthers(t *testing.T) {
	s := comparing(t, feishutest.Config{ListTotal: true}, 8000)
	s.job.Retry = sync.Retry{Attempts: 2, Initial: 1, Max: 1}
	var named []int
	for i := range 40 {
		named = append(named, 5000+i)
		if i%5 == 0 {
			s.script("get item:" + feishutest.SampleItem(5000+i) + " 500")
		}
	}
	s.job.Rows = naming(named...)
	if plan, _, err := s.job.Plan(t.Context()); err != nil || !plan.Troubled || plan.Counts[sync.Failed] != 8 {
		t.Errorf("%+v, %v", plan.Counts, err)
	}
	results, err := s.run(t.Context())
	if got := counts(results); err != nil || got[sync.Failed] != 8 || got[sync.Updated] != 32 {
		t.Errorf("%v, %v; %s", got, err, s.calls())
	}
}

// TestOddBatches shows what is made of a batch's answer that names refused entries in
// another way, or an entry as both done and refused.
func TestOddBatches(t *testing.T) {
	for name, change := range map[string]func(n int, data map[string]any) any{
		"ids as numbers, reasons as objects": func(_ int, data map[string]any) any {
			data["failed_items"] = []any{map[string]any{"metric_item_id": 7, "reason": map[string]any{"code": 1}}}
			return data
		},
		"done and refused": func(_ int, data map[string]any) any {
			data["failed_items"] = []any{map[string]any{"metric_item_id": feishutest.SampleItem(2), "reason": "no"}}
			return data
		},
	} {
		s := batching(t, feishutest.Config{}, 4, 100)
		s.oddly("/batch_update", change)
		results, err := s.run(t.Context())
		if got := counts(results); err != nil || got[sync.Updated] != 4 || s.sim.Stats().Calls[feishutest.BatchUpdate] != 1 {
			t.Errorf("%s: %v, %v; %s", name, got, err, s.calls())
		}
		if asked := s.sim.Stats().Calls[feishutest.Get]; (asked == 1) != (name == "done and refused") {
			t.Errorf("%s: %d gets", name, asked)
		}
	}
}

// TestPageSizeIsRemembered shows that pages of 100 are refused once, not for each table.
func TestPageSizeIsRemembered(t *testing.T) {
	s := comparing(t, feishutest.Config{PageSizeMax: 50}, 1)
	var all []source.Update
	for table := range 5 {
		id := fmt.Sprint(900 + table)
		if err := s.sim.AddTable(feishutest.SampleSource, feishutest.Table{ID: id, Items: []feishutest.Item{{ID: id + "1"}}}); err != nil {
			t.Fatal(err)
		}
		all = append(all, source.Update{Row: 2 + table, TableID: id, ItemID: id + "1", Current: "5"})
	}
	s.job.Rows = rows(all...)
	if _, err := s.run(t.Context()); err != nil || s.calls() != "6 list, 0 get, 5 patch, 0 batch" {
		t.Errorf("%v; %s", err, s.calls())
	}
}

// TestRoundedInAnOddList shows that a list that may lack items confirms no id.
func TestRoundedInAnOddList(t *testing.T) {
	s := comparing(t, feishutest.Config{}, 1)
	s.put(feishutest.Item{ID: "7041234567890130000"})
	s.oddly("/items", func(_ int, data map[string]any) any {
		data["total"] = 3
		return data
	})
	s.job.Rows = mixed(refusedRow(2, "7041234567890130000", source.CodeIDRounded), update(3, 1, "5"))
	results, err := s.run(t.Context())
	if got := statuses(results); err != nil || got != "rejected id_rounded, updated" {
		t.Errorf("%s, %v", got, err)
	}
}

// TestPageSizeOfRefusedTables shows that a table that is refused whatever the size of
// its pages leaves the others theirs.
func TestPageSizeOfRefusedTables(t *testing.T) {
	s := comparing(t, feishutest.Config{}, 300)
	s.script("list 1 code:1001001\nlist 2 code:1001001")
	other := update(2, 1, "5")
	other.TableID = "1"
	s.job.Rows = rows(other, update(3, 1, "5"), update(4, 300, "6"), update(5, 200, "6"))
	results, err := s.run(t.Context())
	if got := statuses(results); err != nil || got != "failed 1001001, updated, updated, updated" || s.calls() != "5 list, 0 get, 3 patch, 0 batch" {
		t.Errorf("%s, %v; %s", got, err, s.calls())
	}
}

// TestUncertainWrites shows that a write whose first answer was lost is known as one
// that may have been applied, whatever Feishu says of the second.
func TestUncertainWrites(t *testing.T) {
	s := comparing(t, feishutest.Config{}, 2)
	s.job.Retry = sync.Retry{Attempts: 3, Initial: time.Millisecond, Max: time.Millisecond}
	s.script("patch 1 reset-after\npatch 2 code:1001002\npatch 3 code:1001002")
	s.job.Rows = values(2, 5000)
	results, _ := s.run(t.Context())
	if r := results[2]; r.Status != sync.Failed || !r.Uncertain || !r.MayHaveChanged() || r.Before.Empty() {
		t.Errorf("%+v", r)
	}
	if r := results[3]; r.Status != sync.Failed || r.Uncertain || r.MayHaveChanged() {
		t.Errorf("%+v", r)
	}
}
