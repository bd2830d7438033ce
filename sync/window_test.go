package sync

import (
	"testing"
	"time"

	"golang.org/x/time/rate"
)

// TestWindowGivesNothingBackEarly shows that a permit is never good again
// before its period is over, however many come back together.
func TestWindowGivesNothingBackEarly(t *testing.T) {
	const n, period = 50, 10 * time.Second
	w := &window{limit: Limit{N: n, Period: period}}
	start := time.Unix(1_000_000, 0)
	var answered []time.Time
	now := start
	for calls := 0; calls < 400; {
		wait := w.wait(now)
		if wait > 0 {
			now = now.Add(wait)
			continue
		}
		w.take()
		calls++
		now = now.Add(3 * time.Millisecond)
		w.give(now)
		answered = append(answered, now)
		if i := len(answered) - 1 - n; i >= 0 {
			if apart := now.Add(-3 * time.Millisecond).Sub(answered[i]); apart < period {
				t.Fatalf("call %d went out %s after the answer of the call %d before it", calls, apart, n)
			}
		}
	}
	if len(w.back) > 1100 {
		t.Errorf("the window holds %d entries", len(w.back))
	}
}

// TestWindowMemory shows that a window's memory does not grow with its limit.
func TestWindowMemory(t *testing.T) {
	w := &window{limit: Limit{N: 1_000_000_000, Period: time.Minute}}
	now := time.Unix(1_000_000, 0)
	for range 100_000 {
		now = now.Add(time.Millisecond)
		if w.wait(now) > 0 {
			t.Fatal("a permit was refused")
		}
		w.take()
		w.give(now)
	}
	if len(w.back) > 1100 {
		t.Errorf("the window holds %d entries", len(w.back))
	}
}

// TestPaceAfterRefusals holds how the even spread goes down and up again.
func TestPaceAfterRefusals(t *testing.T) {
	for burst, usual := range map[int]rate.Limit{0: rate.Inf, 1: 10} {
		p := newPace([]Limit{{N: 100, Period: 10 * time.Second}}, burst)
		now := time.Unix(1_000_000, 0)
		steps := []rate.Limit{}
		for range 3 {
			p.slower(now)
			steps = append(steps, p.even.Limit())
		}
		for range 12 {
			now = now.Add(10 * time.Second)
			p.faster(now.Add(-time.Second)) // not yet
			before := p.even.Limit()
			p.faster(now)
			if p.even.Limit() == before && before != usual {
				t.Errorf("burst %d: no faster after a calm period at %v", burst, before)
			}
			steps = append(steps, p.even.Limit())
		}
		if steps[0] != 9 || steps[1] != 4.5 || steps[2] != 2.25 || steps[3] != 3.25 {
			t.Errorf("burst %d: %v", burst, steps[:4])
		}
		if last := steps[len(steps)-1]; last != usual {
			t.Errorf("burst %d: ends at %v, want %v", burst, last, usual)
		}
	}
}
