package sync

import "time"

// An outage is trouble with one call after the other, whatever they are about.
type outage struct {
	lost    int       // calls in trouble, one after the other, with no other answer between
	lostAt  time.Time // the last of them
	reached bool      // the server has answered at all
	retry   Retry     // how long the rests may be
}

const (
	// anOutage is how many calls in a row it takes: one call in four in trouble makes it
	// once in a thousand calls, and then costs a moment.
	anOutage = 5

	// Tries is how many more are made, each after a rest, before the server is taken
	// for down: within one to two minutes, as Retry has it.
	Tries = 9
)

// met takes in a call in trouble, and returns how long everybody rests. Calls that were
// out together count once.
func (o *outage) met(now, sent time.Time) time.Duration {
	if o.lost > 0 && !sent.After(o.lostAt) {
		return 0
	}
	o.lost++
	o.lostAt = now
	if !o.on() {
		return 0
	}
	return o.retry.pause(o.lost-anOutage+1, 0.5).Round(100 * time.Millisecond)
}

// over is the news of an answer.
func (o *outage) over() { o.lost, o.reached = 0, true }

// on reports whether there is an outage.
func (o *outage) on() bool { return o.lost >= anOutage }

// lasts reports whether it has been waited for long enough. A server that has not
// answered yet is more likely one that is not there.
func (o *outage) lasts() bool {
	return o.lost >= anOutage+Tries || o.on() && !o.reached
}
