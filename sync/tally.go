package sync

import (
	"maps"
	"time"

	"okrsync/feishu"
)

// A Tally is what a pacer has counted.
type Tally struct {
	Calls       map[feishu.Call]int // attempts on the wire by kind
	Refusals    map[Refusal]int     // those of them that came to nothing
	RateLimited int                 // refusals for frequency
	Paused      time.Duration       // time in which everybody was silent
}

// A Refusal is what a call came to that was no success.
type Refusal struct {
	Call feishu.Call
	Code feishu.Code // Feishu's, or a word of package feishu's where no answer carried one
}

// Since returns what was counted after an earlier tally.
func (t Tally) Since(earlier Tally) Tally {
	since := Tally{
		Calls: maps.Clone(t.Calls), Refusals: maps.Clone(t.Refusals),
		RateLimited: t.RateLimited - earlier.RateLimited, Paused: t.Paused - earlier.Paused,
	}
	for call, n := range earlier.Calls {
		since.Calls[call] -= n
	}
	for refusal, n := range earlier.Refusals {
		since.Refusals[refusal] -= n
	}
	return since
}

// Tally returns what has been counted so far.
func (p *Pacer) Tally() Tally {
	p.mu.Lock()
	defer p.mu.Unlock()
	ahead := max(0, time.Until(p.quiet)) // a silence that the run's end cut short
	return Tally{Calls: maps.Clone(p.calls), Refusals: maps.Clone(p.refusals), RateLimited: p.slowed, Paused: p.paused - ahead}
}
