package sync

import (
	"testing"
	"time"
)

// TestEarly shows by how much a permit may come back early: by nothing before there are
// answers enough, by nearly the whole round trip on a network that does not vary, and by
// nothing on one that varies by more than it takes.
func TestEarly(t *testing.T) {
	for _, test := range []struct {
		n           int
		least, most time.Duration // of the trips, evenly
		want        [2]time.Duration
	}{
		{49, 50 * milli, 50 * milli, [2]time.Duration{0, 0}},
		{50, 50 * milli, 50 * milli, [2]time.Duration{49 * milli, 49 * milli}},
		{50, 20 * milli, 35 * milli, [2]time.Duration{12 * milli, 15 * milli}},
		{5000, 20 * milli, 35 * milli, [2]time.Duration{17 * milli, 18 * milli}},
		{5000, 0, 200 * milli, [2]time.Duration{0, 0}},
		{60, milli, milli, [2]time.Duration{0, 0}},
	} {
		var trips trips
		for i := range test.n { // the shortest first
			trips.add(test.least + (test.most-test.least)*time.Duration(i)/time.Duration(test.n))
		}
		if got := trips.early(); got < test.want[0] || got > test.want[1] {
			t.Errorf("%d trips of %s to %s: %s early", test.n, test.least, test.most, got)
		}
	}
}

// TestFasterNetwork shows that permits stop coming back early when round trips become
// shorter than any before, until enough of them are known.
func TestFasterNetwork(t *testing.T) {
	var trips trips
	for range 100 {
		trips.add(200 * milli)
	}
	if trips.early() == 0 {
		t.Fatal("nothing comes back early")
	}
	trips.add(5 * milli)
	if early := trips.early(); early != 0 {
		t.Errorf("%s early after one short trip", early)
	}
}

// TestOutage shows when there is an outage, how long everybody rests in it, and when it
// is given up.
func TestOutage(t *testing.T) {
	o := &outage{retry: Retry{Initial: second, Max: 8 * second}}
	now := time.Unix(1_000_000, 0)
	lose := func() time.Duration {
		now = now.Add(second)
		return o.met(now, now.Add(-milli))
	}
	for range anOutage - 1 {
		if rest := lose(); rest != 0 || o.on() || o.lasts() {
			t.Errorf("after %d: rests %s", o.lost, rest)
		}
	}
	if o.met(now, now.Add(-2*second)) != 0 || o.lost != anOutage-1 {
		t.Error("calls that were out together count more than once")
	}
	lose()
	if !o.on() || !o.lasts() {
		t.Error("a server that never answered is waited for")
	}
	o.over()
	if o.on() || o.lasts() {
		t.Error("an answer does not end it")
	}
	var most time.Duration
	for range anOutage + Tries {
		if o.lasts() {
			t.Errorf("given up after %d", o.lost)
		}
		most = max(most, lose())
	}
	if !o.lasts() || most > 8*second || most == 0 {
		t.Errorf("after %d: %v, rested %s at most", o.lost, o.lasts(), most)
	}
}

// TestBatchSizes shows how the largest batch is found.
func TestBatchSizes(t *testing.T) {
	for limit := 1; limit <= 100; limit++ {
		b := &batchSizes{largest: 100}
		refused := 0
		for range 12 {
			if n := b.next(); n <= limit {
				b.passed(n)
			} else {
				refused++
				b.refused(n)
			}
		}
		if refused > 7 || b.next() != limit {
			t.Errorf("a limit of %d: %d refused, then %d", limit, refused, b.next())
		}
	}
	b := &batchSizes{largest: 100}
	if b.passed(60); b.refused(50) || b.next() != 100 {
		t.Error("a smaller batch than one that was accepted was too large")
	}
	b.refused(80)
	if b.doubt(); b.next() != 100 {
		t.Error("a single row that is refused leaves the size in doubt")
	}
}

// TestForecastIsBounded shows that what would take for ever is forecast as very long, and
// never as short.
func TestForecastIsBounded(t *testing.T) {
	p := pipe{workers: 6, flight: 4, reply: 100 * milli}
	day := []Limit{{1, 24 * time.Hour}}
	for _, n := range []int{200_000, 2_000_000_000} {
		if got := p.forecast(newPace(day, 0, false, 4), time.Now(), n); got < 100*365*24*time.Hour {
			t.Errorf("%d calls at one a day: %s", n, got)
		}
		if got := p.forecast(newPace(day, 1, false, 4), time.Now(), n); got < 100*365*24*time.Hour {
			t.Errorf("%d calls at one a day, spread: %s", n, got)
		}
	}
}
