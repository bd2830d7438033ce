package sync_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"okrsync/feishu"
	"okrsync/feishu/feishutest"
	"okrsync/source"
	"okrsync/sync"
)

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
			yield(source.Update{Row: 5, Aside: source.AsideTotal, Current: "9"}, nil) &&
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
	s.job.Begin = func(int, int) (*sync.Record, error) {
		t.Error("the run began")
		return nil, nil
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
	s.job.Begin = func(int, int) (*sync.Record, error) { return nil, full }
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

func TestResultMarshals(t *testing.T) {
	r := sync.Result{Row: 2, Item: "7", Status: sync.Updated, Sent: feishu.Fields{Current: "1.50"}, FinishedAt: time.Unix(0, 0).UTC()}
	line, err := json.Marshal(r)
	want := `{"row":2,"metric_item_id":"7","status":"updated","sent":{"metric_current_value":1.50},"finished_at":"1970-01-01T00:00:00Z"}`
	if err != nil || string(line) != want {
		t.Errorf("got %s, %v", line, err)
	}
}
