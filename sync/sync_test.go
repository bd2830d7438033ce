package sync_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	stdsync "sync"
	"testing"
	"testing/synctest"
	"time"

	"okrsync/feishu"
	"okrsync/feishu/feishutest"
	"okrsync/source"
	"okrsync/sync"
)

// A scene is a job against a simulated Feishu.
type scene struct {
	t   *testing.T
	sim *feishutest.Server
	job sync.Job

	mu      stdsync.Mutex
	pauses  []sync.Pause
	retries int
}

// newScene returns a job of one update for each of the given number of items.
func newScene(t *testing.T, server feishutest.Config, items int) *scene {
	t.Helper()
	s := &scene{t: t, sim: feishutest.New(server)}
	s.sim.Sample(items)
	pacer := sync.NewPacer([]sync.Limit{{N: 1000, Period: time.Second}}, 0)
	pacer.OnPause = func(p sync.Pause) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.pauses = append(s.pauses, p)
	}
	client, err := feishu.NewClient(feishu.Config{
		BaseURL: "https://open.feishu.cn", AppID: "cli_a", AppSecret: "sesame",
		Transport: s.sim.Transport(), Admit: pacer.Admit,
	})
	if err != nil {
		t.Fatal(err)
	}
	var updates []source.Update
	for i := range items {
		updates = append(updates, update(i+2, i+1, fmt.Sprint(i+1)))
	}
	s.job = sync.Job{
		Rows: rows(updates...), Client: client, Pacer: pacer,
		Table: feishu.Table{SourceID: feishutest.SampleSource, ID: feishutest.SampleTable},
		OnRetry: func(sync.Repeat) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.retries++
		},
		Workers: 1,
	}
	return s
}

func update(row, item int, current string) source.Update {
	return source.Update{Row: row, ItemID: feishutest.SampleItem(item), Current: source.Number(current)}
}

func rows(updates ...source.Update) source.Rows {
	return func(yield func(source.Update, error) bool) {
		for _, u := range updates {
			if !yield(u, nil) {
				return
			}
		}
	}
}

func (s *scene) script(lines string) {
	s.t.Helper()
	if err := s.sim.Script(strings.NewReader(lines)); err != nil {
		s.t.Fatal(err)
	}
}

// run returns the results by row, and the error at the end.
func (s *scene) run(ctx context.Context) (map[int]sync.Result, error) {
	s.t.Helper()
	results := map[int]sync.Result{}
	for r, err := range s.job.Run(ctx) {
		if err != nil {
			return results, err
		}
		if _, twice := results[r.Row]; twice {
			s.t.Errorf("row %d has two results", r.Row)
		}
		results[r.Row] = r
	}
	return results, nil
}

// statuses lists the results' statuses in row order, with their codes.
func statuses(results map[int]sync.Result) string {
	var list []string
	for _, row := range slices.Sorted(maps.Keys(results)) {
		r := results[row]
		list = append(list, strings.TrimSpace(string(r.Status)+" "+r.Code))
	}
	return strings.Join(list, ", ")
}

func counts(results map[int]sync.Result) map[sync.Status]int {
	n := map[sync.Status]int{}
	for _, r := range results {
		n[r.Status]++
	}
	return n
}

func TestRunUpdates(t *testing.T) {
	s := newScene(t, feishutest.Config{}, 3)
	results, err := s.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got := statuses(results); got != "updated, updated, updated" {
		t.Error(got)
	}
	r := results[3]
	if r.Item != feishutest.SampleItem(2) || r.Table != feishutest.SampleTable || r.Attempts != 1 || r.HTTPStatus != 200 ||
		r.Sent != (feishu.Fields{Current: "2"}) || r.After != r.Sent || r.FinishedAt.IsZero() {
		t.Errorf("%+v", r)
	}
	item, _ := s.sim.Item(feishutest.SampleSource, feishutest.SampleTable, feishutest.SampleItem(2))
	if item.Current != "2" {
		t.Errorf("Feishu has %s", item.Current)
	}
}

// TestRowsWithoutACall holds what becomes of rows that are answered unsent.
func TestRowsWithoutACall(t *testing.T) {
	s := newScene(t, feishutest.Config{}, 4)
	bad := &source.RowError{
		Row: 3, Update: source.Update{Row: 3, ItemID: "7"},
		Problems: []source.Problem{{Code: source.CodeNumberInvalid, Row: 3, Cell: "B3", Column: "目标值", Found: "abc"}},
	}
	s.job.Rows = func(yield func(source.Update, error) bool) {
		_ = yield(update(2, 1, "5"), nil) &&
			yield(source.Update{}, bad) &&
			yield(source.Update{Row: 4, ItemID: feishutest.SampleItem(2)}, nil) &&
			yield(source.Update{Row: 5, Total: true, Current: "9"}, nil) &&
			yield(update(6, 1, "5"), nil) &&
			yield(update(7, 3, "1"), nil) &&
			yield(update(8, 3, "2"), nil)
	}
	results, err := s.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := "updated, rejected number_invalid, ignored nothing_to_do, ignored total_row, ignored duplicate_same, rejected duplicate_conflict, rejected duplicate_conflict"
	if got := statuses(results); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	if n := s.sim.Stats().Calls[feishutest.Patch]; n != 1 {
		t.Errorf("%d patch calls", n)
	}
	for row, r := range results {
		if r.Status != sync.Updated && (r.Reason.ZH == "" || r.Reason.EN == "" || r.Advice.ZH == "" || r.Advice.EN == "") {
			t.Errorf("row %d has no words: %+v", row, r)
		}
	}
	if !strings.Contains(results[6].Reason.EN, "row 2") {
		t.Errorf("row 6 says %q", results[6].Reason.EN)
	}
}

func TestLastDuplicateWins(t *testing.T) {
	s := newScene(t, feishutest.Config{}, 2)
	s.job.Duplicates = sync.LastDuplicate
	s.job.Rows = rows(update(2, 1, "5"), update(3, 2, "1"), update(4, 1, "6"), update(5, 1, "7"))
	results, err := s.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got := statuses(results); got != "ignored duplicate_superseded, updated, ignored duplicate_superseded, updated" {
		t.Error(got)
	}
	if item, _ := s.sim.Item(feishutest.SampleSource, feishutest.SampleTable, feishutest.SampleItem(1)); item.Current != "7" {
		t.Errorf("Feishu has %s", item.Current)
	}
}

// TestRowsNameTheirTable shows that a row's own ids win over the job's, and
// that a row that belongs nowhere is rejected.
func TestRowsNameTheirTable(t *testing.T) {
	s := newScene(t, feishutest.Config{}, 2)
	s.job.Table = feishu.Table{SourceID: feishutest.SampleSource}
	named := update(2, 1, "5")
	named.TableID = feishutest.SampleTable
	s.job.Rows = rows(named, update(3, 2, "5"))
	results, err := s.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got := statuses(results); got != "updated, rejected table_unknown" {
		t.Error(got)
	}
}

// TestRefusedFile shows that a file that turns out bad at its end has caused no
// call.
func TestRefusedFile(t *testing.T) {
	s := newScene(t, feishutest.Config{}, 1)
	damaged := &source.FileError{Code: source.CodeFileDamaged}
	s.job.Rows = func(yield func(source.Update, error) bool) {
		_ = yield(update(2, 1, "5"), nil) && yield(source.Update{}, damaged)
	}
	s.job.Begin = func(int) error {
		t.Error("the run began")
		return nil
	}
	results, err := s.run(t.Context())
	if !errors.Is(err, damaged) || len(results) != 0 {
		t.Errorf("%d results, %v", len(results), err)
	}
	if n := len(s.sim.Requests()); n != 0 {
		t.Errorf("%d requests", n)
	}
}

func TestNothingIsSentIfBeginFails(t *testing.T) {
	s := newScene(t, feishutest.Config{}, 1)
	full := errors.New("disk full")
	s.job.Begin = func(int) error { return full }
	if results, err := s.run(t.Context()); !errors.Is(err, full) || len(results) != 0 || len(s.sim.Requests()) != 0 {
		t.Errorf("%d results, %v, %d requests", len(results), err, len(s.sim.Requests()))
	}
}

// TestFileThatChanges shows that a file that reads otherwise the second time is
// told as such.
func TestFileThatChanges(t *testing.T) {
	s := newScene(t, feishutest.Config{}, 2)
	first := true
	all := s.job.Rows
	s.job.Rows = func(yield func(source.Update, error) bool) {
		if first {
			first = false
			all(yield)
			return
		}
		yield(update(2, 1, "1"), nil)
	}
	if _, err := s.run(t.Context()); err == nil || !strings.Contains(err.Error(), "changed") {
		t.Errorf("got %v", err)
	}
}

// TestRetry holds how the trouble of a moment ends.
func TestRetry(t *testing.T) {
	tests := []struct {
		script   string
		want     string
		attempts int
	}{
		{"patch 1 500", "updated", 2},
		{"patch * 500 x4", "updated", 5},
		{"patch * 500", "failed 1009999", 5},
		{"patch 1 html502", "updated", 2},
		{"patch 1 reset", "updated", 2},
		{"patch 1 reset-after", "updated", 2},
		{"patch 1 cut", "updated", 2},
		{"patch 1 item:7999", "updated", 2},
		{"patch * reset", "failed no_reply", 5},
		{"patch 1 ratelimit:3", "updated", 2},
		{"patch * ratelimit:3 x9", "updated", 10},
		{"token * 500 x3", "updated", 1},
		{"patch 1 expire", "updated", 1},
		{"patch * code:1001004", "failed 1001004", 1},
	}
	for _, test := range tests {
		t.Run(test.script, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t, feishutest.Config{}, 1)
				s.script(test.script)
				results, err := s.run(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				if got := statuses(results); got != test.want || results[2].Attempts != test.attempts {
					t.Errorf("%s after %d attempts, want %s after %d", got, results[2].Attempts, test.want, test.attempts)
				}
			})
		})
	}
}

// TestBackOffBounds shows that a row waits between its tries, and not longer
// than it may.
func TestBackOffBounds(t *testing.T) {
	for seed := range 50 {
		synctest.Test(t, func(t *testing.T) {
			s := newScene(t, feishutest.Config{Seed: uint64(seed)}, 1)
			s.job.Retry = sync.Retry{Attempts: 8, Initial: time.Second, Max: 4 * time.Second}
			s.script("patch * 500")
			start := time.Now()
			if _, err := s.run(t.Context()); err != nil {
				t.Fatal(err)
			}
			if took, most := time.Since(start), (1+2+4+4+4+4+4)*time.Second; took > most || took == 0 {
				t.Errorf("eight tries took %s, want at most %s", took, most)
			}
			if s.retries != 7 {
				t.Errorf("%d retries were told", s.retries)
			}
		})
	}
}

// TestSlowDownSilencesEverybody shows that one refusal for frequency stops all
// workers for as long as the server asks, and is told once.
func TestSlowDownSilencesEverybody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, feishutest.Config{Latency: 50 * time.Millisecond}, 200)
		s.job.Workers = 8
		s.script("patch 40 ratelimit:7")
		results, err := s.run(t.Context())
		if err != nil || counts(results)[sync.Updated] != 200 {
			t.Fatalf("%v, %v", counts(results), err)
		}
		var refused time.Time
		for _, r := range s.sim.Requests() {
			if r.Status == 429 {
				refused = r.At.Add(50 * time.Millisecond) // when the answer was there
			} else if !refused.IsZero() && r.At.After(refused) && r.At.Sub(refused) < 7*time.Second {
				t.Errorf("a call went out %s after the refusal", r.At.Sub(refused))
			}
		}
		if len(s.pauses) != 1 || s.pauses[0].Length != 7*time.Second {
			t.Errorf("pauses told: %v", s.pauses)
		}
		if tally := s.job.Pacer.Tally(); tally.RateLimited != 1 || tally.Paused != 7*time.Second || tally.Calls[feishu.CallPatch] != 201 {
			t.Errorf("%+v", tally)
		}
	})
}

// TestStops holds what ends a run before its last row, what the rows are then,
// and how many calls it took to find out.
func TestStops(t *testing.T) {
	tests := []struct {
		name   string
		server feishutest.Config
		script string
		class  feishu.Class
		calls  int
		counts map[sync.Status]int
	}{
		{"scope", feishutest.Config{NoScope: true}, "", feishu.ClassApp, 1, map[sync.Status]int{sync.Unprocessed: 20}},
		{"edition", feishutest.Config{NoEdition: true}, "", feishu.ClassApp, 1, map[sync.Status]int{sync.Unprocessed: 20}},
		{"address", feishutest.Config{DenyIP: true}, "", feishu.ClassApp, 1, map[sync.Status]int{sync.Unprocessed: 20}},
		{"not offered", feishutest.Config{NotOffered: true}, "", feishu.ClassApp, 1, map[sync.Status]int{sync.Unprocessed: 20}},
		{"credentials", feishutest.Config{AppSecret: "other"}, "", feishu.ClassApp, 0, map[sync.Status]int{sync.Unprocessed: 20}},
		{"token refused twice", feishutest.Config{}, "patch from:4 expire", feishu.ClassApp, 5, map[sync.Status]int{sync.Updated: 3, sync.Unprocessed: 17}},
		{"monthly quota", feishutest.Config{MonthlyQuota: 7}, "", feishu.ClassMonthlyQuota, 8, map[sync.Status]int{sync.Updated: 7, sync.Unprocessed: 13}},
		{"no permission for anything", feishutest.Config{}, "patch from:3 code:1001002", feishu.ClassRow, 7, map[sync.Status]int{sync.Updated: 2, sync.Failed: 5, sync.Unprocessed: 13}},
		{"server down for good", feishutest.Config{}, "patch from:3 html502", feishu.ClassTransient, 27, map[sync.Status]int{sync.Updated: 2, sync.Failed: 5, sync.Unprocessed: 13}},
		{"update quota", feishutest.Config{Quota: feishutest.Quota{N: 6}}, "", feishu.ClassUpdateLimit, 10, map[sync.Status]int{sync.Updated: 6, sync.Unprocessed: 14}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t, test.server, 20)
				if test.script != "" {
					s.script(test.script)
				}
				results, err := s.run(t.Context())
				refusal, ok := errors.AsType[*feishu.Error](err)
				if !ok || refusal.Class != test.class {
					t.Errorf("ended with %v, want class %s", err, test.class)
				}
				if got := counts(results); !maps.Equal(got, test.counts) {
					t.Errorf("%v, want %v", got, test.counts)
				}
				if n := s.sim.Stats().Calls[feishutest.Patch]; n != test.calls {
					t.Errorf("%d patch calls, want %d", n, test.calls)
				}
				for row, r := range results {
					if r.Status == sync.Unprocessed && (r.Code == "" || r.Reason.ZH == "" || r.Advice.EN == "") {
						t.Errorf("row %d does not say why: %+v", row, r)
					}
				}
			})
		})
	}
}

// TestScatteredRefusalsDoNotStop shows that rows without permission, and rows
// in trouble, do not end a run in which others pass.
func TestScatteredRefusalsDoNotStop(t *testing.T) {
	s := newScene(t, feishutest.Config{}, 30)
	for i := 1; i <= 30; i += 3 {
		s.sim.Change(feishutest.SampleItem(i), func(it *feishutest.Item) { it.Forbidden = true })
	}
	results, err := s.run(t.Context())
	if got := counts(results); err != nil || got[sync.Updated] != 20 || got[sync.Failed] != 10 {
		t.Errorf("%v, %v", got, err)
	}
}

// TestUpdateLimitOfOneItem shows that an item that always answers 1001005 costs
// itself and one cool-down.
func TestUpdateLimitOfOneItem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, feishutest.Config{Latency: 10 * time.Millisecond}, 50)
		s.job.Workers = 4
		s.sim.Change(feishutest.SampleItem(10), func(it *feishutest.Item) { it.Limited = true })
		results, err := s.run(t.Context())
		if got := counts(results); err != nil || got[sync.Updated] != 49 || got[sync.Failed] != 1 {
			t.Errorf("%v, %v", got, err)
		}
		if r := results[11]; r.Code != "1001005" || r.Class != feishu.ClassUpdateLimit || r.Attempts != 2 {
			t.Errorf("%+v", r)
		}
		if len(s.pauses) != 1 || s.pauses[0] != (sync.Pause{Length: time.Minute, Code: feishu.CodeUpdateLimit}) {
			t.Errorf("pauses told: %v", s.pauses)
		}
	})
}

// TestUpdateLimitOfAll shows that a quota for everybody ends the run after one
// cool-down and few wasted calls, with nobody blamed.
func TestUpdateLimitOfAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, feishutest.Config{Latency: 10 * time.Millisecond, Quota: feishutest.Quota{N: 500, Period: 24 * time.Hour}}, 700)
		s.job.Workers = 4
		results, err := s.run(t.Context())
		refusal, ok := errors.AsType[*feishu.Error](err)
		if !ok || refusal.Code != feishu.CodeUpdateLimit {
			t.Errorf("ended with %v", err)
		}
		if got := counts(results); got[sync.Updated] != 500 || got[sync.Unprocessed] != 200 {
			t.Errorf("%v", got)
		}
		if wasted := s.sim.Stats().Calls[feishutest.Patch] - 500; wasted > 10 {
			t.Errorf("%d calls were wasted", wasted)
		}
	})
}

// TestUpdateLimitThatPasses shows that a quota that is free again after the
// cool-down lets the run finish.
func TestUpdateLimitThatPasses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, feishutest.Config{Latency: 10 * time.Millisecond, Quota: feishutest.Quota{N: 30, Period: 50 * time.Second}}, 100)
		s.job.Workers = 4
		results, err := s.run(t.Context())
		if got := counts(results); err != nil || got[sync.Updated] != 100 {
			t.Errorf("%v, %v", got, err)
		}
	})
}

// TestInterrupt shows that the end of the context lets calls on the wire finish
// and leaves the rest unprocessed.
func TestInterrupt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, feishutest.Config{Latency: time.Second}, 40)
		s.job.Workers = 4
		ctx, cancel := context.WithCancelCause(t.Context())
		asked := errors.New("asked to stop")
		time.AfterFunc(5*time.Second/2, func() { cancel(asked) })
		start := time.Now()
		results, err := s.run(ctx)
		if !errors.Is(err, asked) {
			t.Errorf("ended with %v", err)
		}
		if took := time.Since(start); took > 4*time.Second {
			t.Errorf("it took %s", took)
		}
		got := counts(results)
		applied := 0
		for _, r := range s.sim.Requests() {
			if r.Applied {
				applied++
			}
		}
		if got[sync.Updated] != applied || got[sync.Updated]+got[sync.Unprocessed] != 40 || applied < 4 {
			t.Errorf("%v with %d applied", got, applied)
		}
	})
}

// TestInterruptEndsWaiting shows that no wait outlives the context: not a
// back-off, not a pause, not a cool-down.
func TestInterruptEndsWaiting(t *testing.T) {
	for _, script := range []string{"patch * 500", "patch * ratelimit:300", "patch * code:1001005", "token * 500", "token * ratelimit:300"} {
		t.Run(script, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t, feishutest.Config{}, 10)
				s.job.Retry = sync.Retry{Attempts: 100, Initial: time.Minute, Max: time.Hour}
				s.script(script)
				ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
				defer cancel()
				start := time.Now()
				results, err := s.run(ctx)
				if !errors.Is(err, context.DeadlineExceeded) || time.Since(start) > 3*time.Second {
					t.Errorf("%v after %s", err, time.Since(start))
				}
				if got := counts(results); got[sync.Unprocessed] != 10 {
					t.Errorf("%v", got)
				}
			})
		})
	}
}

// TestLeavingTheLoop shows that a caller who leaves stops the run and that
// nobody stays behind; the bubble fails if a goroutine does.
func TestLeavingTheLoop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, feishutest.Config{Latency: 10 * time.Millisecond}, 500)
		s.job.Workers = 8
		for range s.job.Run(t.Context()) {
			break
		}
		if n := s.sim.Stats().Calls[feishutest.Patch]; n > 20 {
			t.Errorf("%d calls were made after the caller had left", n)
		}
	})
}

// TestLateRowHoldsNobodyUp shows that a row deep in back-off does not keep the
// others' results.
func TestLateRowHoldsNobodyUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, feishutest.Config{}, 30)
		s.job.Workers = 2
		s.job.Retry = sync.Retry{Attempts: 5, Initial: time.Hour, Max: time.Hour}
		s.script("patch item:" + feishutest.SampleItem(1) + " 500 x2")
		var last int
		for r, err := range s.job.Run(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			last = r.Row
		}
		if last != 2 {
			t.Errorf("row %d came last, want the one in back-off", last)
		}
	})
}

func TestResultMarshals(t *testing.T) {
	r := sync.Result{Row: 2, Item: "7", Status: sync.Updated, Sent: feishu.Fields{Current: "1.50"}, FinishedAt: time.Unix(0, 0).UTC()}
	line, err := json.Marshal(r)
	want := `{"row":2,"metric_item_id":"7","status":"updated","sent":{"metric_current_value":1.50},"finished_at":"1970-01-01T00:00:00Z"}`
	if err != nil || string(line) != want {
		t.Errorf("got %s, %v", line, err)
	}
}
