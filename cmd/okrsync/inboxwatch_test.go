package main

import (
	"context"
	"net/http"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"

	"okrsync/feishu/feishutest"
)

// TestInboxWatch takes each file when it comes, and ends when it is told to.
func TestInboxWatch(t *testing.T) {
	b := newDroppedBox(t, "")
	b.drop("team/okrsync.yaml", read(t, "box/okrsync.yaml"))
	b.drop("a.csv", values(1, 5, 1001))
	ctx, cancel := context.WithCancelCause(t.Context())
	next := map[string]func(){ // after the last call about each file
		feishutest.SampleItem(5):  func() { b.drop("team/b.csv", values(11, 15, 1002)) },
		feishutest.SampleItem(15): func() { b.drop("c.csv", values(21, 25, 1003)) },
		feishutest.SampleItem(25): func() { cancel(interrupted{syscall.SIGTERM}) },
	}
	b.during = func(r *http.Request) {
		if do := next[r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]]; do != nil {
			do()
		}
	}
	said, code := b.pass(ctx, "--watch", "--interval", "1h", "--metrics-file", "m.prom", "--workers", "1")
	if code != exitTerminated || strings.Count(said, "watching box") != 1 {
		t.Errorf("exit code %d; it said\n%s", code, said)
	}
	got := b.files()
	for _, name := range []string{"done/DATE/a.csv", "team/done/DATE/b.csv"} {
		if !slices.Contains(got, name) {
			t.Errorf("%s is missing from %q", name, got)
		}
	}
	if !slices.Contains(got, "c.csv") && !slices.Contains(got, "done/DATE/c.csv") {
		t.Errorf("the last file is lost: %q", got)
	}
	if metrics := read(t, "m.prom"); !strings.Contains(metrics, "okrsync_last_run_exit_code{task=\"m\"} 143") || !strings.Contains(metrics, "okrsync_last_run_inbox_files{task=\"m\",fate=\"attention\"} 0") {
		t.Error(metrics)
	}
}

// TestInboxWatchStops at what no waiting mends.
func TestInboxWatchStops(t *testing.T) {
	b := newDroppedBox(t, "")
	b.drop("a.csv", values(1, 5, 1001))
	b.wantPass(exitQuota, "--watch", "--max-calls", "3")
	b.wantFiles("a.csv")
	b.during = func(*http.Request) { _ = os.RemoveAll("box") }
	b.wantPass(exitInternal, "--watch", "--interval", "1s")
}
