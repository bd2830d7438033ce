package sync

import (
	"context"
	"sync"
	"time"
)

// Quota says how to meet 1001005, "update numbers exceeds limit".
type Quota struct {
	// Cooldown is how long nobody updates after it. The default is 1 minute.
	Cooldown time.Duration

	// Refusals is after how many rows that were refused again after a cool-down,
	// with no success between, the limit is taken to hold for everybody, and the
	// run stops. The default is 3.
	Refusals int
}

// A quotaGate stands before every update. Feishu says nowhere whether 1001005
// speaks of one item or of all, so the gate finds out: it closes for a cool-down,
// then lets one update through as a probe. A probe that passes opens the gate; a
// row that is refused again is a suspect, whose verdict comes with the next
// success (it was that row) or with as many suspects as Quota.Refusals (it is
// everybody).
type quotaGate struct {
	quota Quota
	rest  func(time.Duration) // told of each cool-down

	mu       sync.Mutex
	closed   bool
	probing  bool          // the one update is out
	until    time.Time     // no probe before
	changed  chan struct{} // closed when any of these changes
	suspects []Result
}

func newQuotaGate(q Quota, rest func(time.Duration)) *quotaGate {
	return &quotaGate{quota: q, rest: rest, changed: make(chan struct{})}
}

// enter waits until an update may be sent, and reports whether it is the probe;
// a row that is the probe stays it while its call is repeated. The error is the
// context's.
func (g *quotaGate) enter(ctx context.Context, probe bool) (bool, error) {
	for ctx.Err() == nil {
		if probe {
			return true, nil
		}
		wait, changed, probe := g.try()
		if changed == nil {
			return probe, nil
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-changed:
		case <-timer.C:
		}
		timer.Stop()
	}
	return probe, ctx.Err()
}

// try returns no channel if the update may be sent; else how long to wait, and
// a channel that closes when something changes before.
func (g *quotaGate) try() (wait time.Duration, changed <-chan struct{}, probe bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch wait := time.Until(g.until); {
	case !g.closed:
		return 0, nil, false
	case g.probing:
		return time.Hour, g.changed, false
	case wait > 0:
		return wait, g.changed, false
	}
	g.probing = true
	return 0, nil, true
}

// passed is the news of an accepted update. It returns the suspects, who were
// refused for themselves. Updates that were out before the gate closed say
// nothing about it.
func (g *quotaGate) passed(probe bool) []Result {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed && !probe {
		return nil
	}
	if probe {
		g.closed, g.probing = false, false
		g.wake()
	}
	suspects := g.suspects
	g.suspects = nil
	return suspects
}

// refused is the news of an update refused with 1001005 for the first time.
func (g *quotaGate) refused(probe bool) {
	g.mu.Lock()
	rest := probe || !g.closed
	if rest {
		g.closed, g.probing = true, false
		g.until = time.Now().Add(g.quota.Cooldown)
		g.wake()
	}
	g.mu.Unlock()
	if rest {
		g.rest(g.quota.Cooldown)
	}
}

// suspect takes in a row that was refused again after a cool-down. It reports
// whether the limit now holds for everybody.
func (g *quotaGate) suspect(probe bool, r Result) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.suspects = append(g.suspects, r)
	g.reprobe(probe)
	return len(g.suspects) >= g.quota.Refusals
}

// inconclusive is the news that the update ended in a way that says nothing
// about the limit; if it was the probe, another one may go.
func (g *quotaGate) inconclusive(probe bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.reprobe(probe)
}

func (g *quotaGate) reprobe(probe bool) {
	if probe {
		g.probing = false
		g.wake()
	}
}

// left returns the suspects that had no verdict when the run was over.
func (g *quotaGate) left() []Result {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.suspects
}

func (g *quotaGate) wake() {
	close(g.changed)
	g.changed = make(chan struct{})
}
