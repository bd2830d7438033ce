package sync

import (
	"context"
	"fmt"
	"maps"
	"math"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"okrsync/feishu"
)

// A Limit is a number of calls that the server allows within a period.
type Limit struct {
	N      int           // at least 1
	Period time.Duration // above zero
}

// String returns the limit in the form ParseLimits reads, such as "100/1m0s".
func (l Limit) String() string { return fmt.Sprintf("%d/%s", l.N, l.Period) }

// perSecond is the limit as an even pace.
func (l Limit) perSecond() rate.Limit { return rate.Limit(float64(l.N) / l.Period.Seconds()) }

// ParseLimits reads limits that hold at once, such as "100/1m" or
// "50/1s,1000/1m". A period may leave out its 1: "100/m".
func ParseLimits(s string) ([]Limit, error) {
	var limits []Limit
	for part := range strings.SplitSeq(s, ",") {
		count, period, ok := strings.Cut(strings.TrimSpace(part), "/")
		n, err := strconv.Atoi(strings.TrimSpace(count))
		if !ok || err != nil || n < 1 || n > 1_000_000_000 {
			return nil, fmt.Errorf("%q is not a rate: write calls/period, such as 100/1m or 50/1s,1000/1m", s)
		}
		period = strings.TrimSpace(period)
		if period != "" && (period[0] < '0' || period[0] > '9') {
			period = "1" + period
		}
		d, err := time.ParseDuration(period)
		if err != nil || d <= 0 || d > 24*time.Hour {
			return nil, fmt.Errorf("%q is not a rate: the period %q is not a time such as 1s or 1m", s, period)
		}
		limits = append(limits, Limit{N: n, Period: d})
	}
	return limits, nil
}

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
	slowed  int
	paused  time.Duration
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

// Admit waits until a call of the kind may go out. What it returns must be
// called when the call's answer is there. The error is the context's.
func (p *Pacer) Admit(ctx context.Context, call feishu.Call) (done func(), err error) {
	for ctx.Err() == nil {
		wait, changed := p.try(call)
		if wait == 0 {
			return func() { p.done(call) }, nil
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
func (p *Pacer) try(call feishu.Call) (time.Duration, <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	if wait := p.quiet.Sub(now); wait > 0 {
		return wait, nil
	}
	pace := p.pace(call)
	wait := pace.take(now)
	if wait == 0 {
		p.calls[call]++
		return 0, nil
	}
	if p.changed == nil {
		p.changed = make(chan struct{})
	}
	return wait, p.changed
}

// done gives the permit of an answered call back and wakes who waits for one.
func (p *Pacer) done(call feishu.Call) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pace(call).give(time.Now())
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

// Rested records a pause that was kept by somebody else.
func (p *Pacer) Rested(rest time.Duration, code feishu.Code) {
	p.mu.Lock()
	p.paused += rest
	p.mu.Unlock()
	p.tell(Pause{Length: rest, Code: code})
}

// hush prolongs the silence and returns by how much.
func (p *Pacer) hush(now time.Time, rest time.Duration) time.Duration {
	until := now.Add(rest)
	if !until.After(p.quiet) {
		return 0
	}
	added := until.Sub(now)
	if p.quiet.After(now) {
		added = until.Sub(p.quiet)
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

// Tally returns what has been counted so far.
func (p *Pacer) Tally() Tally {
	p.mu.Lock()
	defer p.mu.Unlock()
	return Tally{Calls: maps.Clone(p.calls), RateLimited: p.slowed, Paused: p.paused}
}

// A pace is the limits of one kind of call: windows that keep the server's
// limits, and an even spread for after a refusal, when the limits turned out to
// be other than thought. It is arithmetic on times it is given.
type pace struct {
	windows []*window
	even    *rate.Limiter
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
	p.even = rate.NewLimiter(rate.Inf, max(burst, 1))
	if burst > 0 {
		p.even.SetLimit(p.figure)
	}
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
// until the windows alone hold again.
func (p *pace) faster(now time.Time) {
	if p.calmAt.IsZero() || now.Before(p.calmAt) {
		return
	}
	next := p.even.Limit() + p.figure/10
	p.calmAt = now.Add(p.calm)
	if next >= p.figure {
		next, p.calmAt = rate.Inf, time.Time{}
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
