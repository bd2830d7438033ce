package sync_test

import (
	"testing"
	"testing/synctest"
	"time"

	"okrsync/feishu"
	"okrsync/feishu/feishutest"
	"okrsync/sync"
)

// TestRetry holds how the trouble of a moment ends.
func TestRetry(t *testing.T) {
	tests := []struct {
		script   string
		want     string
		attempts int
	}{
		{"patch 1 500", "updated", 2},
		{"patch * 500 x9", "updated", 10},
		{"patch * 500", "failed 1009999", 10},
		{"patch 1 html502", "updated", 2},
		{"patch 1 reset", "updated", 2},
		{"patch 1 reset-after", "updated", 2},
		{"patch 1 cut", "updated", 2},
		{"patch 1 item:7999", "updated", 2},
		{"patch * reset", "failed no_reply", 10},
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
		if tally := s.job.Pacer.Tally(); tally.RateLimited != 1 || tally.Paused != 7*time.Second || tally.Calls[feishu.CallPatch] != 201 ||
			len(tally.Refusals) != 1 || tally.Refusals[sync.Refusal{Call: feishu.CallPatch, Code: "99991400"}] != 1 {
			t.Errorf("%+v", tally)
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
