package sync

import (
	"cmp"
	"slices"
	"time"

	"okrsync/feishu"
)

// A pipe is how calls of one kind go out: so many workers, at first as many at a time as
// flight says, each answered after reply, of which a permit comes back early by as much.
type pipe struct {
	workers, flight int
	reply, early    time.Duration
}

// forecast is how long n calls take at the limits. A burst above zero spreads the calls
// evenly, as in NewPacer.
func (p pipe) forecast(limits []Limit, burst, n int) time.Duration {
	if n <= 0 {
		return 0
	}
	longest := float64(p.waves(slices.SortedFunc(slices.Values(limits), func(a, b Limit) int { return cmp.Compare(b.Period, a.Period) }), n))
	if burst > 0 {
		for _, l := range limits {
			even := float64(max(n-burst, 0)) / float64(l.perSecond()) * float64(time.Second)
			longest = max(longest, even+float64(p.reply))
		}
	}
	return time.Duration(min(longest, float64(forever)/2))
}

// waves is how long n calls take at limits, the longest period first: whole waves of its
// calls, one a period, and then the rest, each as fast as the other limits let it.
func (p pipe) waves(limits []Limit, n int) float64 {
	if len(limits) == 0 {
		return float64(p.rush(n))
	}
	l, others := limits[0], limits[1:]
	whole := (n - 1) / l.N
	if whole == 0 {
		return p.waves(others, n)
	}
	// The permits of one period come back in the order of its answers.
	wave := float64(l.Period + min(l.Period/slots, longestSlot) + max(0, p.reply-p.early))
	return float64(whole)*max(wave, p.waves(others, l.N)) + p.waves(others, n-whole*l.N)
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

// Forecast is how long n calls of a kind will take, made by so many workers at a time,
// judging by how long answers have taken so far.
func (p *Pacer) Forecast(call feishu.Call, n, workers int) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := pipe{workers: max(workers, 1), flight: firstFlight(call), reply: p.trips.mean()}
	if !p.Strict {
		out.early = p.trips.early()
	}
	return out.forecast(p.limits, p.burst, n)
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
