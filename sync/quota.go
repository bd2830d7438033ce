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
// Quota.Refusals, and it is everybody's. After a refused batch, a row of it is a probe
// before there is any cool-down.
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
	cooled   bool               // there was a cool-down since it closed
	probing  bool               // the probe is under way
	prober   int                // the row that is to be the probe, 0 for any
	changed  chan struct{}      // closed when one of these changes
	suspects []Result
}

func newQuotaGate(run context.Context, q Quota, rest func(time.Duration)) *quotaGate {
	g := &quotaGate{quota: q, rest: rest, run: run, changed: make(chan struct{})}
	g.open, g.shut = context.WithCancel(run)
	return g
}

// A pass lets a row's update through the gate.
type pass struct {
	row   int
	probe bool
	// cooled says that the probe goes after a cool-down, so that its refusal counts.
	cooled bool
	ctx    context.Context // to wait for the update's permit with; ends when the gate closes
}

// enter waits until the row's update may be sent. A row that is the probe stays
// it while its call is repeated. The error is that of the run's context.
func (g *quotaGate) enter(p pass) (pass, error) {
	for g.run.Err() == nil {
		if p.probe {
			return p, nil
		}
		next, changed := g.try(p.row)
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

// try returns the row's pass, or a channel that closes when it is worth another
// try.
func (g *quotaGate) try(row int) (pass, <-chan struct{}) {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case g.open != nil:
		return pass{row: row, ctx: g.open}, nil
	case g.probing, g.prober != 0 && g.prober != row:
		return pass{}, g.changed
	}
	g.probing = true
	return pass{row: row, probe: true, cooled: g.cooled, ctx: g.run}, nil
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
	g.open, g.shut = context.WithCancel(g.run)
	suspects := g.suspects
	g.suspects, g.cooled, g.probing, g.prober = nil, false, false, 0
	g.wake()
	return suspects
}

// refused is the news of an update refused with 1001005 that was no probe after a
// cool-down. It closes the gate for one, unless it was out before the gate closed; the
// row is the probe then.
func (g *quotaGate) refused(p pass) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.open != nil {
		g.close(p.row)
	} else if p.probe {
		g.probing, g.prober = false, p.row
	}
	g.cool()
	g.wake()
}

// doubted is the news of a batch refused with 1001005. It closes the gate, and one of
// its rows is the probe at once, since it may be about the batch alone. If the gate was
// closed meanwhile it returns false; then others were refused as well, and there is a
// cool-down.
func (g *quotaGate) doubted(p pass) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if p.ctx.Err() != nil {
		if g.open == nil {
			g.cool()
		}
		return false
	}
	g.close(p.row)
	g.wake()
	return true
}

// close closes the gate for all but a row.
func (g *quotaGate) close(row int) {
	g.shut()
	g.open, g.prober = nil, row
}

// cool is the cool-down, once between two openings.
func (g *quotaGate) cool() {
	if !g.cooled {
		g.cooled = true
		g.rest(g.quota.Cooldown)
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

func (g *quotaGate) wake() {
	close(g.changed)
	g.changed = make(chan struct{})
}
