package sync

import (
	"cmp"
	"slices"
	"time"

	"golang.org/x/time/rate"

	"okrsync/feishu"
)

// A pipe is how calls of one kind go out: so many workers, at first as many at a time as
// flight says, each answered after reply, of which a permit comes back early by as much.
type pipe struct {
	workers, flight int
	reply, early    time.Duration
}

// forecast is how long n calls take from a time on at a pace. It changes nothing.
func (p pipe) forecast(pace *pace, from time.Time, n int) time.Duration {
	if n <= 0 {
		return 0
	}
	var windows []*window
	pace.each(func(w *window) { windows = append(windows, w) })
	slices.SortFunc(windows, func(a, b *window) int { return cmp.Compare(b.limit.Period, a.limit.Period) })
	longest := max(p.waves(windows, from, n), pace.spreads(from, n)+float64(p.reply))
	return time.Duration(min(longest, float64(forever)/2))
}

// next is how long after a time the next call can go out.
func (p pipe) next(pace *pace, from time.Time) time.Duration {
	wait := time.Duration(pace.spreads(from, 1))
	pace.each(func(w *window) { wait = max(wait, w.wanting(from, 1, p)) })
	return wait
}

// spreads is how long after a time n calls have gone out that are spread evenly.
func (p *pace) spreads(from time.Time, n int) float64 {
	if p.even.Limit() == rate.Inf {
		return 0
	}
	return max(0, float64(n)-p.even.TokensAt(from)) / float64(p.even.Limit()) * float64(time.Second)
}

// waves is how long n calls take in windows, the one of the longest period first. Its
// permits go out in turn, each again a wave after it did before, and as fast as the other
// windows let them.
func (p pipe) waves(windows []*window, from time.Time, n int) float64 {
	if len(windows) == 0 {
		return float64(p.rush(n))
	}
	w, others := windows[0], windows[1:]
	rounds := (n - 1) / w.limit.N
	nth := n - rounds*w.limit.N
	first := max(p.waves(others, from, nth), float64(w.wanting(from, nth, p)))
	if rounds == 0 {
		return first
	}
	// The permits of one period come back in the order of its answers.
	wave := float64(w.limit.Period + min(w.limit.Period/slots, longestSlot) + max(0, p.reply-p.early))
	if len(others) == 0 {
		return float64(rounds)*max(wave, p.busy(w.limit.N)) + first
	}
	return float64(rounds)*max(wave, p.waves(others, from, w.limit.N)) + first
}

// busy is how long the workers take for n calls of many that nothing else holds up.
func (p pipe) busy(n int) float64 { return float64(n) / float64(p.workers) * float64(p.reply) }

// wanting is how long after a time the n-th permit is good, of those that the window
// has: first those that are, then those of answered calls, then those of calls on the wire.
func (w *window) wanting(from time.Time, n int, p pipe) time.Duration {
	period := w.limit.Period - min(p.early, w.limit.Period/2)
	if n -= w.limit.N - w.out - w.held; n <= 0 {
		return 0
	}
	for _, a := range w.back {
		if n -= a.n; n <= 0 {
			return max(0, period-from.Sub(a.at))
		}
	}
	return p.reply + period
}

// rush is how long n calls take that no limit holds up: the number at a time doubles with
// every reply, up to that of the workers.
func (p pipe) rush(n int) time.Duration {
	rounds := 0
	for flight := min(p.flight, p.workers); n > 0 && flight < p.workers; flight = min(2*flight, p.workers) {
		n -= flight
		rounds++
	}
	if n > 0 {
		rounds += (n + p.workers - 1) / p.workers
	}
	return time.Duration(rounds) * p.reply
}

// updateCalls are the calls that so many items take in batches of a size. What is
// left over of a table is a batch of its own, a single item a patch.
func updateCalls(items map[feishu.Table]int, size int) map[feishu.Call]int {
	calls := map[feishu.Call]int{}
	for _, n := range items {
		full, left := n/size, n%size
		switch {
		case size == 1:
			calls[feishu.CallPatch] += n
			continue
		case left == 1:
			calls[feishu.CallPatch]++
		case left > 1:
			full++
		}
		calls[feishu.CallBatchUpdate] += full
	}
	return calls
}
