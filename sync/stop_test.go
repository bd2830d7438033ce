package sync_test

import (
	"context"
	"errors"
	"maps"
	"testing"
	"testing/synctest"
	"time"

	"okrsync/feishu"
	"okrsync/feishu/feishutest"
	"okrsync/sync"
)

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
		{"server down for good", feishutest.Config{}, "patch from:3 html502", feishu.ClassTransient, 16, map[sync.Status]int{sync.Updated: 2, sync.Failed: 1, sync.Unprocessed: 17}},
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
