package sync

import (
	"cmp"
	"iter"
	"maps"
	"os"
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
	answers map[feishu.Call][]answers // by when the latest had their answers
	quiet   time.Time                 // until when Feishu asked for silence
	lost    bool                      // there were notes that are gone
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
		case n.Over > 0:
			p.answered(n.Call, n.Over, n.At)
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
	if n > 0 {
		p.answers[call] = append(p.answers[call], answers{at: by, n: n})
	}
}

func newPast() Past { return Past{answers: make(map[feishu.Call][]answers)} }

// notes gives what is known as notes.
func (p *Past) notes() iter.Seq[note] {
	return func(yield func(note) bool) {
		for _, call := range slices.Sorted(maps.Keys(p.answers)) {
			for _, a := range p.answers[call] {
				if !yield(note{Attempt: Attempt{Call: call, At: a.at.UTC()}, Over: a.n}) {
					return
				}
			}
		}
		if p.lost && !yield(note{Attempt: Attempt{At: time.Now().UTC()}, Lost: true}) {
			return
		}
		if !p.quiet.IsZero() {
			yield(note{Attempt: Attempt{At: p.quiet.UTC()}, Quiet: p.quiet.UTC()})
		}
	}
}

// read takes in the notes of the run in a folder.
func (p *Past) read(folder string) error {
	var notes []note
	_, _, err := readNotes(folder, func(n note) {
		n.Rows = nil
		notes = append(notes, n)
	})
	p.add(notes, time.Now())
	return err
}

// Recent reads which calls the runs have made for an account since a time, as far as they
// count against the limits of a shard. A run that cannot be read has made none.
func (rs Runs) Recent(account Account, shard Shard, since time.Time) Past {
	past := newPast()
	for _, run := range rs {
		info, err := os.Stat(callsOf(run.folder))
		switch {
		case err != nil || run.err != nil || run.header.Account != account:
		case shard.besides(run.header.Part.Shard): // it keeps within its own part of the limits
		case info.Size() == 0:
		case info.ModTime().Before(since):
			outgrow(run.folder)
		default:
			_ = past.read(run.folder)
		}
	}
	return past
}

// Remember takes in the calls of earlier runs, before the first call of this one: their
// permits come back when they would have, and a silence goes on, for mostSlow at most. It
// returns how long that is.
func (p *Pacer) Remember(past Past) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	latest := now.Add(onItsWay) // later ones are of a clock that was set back
	for call, calls := range past.answers {
		for i := range calls {
			calls[i].at = earliest(calls[i].at, latest)
		}
		slices.SortFunc(calls, func(a, b answers) int { return a.at.Compare(b.at) })
		for _, w := range p.pace(call).windows {
			w.remember(calls, now)
		}
	}
	if !past.quiet.After(now) {
		return 0
	}
	return p.hush(now, min(past.quiet.Sub(now), mostSlow), Pause{}).Length
}

// past is what the limits still count of the calls since a time.
func (p *Pacer) past(since time.Time) Past {
	p.mu.Lock()
	defer p.mu.Unlock()
	now, past := time.Now(), newPast()
	for call, pace := range p.paces {
		longest := slices.MaxFunc(pace.windows, func(a, b *window) int { return cmp.Compare(a.limit.Period, b.limit.Period) })
		for _, a := range longest.back {
			if a.at.After(since) && now.Sub(a.at) < longest.limit.Period {
				past.answers[call] = append(past.answers[call], a)
			}
		}
	}
	if p.quiet.After(now) {
		past.quiet = p.quiet
	}
	return past
}

func earliest(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// Horizon is for how long a call matters to the limits: the longest period.
func (p *Pacer) Horizon() time.Duration {
	longest := time.Minute // as long as Feishu counts
	for _, l := range p.limits {
		longest = max(longest, l.Period)
	}
	return longest
}
