package sync

import (
	"time"

	"okrsync/feishu"
)

// forecast is how long n calls of one kind take at the limits, made by so many
// workers at a time if each is answered after reply. A burst above zero spreads the
// calls evenly, as in NewPacer.
func forecast(limits []Limit, burst, n, workers int, reply time.Duration) time.Duration {
	if n <= 0 {
		return 0
	}
	rounds := (n + workers - 1) / workers
	longest := time.Duration(rounds) * reply
	for _, l := range limits {
		// A permit comes back a period after its call's answer, gathered in slots.
		waves := (n - 1) / l.N
		longest = max(longest, time.Duration(waves)*(l.Period+l.Period/slots+reply)+reply)
		if burst > 0 {
			even := float64(max(n-burst, 0)) / float64(l.perSecond())
			longest = max(longest, time.Duration(even*float64(time.Second))+reply)
		}
	}
	return longest
}

// Forecast is how long n calls of one kind will take, made by so many workers at a
// time, judging by how long answers have taken so far.
func (p *Pacer) Forecast(n, workers int) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return forecast(p.limits, p.burst, n, workers, p.trips.mean())
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
