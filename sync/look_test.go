package sync_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"okrsync/feishu"
	"okrsync/feishu/feishutest"
	"okrsync/source"
	"okrsync/sync"
)

// naming gives rows that name the given items of the sample.
func naming(items ...int) source.Rows {
	var all []source.Update
	for i, item := range items {
		all = append(all, update(i+2, item, "900001"))
	}
	return rows(all...)
}

// every lists the numbers from 1 to n in steps.
func every(step, n int) []int {
	var all []int
	for i := 1; i <= n; i += step {
		all = append(all, i)
	}
	return all
}

// TestCallsToLook shows how many calls it takes to read what a file names: pages of
// the list, single items, or first the one and then the other.
func TestCallsToLook(t *testing.T) {
	for _, test := range []struct {
		name   string
		server feishutest.Config
		items  int // of the table
		named  []int
		want   string
	}{
		{"all of a table", feishutest.Config{}, 1000, every(1, 1000), "10 list, 0 get"},
		{"all of a table that says its length", feishutest.Config{ListTotal: true}, 1000, every(1, 1000), "10 list, 0 get"},
		{"all of one page", feishutest.Config{}, 100, every(1, 100), "1 list, 0 get"},
		{"some of the first page", feishutest.Config{}, 1000, []int{3, 50}, "1 list, 0 get"},
		{"few of a large table", feishutest.Config{}, 10_000, []int{9000, 9500, 7000}, "3 list, 3 get"},
		{"few of a large table that says its length", feishutest.Config{ListTotal: true}, 10_000, []int{9000, 9500, 7000}, "1 list, 3 get"},
		{"one of a large table", feishutest.Config{}, 10_000, []int{9999}, "1 list, 1 get"},
		{"spread over the table", feishutest.Config{}, 1000, every(30, 1000), "10 list, 0 get"},
		{"spread thinly", feishutest.Config{ListTotal: true}, 1000, every(300, 1000), "2 list, 3 get"},
		{"the first ones of the table", feishutest.Config{}, 1000, every(1, 101), "2 list, 0 get"},
		{"the last ones of the table", feishutest.Config{ListTotal: true}, 1000, []int{990, 991, 992, 993, 994, 995, 996, 997, 998, 999}, "10 list, 0 get"},
		{"one that is not there", feishutest.Config{ListTotal: true}, 1000, []int{1, 5000}, "2 list, 1 get"},
		{"small pages", feishutest.Config{PageSizeMax: 50}, 30, every(1, 30), "4 list, 0 get"}, // 100 is refused, 10 is not
	} {
		t.Run(test.name, func(t *testing.T) {
			s := comparing(t, test.server, test.items)
			s.job.Rows = naming(test.named...)
			plan, results, err := s.job.Plan(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if got := s.calls(); got != test.want+", 0 patch, 0 batch" {
				t.Errorf("%s, want %s", got, test.want)
			}
			there := 0
			for _, item := range test.named {
				if item <= test.items {
					there++
				}
			}
			if plan.Counts[sync.Planned] != there || plan.Counts[sync.Rejected] != len(test.named)-there {
				t.Errorf("%v", plan.Counts)
			}
			for _, err := range results {
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
}

// TestNothingToLookFor shows that rows that are not sent, whatever Feishu has, cost no
// call at all.
func TestNothingToLookFor(t *testing.T) {
	s := comparing(t, feishutest.Config{}, 3)
	bad := &source.RowError{
		Row: 4, Update: source.Update{Row: 4, ItemID: feishutest.SampleItem(2)},
		Problems: []source.Problem{{Code: source.CodeNumberInvalid, Row: 4, Cell: "B4", Found: "abc"}},
	}
	s.job.Rows = mixed(update(2, 1, "5"), update(3, 1, "6"), bad, source.Update{Row: 5, ItemID: feishutest.SampleItem(3)}, source.Update{Row: 6, Aside: source.AsideTotal})
	results, err := s.run(t.Context())
	want := "rejected duplicate_conflict, rejected duplicate_conflict, rejected number_invalid, ignored nothing_to_do, ignored total_row"
	if got := statuses(results); err != nil || got != want {
		t.Errorf("%s, %v", got, err)
	}
	if n := len(s.sim.Requests()); n != 0 {
		t.Errorf("%d requests", n)
	}
}

// TestTablesThatCannotBeRead shows what becomes of the rows of a table that Feishu
// does not have or does not show, and that nothing is written for them.
func TestTablesThatCannotBeRead(t *testing.T) {
	elsewhere := update(3, 2, "5")
	elsewhere.TableID = "7059999999999999999"
	for _, test := range []struct {
		name, script string
		rows         []source.Update
		want         string
		stop         feishu.Code
	}{
		{"a table that is not there", "", []source.Update{update(2, 1, "5"), elsewhere}, "updated, failed 1001007", ""},
		{"one that the app may not see", "list 2 code:1001002", []source.Update{update(2, 1, "5"), elsewhere}, "updated, failed 1001002", ""},
		{"none that the app may see", "list * code:1001002", []source.Update{update(2, 1, "5"), elsewhere}, "unprocessed 1001002, unprocessed 1001002", "1001002"},
		{"not offered", "list * code:99991201:404", []source.Update{update(2, 1, "5")}, "unprocessed 99991201", "99991201"},
		{"no scope", "list * code:99991672:400", []source.Update{update(2, 1, "5")}, "unprocessed 99991672", "99991672"},
		{"no edition", "list * code:1000403:403", []source.Update{update(2, 1, "5")}, "unprocessed 1000403", "1000403"},
		{"month used up", "list * code:99991403:429", []source.Update{update(2, 1, "5")}, "unprocessed 99991403", "99991403"},
		{"server down", "list * html502", []source.Update{update(2, 1, "5")}, "unprocessed http_server", "http_server"},
		{"trouble that passes", "list 1 reset\nlist 2 500", []source.Update{update(2, 1, "5")}, "updated", ""},
		{"a list without an end", "list * page:same", []source.Update{update(2, 1, "5"), update(3, 99, "5")}, "unprocessed endless_list, unprocessed endless_list", "endless_list"},
		{"empty pages for ever", "list * page:empty", []source.Update{update(2, 1, "5"), update(3, 99, "5")}, "updated, rejected item_unknown", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := comparing(t, feishutest.Config{}, 3)
			s.job.Retry = sync.Retry{Attempts: 3, Initial: time.Millisecond, Max: time.Millisecond}
			s.script(test.script)
			s.job.Rows = rows(test.rows...)
			results, err := s.run(t.Context())
			if got := statuses(results); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
			refusal, _ := errors.AsType[*feishu.Error](err)
			if (err != nil) != (test.stop != "") || refusal != nil && refusal.Code != test.stop {
				t.Errorf("stopped by %v", err)
			}
			for _, r := range results {
				if r.Status != sync.Updated && (r.Attempts != 0 || r.Reason.EN == "" || r.Advice.ZH == "") {
					t.Errorf("%+v", r)
				}
			}
		})
	}
}

// TestItemsThatCannotBeRead shows what becomes of items that are asked for one by one.
func TestItemsThatCannotBeRead(t *testing.T) {
	s := comparing(t, feishutest.Config{ListTotal: true}, 2000)
	s.job.Workers = 4
	s.change(1500, func(i *feishutest.Item) { i.Forbidden = true })
	if err := s.sim.AddTable(feishutest.SampleSource, feishutest.Table{ID: "1", Items: []feishutest.Item{{ID: "555"}}}); err != nil {
		t.Fatal(err)
	}
	foreign := source.Update{Row: 9, ItemID: "555", Current: "5"} // of another table
	s.job.Rows = mixed(update(2, 1400, "5"), update(3, 1500, "5"), update(4, 5000, "5"), foreign)
	results, err := s.run(t.Context())
	want := "updated, failed 1001002, rejected item_unknown, rejected item_unknown"
	if got := statuses(results); err != nil || got != want || s.calls() != "1 list, 4 get, 1 patch, 0 batch" {
		t.Errorf("%s, %v; %s", got, err, s.calls())
	}
}

// TestInterruptedWhileLooking ends a run that reads a long list: no row is tried, and
// every one has its answer.
func TestInterruptedWhileLooking(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := comparing(t, feishutest.Config{Latency: time.Second}, 1000)
		said := errors.New("enough")
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(3500*time.Millisecond, func() { cancel(said) })
		results, err := s.run(ctx)
		if got := counts(results); !errors.Is(err, said) || got[sync.Unprocessed] != 1000 || results[2].Code != string(sync.Interrupted) {
			t.Errorf("%v, %v, %s", got, err, results[2].Code)
		}
		if got := s.calls(); got != "3 list, 0 get, 0 patch, 0 batch" {
			t.Error(got)
		}
	})
}

// TestBudget shows that a run makes as many calls as it may, of whatever kind, and
// that the next one goes on from there.
func TestBudget(t *testing.T) {
	const rows = 30
	s := comparing(t, feishutest.Config{}, rows)
	s.job.Rows = values(rows, 5000)
	for _, test := range []struct{ budget, updated, unchanged, left int }{
		{1, 0, 0, rows}, // the token
		{2, 1, 0, 29},   // the list and an update; the token is there already
		{7, 6, 1, 23},
		{11, 10, 7, 13},
		{100, 13, 17, 0},
	} {
		before := len(s.sim.Requests())
		s.job.Pacer.Allow(test.budget)
		results, err := s.run(t.Context())
		got := counts(results)
		if got[sync.Updated] != test.updated || got[sync.Unchanged] != test.unchanged || got[sync.Unprocessed] != test.left {
			t.Errorf("%d calls: %v", test.budget, got)
		}
		if n := len(s.sim.Requests()) - before; n > test.budget {
			t.Errorf("%d calls were made of %d", n, test.budget)
		}
		spent, ok := errors.AsType[*sync.BudgetError](err)
		if ok != (test.left > 0) || ok && spent.Calls != test.budget {
			t.Errorf("%d calls: %v", test.budget, err)
		}
		for _, r := range results {
			if r.Status == sync.Unprocessed && r.Code != string(sync.CallsUsedUp) {
				t.Errorf("%+v", r)
			}
		}
	}
}

// TestChangedWhileLooking shows that a file that reads otherwise after the live items
// were read is not sent.
func TestChangedWhileLooking(t *testing.T) {
	s := comparing(t, feishutest.Config{}, 3)
	all, reading := s.job.Rows, 0
	s.job.Rows = func(yield func(source.Update, error) bool) {
		if reading++; reading == 1 {
			all(yield)
			return
		}
		yield(source.Update{}, &source.FileError{Code: source.CodeFileChanged})
	}
	_, err := s.run(t.Context())
	if refused, ok := errors.AsType[*source.FileError](err); !ok || refused.Code != source.CodeFileChanged {
		t.Errorf("%v", err)
	}
	if n := s.sim.Stats().Calls[feishutest.Patch]; n != 0 {
		t.Errorf("%d updates", n)
	}
	reading = 0
	if _, _, err := s.job.Plan(t.Context()); err == nil || !strings.Contains(err.Error(), "changed") {
		t.Errorf("%v", err)
	}
}

// TestLookAtSeveralTables shows that each table is read once, whatever the order of
// the rows.
func TestLookAtSeveralTables(t *testing.T) {
	s := comparing(t, feishutest.Config{}, 5)
	var all []source.Update
	for table := range 3 {
		id := fmt.Sprint(900 + table)
		if err := s.sim.AddTable(feishutest.SampleSource, feishutest.Table{ID: id, Items: []feishutest.Item{{ID: id + "1"}, {ID: id + "2"}}}); err != nil {
			t.Fatal(err)
		}
		for item := range 2 {
			all = append(all, source.Update{Row: 2 + item*10 + table, TableID: id, ItemID: id + fmt.Sprint(item+1), Current: "5"})
		}
	}
	slices.SortFunc(all, func(a, b source.Update) int { return a.Row - b.Row })
	s.job.Rows = rows(all...)
	results, err := s.run(t.Context())
	if got := counts(results); err != nil || got[sync.Updated] != 6 || s.calls() != "3 list, 0 get, 6 patch, 0 batch" {
		t.Errorf("%v, %v; %s", got, err, s.calls())
	}
}
