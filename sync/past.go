package sync

import (
	"iter"
	"maps"
	"slices"
	"time"

	"okrsync/feishu"
)

// onItsWay is how long a request may still be on its way when the process that sent it
// has died.
const onItsWay = time.Second

// Past is what is known of the calls of earlier runs: enough not to be refused for
// having forgotten them.
type Past struct {
	answers map[feishu.Call][]time.Time // by when each of the latest was answered
	quiet   time.Time                   // until when Feishu asked for silence
}

// add takes in the notes of one run, in the order in which they were made. Of a call it
// is not noted when its answer came, but each later one tells how many had one by then.
// Those without one when their process died may have arrived a little after another one
// began, or after now.
func (p *Past) add(notes []note, now time.Time) {
	sent, answered, before := map[feishu.Call]int{}, map[feishu.Call]int{}, map[feishu.Call]int{}
	died := func(by time.Time) {
		for call, n := range sent {
			p.answered(call, n-answered[call], by.Add(onItsWay))
		}
		clear(sent)
		clear(answered)
	}
	for _, n := range notes {
		switch {
		case n.Over:
			p.answered(n.Call, 1, n.At)
		case n.Call != "":
			if sent[n.Call]++; sent[n.Call] == 1 {
				before[n.Call] = n.Answered // of the runs before, in the same process
			}
			by := n.Answered - before[n.Call]
			p.answered(n.Call, by-answered[n.Call], n.At)
			answered[n.Call] = max(answered[n.Call], by)
		case n.Start:
			died(n.At)
		default:
			p.quiet = later(p.quiet, n.Quiet)
		}
	}
	died(now)
}

// answered takes in that so many calls had their answers by a time.
func (p *Past) answered(call feishu.Call, n int, by time.Time) {
	for range n {
		p.answers[call] = append(p.answers[call], by)
	}
}

func newPast() Past { return Past{answers: make(map[feishu.Call][]time.Time)} }

// notes gives what a run that ended leaves of its notes.
func (p *Past) notes(since time.Time) iter.Seq[note] {
	return func(yield func(note) bool) {
		for _, call := range slices.Sorted(maps.Keys(p.answers)) {
			for _, at := range p.answers[call] {
				if at.After(since) && !yield(note{Attempt: Attempt{Call: call, At: at}, Over: true}) {
					return
				}
			}
		}
		if !p.quiet.IsZero() {
			yield(note{Attempt: Attempt{At: p.quiet}, Quiet: p.quiet})
		}
	}
}

// Remember takes in the calls of earlier runs, before the first call of this one: their
// permits come back when they would have, and a silence goes on.
func (p *Pacer) Remember(past Past) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	for call, answers := range past.answers {
		for i, at := range answers {
			if latest := now.Add(onItsWay); at.After(latest) {
				answers[i] = latest // of a clock that was set back
			}
		}
		slices.SortFunc(answers, time.Time.Compare)
		p.pace(call).each(func(w *window) { w.remember(answers, now) })
	}
	if past.quiet.Sub(now) <= mostSlow {
		p.quiet = later(p.quiet, past.quiet)
	}
}

// remember takes in the answers to calls of an earlier run, sorted.
func (w *window) remember(answers []time.Time, now time.Time) {
	for _, at := range answers {
		if now.Sub(at) < w.limit.Period {
			w.take()
			w.give(at)
		}
	}
}

// Horizon is for how long a call matters to the limits: the longest period.
func (p *Pacer) Horizon() time.Duration {
	longest := time.Minute // as long as Feishu counts
	for _, l := range p.limits {
		longest = max(longest, l.Period)
	}
	return longest
}
