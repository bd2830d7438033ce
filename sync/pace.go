package sync

import (
	"time"

	"golang.org/x/time/rate"
)

// A pace is how fast one kind of call may go: the windows of the configured limits,
// and what refusals taught beyond them. It is arithmetic on times it is given.
type pace struct {
	windows []*window // of the configured limits; an unbounded one where there are none
	strict  bool      // no permit comes back early
	trips   trips

	born   time.Time // when the first call was made
	out    int       // calls on the wire
	flight float64   // how many may be there: few at first, so that a wrong figure costs few refusals
	eased  bool      // flight grows slowly, since there was a refusal

	// even spreads the calls where a burst is not wanted, or where windows turned out
	// not to be what the server counts in. usual is what it is set to otherwise.
	even   *rate.Limiter
	usual  rate.Limit
	figure rate.Limit // the tightest configured limit as an even pace

	lesson
}

// newPace returns a pace for limits that hold at once. Before the first answer so many
// calls may be on the wire; each answer adds one.
func newPace(limits []Limit, burst int, strict bool, flight int) *pace {
	p := &pace{strict: strict, flight: float64(flight), figure: rate.Inf, usual: rate.Inf}
	for _, l := range limits {
		p.windows = append(p.windows, &window{limit: l})
		p.figure = min(p.figure, l.perSecond())
	}
	if len(limits) == 0 {
		p.windows = []*window{{limit: unbounded}}
	}
	if burst > 0 {
		p.usual = p.figure
	}
	p.even = rate.NewLimiter(p.usual, max(burst, 1))
	p.hold = firstHold
	return p
}

// take takes a permit of every limit and returns 0, or takes none and returns
// how long it must wait at least.
func (p *pace) take(now time.Time) time.Duration {
	p.climb(now)
	if p.out >= int(p.flight) {
		return forever
	}
	var wait, early time.Duration
	if !p.strict {
		early = p.trips.early()
	}
	for _, w := range p.windows {
		wait = max(wait, w.wait(now, early))
	}
	if p.learned != nil {
		held := p.learned.wait(now, early)
		p.pressed = p.pressed || held > 0
		wait = max(wait, held)
	}
	if wait = max(wait, p.doubt(now)); wait > 0 {
		return wait
	}
	r := p.even.ReserveN(now, 1)
	if wait := r.DelayFrom(now); wait > 0 {
		r.CancelAt(now)
		p.pressed = true
		return wait
	}
	p.sendProbe(now)
	p.each((*window).take)
	p.tried++
	if p.out++; p.born.IsZero() {
		p.born = now
	}
	return 0
}

// An outcome is what a pace learns from a call besides that it is over.
type outcome int

const (
	unanswered outcome = iota // or answered with trouble, or for an update limit
	refused                   // for its frequency
	passed                    // or refused for a reason of its own
)

// give returns the permits of a call that was sent at the given time: each is good
// again a period after its answer. Those of a refused call are so at once, unless they
// are strict: a server may count it, though it then asks for a longer silence.
func (p *pace) give(now, sent time.Time, o outcome) {
	p.out--
	p.probed(sent, o)
	if o == refused && !p.strict {
		p.each((*window).drop)
		return
	}
	p.each(func(w *window) { w.give(now) })
	if o != passed {
		return // where it is strict, a refused call has given its permits back like others
	}
	p.trips.add(now.Sub(sent))
	p.let(sent)
	if p.eased {
		p.flight += 1 / (8 * p.flight)
	} else {
		p.flight++
	}
}

// undo gives back the permits of a call that was not sent.
func (p *pace) undo() {
	p.out--
	p.tried--
	p.probing = false
	p.each((*window).drop)
}

func (p *pace) each(do func(*window)) {
	for _, w := range p.windows {
		do(w)
	}
	if p.learned != nil {
		do(p.learned)
	}
}
