package sync

import (
	"math/rand/v2"
	"time"

	"okrsync/feishu"
)

// A Pause is a time in which nothing is sent.
type Pause struct {
	Length time.Duration
	Code   feishu.Code // Feishu's reason for it
	Try    int         // of the Tries in an outage that follows it; 0 if it is none
}

const (
	// leastRest is the silence kept when the server names none. It doubles, up to
	// mostRest, while nothing is accepted between.
	leastRest = time.Second
	mostRest  = time.Minute

	// mostSlow is how long nothing may be accepted before the run stops for that.
	mostSlow = 15 * time.Minute

	// aMoment is for the caller to draw his conclusions in, before those who wait for
	// the place of his call go out in vain.
	aMoment = 5 * time.Millisecond
)

// slowDown is the news that the server refused a call for its frequency: all calls
// rest for as long as it asks, after which that kind goes on as the refusal teaches.
func (p *Pacer) slowDown(pace *pace, now, sent time.Time, refusal *feishu.Error) Pause {
	p.slowed++
	p.outage.over()
	news := !sent.Before(pace.refusedAt)
	if news {
		if p.slow++; p.slow == 1 {
			p.slowAt = now
		}
	}
	own := min(leastRest<<min(max(p.slow-1, 0), 10), mostRest)
	if refusal.Reset == 0 {
		own += rand.N(own / 4) //nolint:gosec // not in step with others who were refused, which is no secret
	}
	if !news && refusal.Reset == 0 {
		own = 0 // what the first one asks for is enough
	}
	rest := max(refusal.Reset, own.Round(100*time.Millisecond))
	pause := p.hush(now, rest, Pause{Code: refusal.Code})
	pace.refuse(now, sent, now.Add(rest), refusal.Reset >= own)
	return pause
}

// troubled is the news of a call that had no answer, or one that says nothing. When
// there are several in a row, everybody rests before the next one tries.
func (p *Pacer) troubled(now, sent time.Time, refusal *feishu.Error) Pause {
	rest := p.outage.met(now, sent)
	if p.outage.lasts() {
		return Pause{} // it is given up
	}
	pause := p.hush(now, rest, Pause{Code: refusal.Code, Try: p.outage.lost - anOutage + 1})
	if rest < leastRest {
		pause.Length = 0 // too short to tell
	}
	return pause
}

// serve sets how long everybody rests in an outage, and how many calls are made at a time.
func (p *Pacer) serve(r Retry, workers int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.outage.retry, p.most = r, workers
}

// Down reports whether the server does not answer, or refuses all calls for their
// frequency, although it was given time.
func (p *Pacer) Down() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.outage.lasts() || p.slow > 1 && time.Since(p.slowAt) > mostSlow
}

// Rest keeps everybody silent for the given time.
func (p *Pacer) Rest(rest time.Duration, code feishu.Code) {
	p.mu.Lock()
	pause := p.hush(time.Now(), rest, Pause{Code: code})
	p.mu.Unlock()
	p.tell(pause)
}

// hush prolongs the silence, for a reason that is given as a pause without its length.
// It returns the pause by as much, or of no length if that is no news. Prolonging it by
// less than a second is none: the refusals of one moment arrive one after the other.
func (p *Pacer) hush(now time.Time, rest time.Duration, why Pause) Pause {
	silent := max(0, p.quiet.Sub(now))
	added := rest - silent
	if added <= 0 {
		return Pause{}
	}
	p.quiet, p.pause = now.Add(rest), why
	p.paused += added
	if silent > 0 && added < time.Second {
		return Pause{}
	}
	why.Length = added
	return why
}

func (p *Pacer) tell(pause Pause) {
	if p.OnPause != nil && pause.Length > 0 {
		p.OnPause(pause)
	}
}
