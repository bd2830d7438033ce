package sync_test

import (
	"context"
	"fmt"
	"slices"
	stdsync "sync"
	"testing"
	"testing/synctest"
	"time"

	"okrsync/feishu"
	"okrsync/feishu/feishutest"
	"okrsync/sync"
)

func TestParseLimits(t *testing.T) {
	tests := map[string][]sync.Limit{
		"100/1m":         {{N: 100, Period: time.Minute}},
		"100/m":          {{N: 100, Period: time.Minute}},
		"100/6s":         {{N: 100, Period: 6 * time.Second}},
		"50/1s, 1000/1m": {{N: 50, Period: time.Second}, {N: 1000, Period: time.Minute}},
		"1/500ms":        {{N: 1, Period: 500 * time.Millisecond}},
		"":               nil,
		"100":            nil,
		"0/1m":           nil,
		"-1/1m":          nil,
		"100/":           nil,
		"100/0s":         nil,
		"100/1x":         nil,
		"100/-1s":        nil,
		"1.5/1s":         nil,
		"100/1m,":        nil,
		"100/100000h":    nil,

		"1/1s,1/1s,1/1s,1/1s,1/1s,1/1s,1/1s,1/1s,1/1s": nil,
		"100/.5s": {{N: 100, Period: 500 * time.Millisecond}},
	}
	for in, want := range tests {
		got, err := sync.ParseLimits(in)
		if !slices.Equal(got, want) || (err == nil) != (want != nil) {
			t.Errorf("%q: %v, %v", in, got, err)
		}
	}
}

// TestLimitsAreKept runs jobs against servers that count in different ways,
// over networks that delay differently. Whatever they do, no call is refused,
// and the burst that the limit allows is used.
func TestLimitsAreKept(t *testing.T) {
	const rows = 430
	limits := []sync.Limit{{N: 100, Period: 6 * time.Second}, {N: 50, Period: time.Second}, {N: 7, Period: 500 * time.Millisecond}}
	for _, window := range []feishutest.Window{feishutest.Sliding, feishutest.Fixed, feishutest.Bucket} {
		for _, limit := range limits {
			for _, jitter := range []time.Duration{0, 15 * time.Millisecond, 200 * time.Millisecond} {
				for seed := range uint64(3) {
					name := fmt.Sprintf("%s %s jitter %s seed %d", window, limit, jitter, seed)
					synctest.Test(t, func(t *testing.T) {
						s := newScene(t, feishutest.Config{
							Limit:   feishutest.Limit{N: limit.N, Period: limit.Period, Window: window},
							Latency: 20 * time.Millisecond, Jitter: jitter, InboundJitter: jitter, Seed: seed,
						}, rows)
						pace(s, limit)
						s.job.Workers = 16
						start := time.Now()
						results, err := s.run(t.Context())
						if err != nil || counts(results)[sync.Updated] != rows {
							t.Fatalf("%s: %v, %v", name, counts(results), err)
						}
						if n := s.sim.Stats().Refused; n > 0 {
							t.Errorf("%s: %d calls were refused", name, n)
						}
						// The least time: the first window's worth at once, the rest a
						// period later each; every period may cost a round trip more.
						windows := (rows+limit.N-1)/limit.N - 1
						most := time.Duration(windows+1) * (limit.Period*101/100 + 30*time.Millisecond + 3*jitter)
						if limit.N < 16 {
							most += time.Duration(windows) * 2 * jitter
						}
						if took := time.Since(start); took > most {
							t.Errorf("%s: it took %s, want at most %s", name, took, most)
						}
					})
				}
			}
		}
	}
}

// pace gives the scene's job a pacer for the limits.
func pace(s *scene, limits ...sync.Limit) {
	s.t.Helper()
	pacer := sync.NewPacer(limits, 0)
	pacer.OnPause = s.job.Pacer.OnPause
	client, err := feishu.NewClient(feishu.Config{
		BaseURL: "https://open.feishu.cn", AppID: "cli_a", AppSecret: "sesame",
		Transport: s.sim.Transport(), Admit: pacer.Admit,
	})
	if err != nil {
		s.t.Fatal(err)
	}
	s.job.Pacer, s.job.Client = pacer, client
}

// TestSeveralLimitsAtOnce shows that all of several limits are kept.
func TestSeveralLimitsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, feishutest.Config{
			Limit:   feishutest.Limit{N: 50, Period: time.Second},
			Also:    []feishutest.Limit{{N: 200, Period: 10 * time.Second}},
			Latency: 20 * time.Millisecond, InboundJitter: 15 * time.Millisecond,
		}, 500)
		pace(s, sync.Limit{N: 50, Period: time.Second}, sync.Limit{N: 200, Period: 10 * time.Second})
		s.job.Workers = 8
		results, err := s.run(t.Context())
		if err != nil || counts(results)[sync.Updated] != 500 || s.sim.Stats().Refused != 0 {
			t.Errorf("%v, %v, %d refused", counts(results), err, s.sim.Stats().Refused)
		}
	})
}

// TestLimitSmallerThanThought shows that a run finishes although the server
// allows half of what is configured, without hammering it.
func TestLimitSmallerThanThought(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, feishutest.Config{Limit: feishutest.Limit{N: 50, Period: 6 * time.Second}, Latency: 20 * time.Millisecond}, 600)
		pace(s, sync.Limit{N: 100, Period: 6 * time.Second})
		s.job.Workers = 4
		results, err := s.run(t.Context())
		if err != nil || counts(results)[sync.Updated] != 600 {
			t.Fatalf("%v, %v", counts(results), err)
		}
		if n := s.sim.Stats().Refused; n > 60 {
			t.Errorf("%d of 600 calls were refused", n)
		}
	})
}

// TestBurst shows that a configured burst spreads the calls from the start.
func TestBurst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pacer := sync.NewPacer([]sync.Limit{{N: 60, Period: time.Minute}}, 2)
		start := time.Now()
		for range 5 {
			done, err := pacer.Admit(t.Context(), feishu.CallPatch)
			if err != nil {
				t.Fatal(err)
			}
			done(nil)
		}
		if took := time.Since(start); took != 3*time.Second {
			t.Errorf("five calls at one a second, two at once, took %s", took)
		}
	})
}

// TestKindsAreCountedApart shows that a used-up limit of one kind of call does
// not hold another kind up.
func TestKindsAreCountedApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pacer := sync.NewPacer([]sync.Limit{{N: 1, Period: time.Hour}}, 0)
		start := time.Now()
		for _, call := range []feishu.Call{feishu.CallToken, feishu.CallPatch, feishu.CallGet} {
			if _, err := pacer.Admit(t.Context(), call); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(start); took != 0 {
			t.Errorf("it took %s", took)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if _, err := pacer.Admit(ctx, feishu.CallPatch); err == nil {
			t.Error("a second call was admitted within the period")
		}
	})
}

// TestPermitComesBackAfterTheAnswer shows that a permit is good again a period
// after the answer, and not after the sending: in between the server may have
// counted the call at any moment.
func TestPermitComesBackAfterTheAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pacer := sync.NewPacer([]sync.Limit{{N: 1, Period: time.Second}}, 0)
		done, err := pacer.Admit(t.Context(), feishu.CallPatch)
		if err != nil {
			t.Fatal(err)
		}
		var wg stdsync.WaitGroup
		start := time.Now()
		wg.Go(func() {
			if _, err := pacer.Admit(t.Context(), feishu.CallPatch); err != nil {
				t.Error(err)
			}
			if waited := time.Since(start); waited < 6*time.Second || waited > 6*time.Second+10*time.Millisecond {
				t.Errorf("the next call went out %s after the first one's sending", waited)
			}
		})
		<-time.After(5 * time.Second)
		done(nil)
		wg.Wait()
	})
}

func BenchmarkAdmit(b *testing.B) {
	b.ReportAllocs()
	pacer := sync.NewPacer([]sync.Limit{{N: 1_000_000_000, Period: time.Second}}, 0)
	for b.Loop() {
		done, err := pacer.Admit(b.Context(), feishu.CallPatch)
		if err != nil {
			b.Fatal(err)
		}
		done(nil)
	}
}
