package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"okrsync/feishu/feishutest"
	"okrsync/sync"
	"okrsync/sync/report"
)

// TestShards is the promise of shards: four processes that share a file, an output folder
// and one limit send every item once and are never refused, and together they answer what
// a single run does.
func TestShards(t *testing.T) {
	const rows, shards = 2000, 4
	single := newHistory(t, feishutest.Config{}, rows)
	writeOdd(t)
	single.run(t.Context(), exitRows, "sync", "rows.csv")
	want := lastingAnswers(t, single.folders()[0])

	h := newHistory(t, feishutest.Config{Limit: feishutest.Limit{N: 800, Period: time.Second}, Latency: time.Millisecond}, rows)
	writeOdd(t)
	commands, said := make([]*exec.Cmd, shards), make([]bytes.Buffer, shards)
	for i := range commands {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "sync", "rows.csv")
		cmd.Env = slices.Concat(os.Environ(), h.environ, []string{
			asProgram + "=1", "OKRSYNC_SYNC_RATE=800/1s", "OKRSYNC_SYNC_PERMITS=strict", "OKRSYNC_SYNC_SHARDS=4", fmt.Sprintf("%s=%d", completionIndex, i),
		})
		cmd.Stderr = &said[i]
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		commands[i] = cmd
	}
	for i, cmd := range commands {
		_ = cmd.Wait()
		if code := cmd.ProcessState.ExitCode(); code != exitOK && code != exitRows {
			t.Errorf("shard %d: exit code %d; it said\n%s", i, code, said[i].String())
		}
	}
	updates := map[string]bool{}
	for _, r := range h.sim.Requests() {
		if r.Call == feishutest.Patch {
			updates[r.Path] = true
		}
	}
	if s := h.sim.Stats(); s.Refused != 0 || s.Updates != rows-1 || len(updates) != rows-1 {
		t.Errorf("%d calls refused, %d updates of %d items", s.Refused, s.Updates, len(updates))
	}
	s := h.run(t.Context(), exitOK, slices.Concat([]string{"report"}, h.folders())...)
	if s.Shards == nil || s.Shards.Count != shards || s.Calls.Patch != rows-1 || s.ExitCode != exitRows || s.Input.Rows != rows+7 || s.Check() != nil {
		t.Errorf("%+v", s)
	}
	got := lastingAnswers(t, h.merged())
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) || !slices.Equal(got[i], want[i]) {
			t.Fatalf("line %d of %d and %d: %q, %q", i+1, len(got), len(want), got[min(i, len(got)-1)], want[min(i, len(want)-1)])
		}
	}
}

// writeOdd adds rows to rows.csv that are told and not sent: repetitions, a conflict, rows
// without an item, and asides.
func writeOdd(t *testing.T) {
	t.Helper()
	write(t, "rows.csv", read(t, "rows.csv")+fmt.Sprintf("%s,1000.5\n%s,7\n%s,8\n,9\n7.04E+18,1\n合计,3\n%s,\n",
		feishutest.SampleItem(1), feishutest.SampleItem(2), "7000000000000000001", feishutest.SampleItem(3)))
}

// lastingAnswers reads result.csv without what differs from run to run: trace ids and times.
func lastingAnswers(t *testing.T, folder string) [][]string {
	t.Helper()
	lines, err := csv.NewReader(strings.NewReader(read(t, filepath.Join(folder, report.CSVName)))).ReadAll()
	if err != nil || len(lines) < 2 {
		t.Fatalf("%d lines, %v", len(lines), err)
	}
	for i := range lines {
		lines[i] = lines[i][:len(lines[i])-2]
	}
	return lines
}

// merged is the newest folder that the last report has told.
func (h *history) merged() string {
	h.t.Helper()
	folder := ""
	for line := range strings.Lines(h.stderr.String()) {
		if name, ok := strings.CutPrefix(strings.TrimSpace(line), "okrsync: results: "); ok {
			folder = name
		}
	}
	return folder
}

// report is okrsync report of all runs of shards so far, and of others.
func (h *history) report(want int, others ...string) report.Summary {
	h.t.Helper()
	shards := slices.DeleteFunc(h.folders(), func(f string) bool { return !strings.Contains(f, "-shard-") })
	return h.run(h.t.Context(), want, slices.Concat([]string{"report"}, shards, others)...)
}

// TestMissingShard merges what there is, says what is not, and lets a run of the whole
// file do the rest. The same report again makes nothing new.
func TestMissingShard(t *testing.T) {
	const rows = 60
	h := newHistory(t, feishutest.Config{}, rows)
	first := h.run(t.Context(), exitOK, "sync", "--shard", "1/3", "rows.csv")
	h.run(t.Context(), exitTrouble, "report", h.folders()[0])
	if !strings.Contains(h.stderr.String(), "the runs of shards 2, 3 of 3 are missing") {
		t.Error(h.stderr.String())
	}
	h.run(t.Context(), exitOK, "sync", "--shard", "3/3", "rows.csv")
	s := h.report(exitTrouble)
	left := rows - h.sim.Stats().Updates
	if s.Counts[sync.Unprocessed] != left || s.ExitCode != exitTrouble || fmt.Sprint(s.Shards.Missing) != "[2]" || s.Check() != nil || len(s.Notices) != 1 {
		t.Errorf("%d left: %+v", left, s)
	}
	for _, said := range []string{
		fmt.Sprintf("the run of shard 2 of 3 is missing: %d rows without an answer", left),
		"okrsync sync --shard 2/3 rows.csv with the same settings, then okrsync report again",
	} {
		if !strings.Contains(h.stderr.String(), said) {
			t.Errorf("no %q in\n%s", said, h.stderr.String())
		}
	}
	merged := h.merged()
	again := h.report(exitTrouble, merged)
	if len(h.folders()) != 3 || h.merged() != merged || again.Check() != nil {
		t.Errorf("folders %q, %s and %s", h.folders(), merged, h.merged())
	}
	if first.Shard.Rows != rows || first.Input.Rows >= rows || first.Check() != nil {
		t.Errorf("the first: %+v", first)
	}
	s = h.run(t.Context(), exitOK, "sync", "rows.csv")
	if h.sim.Stats().Updates != rows || s.Counts[sync.Updated] != rows || s.RowsBefore != rows-left || len(h.folders()) != 3 {
		t.Errorf("%d updates, %+v", h.sim.Stats().Updates, s)
	}
	if s := h.report(exitOK); s.Counts[sync.Updated] != rows || s.ExitCode != exitOK || strings.Contains(h.stderr.String(), "missing") {
		t.Errorf("the run that went on is told as it was: %+v\n%s", s, h.stderr.String())
	}
	if err := os.Remove(filepath.Join(h.merged(), sync.SummaryName)); err != nil { // as a kill does
		t.Fatal(err)
	}
	if s := h.report(exitOK); s.ExitCode != exitOK || s.Outcome != "done" || s.Counts[sync.Updated] != rows {
		t.Errorf("without its summary: %+v", s)
	}
	h.run(t.Context(), exitOK, "sync", "--shard", "1/3", "rows.csv")
	if s := h.report(exitOK); s.Counts[sync.Updated] != rows || strings.Contains(h.stderr.String(), "missing") {
		t.Errorf("a shard that ran again: %+v\n%s", s, h.stderr.String())
	}
}

// TestShardGoesOn interrupts a shard: the same command goes on with its run and no other,
// and the merged answer then made leaves the first one as it was.
func TestShardGoesOn(t *testing.T) {
	const rows = 60
	h := newHistory(t, feishutest.Config{Latency: 5 * time.Millisecond}, rows)
	h.interrupt(5, "sync", "--shard", "1/2", "rows.csv")
	h.run(t.Context(), exitOK, "sync", "--shard", "2/2", "rows.csv")
	s := h.report(exitOK)
	if s.ExitCode != exitInterrupted || s.Counts[sync.Unprocessed] == 0 || !strings.Contains(h.stderr.String(), "shard 1 of 2 has not finished") {
		t.Errorf("%+v\n%s", s, h.stderr.String())
	}
	before := read(t, filepath.Join(h.merged(), report.CSVName))
	h.run(t.Context(), exitOK, "sync", "--shard", "1/2", "rows.csv")
	if updates := h.sim.Stats().Updates; updates != rows || len(h.folders()) != 3 {
		t.Errorf("%d updates in %q", updates, h.folders())
	}
	s = h.report(exitOK)
	if s.ExitCode != exitOK || s.Counts[sync.Updated] != rows || len(h.folders()) != 4 {
		t.Errorf("%+v in %q", s, h.folders())
	}
	kept := slices.ContainsFunc(h.folders(), func(f string) bool { return read(t, filepath.Join(f, report.CSVName)) == before })
	if !kept {
		t.Error("the first answer is not what it was")
	}
	h.run(t.Context(), exitOK, "sync", "--fresh", "--shard", "1/2", "rows.csv")
	s = h.report(exitOK)
	if s.Counts[sync.Unchanged] == 0 || !strings.Contains(h.stderr.String(), "shard 1 of 2 has a newer run") {
		t.Errorf("%+v\n%s", s, h.stderr.String())
	}
}

// TestShardsSideBySide shows who keeps whom out of an output folder.
func TestShardsSideBySide(t *testing.T) {
	t.Chdir(t.TempDir())
	of := func(index, count int) sync.Shard { return sync.Shard{Index: index, Count: count} }
	first, err := lockShard("out", of(1, 2))
	if err != nil {
		t.Fatal(err)
	}
	second, err := lockShard("out", of(2, 2))
	if err != nil {
		t.Fatal(err)
	}
	for name, lock := range map[string]func() error{
		"the same shard":   func() error { _, err := lockShard("out", of(1, 2)); return err },
		"another division": func() error { _, err := lockShard("out", of(3, 3)); return err },
		"a whole run":      func() error { _, err := lockFolder("out"); return err },
		"a report":         func() error { _, err := lockExisting("out"); return err },
	} {
		if err := lock(); exitCode(err) != exitHeld || !strings.Contains(err.Error(), fmt.Sprint("pid ", os.Getpid())) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if err := second.Close(); err != nil {
		t.Fatal(err)
	}
	other, err := lockShard("out", of(3, 3))
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Close(); err != nil {
		t.Fatal(err)
	}
	whole, err := lockFolder("out")
	if err != nil {
		t.Fatal(err)
	}
	defer whole.Close()
	if _, err := lockShard("out", of(1, 2)); exitCode(err) != exitHeld {
		t.Errorf("a shard beside a whole run: %v", err)
	}
}
