package sync

import (
	"context"
	"slices"
	"time"

	"okrsync/feishu"
)

// An Attempt is one call as it goes out. It is noted before it does: from the notes of a
// run that was killed the next one knows which rows may have been updated, and which
// permits are not good yet.
type Attempt struct {
	Call feishu.Call `json:"call,omitempty"`
	At   time.Time   `json:"at"`            // when it got its permit
	Out  int         `json:"out,omitempty"` // calls of the kind that have no answer yet, this one among them

	// Rows are those that the call updates: what it carries of each, what Feishu had
	// before, and how many calls were made for it, this one among them.
	Rows []Result `json:"rows,omitempty"`

	// Quiet is until when nobody sends, where the note is about that and not about a call.
	Quiet time.Time `json:"quiet_until,omitzero"`

	// Lost says, where the note is about nothing else, that there were earlier ones.
	Lost bool `json:"lost,omitempty"`
}

type carriedKey struct{}

// carrying tells the pacer, through the context of a call, which rows it updates.
func carrying(ctx context.Context, steps ...step) context.Context {
	return context.WithValue(ctx, carriedKey{}, steps)
}

// attemptOf is the attempt that a call with the context makes.
func attemptOf(ctx context.Context, call feishu.Call, out int) Attempt {
	a := Attempt{Call: call, At: time.Now().UTC().Truncate(time.Microsecond), Out: out}
	if call != feishu.CallPatch && call != feishu.CallBatchUpdate {
		return a // it may be made on the way to an update, as for a token
	}
	steps, _ := ctx.Value(carriedKey{}).([]step)
	for _, s := range steps {
		a.Rows = append(a.Rows, s.flying(a.At))
	}
	return a
}

// flying is what is known of a row while its call is on the wire.
func (s step) flying(at time.Time) Result {
	r := s.result
	return Result{
		Row: r.Row, Source: r.Source, Table: r.Table, Item: r.Item, Owner: r.Owner, Status: Unprocessed,
		Sent: s.fields, Before: r.Before, Irreversible: r.Irreversible, Notifies: r.Notifies,
		Uncertain: r.Uncertain, Attempts: r.Attempts + 1, FinishedAt: at,
	}
}

// Past is what is known of the calls of earlier runs: enough not to be refused for
// having forgotten them.
type Past struct {
	answers map[feishu.Call][]time.Time // by when each of the latest was answered
	quiet   time.Time                   // until when Feishu asked for silence
}

// add takes in the attempts of one run, in the order in which they were made. Of a call
// it is not noted when its answer came, but each later one tells how many had none: the
// answer came before that one at the latest. Whatever had none at the end may have
// arrived until now.
func (p *Past) add(attempts []Attempt, now time.Time) {
	if p.answers == nil {
		p.answers = make(map[feishu.Call][]time.Time)
	}
	sent, answered := map[feishu.Call]int{}, map[feishu.Call]int{}
	for _, a := range attempts {
		if a.Call == "" {
			p.quiet = later(p.quiet, a.Quiet)
			continue
		}
		sent[a.Call]++
		for ; answered[a.Call] < sent[a.Call]-a.Out; answered[a.Call]++ {
			p.answers[a.Call] = append(p.answers[a.Call], earlier(a.At, now))
		}
	}
	for call, n := range sent {
		for range n - answered[call] {
			p.answers[call] = append(p.answers[call], now)
		}
	}
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// Remember takes in the calls of earlier runs, before the first call of this one: their
// permits come back when they would have, and a silence goes on.
func (p *Pacer) Remember(past Past) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	for call, answers := range past.answers {
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
