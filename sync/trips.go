package sync

import (
	"math"
	"time"
)

// trips are how long the answers to one kind of call have taken.
type trips struct {
	n     int
	sum   time.Duration
	least time.Duration
}

func (t *trips) add(trip time.Duration) {
	if t.n > 0 && trip < t.least-time.Millisecond {
		*t = trips{} // the network is another one by now
	}
	if t.n == 0 || trip < t.least {
		t.least = trip
	}
	t.n++
	t.sum += trip
}

func (t *trips) mean() time.Duration {
	if t.n == 0 {
		return 0
	}
	return t.sum / time.Duration(t.n)
}

// early is how long before the end of its period a permit may be given back.
//
// A call reached the server at the latest when its answer left there, and the next
// call with the same permit will at the earliest when it has gone the way out. The way
// back of the one and the way out of the other take at least the shortest round trip
// there is. Of that, the shortest one seen is an estimate that is too high, by the less
// the more there were and the less they differ, and so a margin is taken off that goes
// by their spread. On a network that varies by more than its shortest trip nothing
// is left.
func (t *trips) early() time.Duration {
	const (
		enough = 50               // trips to judge by
		least  = time.Millisecond // of a margin, for what two clocks and two schedulers do
	)
	if t.n < enough {
		return 0
	}
	spread := float64(t.mean() - t.least)
	margin := time.Duration(spread * max(0.2, 5/math.Sqrt(float64(t.n))))
	return max(0, t.least-margin-least)
}
