package sync_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"okrsync/feishu/feishutest"
	"okrsync/sync"
)

// TestLimitsAreUsed holds how much of a limit is used and how many calls are refused
// where the configured limit is true, wrong or missing, or changes on the way. The best
// is the least time that the server's limit allows for the calls, its burst included.
// The clock is the test's: what is measured is the pacer, not the machine.
func TestLimitsAreUsed(t *testing.T) {
	const s = time.Second
	limit := func(n int, period time.Duration, w feishutest.Window) feishutest.Limit {
		return feishutest.Limit{N: n, Period: period, Window: w}
	}
	reset := func(l feishutest.Limit, word string) feishutest.Limit {
		l.Reset = word
		return l
	}
	counting := func(l feishutest.Limit) feishutest.Limit {
		l.CountRefused = true
		return l
	}
	sliding, fixed, bucket := feishutest.Sliding, feishutest.Fixed, feishutest.Bucket
	for _, test := range []struct {
		name    string
		server  feishutest.Limit
		rate    string // "" is none
		half    bool   // the server allows half of it from the middle on
		calls   int
		workers int
		best    time.Duration
		share   float64 // of the best, in percent
		refused int     // calls, at most
	}{
		{"sliding", limit(100, 6*s, sliding), "100/6s", false, 1000, 7, 54 * s, 98, 0},
		{"fixed", limit(100, 6*s, fixed), "100/6s", false, 1000, 7, 54 * s, 98, 0},
		{"bucket", limit(50, s, bucket), "50/1s", false, 1000, 7, 19 * s, 97, 0},
		{"sliding second", limit(50, s, sliding), "50/1s", false, 1000, 7, 19 * s, 96, 0},
		{"minute", limit(100, 60*s, sliding), "100/1m", false, 1000, 7, 540 * s, 99, 0},
		{"few calls", limit(100, 6*s, sliding), "100/6s", false, 200, 32, 6 * s, 96, 0},
		{"slow first", limit(100, 6*s, sliding), "50/6s", false, 200, 6, 18 * s, 96, 0},

		{"half of it", limit(100, 6*s, sliding), "200/6s", false, 1000, 7, 54 * s, 92, 10},
		{"half of it, fixed", limit(50, 6*s, fixed), "100/6s", false, 1000, 7, 114 * s, 95, 10},
		{"half of it, bucket", limit(50, 6*s, bucket), "100/6s", false, 1000, 7, 114 * s, 92, 16},
		{"half of it, bucket second", limit(25, s, bucket), "50/1s", false, 1000, 7, 39 * s, 90, 17},
		{"half of it, second", limit(50, s, sliding), "100/1s", false, 1000, 7, 19 * s, 90, 10},
		{"half of it, not told", reset(limit(50, 6*s, sliding), "none"), "100/6s", false, 1000, 7, 114 * s, 90, 12},
		{"half of it, told wrong", reset(limit(50, 6*s, sliding), "1"), "100/6s", false, 1000, 7, 114 * s, 85, 12},
		{"half of it, nonsense told", reset(limit(50, 6*s, sliding), "abc"), "100/6s", false, 1000, 7, 114 * s, 85, 12},
		{"half of it, refused ones count", counting(limit(50, 6*s, sliding)), "100/6s", false, 1000, 7, 114 * s, 85, 13},
		{"a tenth of it", limit(10, 6*s, sliding), "100/6s", false, 200, 7, 114 * s, 90, 10},
		{"another period", limit(50, s, sliding), "1000/1m", false, 1000, 7, 19 * s, 90, 10},

		{"halved", limit(100, 6*s, sliding), "100/6s", true, 1000, 7, 84 * s, 92, 10},
		{"halved bucket", limit(50, s, bucket), "50/1s", true, 1000, 7, 29 * s, 90, 14},

		{"none known", limit(100, 60*s, sliding), "", false, 1000, 7, 540 * s, 95, 10},
		{"none known, fixed", limit(100, 60*s, fixed), "", false, 1000, 7, 540 * s, 95, 10},
		{"none known, bucket", limit(100, 60*s, bucket), "", false, 1000, 7, 540 * s, 85, 26},
		{"none known, second", limit(50, s, sliding), "", false, 1000, 7, 19 * s, 90, 10},
		{"none known, not told", reset(limit(100, 60*s, sliding), "none"), "", false, 1000, 7, 540 * s, 85, 14},
	} {
		for seed := range uint64(2) {
			synctest.Test(t, func(t *testing.T) {
				sc := newScene(t, feishutest.Config{Limit: test.server, Latency: 20 * time.Millisecond, InboundJitter: 15 * time.Millisecond, Seed: seed}, test.calls)
				var limits []sync.Limit
				if test.rate != "" {
					limits, _ = sync.ParseLimits(test.rate)
				}
				pace(sc, limits...)
				sc.job.Workers = test.workers
				start, done := time.Now(), 0
				for r, err := range sc.job.Run(t.Context()) {
					if err != nil || r.Status != sync.Updated {
						t.Fatalf("%s: %v, %+v", test.name, err, r)
					}
					if done++; done == test.calls/2 && test.half {
						half := test.server
						half.N /= 2
						sc.sim.SetLimit("", half)
					}
				}
				share := 100 * test.best.Seconds() / time.Since(start).Seconds()
				if refused := sc.sim.Stats().Refused; share < test.share || refused > test.refused {
					t.Errorf("%s, seed %d: %.1f %% of the best, %d refused", test.name, seed, share, refused)
				}
			})
		}
	}
}

// TestUsedUpByOthers shows that a limit that an earlier run has used up, or a part of it,
// holds a run up for as long as it takes to be free again, and no longer.
func TestUsedUpByOthers(t *testing.T) {
	for _, server := range []feishutest.Limit{
		{N: 100, Period: time.Minute},
		{N: 100, Period: time.Minute, Window: feishutest.Fixed},
		{N: 100, Period: 6 * time.Second},
	} {
		for _, before := range []int{60, 95, 100} {
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t, feishutest.Config{Limit: server, Latency: 20 * time.Millisecond, InboundJitter: 15 * time.Millisecond}, 300)
				limit := sync.Limit{N: server.N, Period: server.Period}
				for _, n := range []int{before, 300} {
					pace(s, limit)
					s.job.Rows, s.job.Workers = values(n, n), 6
					start := time.Now()
					results, err := s.run(t.Context())
					if got := counts(results); err != nil || got[sync.Updated] != n {
						t.Fatalf("%v, %v", got, err)
					}
					if took := time.Since(start); took > 4*server.Period+3*time.Second {
						t.Errorf("%+v, %d used up: it took %s", server, before, took)
					}
				}
			})
		}
	}
}

// TestLimitRecovers shows that a limit that was halved for some time is used again when
// it is whole, on slow networks too.
func TestLimitRecovers(t *testing.T) {
	for _, test := range []struct {
		limit, rate    string // the server's, and what the pacer is told
		latency        time.Duration
		batch, workers int
		strict         bool
		most           time.Duration // that the last half of the calls may take
	}{
		{"100/6s", "100/6s", 20 * time.Millisecond, 1, 7, false, 241 * time.Second},
		{"100/6s", "100/6s", 300 * time.Millisecond, 1, 7, false, 241 * time.Second},
		{"50/1s", "50/1s", 60 * time.Millisecond, 1, 7, false, 81 * time.Second},
		{"100/1m", "100/1m", 1500 * time.Millisecond, 1, 7, false, 2410 * time.Second},
		{"100/1m", "100/1m", 1500 * time.Millisecond, 2, 32, false, 2410 * time.Second},
		// Where no limit is configured every period is a guess, and which calls meet on the
		// way is chance: more than half of the limit must be used, in all cases.
		{"50/1s", "auto", 60 * time.Millisecond, 1, 7, false, 110 * time.Second},
		{"50/1s", "auto", 60 * time.Millisecond, 1, 7, true, 110 * time.Second},
		{"50/1s", "auto", 300 * time.Millisecond, 2, 32, false, 160 * time.Second},
		{"100/6s", "auto", 300 * time.Millisecond, 1, 7, true, 480 * time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			rows := 8000 * test.batch
			limits, err := sync.ParseLimits(test.limit)
			if err != nil {
				t.Fatal(err)
			}
			whole := feishutest.Limit{N: limits[0].N, Period: limits[0].Period}
			s := newScene(t, feishutest.Config{Limit: whole, Latency: test.latency}, rows)
			if pace(s, limits...); test.rate == "auto" {
				pace(s)
			}
			s.job.Pacer.Strict = test.strict
			s.job.BatchSize, s.job.Workers = test.batch, test.workers
			done := 0
			var last time.Time
			for r, err := range s.job.Run(t.Context()) {
				if err != nil || r.Status != sync.Updated {
					t.Fatal(err, r)
				}
				switch done++; done {
				case 500 * test.batch:
					half := whole
					half.N /= 2
					s.sim.SetLimit("", half)
				case 1000 * test.batch:
					s.sim.SetLimit("", whole)
				case rows / 2:
					last = time.Now()
				}
			}
			if took := time.Since(last); took > test.most {
				t.Errorf("%+v: the last half took %s", test, took)
			}
		})
	}
}

// TestSecondClient shows that two runs on one app share its limit: neither is starved,
// and both finish without many refusals.
func TestSecondClient(t *testing.T) {
	for _, test := range []struct {
		server  feishutest.Limit
		rows    int // of each
		most    time.Duration
		refused int
	}{
		{feishutest.Limit{N: 100, Period: 6 * time.Second}, 600, 2 * time.Minute, 120},                        // 72 s at best
		{feishutest.Limit{N: 100, Period: time.Minute, Window: feishutest.Fixed}, 2000, 60 * time.Minute, 60}, // 39 min
	} {
		synctest.Test(t, func(t *testing.T) {
			s := newScene(t, feishutest.Config{Limit: test.server, Latency: 20 * time.Millisecond, InboundJitter: 15 * time.Millisecond}, test.rows)
			other := &scene{t: t, sim: s.sim, job: s.job}
			limit := sync.Limit{N: test.server.N, Period: test.server.Period}
			pace(s, limit)
			pace(other, limit)
			s.job.Workers, other.job.Workers = 6, 6
			results := make(chan int, 2)
			for _, job := range []sync.Job{s.job, other.job} {
				go func() {
					updated := 0
					for r, err := range job.Run(t.Context()) {
						if err == nil && r.Status == sync.Updated {
							updated++
						}
					}
					results <- updated
				}()
			}
			start := time.Now()
			if a, b := <-results, <-results; a != test.rows || b != test.rows {
				t.Errorf("%s: %d and %d of %d rows were updated", limit, a, b, test.rows)
			}
			if took := time.Since(start); took > test.most {
				t.Errorf("%s: twice %d calls took %s", limit, test.rows, took)
			}
			if n := s.sim.Stats().Refused; n > test.refused {
				t.Errorf("%s: %d calls were refused", limit, n)
			}
		})
	}
}

// TestSlowServer shows that every row arrives at a server that takes fewer calls than is
// credible at first, without many refusals.
func TestSlowServer(t *testing.T) {
	for _, window := range []feishutest.Window{feishutest.Sliding, feishutest.Fixed, feishutest.Bucket} {
		synctest.Test(t, func(t *testing.T) {
			s := newScene(t, feishutest.Config{Limit: feishutest.Limit{N: 5, Period: time.Minute, Window: window}, Latency: 60 * time.Millisecond}, 500)
			pace(s)
			s.job.Workers = 7
			results, err := s.run(t.Context())
			if got := counts(results); err != nil || got[sync.Updated] != 500 {
				t.Errorf("%s: %v, %v", window, got, err)
			}
			if n := s.sim.Stats().Refused; n > 75 {
				t.Errorf("%s: %d calls were refused", window, n)
			}
		})
	}
}

// TestRandomServers runs jobs with a true limit against random servers and networks.
// In no period does any server see more calls than its limit allows, whatever the
// network does, if permits are strict; every run ends, and no row is sent again after
// its answer.
func TestRandomServers(t *testing.T) {
	windows := []feishutest.Window{feishutest.Sliding, feishutest.Fixed, feishutest.Bucket}
	for seed := range uint64(80) {
		synctest.Test(t, func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 5))
			limit := sync.Limit{N: 1 + r.IntN(120), Period: time.Duration(1+r.IntN(600)) * 100 * time.Millisecond}
			server := feishutest.Config{
				Seed:          seed,
				Limit:         feishutest.Limit{N: limit.N, Period: limit.Period, Window: windows[r.IntN(3)]},
				Latency:       time.Duration(r.IntN(200)) * time.Millisecond,
				Jitter:        time.Duration(r.IntN(200)) * time.Millisecond,
				InboundJitter: time.Duration(r.IntN(200)) * time.Millisecond,
				Faults:        map[feishutest.Fault]float64{},
			}
			for _, f := range []feishutest.Fault{"500", "html502", "reset", "reset-after", "500-after"} {
				server.Faults[f] = 0.05 * r.Float64()
			}
			rows := 1 + r.IntN(300)
			s := newScene(t, server, rows)
			pace(s, limit)
			s.job.Pacer.Strict = true
			s.job.Workers = 1 + r.IntN(40)
			results, err := s.run(t.Context())
			if got := counts(results); err != nil || got[sync.Updated] != rows {
				t.Errorf("seed %d: %v, %v", seed, got, err)
			}
			if n := s.sim.Stats().Refused; n > 0 {
				t.Errorf("seed %d: %d calls were refused by %+v", seed, n, server.Limit)
			}
			var at []time.Time
			answered := map[string]bool{}
			for _, q := range s.sim.Requests() {
				if q.Call != feishutest.Patch {
					continue
				}
				at = append(at, q.At)
				if answered[q.Path] {
					t.Errorf("seed %d: %s was sent again after its answer", seed, q.Path)
				}
				answered[q.Path] = q.Code == 0
			}
			slices.SortFunc(at, time.Time.Compare)
			for i := limit.N; i < len(at); i++ {
				if apart := at[i].Sub(at[i-limit.N]); apart < limit.Period {
					t.Errorf("seed %d: %d calls within %s, and %s allows %d", seed, limit.N+1, apart, limit, limit.N)
					break
				}
			}
		})
	}
}

// TestEarlyPermits shows that permits that come back early keep the limits all the
// same, on networks of all kinds.
func TestEarlyPermits(t *testing.T) {
	const ms = time.Millisecond
	for _, network := range []struct{ latency, jitter, inbound time.Duration }{
		{20 * ms, 0, 15 * ms},
		{200 * ms, 0, 0},
		{0, 0, 200 * ms},
		{0, 200 * ms, 0},
		{50 * ms, 50 * ms, 50 * ms},
		{150 * ms, 5 * ms, 5 * ms},
		{1 * ms, 1 * ms, 1 * ms},
		{20 * ms, 200 * ms, 200 * ms},
	} {
		for _, window := range []feishutest.Window{feishutest.Sliding, feishutest.Fixed, feishutest.Bucket} {
			for seed := range uint64(2) {
				synctest.Test(t, func(t *testing.T) {
					s := newScene(t, feishutest.Config{
						Limit: feishutest.Limit{N: 50, Period: time.Second, Window: window}, Seed: seed,
						Latency: network.latency, Jitter: network.jitter, InboundJitter: network.inbound,
					}, 800)
					pace(s, sync.Limit{N: 50, Period: time.Second})
					s.job.Workers = 32
					results, err := s.run(t.Context())
					if got := counts(results); err != nil || got[sync.Updated] != 800 {
						t.Fatalf("%v, %v", got, err)
					}
					if n := s.sim.Stats().Refused; n > 0 {
						t.Errorf("%s on %+v, seed %d: %d of 800 calls were refused", window, network, seed, n)
					}
				})
			}
		}
	}
}

func Example_limits() {
	limits, err := sync.ParseLimits("50/1s,1000/1m")
	fmt.Println(limits, err)
	// Output: [50/1s 1000/1m] <nil>
}

// TestStrayRefusals shows that refusals that have nothing to do with how fast calls go
// slow a run down for a while, but do not let it starve.
func TestStrayRefusals(t *testing.T) {
	for _, noise := range []float64{0.01, 0.05, 0.1} {
		for seed := range uint64(4) {
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t, feishutest.Config{Latency: 20 * time.Millisecond, Seed: seed, Faults: map[feishutest.Fault]float64{"ratelimit:1": noise}}, 300)
				pace(s, sync.Limit{N: 50, Period: time.Second})
				s.job.Workers = 6
				start := time.Now()
				results, err := s.run(t.Context())
				if got := counts(results); err != nil || got[sync.Updated] != 300 {
					t.Errorf("%v, seed %d: %v, %v", noise, seed, got, err)
				}
				if took := time.Since(start); took > 8*time.Minute {
					t.Errorf("%v, seed %d: it took %s", noise, seed, took)
				}
			})
		}
	}
}
