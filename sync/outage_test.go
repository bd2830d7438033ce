package sync_test

import (
	"errors"
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"okrsync/feishu"
	"okrsync/feishu/feishutest"
	"okrsync/sync"
)

// TestOutageThatEnds shows that a server that is away for some time costs no row, and
// few calls: everybody rests and one call at a time finds out.
func TestOutageThatEnds(t *testing.T) {
	for _, away := range []time.Duration{time.Second, 10 * time.Second, time.Minute} {
		for _, size := range []int{1, 20} {
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t, feishutest.Config{Latency: 20 * time.Millisecond}, 400)
				s.job.Workers, s.job.BatchSize = 16, size
				pace(s, sync.Limit{N: 50, Period: time.Second})
				s.script(fmt.Sprintf("* time:500ms-%s reset", away+500*time.Millisecond))
				if size > 1 {
					s.script(fmt.Sprintf("* time:100ms-%s reset", away+100*time.Millisecond))
				}
				results, err := s.run(t.Context())
				if got := counts(results); err != nil || got[sync.Updated] != 400 {
					t.Errorf("%s, batches of %d: %v, %v", away, size, got, err)
				}
				lost := 0
				for _, r := range s.sim.Requests() {
					if r.Status == 0 {
						lost++
					}
				}
				if lost > 16+30 {
					t.Errorf("%s, batches of %d: %d calls were made in vain", away, size, lost)
				}
			})
		}
	}
}

// TestOutageThatLasts shows that a run does not burn the tries of every row against a
// server that is away for good: it stops within minutes, and leaves what was cut short
// to be sent again.
func TestOutageThatLasts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, feishutest.Config{Latency: 20 * time.Millisecond}, 1000)
		s.job.Workers = 16
		s.script("* time:1s-100h reset")
		start := time.Now()
		results, err := s.run(t.Context())
		refusal, ok := errors.AsType[*feishu.Error](err)
		if !ok || refusal.Class != feishu.ClassTransient {
			t.Errorf("ended with %v", err)
		}
		if got := counts(results); got[sync.Failed] != 0 || got[sync.Updated]+got[sync.Unprocessed] != 1000 {
			t.Errorf("%v", got)
		}
		if took := time.Since(start); took > 3*time.Minute || took < 10*time.Second {
			t.Errorf("it took %s", took)
		}
		for _, p := range s.pauses {
			if p.Length < time.Second || p.Code != feishu.CodeNoReply {
				t.Errorf("told: %v", p)
			}
		}
		tried := 0
		for _, r := range results {
			if r.Status == sync.Unprocessed && r.Attempts > 0 {
				tried++
			}
		}
		if tried == 0 || tried > 24 {
			t.Errorf("%d rows were tried in vain", tried)
		}
	})
}

// TestNobodyThere shows that a server that has never answered is given up soon: it is
// more likely an address that is wrong.
func TestNobodyThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, feishutest.Config{}, 100)
		refused := roundTripper(func(*http.Request) (*http.Response, error) { return nil, errors.New("connection refused") })
		client, err := feishu.NewClient(feishu.Config{
			BaseURL: "https://open.feishu.cn", AppID: "cli_a", AppSecret: "sesame", Transport: refused, Admit: s.job.Pacer.Admit,
		})
		if err != nil {
			t.Fatal(err)
		}
		s.job.Client, s.job.Workers = client, 6
		start := time.Now()
		results, err := s.run(t.Context())
		if got := counts(results); err == nil || got[sync.Unprocessed] != 100 {
			t.Errorf("%v, %v", got, err)
		}
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("it took %s", took)
		}
	})
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// TestRefusedForEver shows that a server that refuses every call for its frequency ends
// the run within half an hour, whatever it asks for, and leaves the rows to be sent again.
func TestRefusedForEver(t *testing.T) {
	for _, word := range []string{"none", "0", "7", "1000000000", "abc"} {
		for _, workers := range []int{1, 6, 64} {
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t, feishutest.Config{Latency: 20 * time.Millisecond}, 200)
				s.job.Workers = workers
				s.script("patch from:50 ratelimit:" + word)
				start := time.Now()
				results, err := s.run(t.Context())
				if got := counts(results); err == nil || got[sync.Updated] != 49 || got[sync.Failed]+got[sync.Unprocessed] != 151 {
					t.Errorf("%s, %d workers: %v, %v", word, workers, got, err)
				}
				if took := time.Since(start); took > 30*time.Minute {
					t.Errorf("%s, %d workers: it took %s", word, workers, took)
				}
			})
		}
	}
}

// TestQuarterInTrouble shows that one call in four in trouble costs no row, whatever
// the trouble is, and that nothing is said that is not so.
func TestQuarterInTrouble(t *testing.T) {
	for seed := range uint64(3) {
		for _, size := range []int{1, 100} {
			synctest.Test(t, func(t *testing.T) {
				s := batching(t, feishutest.Config{
					Seed: seed, Latency: 5 * time.Millisecond,
					Faults: map[feishutest.Fault]float64{"500": 0.05, "reset": 0.05, "reset-after": 0.05, "cut": 0.05, "html502": 0.05},
				}, 2000, size)
				s.job.Workers = 0
				results, err := s.run(t.Context())
				if got := counts(results); err != nil || got[sync.Updated] != 2000 {
					t.Errorf("seed %d: %v, %v", seed, got, err)
				}
				for row, r := range results {
					if !s.holds(r) {
						t.Errorf("seed %d: row %d is not there: %+v", seed, row, r)
					}
				}
			})
		}
	}
}
