package sync

import (
	"context"
	"errors"
	"sync"
	"time"

	"okrsync/feishu"
)

// A Pacer lets calls go out as fast as the server's limits allow, and keeps
// everybody silent when the server asks for it or does not answer. Each kind of call
// has limits of its own, as at Feishu; silence is for all kinds. It is the Admit
// function of a feishu.Client, so that no attempt goes out without its permit and
// what each came to is known.
type Pacer struct {
	// OnPause, if set, is called once for each pause. It must not block.
	OnPause func(Pause)

	// OnAttempt, if set, is called with each call that has its permit, before it goes
	// out. After an error it does not.
	OnAttempt func(Attempt) error

	// Strict keeps each permit until a whole period after its call's answer, which proves
	// that no limit is exceeded as long as calls are answered. Otherwise, when enough answers have shown how
	// long a round trip takes at least, it comes back by a little less than that earlier.
	Strict bool

	limits []Limit
	burst  int

	mu      sync.Mutex
	paces   map[feishu.Call]*pace
	turns   map[feishu.Call]chan struct{} // held by the one caller of a kind who waits for a permit
	quiet   time.Time                     // nobody sends before
	pause   Pause                         // why, without its length
	moment  time.Time                     // nor before this, which is no pause
	changed chan struct{}                 // closed when a permit comes back; nil when nobody waits
	out     int                           // calls on the wire
	most    int                           // that may be there; 0 without a bound
	outage  outage
	slow    int       // refusals for frequency with nothing accepted between
	slowAt  time.Time // the first of them

	calls    map[feishu.Call]int
	refusals map[Refusal]int
	budget   int // how many calls may go out, 0 without a bound
	spent    int // of the budget
	slowed   int
	paused   time.Duration
	trips    trips // of all kinds
}

// NewPacer returns a pacer for limits that hold at once, for each kind of call. Without
// any it finds out how fast it may go. A burst above zero bounds how many calls go out
// back to back; 0 lets a whole limit's worth go at once, as the server does.
func NewPacer(limits []Limit, burst int) *Pacer {
	return &Pacer{
		limits:   limits,
		burst:    burst,
		paces:    make(map[feishu.Call]*pace),
		turns:    make(map[feishu.Call]chan struct{}),
		calls:    make(map[feishu.Call]int),
		refusals: make(map[Refusal]int),
	}
}

// Admit waits until a call of the kind may go out. What it returns must be called with
// what the call came to. The error is the context's, or a *BudgetError if no further
// call is allowed.
func (p *Pacer) Admit(ctx context.Context, call feishu.Call) (done func(error), err error) {
	if err := p.permit(ctx, call); err != nil {
		return nil, err
	}
	return p.sending(ctx, call)
}

// permit waits for a permit. Of those who want one for the same kind of call only the
// first waits for it, the others for their turn: a permit that comes back wakes nobody
// in vain.
func (p *Pacer) permit(ctx context.Context, call feishu.Call) error {
	turn := p.turn(call)
	select {
	case turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-turn }()
	for ctx.Err() == nil {
		wait, changed, err := p.try(call)
		if err != nil || wait == 0 {
			return err
		}
		await(ctx, wait, changed)
	}
	return ctx.Err()
}

// turn is the place of the one who waits for a permit.
func (p *Pacer) turn(call feishu.Call) chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.turns[call] == nil {
		p.turns[call] = make(chan struct{}, 1)
	}
	return p.turns[call]
}

// await waits until a time has passed, changed is closed or the context ends.
func await(ctx context.Context, wait time.Duration, changed <-chan struct{}) {
	var over <-chan time.Time
	if wait < forever {
		timer := time.NewTimer(wait)
		defer timer.Stop()
		over = timer.C
	}
	select {
	case <-ctx.Done():
	case <-changed:
	case <-over:
	}
}

// sending notes a call that has its permit.
func (p *Pacer) sending(ctx context.Context, call feishu.Call) (done func(error), err error) {
	if p.OnAttempt != nil {
		if err := p.OnAttempt(attemptOf(ctx, call, p.answered(call))); err != nil {
			p.undo(call)
			return nil, err
		}
	}
	sent := time.Now()
	return func(err error) { p.done(call, sent, err) }, nil
}

// answered is how many calls of a kind have been answered.
func (p *Pacer) answered(call feishu.Call) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.calls[call] - p.pace(call).out
}

// undo takes back the permit of a call that does not go out.
func (p *Pacer) undo(call feishu.Call) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.calls[call]--
	p.spent--
	p.out--
	p.pace(call).undo()
	p.wake()
}

// wake wakes those who wait for a permit.
func (p *Pacer) wake() {
	if p.changed != nil {
		close(p.changed)
		p.changed = nil
	}
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
	wait, most := forever, p.most
	if p.outage.on() {
		most = 1 // one call at a time finds out
	}
	if most == 0 || p.out < most {
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
	if ok {
		p.refusals[Refusal{call, refusal.Code}]++
	}
	var pause Pause
	switch {
	case ok && refusal.Class == feishu.ClassSlowDown:
		pause = p.slowDown(pace, now, sent, refusal)
		pace.give(now, sent, refused)
	case ok && refusal.Class == feishu.ClassTransient && !refusal.Code.Feishus():
		pause = p.troubled(now, sent, refusal)
		pace.give(now, sent, unanswered)
	case ok && refusal.Class == feishu.ClassTransient:
		p.outage.over()
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
	p.wake()
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
