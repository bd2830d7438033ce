package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"okrsync/feishu/feishutest"
	"okrsync/sync"
	"okrsync/sync/report"
)

// TestReportAgain writes the views of a run again, in the other language, and of one that
// was killed.
func TestReportAgain(t *testing.T) {
	h := newHistory(t, feishutest.Config{}, 5)
	h.run(t.Context(), exitQuota, "sync", "--workers", "1", "--max-calls", "4", "rows.csv")
	folder := h.folders()[0]
	before := read(t, filepath.Join(folder, sync.SummaryName))
	h.run(t.Context(), exitOK, "report", "--lang", "zh", folder)
	if got := read(t, filepath.Join(folder, sync.SummaryName)); got != before {
		t.Errorf("another summary:\n%s\n%s", got, before)
	}
	if text := read(t, filepath.Join(folder, report.CSVName)); !strings.Contains(text, "允许的调用次数已用完") {
		t.Error(text)
	}

	write(t, filepath.Join(folder, ".tmp-result.csv-123"), "half of it")
	for _, name := range []string{sync.SummaryName, report.CSVName, report.RollbackName, report.HTMLName} { // as after a kill
		if err := os.Remove(filepath.Join(folder, name)); err != nil {
			t.Fatal(err)
		}
	}
	journal := filepath.Join(folder, sync.JournalName)
	text := read(t, journal)
	if err := os.WriteFile(journal, []byte(text[:len(text)-10]), 0o600); err != nil {
		t.Fatal(err)
	}
	s := h.run(t.Context(), exitOK, "report", folder)
	if s.Outcome != "killed" || s.ExitCode != exitKilled || s.Counts.Total() != 5 || s.Calls != nil ||
		!strings.Contains(h.stderr.String(), "1 row had not been reached") || !strings.Contains(h.stderr.String(), "with the same file and settings continues it") {
		t.Errorf("%+v\n%s", s, h.stderr.String())
	}
	if left, err := filepath.Glob(filepath.Join(folder, ".tmp-*")); err != nil || len(left) != 0 {
		t.Errorf("%q, %v", left, err)
	}
	write(t, filepath.Join(folder, sync.SummaryName), "{half")
	h.run(t.Context(), exitOK, "sync", "--fresh", "rows.csv")
	h.run(t.Context(), exitOK, "report", folder)
	if !strings.Contains(h.stderr.String(), "a later run of the same file has taken its place") {
		t.Error(h.stderr.String())
	}
	if err := os.RemoveAll(h.folders()[1]); err != nil {
		t.Fatal(err)
	}
	h.run(t.Context(), exitUsage, "report", ".")
	h.run(t.Context(), exitUsage, "report", "nowhere")
	h.run(t.Context(), exitUsage, "report")

	text = strings.Replace(text, `"row":3`, `"row":4`, 1)
	if err := os.WriteFile(journal, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	h.run(t.Context(), exitInternal, "report", folder)
	if !strings.Contains(h.stderr.String(), "1 line is damaged") {
		t.Error(h.stderr.String())
	}
	if s := h.run(t.Context(), exitOK, "sync", "rows.csv"); s.Counts[sync.Updated]+s.Counts[sync.Unchanged] != 5 {
		t.Errorf("after the damage: %+v", s)
	}
}

// TestHeldFolder shows that a second run leaves at once, and report too.
func TestHeldFolder(t *testing.T) {
	h := newHistory(t, feishutest.Config{}, 3)
	h.run(t.Context(), exitOK, "sync", "rows.csv")
	folder := h.folders()[0]
	if err := os.Symlink(folder, "latest"); err != nil {
		t.Fatal(err)
	}
	lock, err := lockFolder("okrsync-out")
	if err != nil {
		t.Fatal(err)
	}
	h.run(t.Context(), exitHeld, "sync", "rows.csv")
	if said := h.stderr.String(); !strings.Contains(said, fmt.Sprintf("another run holds the output folder okrsync-out (pid %d", os.Getpid())) {
		t.Error(said)
	}
	h.run(t.Context(), exitOK, "sync", "--out", "elsewhere", "rows.csv")
	h.run(t.Context(), exitHeld, "report", folder)
	h.run(t.Context(), exitHeld, "report", "latest")
	h.run(t.Context(), exitOK, "plan", "rows.csv")
	if n := len(h.folders()); n != 1 {
		t.Errorf("%d folders", n)
	}
	if err := lock.Close(); err != nil {
		t.Fatal(err)
	}
	h.run(t.Context(), exitOK, "sync", "rows.csv")
	t.Chdir(folder)
	h.run(t.Context(), exitOK, "report", ".")
}

// TestLinkedLock shows that a lock that is a link to something else is not written to.
func TestLinkedLock(t *testing.T) {
	h := newHistory(t, feishutest.Config{}, 1)
	write(t, "precious", "as it was")
	if err := os.MkdirAll(filepath.Join("okrsync-out", sync.StateFolder), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("../../precious", filepath.Join("okrsync-out", sync.StateFolder, lockName)); err != nil {
		t.Fatal(err)
	}
	h.run(t.Context(), exitUsage, "sync", "rows.csv")
	if got := read(t, "precious"); got != "as it was" {
		t.Error(got)
	}
}
