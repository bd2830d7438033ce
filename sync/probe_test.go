package sync

import (
	"testing"
	"time"
)

// TestDoubt shows that one call at a time finds out whether as many are let through as
// before a first refusal, which may have had other reasons, and whether a lesson that was
// raised bears more than before; and that nobody waits long for a call that hangs.
func TestDoubt(t *testing.T) {
	p, now := newPace([]Limit{{N: 200, Period: 6 * second}}, 0, false, 7), time.Unix(1_000_000, 0)
	take := func() {
		if wait := p.take(now); wait != 0 {
			t.Fatalf("a call waits for %s", wait)
		}
	}
	// alone makes a call and reports whether another one has to wait for its answer.
	alone := func() bool {
		p.flight = 7
		take()
		sent := now
		held := p.take(now) != 0
		if !held {
			p.undo()
		}
		now = now.Add(20 * milli)
		p.give(now, sent, passed)
		return held
	}
	for n := range 100 {
		if alone() {
			t.Fatalf("call %d goes alone before any was refused", n)
		}
	}
	take()
	now = now.Add(20 * milli)
	p.refuse(now, now, now.Add(6*second), true)
	p.give(now, now, refused)
	now = now.Add(6 * second)
	for n := 1; n <= 150; n++ {
		if got, want := alone(), 96 <= n && n <= 106; got != want {
			t.Errorf("call %d after the refusal goes alone: %t", n, got)
		}
	}

	now = now.Add(7 * second)
	p.base = Limit{N: 100, Period: 6 * second}
	p.learned, p.raised = p.record().narrowed(p.base, now), true
	p.learned.limit.N += 5
	for n := 1; n <= 104; n++ {
		if got, want := alone(), n > 100; got != want {
			t.Errorf("call %d of a raised lesson goes alone: %t", n, got)
		}
	}
	if now = now.Add(6 * second); !p.pressed {
		t.Error("a lesson that held calls up is not raised further")
	}
	p.learned.limit.N += 5
	for n := 1; n <= 108; n++ {
		if got, want := alone(), n > 104; got != want {
			t.Errorf("call %d goes alone: %t, though 104 were let through before", n, got)
		}
	}
	take()
	if wait := p.take(now); wait <= 0 || wait > 100*milli {
		t.Errorf("a call that hangs holds others up for %s", wait)
	}
	now = now.Add(100 * milli)
	take()
	if p.calm(now); p.probing || p.borne != 0 {
		t.Error("after a refusal, probes of a lesson that is no longer there are remembered")
	}
}
