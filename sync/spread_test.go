package sync

import (
	"cmp"
	"math"
	"testing"
	"time"

	"golang.org/x/time/rate"
)

// TestSlower shows to what a pace goes that is refused: what the lesson of the refusal or
// the flow since the one before allows, halfway back to the steady pace if it was raised,
// and to that in the end.
func TestSlower(t *testing.T) {
	const forgotten = -1
	for _, test := range []struct {
		name   string
		figure rate.Limit // configured calls a second; a fiftieth is credible. 0 is none
		even   rate.Limit // the pace, 10 a second being steady
		raised bool
		borne  int        // by a lesson of 10 a second
		taught int        // calls a second
		flow   rate.Limit // since the last refusal
		want   rate.Limit
		hold   int // periods, after 4
	}{
		{"what is taught", 0, 10, false, 0, 8, 7, 7.76, 4},
		{"what flows", 0, 10, false, 0, 1, 9, 8.73, 4},
		{"not much more", 0, 10, false, 0, 20, 7, 9, 4},
		{"not too little at once", 0, 10, false, 0, 1, 1, 5, 4},
		{"too slow", 0, 4.1, false, 0, 1, 1, forgotten, 4},
		{"as slow as is credible", 400, 10, false, 0, 1, 1, 7.76, 4},
		{"slower than is credible", 400, 8, false, 0, 1, 5, 7.2, 4},
		{"slower than is credible, and it flows", 400, 7, false, 0, 1, 5, 6.79, 4},
		{"a silence that was too short", 0, 10, false, 0, 1, 0, 10, 4},
		{"raised", 0, 20, true, 0, 19, 10, 15, 4},
		{"raised beyond what went", 0, 20, true, 12, 19, 10, 11, 4},
		{"raised a little", 0, 10.4, true, 0, 10, 10, 10, 8},
		{"still above what flows", 0, 15, false, 0, 15, 12, 11.64, 4},
		{"half of it, if that flows", 0, 15, false, 0, 15, 15, 12.5, 4},
		{"steady again", 0, 15, false, 0, 15, 10.5, 10, 8},
	} {
		p, now := newPace(nil, 0, false, 1), time.Unix(1_000_000, 0)
		p.base, p.strikes = Limit{N: 10, Period: time.Second}, mostStrike
		p.spreadOut(now)
		p.steady, p.floor, p.hold = 10, 2.5, 4
		p.learned, p.most = p.record().narrowed(p.base, now), p.base.N
		p.even.SetLimitAt(now, test.even)
		p.figure = cmp.Or(test.figure, rate.Inf)
		p.raised, p.borne = test.raised, test.borne
		got := rate.Limit(forgotten)
		if p.slower(Limit{N: test.taught, Period: time.Second}, test.flow, now, now.Add(time.Second)) {
			got = p.even.Limit()
		}
		if math.Abs(float64(got-test.want)) > 1e-6 || p.hold != test.hold {
			t.Errorf("%s: %v a second, to be raised after %d periods, want %v and %d", test.name, got, p.hold, test.want, test.hold)
		}
		if room := rate.Limit(p.learned.limit.N); got != forgotten && (room < got || room > got+2 || p.most > int(room)) {
			t.Errorf("%s: a window of %v for %v a second, and up to %d", test.name, room, got, p.most)
		}
	}
}

// TestFaster shows that a pace is raised step by step, as the window beside it is, and that
// what was borne until then is steady from then on; and that after each time that it was
// too fast, it is raised later, up to a bound.
func TestFaster(t *testing.T) {
	p, now := newPace(nil, 0, false, 1), time.Unix(1_000_000, 0)
	p.base = Limit{N: 80, Period: 2 * time.Second}
	p.spreadOut(now)
	if p.even.Limit() != 38.8 || p.steady != 38.8 || p.floor != 9.7 {
		t.Errorf("40 a second are spread to %v, with %v as the floor", p.even.Limit(), p.floor)
	}
	p.learned = p.record().narrowed(p.base, now)
	p.even.SetLimitAt(now, 20)
	p.hold = 12
	p.calm(now)
	now = now.Add(2 * time.Minute)
	for step, want := range []rate.Limit{21, 23, 26} {
		p.pressed = true
		p.climb(now)
		if got := p.even.Limit(); got != want || p.steady != 20 || p.hold != firstHold {
			t.Errorf("step %d: %v a second, %v steady, held for %d periods; want %v", step, got, p.steady, p.hold, want)
		}
		now = now.Add(2 * time.Second)
	}
	if p.climb(now); p.even.Limit() != 26 {
		t.Error("a pace that holds nobody up is raised")
	}
	for p.hold = 3; p.hold < longHold; {
		before := p.hold
		p.even.SetLimitAt(now, 20.1)
		if p.slower(Limit{N: 40, Period: 2 * time.Second}, 20, now, now); p.hold != min(2*before, longHold) {
			t.Fatalf("after %d periods, the pace is held for %d", before, p.hold)
		}
	}
}

// TestFlow shows what is known of how fast calls were let through since a refusal: those
// that were sent before do not count.
func TestFlow(t *testing.T) {
	p, now := newPace(nil, 0, false, 9), time.Unix(1_000_000, 0)
	p.born = now.Add(-time.Hour)
	for range 3 {
		p.take(now)
	}
	p.give(now, now, passed)
	sent := now
	now = now.Add(time.Second)
	p.refuse(now, sent, now.Add(time.Second), true)
	p.give(now, sent, refused)
	p.give(now, sent, passed)
	if got := p.flow(now); got != 0 {
		t.Errorf("%v a second, before any call", got)
	}
	p.flight = 9
	for range 5 {
		now = now.Add(time.Second)
		p.take(now)
		p.give(now, now, passed)
	}
	if got := p.flow(now.Add(5 * time.Second)); got != 0.5 {
		t.Errorf("5 calls in 10 seconds are %v a second", got)
	}
	if got := p.least(); got != 10.0/60 {
		t.Errorf("without a figure, %v a second are credible", got)
	}
}
