package feishutest

import (
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestParseLimit(t *testing.T) {
	for text, want := range map[string]Limit{
		"100/1m": {N: 100, Period: time.Minute}, "50/1s": {N: 50, Period: time.Second}, "50/s": {N: 50, Period: time.Second},
		" 7 / 1m30s ": {N: 7, Period: 90 * time.Second}, "1/250ms": {N: 1, Period: 250 * time.Millisecond}, "3/.5s": {N: 3, Period: time.Second / 2},
	} {
		if got, err := ParseLimit(text); err != nil || got != want {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "100", "100/", "/1m", "0/1m", "-1/1m", "1.5/1m", "1/0s", "1/-1s", "1/5", "1/1m,2/1s", "x/1m"} {
		if got, err := ParseLimit(text); err == nil {
			t.Errorf("%q: %+v, want an error", text, got)
		}
	}
}

// TestWindows sends calls at set times and looks which are refused, and for how long.
func TestWindows(t *testing.T) {
	type step struct {
		at   time.Duration
		want string // "" passes, else the reset header
	}
	ms := time.Millisecond
	tests := []struct {
		name  string
		limit Limit
		steps []step
	}{
		{"sliding", Limit{N: 2, Period: 6 * time.Second}, []step{
			{0, ""}, {4000 * ms, ""}, {4000 * ms, "2"}, {5999 * ms, "1"}, {6000 * ms, ""}, {6000 * ms, "4"}, {10000 * ms, ""}, {10000 * ms, "2"},
		}},
		{"sliding, refused counted", Limit{N: 2, Period: 6 * time.Second, CountRefused: true}, []step{
			{0, ""}, {1000 * ms, ""}, {2000 * ms, "5"}, {6000 * ms, "2"}, {8000 * ms, ""},
		}},
		{"fixed", Limit{N: 2, Period: 6 * time.Second, Window: Fixed}, []step{
			{5000 * ms, ""}, {5000 * ms, ""}, {5500 * ms, "1"}, {6000 * ms, ""}, {6000 * ms, ""}, {6001 * ms, "6"}, {12000 * ms, ""},
		}},
		{"bucket", Limit{N: 2, Period: 6 * time.Second, Window: Bucket}, []step{
			{0, ""}, {0, ""}, {0, "3"}, {2999 * ms, "1"}, {3000 * ms, ""}, {3000 * ms, "3"}, {60000 * ms, ""}, {60000 * ms, ""}, {60000 * ms, "3"},
		}},
		{"bucket, refused counted", Limit{N: 2, Period: 6 * time.Second, Window: Bucket, CountRefused: true}, []step{
			{0, ""}, {0, ""}, {0, "6"}, {3000 * ms, "6"}, {9000 * ms, ""},
		}},
		{"header verbatim", Limit{N: 1, Period: time.Second, Reset: "abc"}, []step{{0, ""}, {0, "abc"}}},
		{"none", Limit{}, []step{{0, ""}, {0, ""}, {0, ""}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := sampled(1, Config{Limit: test.limit})
				c := inMemory(t, s)
				start := time.Now()
				for i, step := range test.steps {
					pass(step.at - time.Since(start))
					got := c.patch(SampleItem(1), `{"metric_current_value":1}`)
					if header := got.header.Get("x-ogw-ratelimit-reset"); header != step.want || (got.Code == 99991400) != (step.want != "") {
						t.Errorf("step %d at %v: code %d, reset %q, want %q", i, step.at, got.Code, header, step.want)
					}
				}
			})
		})
	}
}

func TestResetHeaderAbsent(t *testing.T) {
	s := sampled(1, Config{Limit: Limit{N: 1, Period: time.Hour, Reset: "none"}})
	c := inMemory(t, s)
	c.do("GET", sourcesPath, "")
	got := c.do("GET", sourcesPath, "")
	if _, there := got.header["X-Ogw-Ratelimit-Reset"]; there || got.status != 429 {
		t.Errorf("HTTP %d, headers %v", got.status, got.header)
	}
	if n := s.Stats().Refused; n != 1 {
		t.Errorf("%d refused", n)
	}
}

func TestKindsAreLimitedApart(t *testing.T) {
	one := Limit{N: 1, Period: time.Hour}
	s := sampled(1, Config{Limit: one, Limits: map[Call]Limit{Get: {}, Token: {N: 2, Period: time.Hour}}})
	c := inMemory(t, s)
	for i := range 3 {
		refused := i > 0
		if got := c.do("GET", sourcesPath, "").Code != 0; got != refused {
			t.Errorf("sources %d: refused %v", i, got)
		}
		if got := c.do("GET", itemsPath, "").Code != 0; got != refused {
			t.Errorf("list %d: refused %v", i, got)
		}
		if c.do("GET", itemsPath+"/"+SampleItem(1), "").Code != 0 {
			t.Error("get has no limit")
		}
		if got := c.login().Code != 0; got != (i > 1) {
			t.Errorf("login %d: refused %v", i, got)
		}
	}
	s.SetLimit("", Limit{})
	if c.do("GET", sourcesPath, "").Code != 0 || c.login().Code == 0 {
		t.Error("SetLimit for all must lift all but the login's")
	}
}

// TestSeveralLimits: a call that one of two limits refuses uses up nothing of the other.
func TestSeveralLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := sampled(1, Config{Limit: Limit{N: 2, Period: time.Second}, Also: []Limit{{N: 5, Period: time.Minute}}})
		c := inMemory(t, s)
		passed := 0
		for range 100 {
			if c.do("GET", sourcesPath, "").Code == 0 {
				passed++
			}
			pass(100 * time.Millisecond)
		}
		if passed != 5 {
			t.Errorf("%d passed in ten seconds, want 5", passed)
		}
	})
}

// TestSlidingHoldsForAnyTimes compares a sliding gate with the definition, over random arrivals.
func TestSlidingHoldsForAnyTimes(t *testing.T) {
	for seed := range uint64(200) {
		random := rand.New(rand.NewPCG(seed, 1))
		l := Limit{N: 1 + random.IntN(5), Period: time.Second}
		g := newGate(l, time.Time{}, 0)
		var passed []time.Duration
		now := time.Duration(0)
		for range 100 {
			now += time.Duration(random.IntN(int(2*l.Period) / l.N))
			inside := 0
			for _, at := range passed {
				if at > now-l.Period {
					inside++
				}
			}
			ok := g.wait(now) == 0
			if ok != (inside < l.N) {
				t.Fatalf("seed %d at %v: passed %v with %d of %d in the window", seed, now, ok, inside, l.N)
			}
			if ok {
				g.add(now)
				passed = append(passed, now)
			}
			if len(g.seen) > l.N {
				t.Fatalf("remembers %d arrivals of %d", len(g.seen), l.N)
			}
		}
	}
}

func TestLimitChangesByScript(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := sampled(1, Config{Limit: Limit{N: 4, Period: time.Second}})
		script(t, s, "sources 2 limit:1/10s\nsources from:5 limit:9/1s x1")
		c := inMemory(t, s)
		var codes []int
		for range 8 {
			codes = append(codes, c.do("GET", sourcesPath, "").Code)
		}
		pass(10 * time.Second)
		for range 3 {
			codes = append(codes, c.do("GET", sourcesPath, "").Code)
		}
		f := 99991400
		if want := []int{0, 0, 0, f, f, f, f, f, 0, 0, 0}; !slices.Equal(codes, want) {
			t.Errorf("%v, want %v", codes, want)
		}
	})
}

func TestQuotaPeriod(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := sampled(2, Config{Quota: Quota{N: 2, Period: time.Minute}})
		c := inMemory(t, s)
		for i, step := range []struct {
			pause time.Duration
			code  int
		}{{time.Hour, 0}, {30 * time.Second, 0}, {29 * time.Second, 1001005}, {time.Second, 0}, {0, 0}, {0, 1001005}} {
			pass(step.pause)
			if got := c.patch(SampleItem(1), `{"metric_current_value":1}`); got.Code != step.code {
				t.Errorf("step %d: code %d, want %d", i, got.Code, step.code)
			}
		}
	})
}

// TestLatencyComesAfterTheArrival: the store and the limits see a call before its answer is on the way.
func TestLatencyComesAfterTheArrival(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := sampled(1, Config{Latency: 20 * time.Second, Jitter: 5 * time.Second, InboundJitter: 10 * time.Second, Seed: 7})
		c := inMemory(t, s)
		var calls sync.WaitGroup
		start := time.Now()
		for range 20 {
			calls.Go(func() { c.patch(SampleItem(1), `{"metric_current_value":1}`) })
		}
		pass(10 * time.Second)
		synctest.Wait()
		if n := s.Stats().Updates; n != 20 {
			t.Errorf("%d updates before any answer, want 20", n)
		}
		calls.Wait()
		if took := time.Since(start); took < 20*time.Second || took > 35*time.Second {
			t.Errorf("took %v", took)
		}
		log := s.Requests()
		if log[0].At.Equal(log[19].At) || !slices.IsSortedFunc(log, func(a, b Request) int { return a.At.Compare(b.At) }) {
			t.Error("arrivals must be spread and in order")
		}
	})
}

func TestConfigIsChecked(t *testing.T) {
	for name, c := range map[string]Config{
		"window": {Limit: Limit{N: 1, Period: 1, Window: "x"}}, "period": {Limit: Limit{N: 1}}, "status": {Limit: Limit{N: 1, Period: 1, Status: 99}},
		"also": {Also: []Limit{{N: 1}}}, "call": {Limits: map[Call]Limit{"x": {}}}, "limits": {Limits: map[Call]Limit{Get: {N: 1}}},
		"latency": {Latency: -1}, "page": {PageSizeMax: -1}, "fault": {Faults: map[Fault]float64{"x": 0.1}},
		"probability": {Faults: map[Fault]float64{"500": 1.1}}, "sum": {Faults: map[Fault]float64{"500": 0.6, "cut": 0.6}},
	} {
		if c.Validate() == nil {
			t.Errorf("%s: no error", name)
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("New must panic")
		}
	}()
	New(Config{Latency: -1})
}
