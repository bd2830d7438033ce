package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"okrsync/feishu/feishutest"
)

// TestPermitsOutliveTheRun shows that a second command waits for the permits that the
// first has used up, and for the silence that Feishu has asked it for.
func TestPermitsOutliveTheRun(t *testing.T) {
	limit := feishutest.Limit{N: 10, Period: 500 * time.Millisecond}
	h := newHistory(t, feishutest.Config{Limit: limit}, 18)
	h.environ = append(h.environ, "OKRSYNC_SYNC_RATE=10/500ms", "OKRSYNC_SYNC_PERMITS=strict")
	lines := strings.SplitAfter(read(t, "rows.csv"), "\n")
	write(t, "a.csv", strings.Join(lines[:10], ""))
	write(t, "b.csv", lines[0]+strings.Join(lines[10:], ""))
	h.run(t.Context(), exitOK, "sync", "a.csv")
	h.run(t.Context(), exitOK, "sync", "b.csv")
	if stats := h.sim.Stats(); stats.Refused != 0 || stats.Updates != 18 {
		t.Errorf("%+v", stats)
	}
}

func TestSilenceOutlivesTheRun(t *testing.T) {
	h := newHistory(t, feishutest.Config{}, 5)
	if err := h.sim.Script(strings.NewReader("patch 2 ratelimit:1")); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	h.served.Store(new(func() {
		if h.sim.Stats().Calls[feishutest.Patch] == 2 {
			cancel()
		}
	}))
	h.run(ctx, exitInterrupted, "sync", "--workers", "1", "rows.csv")
	h.served.Store(nil)
	refused := h.sim.Requests()[len(h.sim.Requests())-1]
	h.run(t.Context(), exitOK, "sync", "rows.csv")
	for _, r := range h.sim.Requests() {
		if r.Seq > refused.Seq && r.At.Sub(refused.At) < 900*time.Millisecond {
			t.Errorf("call %d came after %s", r.Seq, r.At.Sub(refused.At))
		}
	}
}
