package sync

import (
	"math"
	"time"

	"golang.org/x/time/rate"
)

// evenly is how calls are spread whose lesson was refused again and again: the server
// does not count in windows then, but fills a token bucket, or another client takes its
// share, or calls are refused for reasons of their own.
type evenly struct {
	spread bool
	steady rate.Limit // the pace at first, and then that of the last calm periods
	floor  rate.Limit // below it all is learned anew
}

const (
	headroom = 0.97 // of a limit that is used evenly
	slowest  = 0.25 // of the pace with which spreading began, before all is learned anew
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
	if p.flowed == 0 {
		return 0
	}
	return rate.Limit(float64(p.flowed) / now.Sub(p.refusedAt).Seconds())
}

// slower spreads the calls wider after a refusal that taught a limit. Of a pace above the
// steady one, half of what is above stays at first; at the next refusal what flows stays,
// if that is more than the steady pace. A pace that is too slow to be credible is
// lowered little by little, the less so the more flows. It reports false if it is below
// the floor: then it was not a matter of speed, or the limit is another one by now.
func (p *pace) slower(l Limit, flow rate.Limit, now, until time.Time) bool {
	if flow == 0 {
		p.calm(until) // the silence was too short
		return true
	}
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
	most := headroom * even
	if flow < 0.7*even {
		most = 0.9 * even
	}
	if next = max(next, min(most, headroom*p.least())); next < p.floor {
		return false
	}
	p.even.SetLimitAt(until, next)
	p.base.N = int(math.Ceil(float64(next) / headroom * p.base.Period.Seconds()))
	p.most, p.learned = p.base.N, p.record().narrowed(p.base, now)
	p.calm(until)
	return true
}

// faster raises the pace as the lesson is raised, by as many calls a period.
func (p *pace) faster(now time.Time) {
	even := p.even.Limit()
	if !p.raised && even != p.steady {
		p.steady, p.hold = even, firstHold
	}
	p.even.SetLimitAt(now, even+Limit{N: p.step, Period: p.base.Period}.perSecond())
}
