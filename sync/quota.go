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
// then lets the refused row through as a probe. A probe that passes opens the
// gate. A row that is refused as the probe is a suspect, and the next probe goes
// at once: if that passes, it was the suspect's own limit; as many suspects as
// Quota.Refusals, and it is everybody's.
//
// A batch that is refused closes the gate as well, without a cool-down: it may have been
// too large, or one of its rows the reason. Its rows own the gate until each has an
// answer, or one of them is refused by itself; that is as above.
//
// The cool-down itself is a silence of the pacer's. Updates that wait for it
// when the gate closes are called back, or they would all go out behind it.
type quotaGate struct {
	quota Quota
	rest  func(time.Duration) // silences everybody
	run   context.Context     // ends with the run

	mu       sync.Mutex
	open     context.Context    // ends when the gate closes; nil while it is closed
	shut     context.CancelFunc // ends open
	owner    int                // the first row of the batch that owns the closed gate, 0 for none
	probing  bool               // the probe is under way
	prober   int                // the row that is to be the probe, 0 for any
	changed  chan struct{}      // closed when one of these changes
	suspects []Result
}

func newQuotaGate(run context.Context, q Quota, rest func(time.Duration)) *quotaGate {
	g := &quotaGate{quota: q, rest: rest, run: run, changed: make(chan struct{})}
	g.reopen()
	return g
}

// A pass lets a row's update through the gate, or a batch's, with the row that is its
// first.
type pass struct {
	row   int
	owner int // the first row of the refused batch that it is a part of, 0 for none
	probe bool
	ctx   context.Context // to wait for the update's permit with; ends when the gate closes
}

// enter waits until an update may be sent. A row that is the probe stays it while its
// call is repeated. The error is that of the run's context.
func (g *quotaGate) enter(p pass) (pass, error) {
	for g.run.Err() == nil {
		if p.probe {
			return p, nil
		}
		next, changed := g.try(p)
		if changed == nil {
			return next, nil
		}
		select {
		case <-g.run.Done():
		case <-changed:
		}
	}
	return p, g.run.Err()
}

// try returns a pass that is good, or a channel that closes when it is worth another
// try.
func (g *quotaGate) try(p pass) (pass, <-chan struct{}) {
	g.mu.Lock()
	defer g.mu.Unlock()
	p.ctx = g.run
	switch {
	case g.open != nil:
		p.ctx = g.open
	case g.owner != 0 && g.owner == p.owner:
	case g.owner != 0, g.probing, g.prober != 0 && g.prober != p.row:
		return pass{}, g.changed
	default:
		g.probing, p.probe = true, true
	}
	return p, nil
}

// passed is the news of an accepted update. It returns the suspects, who were
// refused for themselves. Updates that were out before the gate closed say
// nothing about it.
func (g *quotaGate) passed(p pass) []Result {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !p.probe {
		return nil
	}
	suspects := g.suspects
	g.suspects, g.probing, g.prober = nil, false, 0
	g.reopen()
	return suspects
}

// refused is the news of a single update refused with 1001005 that was not the probe.
// It closes the gate for a cool-down, after which the row is, unless the update was out
// before the gate closed.
func (g *quotaGate) refused(p pass) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.open == nil && (g.owner == 0 || g.owner != p.owner) {
		return
	}
	g.rest(g.quota.Cooldown)
	g.close(0)
	g.prober = p.row
	g.wake()
}

// doubted is the news of a batch refused with 1001005. Its rows own the gate then, and
// are told so; not if the gate was closed meanwhile, which says nothing of this batch.
func (g *quotaGate) doubted(p pass) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if p.ctx.Err() != nil {
		return false
	}
	g.close(p.row)
	return true
}

// owns reports whether the rows of a batch own the gate.
func (g *quotaGate) owns(owner int) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return owner != 0 && g.owner == owner
}

// release opens the gate, if the rows of the batch own it still.
func (g *quotaGate) release(owner int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.owner == owner {
		g.reopen()
	}
}

// suspect takes in the row that was refused as the probe. It reports whether
// the limit now holds for everybody.
func (g *quotaGate) suspect(r Result) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.suspects = append(g.suspects, r)
	g.probing, g.prober = false, 0
	g.wake()
	return len(g.suspects) >= g.quota.Refusals
}

// inconclusive is the news that an update ended in a way that says nothing
// about the limit; if it was the probe, or was to be it, another one may go.
func (g *quotaGate) inconclusive(p pass) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if p.probe {
		g.probing = false
	}
	if p.row == g.prober {
		g.prober = 0
	}
	g.wake()
}

// left returns the suspects that had no verdict when the run was over.
func (g *quotaGate) left() []Result {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.suspects
}

func (g *quotaGate) close(owner int) {
	g.shut()
	g.open, g.owner = nil, owner
}

func (g *quotaGate) reopen() {
	g.open, g.shut = context.WithCancel(g.run)
	g.owner = 0
	g.wake()
}

func (g *quotaGate) wake() {
	close(g.changed)
	g.changed = make(chan struct{})
}
