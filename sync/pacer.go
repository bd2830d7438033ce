package sync

import (
	"context"
	"errors"
	"maps"
	"math/rand/v2"
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
// everybody silent when the server asks for it or does not answer. Each kind of call
// has limits of its own, as at Feishu; silence is for all kinds. It is the Admit
// function of a feishu.Client, so that no attempt goes out without its permit and
// what each came to is known.
type Pacer struct {
	// OnPause, if set, is called once for each pause. It must not block.
	OnPause func(Pause)

	// Strict keeps each permit until a whole period after its call's answer, which is
	// a proof that no limit is exceeded. Otherwise, when enough answers have shown how
	// long a round trip takes at least, it comes back by a little less than that earlier.
	Strict bool

	limits []Limit
	burst  int

	mu      sync.Mutex
	paces   map[feishu.Call]*pace
	quiet   time.Time     // nobody sends before
	moment  time.Time     // nor before this, which is no pause
	changed chan struct{} // closed when a permit comes back; nil when nobody waits
	out     int           // calls on the wire
	outage  outage
	slow    int // refusals for frequency with nothing accepted between

	calls  map[feishu.Call]int
	budget int // how many calls may go out, 0 without a bound
	spent  int // of the budget
	slowed int
	paused time.Duration
	trips  trips // of all kinds
}

// NewPacer returns a pacer for limits that hold at once, for each kind of call. Without
// any it finds out how fast it may go. A burst above zero bounds how many calls go out
// back to back; 0 lets a whole limit's worth go at once, as the server does.
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

// Admit waits until a call of the kind may go out. What it returns must be called with
// what the call came to. The error is the context's, or a *BudgetError if no further
// call is allowed.
func (p *Pacer) Admit(ctx context.Context, call feishu.Call) (done func(error), err error) {
	for ctx.Err() == nil {
		wait, changed, err := p.try(call)
		if err != nil {
			return nil, err
		}
		if wait == 0 {
			sent := time.Now()
			return func(err error) { p.done(call, sent, err) }, nil
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
	if wait := later(p.quiet, p.moment).Sub(now); wait > 0 {
		return wait, nil, nil
	}
	wait := forever
	if p.out == 0 || !p.outage.on() { // in an outage one call at a time finds out
		wait = p.pace(call).take(now)
	}
	if wait == 0 {
		p.calls[call]++
		p.spent++
		p.out++
		return 0, nil, nil
	}
	if p.changed == nil {
		p.changed = make(chan struct{})
	}
	return wait, p.changed, nil
}

// done learns from an answered call, gives its permit back and wakes who waits for one.
func (p *Pacer) done(call feishu.Call, sent time.Time, err error) {
	p.mu.Lock()
	now, pace := time.Now(), p.pace(call)
	refusal, ok := errors.AsType[*feishu.Error](err)
	var pause Pause
	switch {
	case ok && refusal.Class == feishu.ClassSlowDown:
		pause = p.slowDown(pace, now, sent, refusal)
		pace.give(now, sent, refused)
	case ok && refusal.Class == feishu.ClassTransient:
		pause = p.troubled(now, sent, refusal)
		pace.give(now, sent, unanswered)
	case ok && refusal.Class == feishu.ClassUpdateLimit:
		p.outage.over()
		p.moment = now.Add(aMoment)
		pace.give(now, sent, unanswered)
	default:
		p.outage.over()
		p.slow = 0
		p.trips.add(now.Sub(sent))
		pace.give(now, sent, passed)
	}
	p.out--
	if p.changed != nil {
		close(p.changed)
		p.changed = nil
	}
	p.mu.Unlock()
	p.tell(pause)
}

func (p *Pacer) pace(call feishu.Call) *pace {
	if p.paces[call] == nil {
		p.paces[call] = newPace(p.limits, p.burst, p.Strict, firstFlight(call))
	}
	return p.paces[call]
}

// firstFlight is how many calls of a kind may be on the wire before the first answer.
func firstFlight(call feishu.Call) int {
	if call == feishu.CallBatchUpdate {
		return 1 // it stands for many
	}
	return 4
}

const (
	// leastRest is the silence kept when the server names none. It doubles, up to
	// mostRest, while nothing is accepted between.
	leastRest = time.Second
	mostRest  = time.Minute

	// aMoment is for the caller to draw his conclusions in, before those who wait for
	// the place of his call go out in vain.
	aMoment = 5 * time.Millisecond
)

// slowDown is the news that the server refused a call for its frequency: all calls
// rest for as long as it asks, after which that kind goes on as the refusal teaches.
func (p *Pacer) slowDown(pace *pace, now, sent time.Time, refusal *feishu.Error) Pause {
	p.slowed++
	p.outage.over()
	news := !sent.Before(pace.refusedAt)
	if news {
		p.slow++
	}
	own := min(leastRest<<min(max(p.slow-1, 0), 10), mostRest)
	if refusal.Reset == 0 {
		own += rand.N(own / 4) //nolint:gosec // not in step with others who were refused, which is no secret
	}
	if !news && refusal.Reset == 0 {
		own = 0 // what the first one asks for is enough
	}
	rest := max(refusal.Reset, own)
	added := p.hush(now, rest)
	pace.refuse(now, sent, now.Add(rest), refusal.Reset >= own)
	return Pause{Length: added, Code: refusal.Code}
}

// troubled is the news of a call that had no answer, or one that says nothing. When
// there are several in a row, everybody rests before the next one tries.
func (p *Pacer) troubled(now, sent time.Time, refusal *feishu.Error) Pause {
	rest := p.outage.met(now, sent)
	added := p.hush(now, rest)
	if rest < leastRest {
		added = 0 // too short to tell
	}
	return Pause{Length: added, Code: refusal.Code}
}

// patient sets how long everybody rests in an outage.
func (p *Pacer) patient(r Retry) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.outage.retry = r
}

// Down reports whether the server does not answer, although it was given time.
func (p *Pacer) Down() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.outage.lasts()
}

// Rest keeps everybody silent for the given time.
func (p *Pacer) Rest(rest time.Duration, code feishu.Code) {
	p.mu.Lock()
	added := p.hush(time.Now(), rest)
	p.mu.Unlock()
	p.tell(Pause{Length: added, Code: code})
}

// hush prolongs the silence and returns by how much, if that is news. Prolonging it by
// less than a second is none: the refusals of one moment arrive one after the other.
func (p *Pacer) hush(now time.Time, rest time.Duration) time.Duration {
	silent := max(0, p.quiet.Sub(now))
	added := rest - silent
	if added <= 0 {
		return 0
	}
	p.quiet = now.Add(rest)
	p.paused += added
	if silent > 0 && added < time.Second {
		return 0
	}
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
