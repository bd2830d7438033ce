package sync

import (
	"testing"
	"time"
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
		wait := w.wait(now, 0)
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
	if len(w.back) > 2100 {
		t.Errorf("the window holds %d entries", len(w.back))
	}
}

// TestWindowMemory shows that a window's memory does not grow with its limit.
func TestWindowMemory(t *testing.T) {
	w := &window{limit: Limit{N: 1_000_000_000, Period: time.Minute}}
	now := time.Unix(1_000_000, 0)
	for range 100_000 {
		now = now.Add(time.Millisecond)
		if w.wait(now, 0) > 0 {
			t.Fatal("a permit was refused")
		}
		w.take()
		w.give(now)
	}
	if len(w.back) > 2100 {
		t.Errorf("the window holds %d entries", len(w.back))
	}
}
