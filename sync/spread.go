package sync

import (
	"math"
	"time"

	"golang.org/x/time/rate"
)

// evenly is how calls are spread whose lesson was refused again and again: the server
// does not count in windows then, but fills a token bucket, or another client takes its
// share.
type evenly struct {
	spread bool
	steady rate.Limit // the pace at first, and then the last one that some calm periods bore
	floor  rate.Limit // a pace below makes no sense
}

const (
	headroom = 0.97 // of a limit that is used evenly
	slowest  = 0.25 // of the first pace, before all is learned anew
)

// spreadOut begins to spread the calls, after the lesson's limit was corrected.
func (p *pace) spreadOut(until time.Time) {
	even := headroom * min(p.figure, p.base.perSecond())
	p.even.SetLimitAt(until, even)
	p.evenly = evenly{spread: true, steady: even, floor: slowest * even}
}

// flow is how fast calls were let through since the last refusal. A bucket that was empty
// then has let through what flowed into it; a window allows that at least.
func (p *pace) flow(now time.Time) rate.Limit {
	if p.refusedAt.IsZero() {
		return 0
	}
	return rate.Limit(float64(p.bore) / now.Sub(p.refusedAt).Seconds())
}

// slower spreads the calls wider after a refusal that taught a limit. Of a pace above the
// steady one, half of what is above stays at first, and at the next refusal what flows. It
// reports false if nothing that is fast enough is left.
func (p *pace) slower(l Limit, flow rate.Limit, now, until time.Time) bool {
	even := p.even.Limit()
	if p.borne > p.base.N {
		even = min(even, Limit{N: p.borne, Period: p.base.Period}.perSecond()) // it went no faster
	}
	next := max(0.5*even, min(0.9*even, headroom*max(flow, l.perSecond())))
	if above := even - p.steady; above > 0 {
		if next = p.steady + above/2; !p.raised {
			next = min(next, headroom*flow)
		}
		if next < p.steady*21/20 {
			next, p.hold = p.steady, min(2*p.hold, longHold)
		}
	}
	if next = max(next, min(even, headroom*p.least())); next < p.floor {
		return false
	}
	p.even.SetLimitAt(until, next)
	p.base.N = int(math.Ceil(float64(next) / headroom * p.base.Period.Seconds()))
	p.most, p.learned = p.base.N, p.record().narrowed(p.base, now)
	p.calm(until)
	return true
}

// faster raises the pace as the lesson is raised, by the same part of what it was.
func (p *pace) faster(now time.Time) {
	even := p.even.Limit()
	if !p.raised && even != p.steady {
		p.steady, p.hold = even, firstHold
	}
	p.even.SetLimitAt(now, even+p.steady*rate.Limit(p.step)/rate.Limit(raises*p.base.step()))
}
