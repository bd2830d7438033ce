package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"okrsync/feishu/feishutest"
	"okrsync/sync"
	"okrsync/sync/report"
)

// A history is what runs of the program in one folder come to.
type history struct {
	t       *testing.T
	environ []string
	sim     *feishutest.Server
	stderr  bytes.Buffer // of the last run

	arrived, served atomic.Pointer[func()] // are called before each update and after each call
}

func newHistory(t *testing.T, server feishutest.Config, rows int) *history {
	t.Helper()
	environ, sim := stage(t, server, rows)
	h := &history{t: t, sim: sim, environ: environ}
	listening := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if arrived := h.arrived.Load(); arrived != nil && r.Method == http.MethodPatch {
			(*arrived)()
		}
		sim.ServeHTTP(w, r)
		if served := h.served.Load(); served != nil {
			(*served)()
		}
	}))
	t.Cleanup(listening.Close)
	h.environ = append(h.environ, "OKRSYNC_FEISHU_BASE_URL="+listening.URL, "OKRSYNC_SYNC_RETRY_INITIAL=1ms", "OKRSYNC_SYNC_QUOTA_COOLDOWN=1ms", "LANG=en_US.UTF-8")
	return h
}

// run runs a command and returns its summary, with which it must agree about the exit code.
func (h *history) run(ctx context.Context, want int, args ...string) report.Summary {
	h.t.Helper()
	var stdout bytes.Buffer
	h.stderr.Reset()
	code := run(ctx, append([]string{args[0], "--json"}, args[1:]...), h.environ, strings.NewReader(""), &stdout, &h.stderr)
	if code != want {
		h.t.Errorf("%q: exit code %d, want %d; it said\n%s", args, code, want, h.stderr.String())
	}
	var s report.Summary
	if err := json.Unmarshal(stdout.Bytes(), &s); stdout.Len() > 0 && err != nil {
		h.t.Fatal(err)
	}
	return s
}

// folders are those of the runs so far.
func (h *history) folders() []string {
	h.t.Helper()
	journals, err := filepath.Glob(filepath.Join("okrsync-out", "*", sync.JournalName))
	if err != nil {
		h.t.Fatal(err)
	}
	for i := range journals {
		journals[i] = filepath.Dir(journals[i])
	}
	return journals
}

// interrupt ends a run as a signal does, when so many updates are made.
func (h *history) interrupt(updates int, args ...string) {
	h.t.Helper()
	ctx, cancel := context.WithCancel(h.t.Context())
	defer cancel()
	h.served.Store(new(func() {
		if h.sim.Stats().Updates >= updates {
			cancel()
		}
	}))
	h.run(ctx, exitInterrupted, args...)
	h.served.Store(nil)
}

// interruptCall ends a run as a signal does, when the update of that number arrives.
func (h *history) interruptCall(number int, args ...string) {
	h.t.Helper()
	ctx, cancel := context.WithCancel(h.t.Context())
	defer cancel()
	h.arrived.Store(new(func() {
		if h.sim.Stats().Calls[feishutest.Patch] >= number-1 {
			cancel()
		}
	}))
	h.run(ctx, exitInterrupted, args...)
	h.arrived.Store(nil)
}

// TestResume stops runs half way in different manners: the same command goes on, in the
// same folder, sends nothing again, and its answer is that of the whole file.
func TestResume(t *testing.T) {
	const rows = 60
	var trouble strings.Builder
	for n := range 26 {
		fmt.Fprintf(&trouble, "patch %d 500\n", 20+n)
	}
	tests := map[string]struct {
		server feishutest.Config
		script string
		first  func(*history)
		more   []string // flags
	}{
		"interrupted":          {server: feishutest.Config{Latency: 5 * time.Millisecond}, first: func(h *history) { h.interrupt(10, "sync", "rows.csv") }},
		"interrupted, no diff": {server: feishutest.Config{Latency: 5 * time.Millisecond}, first: func(h *history) { h.interrupt(10, "sync", "--no-diff", "rows.csv") }, more: []string{"--no-diff"}},
		"max-calls":            {first: func(h *history) { h.run(h.t.Context(), exitQuota, "sync", "--max-calls", "30", "rows.csv") }},
		"quota": {script: "patch 26 code:1001005\npatch 27 code:1001005\npatch 28 code:1001005\npatch 29 code:1001005\n", first: func(h *history) {
			h.run(h.t.Context(), exitQuota, "sync", "--workers", "1", "rows.csv")
		}},
		"trouble": {script: trouble.String(), first: func(h *history) {
			h.environ = append(h.environ, "OKRSYNC_SYNC_RETRY_ATTEMPTS=2")
			h.run(h.t.Context(), exitTrouble, "sync", "rows.csv")
			h.environ = append(h.environ, "OKRSYNC_SYNC_RETRY_ATTEMPTS=10")
		}},
		"app refused": {script: "patch 20 code:99991672", first: func(h *history) {
			h.run(h.t.Context(), exitApp, "sync", "--workers", "1", "rows.csv")
		}},
		"guard": {first: func(h *history) { h.run(h.t.Context(), exitGuard, "sync", "--max-changed-rows", "5", "rows.csv") }},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			h := newHistory(t, test.server, rows)
			if err := h.sim.Script(strings.NewReader(test.script)); err != nil {
				t.Fatal(err)
			}
			test.first(h)
			s := h.run(t.Context(), exitOK, append(append([]string{"sync"}, test.more...), "rows.csv")...)
			if s.Counts[sync.Updated] != rows || s.Input.Rows != rows {
				t.Errorf("%+v", s)
			}
			if n := h.sim.Stats().Updates; n != rows {
				t.Errorf("%d updates", n)
			}
			if folders := h.folders(); len(folders) != 1 {
				t.Errorf("folders %q", folders)
			}
			lines, err := csv.NewReader(strings.NewReader(read(t, filepath.Join(h.folders()[0], report.CSVName)))).ReadAll()
			if err != nil || len(lines) != rows+1 {
				t.Errorf("%d lines, %v", len(lines), err)
			}
		})
	}
}

// TestNotResumed shows what is another run: one that ended, one of other content, with
// another target, with other settings, and one that --fresh asks for.
func TestNotResumed(t *testing.T) {
	stopped := []string{"sync", "--max-calls", "5", "rows.csv"}
	tests := map[string]struct {
		first  int
		change func(*history)
		args   []string
	}{
		"ended":          {first: exitOK, change: func(h *history) { h.run(h.t.Context(), exitOK, "sync", "rows.csv") }, args: []string{"sync", "rows.csv"}},
		"other content":  {change: func(h *history) { writeRows(h.t, "rows.csv", 9) }, args: []string{"sync", "rows.csv"}},
		"other settings": {args: []string{"sync", "--user-id-type", "union_id", "rows.csv"}},
		"other diff":     {args: []string{"sync", "--no-diff", "rows.csv"}},
		"other app":      {change: func(h *history) { h.environ = append(h.environ, "FEISHU_APP_ID=another") }, args: []string{"sync", "rows.csv"}},
		"fresh":          {args: []string{"sync", "--fresh", "rows.csv"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			h := newHistory(t, feishutest.Config{}, 10)
			if name != "ended" {
				h.run(t.Context(), exitQuota, stopped...)
			}
			if test.change != nil {
				test.change(h)
			}
			s := h.run(t.Context(), exitOK, test.args...)
			if s.RowsBefore != 0 || !s.ResumedAt.IsZero() || len(h.folders()) != 2 {
				t.Errorf("%+v\n%q", s, h.folders())
			}
		})
	}
	t.Run("the name does not matter", func(t *testing.T) {
		h := newHistory(t, feishutest.Config{}, 10)
		h.run(t.Context(), exitQuota, stopped...)
		if err := os.Rename("rows.csv", "改名.csv"); err != nil {
			t.Fatal(err)
		}
		if s := h.run(t.Context(), exitOK, "sync", "改名.csv"); s.RowsBefore == 0 || s.Counts[sync.Updated] != 10 || len(h.folders()) != 1 {
			t.Errorf("%+v", s)
		}
	})
}

// TestRowsThatAreTriedAgain shows which failed and rejected rows a continued run tries
// again: those that may now pass.
func TestRowsThatAreTriedAgain(t *testing.T) {
	h := newHistory(t, feishutest.Config{}, 9)
	item := feishutest.SampleItem
	lines := []string{
		"metric_item_id,metric_initial_value,metric_target_value,metric_current_value,supported_user_id",
		item(1) + ",,,5,",                                                          // 2 updated
		item(2) + ",,,5,ou_nobody",                                                 // 3 refused for good
		item(3) + ",,,5,",                                                          // 4 forbidden at first
		"7199999999999999999,,,5,",                                                 // 5 not there at first
		item(4) + ",,,about 5,",                                                    // 6 not certain
		item(5) + ",,,5,", item(6) + ",,,5,", item(7) + ",,,5,", item(8) + ",,,5,", // not reached
	}
	if err := os.WriteFile("rows.csv", []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	h.sim.AddUser("ou_somebody")
	h.sim.Change(item(3), func(i *feishutest.Item) { i.Forbidden = true })
	h.run(t.Context(), exitQuota, "sync", "--workers", "1", "--max-calls", "6", "rows.csv")

	h.sim.AddUser("ou_nobody")
	h.sim.Change(item(3), func(i *feishutest.Item) { i.Forbidden = false })
	if err := h.sim.AddItem(feishutest.SampleSource, feishutest.SampleTable, feishutest.Item{ID: "7199999999999999999"}); err != nil {
		t.Fatal(err)
	}
	h.run(t.Context(), exitRows, "sync", "rows.csv")
	want := "updated, failed 1001003, updated, updated, rejected number_invalid, updated, updated, updated, updated"
	if got := answers(journalOf(t, ".")); got != want {
		t.Errorf("continued: %s", got)
	}
	h.run(t.Context(), exitRows, "sync", "rows.csv")
	if got := len(h.folders()); got != 2 {
		t.Errorf("after the end: %d folders", got)
	}
}

// TestPlanOfTheRest shows that a plan is that of the run that sync would continue: what is
// done is not sent again, and what was rejected is told once more.
func TestPlanOfTheRest(t *testing.T) {
	h := newHistory(t, feishutest.Config{}, 9)
	writeRows(t, "rows.csv", 9)
	text := strings.Replace(read(t, "rows.csv"), ",1001.5", ",about 5", 1)
	write(t, "rows.csv", text)
	h.run(t.Context(), exitQuota, "sync", "--no-diff", "--workers", "1", "--max-calls", "5", "rows.csv")
	if s := h.run(t.Context(), exitRows, "plan", "--no-diff", "rows.csv"); s.Counts[sync.Updated] != 4 || s.Counts[sync.Planned] != 4 || s.Counts[sync.Rejected] != 1 {
		t.Errorf("%+v", s)
	}
	if s := h.run(t.Context(), exitRows, "plan", "--no-diff", "--fresh", "rows.csv"); s.Counts[sync.Planned] != 8 {
		t.Errorf("%+v", s)
	}
	var stdout bytes.Buffer
	run(t.Context(), []string{"plan", "--no-diff", "rows.csv"}, h.environ, strings.NewReader(""), &stdout, &h.stderr)
	if !strings.Contains(stdout.String(), "about 5") || !strings.Contains(h.stderr.String(), "5 of 9 rows are done") {
		t.Errorf("%s\n%s", stdout.String(), h.stderr.String())
	}
}

// answers lists the statuses and codes of results.
func answers(results []sync.Result) string {
	var list []string
	for _, r := range results {
		list = append(list, strings.TrimSpace(string(r.Status)+" "+r.Code))
	}
	return strings.Join(list, ", ")
}

// TestWrittenByALaterRun shows that a row that is done counts as such only until another
// run writes its item.
func TestWrittenByALaterRun(t *testing.T) {
	for _, diff := range []string{"--no-diff=false", "--no-diff"} {
		h := newHistory(t, feishutest.Config{}, 10)
		h.run(t.Context(), exitQuota, "sync", diff, "--workers", "1", "--max-calls", "6", "rows.csv")
		other := fmt.Sprintf("metric_item_id,metric_current_value\n%s,77\n", feishutest.SampleItem(1))
		if err := os.WriteFile("other.csv", []byte(other), 0o600); err != nil {
			t.Fatal(err)
		}
		h.run(t.Context(), exitOK, "sync", "other.csv")
		if s := h.run(t.Context(), exitOK, "sync", diff, "rows.csv"); s.RowsBefore == 0 || s.Counts[sync.Updated] != 10 {
			t.Errorf("%s: %+v", diff, s)
		}
		if item, _ := h.sim.Item(feishutest.SampleSource, feishutest.SampleTable, feishutest.SampleItem(1)); item.Current != "1000.5" {
			t.Errorf("%s: Feishu has %s", diff, item.Current)
		}
	}
}

// TestOneRowInTrouble shows that a run has not ended while one of its rows has failed for
// trouble that may be over, whatever report makes of it.
func TestOneRowInTrouble(t *testing.T) {
	h := newHistory(t, feishutest.Config{}, 12)
	if err := h.sim.Script(strings.NewReader("patch 12 500 x2")); err != nil {
		t.Fatal(err)
	}
	h.environ = append(h.environ, "OKRSYNC_SYNC_RETRY_ATTEMPTS=2", "OKRSYNC_SYNC_WORKERS=1")
	h.run(t.Context(), exitTrouble, "sync", "--no-diff", "rows.csv")
	h.run(t.Context(), exitOK, "report", h.folders()[0])
	if s := h.run(t.Context(), exitOK, "sync", "--no-diff", "rows.csv"); s.RowsBefore != 11 || s.Counts[sync.Updated] != 12 || s.Calls.Patch != 1 || s.Calls.Get != 1 {
		t.Errorf("%+v, %+v", s, s.Calls)
	}
}

// TestRestLongAfter shows that a run that is continued long after it stopped does not
// look at each of its rows first.
func TestRestLongAfter(t *testing.T) {
	h := newHistory(t, feishutest.Config{}, 20)
	h.run(t.Context(), exitQuota, "sync", "--no-diff", "--workers", "1", "--max-calls", "5", "rows.csv")
	notes, err := filepath.Glob(filepath.Join("okrsync-out", sync.StateFolder, "*.calls.jsonl"))
	if err != nil || len(notes) != 1 {
		t.Fatalf("%q, %v", notes, err)
	}
	if text := read(t, notes[0]); strings.Contains(text, `"rows"`) || !strings.Contains(text, `"over"`) {
		t.Errorf("notes of a run that ended: %s", text)
	}
	old := time.Now().Add(-48 * time.Hour)
	if err := os.Chtimes(notes[0], old, old); err != nil {
		t.Fatal(err)
	}
	if s := h.run(t.Context(), exitOK, "sync", "--no-diff", "rows.csv"); s.Calls.Get != 0 || s.Counts[sync.Updated] != 20 || s.Calls.Patch != 16 {
		t.Errorf("%+v, %+v", s, s.Calls)
	}
}

// TestUnreadableJournal shows that a journal that is damaged in its header is told: it may
// be of the run that should be continued.
func TestUnreadableJournal(t *testing.T) {
	h := newHistory(t, feishutest.Config{}, 5)
	h.run(t.Context(), exitQuota, "sync", "--workers", "1", "--max-calls", "4", "rows.csv")
	journal := filepath.Join(h.folders()[0], sync.JournalName)
	write(t, journal, strings.Replace(read(t, journal), `"rows":5`, `"rows":6`, 1))
	h.run(t.Context(), exitOK, "sync", "rows.csv")
	if said := h.stderr.String(); !strings.Contains(said, "cannot be read, so that it is not continued: "+journal) {
		t.Error(said)
	}
}

// TestOwnerHasAnotherItem shows that what was sent to an item is not taken for what its
// former owner has now.
func TestOwnerHasAnotherItem(t *testing.T) {
	h := newHistory(t, feishutest.Config{}, 2)
	first, second := feishutest.SampleItem(1), feishutest.SampleItem(2)
	h.sim.Change(first, func(i *feishutest.Item) { i.UserID = "ou_x" })
	h.sim.Change(second, func(i *feishutest.Item) { i.UserID, i.Current = "ou_y", "5" })
	write(t, "rows.csv", "metric_item_id,user_id,metric_current_value\n,ou_x,1000.5\n")
	if err := h.sim.Script(strings.NewReader("patch 1 hang-after")); err != nil {
		t.Fatal(err)
	}
	h.environ = append(h.environ, "OKRSYNC_FEISHU_TIMEOUT=100ms")
	h.interruptCall(1, "sync", "rows.csv")
	h.sim.Change(first, func(i *feishutest.Item) { i.UserID = "ou_y" })
	h.sim.Change(second, func(i *feishutest.Item) { i.UserID, i.Current = "ou_x", "1000.5" })
	h.run(t.Context(), exitRows, "sync", "rows.csv")
	rows := journalOf(t, ".")
	if rows[0].Item != first || rows[0].Status != sync.Failed || rows[0].Code != string(sync.Unconfirmed) {
		t.Errorf("%+v", rows[0])
	}
	if rollback := read(t, filepath.Join(h.folders()[0], report.RollbackName)); !strings.Contains(rollback, first) || strings.Contains(rollback, second) {
		t.Error(rollback)
	}
}

// TestBeforeIsKept shows that a run remembers what its items were before, though another
// run has written the same values since.
func TestBeforeIsKept(t *testing.T) {
	h := newHistory(t, feishutest.Config{}, 5)
	h.run(t.Context(), exitQuota, "sync", "--workers", "1", "--max-calls", "5", "rows.csv")
	h.run(t.Context(), exitOK, "sync", "--no-diff", "rows.csv")
	s := h.run(t.Context(), exitOK, "sync", "rows.csv")
	if s.Counts[sync.Updated] != 3 || s.Counts[sync.Unchanged] != 2 {
		t.Errorf("%+v", s)
	}
	if rollback := read(t, filepath.Join(h.folders()[0], report.RollbackName)); strings.Count(rollback, "\n") != 4 {
		t.Error(rollback)
	}
}
