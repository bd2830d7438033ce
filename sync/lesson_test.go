package sync

import (
	"slices"
	"testing"
	"time"
)

const (
	second = time.Second
	milli  = time.Millisecond
)

// A bench drives a pace through times without a clock: a call takes 20 ms, and the server
// has the limits that serve says.
type bench struct {
	*pace
	now     time.Time
	arrived []time.Time
	refused int
}

func newBench(limits ...Limit) *bench {
	b := &bench{pace: newPace(limits, 0, false, 1), now: time.Unix(1_000_000, 0)}
	b.born = b.now.Add(-time.Hour)
	return b
}

// call makes one call, when it may be made, against a sliding window of the limit. A
// server that tells says after how many whole seconds the next call will pass.
func (b *bench) call(server Limit, tells bool) {
	for {
		wait := b.take(b.now)
		if wait == 0 && !b.now.Before(b.resumed) {
			break
		}
		if wait == 0 {
			b.each((*window).drop)
			b.out--
			wait = b.resumed.Sub(b.now)
		}
		b.now = b.now.Add(wait)
	}
	sent := b.now
	b.now = b.now.Add(20 * milli)
	within := 0
	for _, at := range b.arrived {
		if b.now.Sub(at) < server.Period {
			within++
		}
	}
	if within < server.N {
		b.arrived = append(b.arrived, b.now)
		b.give(b.now, sent, passed)
		return
	}
	b.refused++
	rest := second
	if tells {
		free := b.arrived[len(b.arrived)-server.N].Add(server.Period).Sub(b.now)
		rest = (free + second - 1).Truncate(second)
	}
	b.refuse(b.now, sent, b.now.Add(rest), tells)
	b.give(b.now, sent, refused)
}

// TestLesson shows what one refusal teaches.
func TestLesson(t *testing.T) {
	for name, test := range map[string]struct {
		configured []Limit
		server     Limit
		want       Limit
	}{
		"half as many":    {[]Limit{{100, 6 * second}}, Limit{50, 6 * second}, Limit{50, 6 * second}},
		"a minute's":      {[]Limit{{100, time.Minute}}, Limit{70, time.Minute}, Limit{70, time.Minute}},
		"not configured":  {nil, Limit{50, time.Minute}, Limit{50, time.Minute}},
		"a second's":      {nil, Limit{20, second}, Limit{20, second}},
		"another period":  {[]Limit{{100, time.Minute}}, Limit{10, second}, Limit{10, second}},
		"one of two":      {[]Limit{{50, second}, {1000, time.Minute}}, Limit{30, second}, Limit{30, second}},
		"the other":       {[]Limit{{40, second}, {1000, time.Minute}}, Limit{100, time.Minute}, Limit{100, time.Minute}},
		"a few calls":     {[]Limit{{100, 6 * second}}, Limit{3, 6 * second}, Limit{3, 6 * second}},
		"an uncommon one": {nil, Limit{30, 17 * second}, Limit{30, 17 * second}},
	} {
		b := newBench(test.configured...)
		for b.refused == 0 {
			b.call(test.server, true)
		}
		got := b.learned.limit
		if got.N != test.want.N || got.Period < test.want.Period || got.Period > test.want.Period+1020*milli {
			t.Errorf("%s: learned %s, want %s", name, got, test.want)
		}
		for range 3 * test.server.N {
			b.call(test.server, true)
		}
		if b.refused > 2 {
			t.Errorf("%s: %d refusals", name, b.refused)
		}
	}
}

// TestUntoldLesson shows that a silence that nobody asked for teaches by and by.
func TestUntoldLesson(t *testing.T) {
	b := newBench(Limit{100, 6 * second})
	server := Limit{50, 6 * second}
	for range 400 {
		b.call(server, false)
	}
	if got := b.learned.limit; got != server {
		t.Errorf("learned %s", got)
	}
}

// TestLateAnswers shows that calls that were let through, and whose answers come after
// that of the refused one, count for the lesson; those sent after it do not, nor does a
// lesson grow beyond what is known to be refused.
func TestLateAnswers(t *testing.T) {
	b := newBench(Limit{100, 6 * second})
	b.flight = 100
	sent := b.now
	for range 20 {
		b.take(sent)
	}
	for range 10 {
		b.give(b.now.Add(10*milli), sent, passed)
	}
	now := sent.Add(20 * milli)
	b.refuse(now, sent, now.Add(6*second), true)
	b.give(now, sent, refused)
	if got := b.learned.limit.N; got != 10 {
		t.Fatalf("learned %d", got)
	}
	b.give(now.Add(milli), sent, passed)
	b.give(now.Add(milli), sent, passed)
	if got := b.learned.limit.N; got != 12 {
		t.Errorf("with late answers: %d", got)
	}
	b.refuse(now.Add(milli), sent, now.Add(9*second), true)
	b.give(now.Add(milli), sent, refused)
	if got := b.learned.limit.N; got != 12 || b.strikes != 0 || !b.resumed.Equal(now.Add(9*second)) {
		t.Errorf("after another refusal of the same moment: %d, %d strikes, until %v", got, b.strikes, b.resumed)
	}
}

// TestStrikes shows that calls are spread evenly when what was learned is refused again
// and again, and slower each time.
func TestStrikes(t *testing.T) {
	b := newBench(Limit{100, 10 * second})
	var rates []float64
	for range 6 {
		for range 30 {
			b.now = b.now.Add(later(b.resumed, b.now).Sub(b.now))
			for wait := b.take(b.now); wait > 0; wait = b.take(b.now) {
				b.now = b.now.Add(wait)
			}
			sent := b.now
			b.now = b.now.Add(20 * milli)
			b.give(b.now, sent, passed)
		}
		for wait := b.take(b.now); wait > 0; wait = b.take(b.now) {
			b.now = b.now.Add(wait)
		}
		b.refuse(b.now, b.now, b.now.Add(second), true)
		b.give(b.now, b.now, refused)
		if b.spread {
			rates = append(rates, float64(b.even.Limit()))
		}
	}
	if len(rates) != 4 || !slices.IsSortedFunc(rates, func(a, b float64) int { return int(1000 * (b - a)) }) || rates[0] > 10*headroom {
		t.Errorf("%v", rates)
	}
}

// TestClimb shows that a lesson is raised only when it has held calls up, in growing
// steps, that a refusal then puts it back to where it was and waits longer, and that it
// is forgotten when it is no tighter than the configured limit.
func TestClimb(t *testing.T) {
	configured := Limit{100, 10 * second}
	lesson := func() *bench {
		b := newBench(configured)
		b.through, b.first = 40, b.now
		b.refuse(b.now, b.now, b.now.Add(10*second), true)
		b.learned.limit, b.base, b.step, b.most = Limit{40, 10 * second}, Limit{40, 10 * second}, 1, 1<<30
		b.calmAt = b.now.Add(30 * second)
		return b
	}
	b := lesson()
	for range 20 {
		b.now = b.now.Add(10 * second)
		b.climb(b.now)
	}
	if b.learned.limit.N != 40 {
		t.Errorf("raised to %d, and nobody was held up", b.learned.limit.N)
	}
	var steps []int
	for range 20 {
		b.pressed = true
		b.now = b.now.Add(10 * second)
		if b.climb(b.now); b.learned == nil {
			break
		}
		steps = append(steps, b.learned.limit.N)
	}
	if !slices.Equal(steps, []int{41, 43, 46, 50, 55, 61, 68, 76, 85, 95}) || b.learned != nil {
		t.Errorf("raised to %v, then %v", steps, b.learned)
	}

	b = lesson()
	b.pressed, b.now = true, b.now.Add(30*second)
	b.climb(b.now)
	b.take(b.now)
	b.give(b.now, b.now, passed)
	b.now = b.now.Add(second)
	b.refuse(b.now, b.now, b.now.Add(10*second), false)
	if b.learned.limit.N > 40 || b.strikes != 0 || b.hold != 2*firstHold {
		t.Errorf("a refused step leaves %s, %d strikes, hold %d", b.learned.limit, b.strikes, b.hold)
	}
}

// TestFlight shows how many calls may be on the wire.
func TestFlight(t *testing.T) {
	b := newBench(Limit{1000, second})
	most := func() (n int) {
		for b.take(b.now) == 0 {
			n++
		}
		return n
	}
	for _, want := range []int{1, 2, 4, 8, 16} {
		n := most()
		if n != want {
			t.Errorf("%d calls at a time, want %d", n, want)
		}
		for range n {
			b.give(b.now, b.now, passed)
		}
	}
	n := most()
	b.refuse(b.now, b.now, b.now.Add(second), true)
	for range n {
		b.give(b.now, b.now, refused)
	}
	b.now = b.now.Add(10 * second)
	if after := most(); after != n/4 {
		t.Errorf("%d calls at a time after a refusal of %d", after, n)
	}
}

// TestStrict shows that strict permits come back a whole period after the answer, those
// of refused calls too, and others a little earlier.
func TestStrict(t *testing.T) {
	for _, strict := range []bool{false, true} {
		p := newPace([]Limit{{1, second}}, 0, strict, 1)
		now := time.Unix(1_000_000, 0)
		for range 60 {
			now = now.Add(2 * second)
			p.take(now)
			p.give(now.Add(20*milli), now, passed)
		}
		answered := now.Add(20 * milli)
		wait := p.take(answered)
		if strict != (wait >= second) || wait < second-20*milli {
			t.Errorf("strict %v: waits %s", strict, wait)
		}
		now = now.Add(2 * second)
		p.take(now)
		p.refuse(now, now, now, true)
		p.give(now, now, refused)
		if wait := p.take(now); strict != (wait >= second) {
			t.Errorf("strict %v: waits %s after a refusal", strict, wait)
		}
	}
}

// TestFirstRefusal shows that a refusal that an earlier run may be to blame for teaches
// nothing, before and after answers to calls that were out with it.
func TestFirstRefusal(t *testing.T) {
	for _, late := range []bool{false, true} {
		b := newBench(Limit{100, time.Minute})
		b.born = time.Time{}
		b.flight = 10
		b.take(b.now)
		b.take(b.now)
		sent := b.now
		b.now = b.now.Add(20 * milli)
		b.refuse(b.now, sent, b.now.Add(7*second), true)
		b.give(b.now, sent, refused)
		if late {
			b.give(b.now.Add(milli), sent, passed)
		}
		if b.learned != nil {
			t.Errorf("late %v: learned %s", late, b.learned.limit)
		}
		b.now = b.resumed
		b.take(b.now)
		b.refuse(b.now, b.now, b.now.Add(7*second), true)
		b.give(b.now, b.now, refused)
		if late != (b.learned != nil) {
			t.Errorf("late %v: learned %v", late, b.learned)
		}
		if late && (b.learned.limit.N < 1 || b.learned.limit.Period <= 0 || b.learned.limit.Period > time.Minute) {
			t.Errorf("learned %s", b.learned.limit)
		}
	}
}

// TestCorrected shows what is made of a lesson that is refused: less than it said, however
// many calls seem to have been let through, and anything for another period.
func TestCorrected(t *testing.T) {
	learned := func() *bench {
		b := newBench()
		b.learned = &window{limit: Limit{100, 6 * second}}
		return b
	}
	if by, most := learned().corrected(Limit{100, 6 * second}, true); by.N != 94 || most != 94 {
		t.Errorf("the same again is corrected to %s, %d at most", by, most)
	}
	if by, _ := learned().corrected(Limit{50, 6 * second}, true); by.N != 50 {
		t.Errorf("half of it is corrected to %s", by)
	}
	if by, _ := learned().corrected(Limit{100, 9 * second}, true); by != (Limit{100, 9 * second}) {
		t.Errorf("another period is corrected to %s", by)
	}
	raised := learned()
	raised.raised, raised.borne, raised.base = true, 70, Limit{60, 6 * second}
	if by, most := raised.corrected(Limit{100, 6 * second}, true); by.N != 70 || most != 70 {
		t.Errorf("a lesson that was raised and bore 70 calls is corrected to %s, %d at most", by, most)
	}
	b := learned()
	if by, _ := b.corrected(Limit{100, 6 * second}, false); by.N != 100 || b.strikes != 0 {
		t.Errorf("a silence that was too short makes %s, and %d strikes", by, b.strikes)
	}
}
