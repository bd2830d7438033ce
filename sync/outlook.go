package sync

import (
	"cmp"
	"time"

	"okrsync/feishu"
)

// An Outlook is how things stand with the calls that are still to be made, for those who
// look on.
type Outlook struct {
	// Left is how long it takes until the last of them is answered: by the limits and what
	// refusals taught of them, the permits that are in use, a silence that goes on, and
	// how long answers have taken so far. How long an outage lasts nobody knows.
	Left time.Duration

	// Wait is for how long nothing can go out, 0 if something can, or is on the wire. Pause
	// is the silence that is why; it is zero where it is the limit.
	Wait  time.Duration
	Pause Pause

	Flying int // calls of all kinds that are on the wire
}

// Outlook is how things stand when so many calls of each kind are left, those on the
// wire among them, with so many workers to make them.
func (p *Pacer) Outlook(left map[feishu.Call]int, workers int) Outlook {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	from := later(now, p.quiet)
	o, soonest := Outlook{Flying: p.out}, forever
	for call, n := range left {
		if n <= 0 {
			continue
		}
		pace := p.pace(call)
		pipe := p.pipe(pace, workers)
		o.Left = max(o.Left, from.Sub(now)+max(pipe.reply, pipe.forecast(pace, from, n-pace.out)))
		soonest = min(soonest, pipe.next(pace, from))
	}
	switch {
	case from.After(now):
		o.Wait, o.Pause = from.Sub(now), p.pause
	case p.out == 0 && soonest < forever:
		o.Wait = soonest
	}
	return o
}

// pipe is how calls of a kind go out as things are.
func (p *Pacer) pipe(pace *pace, workers int) pipe {
	out := pipe{workers: max(workers, 1), flight: max(1, int(pace.flight)), reply: cmp.Or(pace.trips.mean(), p.trips.mean())}
	if !p.Strict {
		out.early = cmp.Or(pace.trips.early(), p.trips.early())
	}
	return out
}
