package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"okrsync/feishu/feishutest"
	"okrsync/sync"
	"okrsync/sync/report"
)

// TestViewsOfARunThatGoesOn holds that a run which goes on has none of the files of its
// first part beside it: a rollback of some of its rows would be taken for one of all.
func TestViewsOfARunThatGoesOn(t *testing.T) {
	h := newHistory(t, feishutest.Config{}, 8)
	h.interrupt(3, "sync", "--workers", "1", "rows.csv")
	folder := h.folders()[0]
	if _, err := os.Stat(filepath.Join(folder, report.RollbackName)); err != nil {
		t.Fatal(err)
	}
	left := make(chan []os.DirEntry, 8)
	h.arrived.Store(new(func() {
		entries, _ := os.ReadDir(folder)
		left <- entries
	}))
	h.run(t.Context(), exitOK, "sync", "--workers", "1", "rows.csv")
	h.arrived.Store(nil)
	if entries := <-left; len(entries) != 1 || entries[0].Name() != sync.JournalName {
		t.Errorf("while it went on there were %v", entries)
	}
	if entries, err := os.ReadDir(folder); err != nil || len(entries) != 6 {
		t.Errorf("afterwards there are %v, %v", entries, err)
	}
}

// TestReportOfADamagedJournal tells in every file that the journal is damaged, and not that
// the run ended so.
func TestReportOfADamagedJournal(t *testing.T) {
	h := newHistory(t, feishutest.Config{}, 3)
	h.run(t.Context(), exitOK, "sync", "rows.csv")
	folder := h.folders()[0]
	journal := filepath.Join(folder, sync.JournalName)
	lines := strings.SplitAfter(read(t, journal), "\n")
	lines[2] = strings.Replace(lines[2], "updated", "upbated", 1)
	write(t, journal, strings.Join(lines, ""))
	for range 2 {
		s := h.run(t.Context(), exitInternal, "report", folder)
		if s.ExitCode != exitInternal || s.Stop == nil || s.Counts.Total() != 2 || s.Counts[sync.Unprocessed] != 0 {
			t.Errorf("%+v", s)
		}
		if page := read(t, filepath.Join(folder, report.HTMLName)); !strings.Contains(page, "1 line is damaged") {
			t.Error("the page does not say so")
		}
	}
}

// TestReportTwice writes the files of a killed run twice: the rows that it had not
// reached count both times.
func TestReportTwice(t *testing.T) {
	h := newHistory(t, feishutest.Config{}, 5)
	h.run(t.Context(), exitOK, "sync", "rows.csv")
	folder := h.folders()[0]
	journal := filepath.Join(folder, sync.JournalName)
	lines := strings.SplitAfter(read(t, journal), "\n")
	write(t, journal, strings.Join(lines[:4], ""))
	if err := os.Remove(filepath.Join(folder, sync.SummaryName)); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if s := h.run(t.Context(), exitOK, "report", folder); s.Outcome != "killed" || s.Counts[sync.Updated] != 3 || s.Counts[sync.Unprocessed] != 2 {
			t.Errorf("%+v", s)
		}
	}
}

// TestDeafGroup asks a bot that does not answer about the first of several files only.
func TestDeafGroup(t *testing.T) {
	h := newHistory(t, feishutest.Config{}, 3)
	asked := 0
	bot := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked++
		w.WriteHeader(http.StatusBadGateway)
	}))
	defer bot.Close()
	h.environ = append(h.environ, "OKRSYNC_REPORT_WEBHOOK_URL="+bot.URL+"/hook/x")
	write(t, "more.csv", read(t, "rows.csv")+"\n")
	const tries = 3
	code := run(t.Context(), []string{"sync", "rows.csv", "more.csv"}, h.environ, nil, io.Discard, &h.stderr)
	if told := strings.Count(h.stderr.String(), "the group was not told"); code != exitOK || asked != tries || told != 1 {
		t.Errorf("exit code %d, asked %d times, told %d times", code, asked, told)
	}
}

// TestTimeline holds that the summary has every call in its time, and the pauses.
func TestTimeline(t *testing.T) {
	h := newHistory(t, feishutest.Config{Limit: feishutest.Limit{N: 3, Period: time.Second}}, 5)
	s := h.run(t.Context(), exitOK, "sync", "rows.csv")
	calls := 0
	for _, n := range s.Timeline.Calls {
		calls += n
	}
	if calls != total(*s.Calls) || calls < 6 || s.RateLimited == 0 || len(s.Timeline.Pauses) == 0 || s.Timeline.Pauses[0].Code != "99991400" || s.Timeline.Pauses[0].Seconds <= 0 {
		t.Errorf("%+v, %+v", s.Timeline, s.Calls)
	}
	page := read(t, filepath.Join(h.folders()[0], report.HTMLName))
	if !strings.Contains(page, `class="rest"`) {
		t.Error("the page does not mark the pause")
	}
}
