package sync

import "time"

// A probe is a call that may well be refused: about the one that was refused first, which
// taught nothing, or one more than a raised lesson is known to bear. There is one on the
// wire at a time: if it is refused, no others are refused with it.
type probe struct {
	probing bool      // there is one
	probeAt time.Time // when it went out
	edge    int       // which call in a window of the lesson it is
	borne   int       // the last one that was let through, since the lesson was raised
}

// doubt is how long the next call waits because it would be a second probe. An answer that
// does not come is not waited for long.
func (p *pace) doubt(now time.Time) time.Duration {
	const patience = 4 // usual round trips
	if !p.probing || !p.doubtful() {
		return 0
	}
	wait := max(0, p.probeAt.Add(patience*p.trips.mean()).Sub(now))
	p.pressed = p.pressed || wait > 0
	return wait
}

// sendProbe notes that a call goes out, if it is a probe.
func (p *pace) sendProbe(now time.Time) {
	if !p.doubtful() {
		return
	}
	p.probing, p.probeAt = true, now
	if p.learned != nil {
		p.edge = p.learned.out + p.learned.held + 1
	}
}

// probed takes in what came of a call that was sent at a time: of the probe, or of one after
// it, which says as much.
func (p *pace) probed(sent time.Time, o outcome) {
	if !p.probing || sent.Before(p.probeAt) {
		return
	}
	p.probing = false
	if o == passed {
		p.borne = max(p.borne, p.edge)
	}
}

// doubtful reports whether the next call is a probe: about as many went out as before a
// refusal that taught nothing, or as many as a raised lesson has borne.
func (p *pace) doubtful() bool {
	const widest = 16 // calls
	switch about := min(p.through/20, widest); {
	case p.learned != nil:
		return p.raised && p.learned.out+p.learned.held >= max(p.base.N, p.borne)
	case p.through > 0:
		return p.through-about <= p.tried && p.tried <= p.through+about+1
	}
	return false
}
