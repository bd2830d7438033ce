package sync

import (
	"math"
	"time"
)

// forever is a wait that only an answer ends.
const forever time.Duration = math.MaxInt64

// A window keeps the permits of one limit. A call holds one from before it is
// sent until a period after its answer; the server saw the call in between, so
// no period can see more than N of them arrive, however the network delays them
// and whichever way the server counts. It is arithmetic on times it is given.
type window struct {
	limit Limit
	out   int       // calls without an answer yet
	back  []answers // that still hold their permits
	held  int       // calls in back
}

// slots is into how many parts of the period answers are gathered, rounded up, so that
// memory does not grow with N.
const (
	slots       = 2000
	longestSlot = time.Second
)

// answers are calls whose permits come back together.
type answers struct {
	at time.Time
	n  int
}

// wait returns 0 if a permit is free, else how long none can be. Permits are good again
// so much before the end of their period.
func (w *window) wait(now time.Time, early time.Duration) time.Duration {
	period := w.limit.Period - min(early, w.limit.Period/2)
	i := 0
	for ; i < len(w.back) && now.Sub(w.back[i].at) >= period; i++ {
		w.held -= w.back[i].n
	}
	w.back = w.back[i:]
	switch {
	case w.out+w.held < w.limit.N:
		return 0
	case len(w.back) == 0:
		return forever
	}
	return period - now.Sub(w.back[0].at)
}

func (w *window) take() { w.out++ }

// drop gives the permit of a call back that the server did not count.
func (w *window) drop() { w.out-- }

// give gives a call's permit back, from a period after now on.
func (w *window) give(now time.Time) {
	w.out--
	w.held++
	if last := len(w.back) - 1; last >= 0 && !now.After(w.back[last].at) {
		w.back[last].n++
		return
	}
	w.back = append(w.back, answers{at: now.Add(min(w.limit.Period/slots, longestSlot)), n: 1})
}

// remember takes in the answers to calls of an earlier run, sorted by time.
func (w *window) remember(calls []answers, now time.Time) {
	for _, a := range calls {
		if now.Sub(a.at) < w.limit.Period {
			w.back, w.held = append(w.back, a), w.held+a.n
		}
	}
}

// since returns how many calls were answered after a time, at most a period ago, and
// when the first of them was.
func (w *window) since(from, now time.Time) (n int, first time.Time) {
	for _, a := range w.back {
		if !a.at.After(from) || now.Sub(a.at) >= w.limit.Period {
			continue
		}
		if n += a.n; first.IsZero() {
			first = a.at
		}
	}
	if first.After(now) {
		first = now // its slot was rounded up
	}
	return n, first
}

// narrowed returns a window of a limit within this one's period, with the calls that
// this one knows of.
func (w *window) narrowed(l Limit, now time.Time) *window {
	narrow := &window{limit: l, out: w.out}
	for _, a := range w.back {
		if now.Sub(a.at) < l.Period {
			narrow.back, narrow.held = append(narrow.back, a), narrow.held+a.n
		}
	}
	return narrow
}
