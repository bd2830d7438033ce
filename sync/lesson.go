package sync

import (
	"math"
	"slices"
	"time"

	"golang.org/x/time/rate"

	"okrsync/feishu"
)

// A lesson is what refusals taught of a limit that is not as configured, or that was
// not configured at all.
//
// The first refusal of a run's first period teaches nothing: another run may have used
// the limit up. Any other one tells how many calls the server let through, since it was
// idle or in a period, and after what time it will take the next one: that is a limit,
// and a window of it is kept from then on beside the configured ones. If it is refused as
// well, the next refusal corrects it; at the third one the server does not count in
// windows, or another client takes its share, and the calls are spread evenly. After some
// calm periods in which the lesson was what held the calls up, it is raised step by step,
// each larger than the one before, until it is refused, or no longer tighter than what is
// configured.
type lesson struct {
	learned *window // nil while there is nothing to learn
	strikes int     // refusals of what was learned, in a row

	refusedAt time.Time // the last refusal
	resumed   time.Time // the end of the silence after it
	through   int       // how many calls were let through before it,
	first     time.Time // and the first of them
	tried     int       // calls that went out after it,
	flowed    int       // and those of them that were let through

	probe
	evenly

	calmAt  time.Time // when, without another refusal, the lesson may be raised
	hold    int       // how many periods, or units if longer, that was after the refusal
	step    int       // by how many calls a period
	base    Limit     // before it was
	most    int       // what late answers can add up to
	raised  bool      // it was, since the last refusal
	pressed bool      // the lesson held a call up, since it was raised
}

const (
	firstHold  = 3
	longHold   = 64
	holdUnit   = 10 * time.Second // or a period, if that is longer
	mostStrike = 2                // then the calls are spread
)

// unbounded is no limit, and remembers the calls of a minute.
var unbounded = Limit{N: math.MaxInt, Period: time.Minute}

// refuse is the news of a call that was refused for its frequency, and of a silence
// until a time; told says that the server asked for that. It must come before the
// call's permit is given back. Refusals of calls that were sent before the last news
// are no further news.
func (p *pace) refuse(now, sent, until time.Time, told bool) {
	if sent.Before(p.refusedAt) {
		p.resumed = later(p.resumed, until)
		return
	}
	from, first, flow := p.resumed, p.refusedAt.IsZero(), p.flow(now)
	p.flight, p.eased = max(1, min(p.flight, float64(p.out))/4), true
	p.refusedAt, p.resumed, p.tried, p.flowed = now, later(p.resumed, until), 0, 0
	more := p.count(from, now)
	if p.through == 0 || first && now.Sub(p.born) < p.record().limit.Period {
		return // a run before this one may have used the limit up
	}
	l := p.taught(now, until, told)
	if p.spread {
		if p.slower(l, flow, now, until) {
			return
		}
		p.forget(now)
	}
	p.base, p.most = p.corrected(l, more)
	if p.strikes >= mostStrike {
		p.spreadOut(until)
	}
	p.learned = p.record().narrowed(p.base, now)
	p.calm(until)
}

// corrected holds what a refusal teaches against what was learned before, and returns the
// limit to go by and how many calls late answers can make of it. more says that calls
// were let through since the last refusal, so that what was learned is refuted.
func (p *pace) corrected(l Limit, more bool) (by Limit, most int) {
	switch {
	case p.learned == nil, !more:
		return p.credible(l), math.MaxInt
	case p.raised:
		by = p.base
		if borne := min(p.borne, p.learned.limit.N*4/5); borne > by.N {
			by.N, p.hold = borne, firstHold // and was raised too far
		} else {
			p.hold = min(2*p.hold, longHold)
		}
		return by, by.N
	}
	p.strikes++
	if less := p.learned.limit.less(1 + p.learned.limit.N/20); l.Period == less.Period {
		l.N = min(l.N, less.N)
		return p.credible(l), less.N
	}
	return p.credible(l), math.MaxInt
}

// credible is a limit that is not so slow that stray refusals explain it better.
func (p *pace) credible(l Limit) Limit {
	if least := p.least(); l.perSecond() < least {
		l.Period = time.Duration(float64(l.N) / float64(least) * float64(time.Second))
	}
	return l
}

// least is the slowest limit that stray refusals do not explain better.
func (p *pace) least() rate.Limit {
	if p.figure != rate.Inf {
		return p.figure / 50
	}
	return 10.0 / 60
}

// calm begins the calm periods after which the lesson may be raised.
func (p *pace) calm(until time.Time) {
	p.step, p.raised, p.pressed, p.probe = p.base.step(), false, false, probe{}
	p.calmAt = until.Add(time.Duration(p.hold) * max(p.base.Period, holdUnit))
}

// forget begins as if nothing had been learned.
func (p *pace) forget(now time.Time) {
	p.even.SetLimitAt(now, p.usual)
	p.lesson = lesson{hold: firstHold, refusedAt: p.refusedAt, resumed: p.resumed}
}

// let is the news of a call that was let through. If it comes after that of a refusal,
// and the call was sent before, the refusal's lesson has not counted it.
func (p *pace) let(sent time.Time) {
	if !sent.Before(p.refusedAt) {
		p.flowed++
		return
	}
	if p.through++; p.first.IsZero() {
		p.first = sent
	}
	if p.learned != nil && p.base.N < p.most {
		p.learned.limit.N++
		p.base.N++
	}
}

// count counts the calls that were let through since a time. It reports false if there
// were none, so that only the last silence was too short; those before it count then.
func (p *pace) count(from, now time.Time) bool {
	n, first := p.record().since(from, now)
	if n > 0 {
		p.through, p.first = n, first
	}
	return n > 0
}

// taught is the limit that a refusal teaches.
func (p *pace) taught(now, until time.Time, told bool) Limit {
	for _, period := range p.periods() {
		if l, ok := p.fitting(period, now, until, told); ok && l.N < p.allowed(period) {
			return l
		}
	}
	longest := max(p.record().limit.Period, time.Minute) // a silence may be longer, for its own reasons
	return Limit{N: p.through, Period: min(until.Sub(p.first), longest)}
}

// fitting is the limit that the server has if it counts in windows of the period: the
// first call that it counts is then a period old when it takes the next one. It asks
// for whole seconds, rounded up; a silence that it did not ask for may be too long by
// all of it. ok is false if no call was made when there should have been one.
func (p *pace) fitting(period time.Duration, now, until time.Time, told bool) (l Limit, ok bool) {
	least := now
	if told {
		least = until.Add(-time.Second)
	}
	slack := p.record().limit.Period/(slots/2) + 2*p.trips.mean()
	begin := least.Add(-period - slack)
	n, first := p.record().since(begin, now)
	if p.first.After(begin) && p.through > n {
		n, first = p.through, p.first // longer ago than the record goes
	}
	return Limit{N: n, Period: period}, n > 0 && !first.After(until.Add(slack-period))
}

// periods are those in which the server may count: the one learned first, the
// configured ones, and those that Feishu's documents name.
func (p *pace) periods() []time.Duration {
	var periods []time.Duration
	for _, w := range p.windows {
		periods = append(periods, w.limit.Period)
	}
	slices.Sort(periods)
	if p.learned != nil {
		periods = slices.Insert(periods, 0, p.learned.limit.Period)
	}
	return append(periods, time.Second, time.Minute)
}

// allowed is how many calls the limits allow in a period.
func (p *pace) allowed(period time.Duration) int {
	n := math.MaxInt
	p.each(func(w *window) {
		if w.limit.Period == period {
			n = min(n, w.limit.N)
		}
	})
	return n
}

// record is the window that remembers calls for the longest time.
func (p *pace) record() *window {
	longest := p.windows[0]
	p.each(func(w *window) {
		if w.limit.Period > longest.limit.Period {
			longest = w
		}
	})
	return longest
}

// climb raises the lesson after calm periods, and forgets it when it is no longer
// tighter than what is configured.
func (p *pace) climb(now time.Time) {
	if p.learned == nil || now.Before(p.calmAt) {
		return
	}
	p.calmAt = now.Add(p.learned.limit.Period)
	if !p.pressed {
		return // it is not known whether it would bear more
	}
	p.learned.limit.N += p.step
	if p.spread {
		p.faster(now)
	}
	p.step, p.raised, p.pressed = p.step+p.base.step(), true, false
	if p.loose() {
		p.forget(now)
	}
}

// loose reports whether the lesson is no tighter than each configured limit.
func (p *pace) loose() bool {
	if p.spread && p.even.Limit() < p.figure {
		return false
	}
	for _, w := range p.windows {
		if p.learned.limit.N < w.limit.N || p.learned.limit.perSecond() < w.limit.perSecond() {
			return false
		}
	}
	return true
}

// step is by how many calls a limit is raised at first, and by how many more each time.
func (l Limit) step() int { return max(1, l.N/40) }

// Learned is the limit of a kind of call that refusals taught, if there is one and it
// has held so far.
func (p *Pacer) Learned(call feishu.Call) (Limit, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	pace := p.paces[call]
	if pace == nil || pace.learned == nil || pace.spread {
		return Limit{}, false
	}
	return Limit{N: pace.base.N, Period: pace.base.Period.Round(100 * time.Millisecond)}, true
}

// less is the limit with n calls less, but one at the least.
func (l Limit) less(n int) Limit { return Limit{N: max(1, l.N-n), Period: l.Period} }

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}
