package sync

import (
	"math"
	"time"

	"golang.org/x/time/rate"
)

// A pace is the limits of one kind of call: windows that keep the server's
// limits, and an even spread for after a refusal, when the limits turned out to
// be other than thought. It is arithmetic on times it is given.
type pace struct {
	windows []*window
	even    *rate.Limiter
	usual   rate.Limit // what even is set to while the server is content
	figure  rate.Limit // the tightest configured limit as an even pace
	calm    time.Duration
	calmAt  time.Time // when, without another refusal, the spread may go faster
}

func newPace(limits []Limit, burst int) *pace {
	p := &pace{figure: rate.Inf}
	for _, l := range limits {
		p.windows = append(p.windows, &window{limit: l})
		p.figure = min(p.figure, l.perSecond())
		p.calm = max(p.calm, l.Period)
	}
	p.usual = rate.Inf
	if burst > 0 {
		p.usual = p.figure
	}
	p.even = rate.NewLimiter(p.usual, max(burst, 1))
	return p
}

// take takes a permit of every limit and returns 0, or takes none and returns
// how long it must wait at least.
func (p *pace) take(now time.Time) time.Duration {
	p.faster(now)
	var wait time.Duration
	for _, w := range p.windows {
		wait = max(wait, w.wait(now))
	}
	if wait > 0 {
		return wait
	}
	r := p.even.ReserveN(now, 1)
	if wait := r.DelayFrom(now); wait > 0 {
		r.CancelAt(now)
		return wait
	}
	for _, w := range p.windows {
		w.take()
	}
	return 0
}

// give returns a call's permits: each is good again a period after its answer.
func (p *pace) give(now time.Time) {
	for _, w := range p.windows {
		w.give(now)
	}
}

// slower spreads the calls evenly a little under the figure, and at half of
// that after each further refusal, from the given time on.
func (p *pace) slower(from time.Time) {
	next := p.figure * 0.9
	if limit := p.even.Limit(); limit < p.figure {
		next = max(limit/2, p.figure/64)
	}
	p.even.SetLimitAt(from, next)
	p.calmAt = from.Add(p.calm)
}

// faster goes up by a tenth of the figure for each period without a refusal,
// until it is as usual again.
func (p *pace) faster(now time.Time) {
	if p.calmAt.IsZero() || now.Before(p.calmAt) {
		return
	}
	next := p.even.Limit() + p.figure/10
	p.calmAt = now.Add(p.calm)
	if next >= p.figure {
		next, p.calmAt = p.usual, time.Time{}
	}
	p.even.SetLimitAt(now, next)
}

// A window keeps the permits of one limit. A call holds one from before it is
// sent until a period after its answer; the server saw the call in between, so
// no period can see more than N of them arrive, however the network delays them
// and whichever way the server counts.
type window struct {
	limit Limit
	out   int // calls without an answer yet
	back  []returns
	held  int // permits in back
}

// returns are permits that come back together. They are gathered in slots of a
// thousandth of the period, rounded up, so that memory does not grow with N.
type returns struct {
	at time.Time
	n  int
}

// wait returns 0 if a permit is free, else how long none can be.
func (w *window) wait(now time.Time) time.Duration {
	i := 0
	for ; i < len(w.back) && !w.back[i].at.After(now); i++ {
		w.held -= w.back[i].n
	}
	w.back = w.back[i:]
	if w.out+w.held < w.limit.N {
		return 0
	}
	if len(w.back) == 0 {
		return math.MaxInt64 // all are out: an answer will tell
	}
	return w.back[0].at.Sub(now)
}

func (w *window) take() { w.out++ }

func (w *window) give(now time.Time) {
	w.out--
	w.held++
	at := now.Add(w.limit.Period)
	if last := len(w.back) - 1; last >= 0 && at.Sub(w.back[last].at) <= 0 {
		w.back[last].n++
		return
	}
	w.back = append(w.back, returns{at: at.Add(w.limit.Period / 1000), n: 1})
}
