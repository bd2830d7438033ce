package sync

import (
	"context"
	"fmt"
	"maps"
	"sync"
	"time"

	"okrsync/feishu"
)

// A Pause is a time in which nothing is sent.
type Pause struct {
	Length time.Duration
	Code   feishu.Code // Feishu's reason for it
}

// A Pacer lets calls go out as fast as the server's limits allow, and keeps
// everybody silent when the server asks for it. Each kind of call has limits of
// its own, as at Feishu; silence is for all kinds. It is the Admit function of
// a feishu.Client, so that no attempt goes out without its permit.
type Pacer struct {
	// OnPause, if set, is called once for each pause. It must not block.
	OnPause func(Pause)

	limits []Limit
	burst  int

	mu      sync.Mutex
	paces   map[feishu.Call]*pace
	quiet   time.Time     // nobody sends before
	changed chan struct{} // closed when a permit comes back; nil when nobody waits
	calls   map[feishu.Call]int
	budget  int // how many calls may go out, 0 without a bound
	spent   int // of the budget
	slowed  int
	paused  time.Duration

	replies  time.Duration // that answers took
	answered int           // how many there were
}

// A BudgetError ends a run whose calls are used up.
type BudgetError struct {
	Calls   int  // that were allowed
	Reading bool // by reading alone, so that the next run would come no further
}

// Error says so in English.
func (e *BudgetError) Error() string { return e.Reason("en") + "; " + e.Advice("en") }

// Reason says so in Chinese ("zh") or English (anything else).
func (e *BudgetError) Reason(lang string) string {
	reason := Text{
		ZH: fmt.Sprintf("允许的调用（%d 次）已用完", e.Calls),
		EN: fmt.Sprintf("the calls that may be made (%d) are used up", e.Calls),
	}
	if e.Reading {
		reason.ZH += "：读取指标项之后没有余下可用于更新的"
		reason.EN += ": reading the live items leaves none for an update"
	}
	return reason.In(lang)
}

// Advice says what to do.
func (e *BudgetError) Advice(lang string) string {
	if e.Reading {
		return Text{ZH: "请调大 --max-calls；okrsync plan 会列出所需的调用", EN: "raise --max-calls; okrsync plan lists the calls it takes"}.In(lang)
	}
	_, advice := CallsUsedUp.words(nil)
	return advice.In(lang)
}

// NewPacer returns a pacer for limits that hold at once, for each kind of call.
// A burst above zero bounds how many calls go out back to back; 0 lets a whole
// limit's worth go at once, as the server does.
func NewPacer(limits []Limit, burst int) *Pacer {
	return &Pacer{
		limits: limits,
		burst:  burst,
		paces:  make(map[feishu.Call]*pace),
		calls:  make(map[feishu.Call]int),
	}
}

// Allow bounds how many calls of all kinds may go out from now on; 0 lifts the bound.
func (p *Pacer) Allow(calls int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.budget, p.spent = calls, 0
}

// spentUp reports the budget's end before a call meets it; nil if there is some left.
func (p *Pacer) spentUp() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.budget == 0 || p.spent < p.budget {
		return nil
	}
	return &BudgetError{Calls: p.budget}
}

// untouched reports whether nothing of the budget is spent.
func (p *Pacer) untouched() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.spent == 0
}

// Admit waits until a call of the kind may go out. What it returns must be
// called when the call's answer is there. The error is the context's, or a
// *BudgetError if no further call is allowed.
func (p *Pacer) Admit(ctx context.Context, call feishu.Call) (done func(), err error) {
	for ctx.Err() == nil {
		wait, changed, err := p.try(call)
		if err != nil {
			return nil, err
		}
		if wait == 0 {
			started := time.Now()
			return func() { p.done(call, started) }, nil
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-changed:
		case <-timer.C:
		}
		timer.Stop()
	}
	return nil, ctx.Err()
}

// try takes a permit and returns 0, or returns how long to wait before the next
// try and a channel that closes when it is worth while earlier.
func (p *Pacer) try(call feishu.Call) (time.Duration, <-chan struct{}, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.budget > 0 && p.spent >= p.budget {
		return 0, nil, &BudgetError{Calls: p.budget}
	}
	now := time.Now()
	if wait := p.quiet.Sub(now); wait > 0 {
		return wait, nil, nil
	}
	pace := p.pace(call)
	wait := pace.take(now)
	if wait == 0 {
		p.calls[call]++
		p.spent++
		return 0, nil, nil
	}
	if p.changed == nil {
		p.changed = make(chan struct{})
	}
	return wait, p.changed, nil
}

// done gives the permit of an answered call back and wakes who waits for one.
func (p *Pacer) done(call feishu.Call, started time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	p.replies += now.Sub(started)
	p.answered++
	p.pace(call).give(now)
	if p.changed != nil {
		close(p.changed)
		p.changed = nil
	}
}

func (p *Pacer) pace(call feishu.Call) *pace {
	if p.paces[call] == nil {
		p.paces[call] = newPace(p.limits, p.burst)
	}
	return p.paces[call]
}

// SlowDown is the news that the server refused a call for its frequency: all
// calls rest for the given time, after which that kind goes on evenly spread and
// slower. Refusals of calls that were out before the news are one and the same.
func (p *Pacer) SlowDown(call feishu.Call, rest time.Duration, code feishu.Code) {
	p.mu.Lock()
	p.slowed++
	now := time.Now()
	if !now.Before(p.quiet) {
		p.pace(call).slower(now.Add(rest))
	}
	added := p.hush(now, rest)
	p.mu.Unlock()
	p.tell(Pause{Length: added, Code: code})
}

// Rest keeps everybody silent for the given time.
func (p *Pacer) Rest(rest time.Duration, code feishu.Code) {
	p.mu.Lock()
	added := p.hush(time.Now(), rest)
	p.mu.Unlock()
	p.tell(Pause{Length: added, Code: code})
}

// hush prolongs the silence and returns by how much. Prolonging it by less than
// a second is no news: the refusals of one moment arrive one after the other.
func (p *Pacer) hush(now time.Time, rest time.Duration) time.Duration {
	until := now.Add(rest)
	added := until.Sub(p.quiet)
	if p.quiet.Before(now) {
		added = rest
	} else if added < time.Second {
		return 0
	}
	p.quiet = until
	p.paused += added
	return added
}

func (p *Pacer) tell(pause Pause) {
	if p.OnPause != nil && pause.Length > 0 {
		p.OnPause(pause)
	}
}

// A Tally is what a pacer has counted.
type Tally struct {
	Calls       map[feishu.Call]int // attempts on the wire by kind
	RateLimited int                 // refusals for frequency
	Paused      time.Duration       // time in which everybody was silent
}

// Since returns what was counted after an earlier tally.
func (t Tally) Since(earlier Tally) Tally {
	since := Tally{Calls: maps.Clone(t.Calls), RateLimited: t.RateLimited - earlier.RateLimited, Paused: t.Paused - earlier.Paused}
	for call, n := range earlier.Calls {
		since.Calls[call] -= n
	}
	return since
}

// Tally returns what has been counted so far.
func (p *Pacer) Tally() Tally {
	p.mu.Lock()
	defer p.mu.Unlock()
	ahead := max(0, time.Until(p.quiet)) // a silence that the run's end cut short
	return Tally{Calls: maps.Clone(p.calls), RateLimited: p.slowed, Paused: p.paused - ahead}
}
