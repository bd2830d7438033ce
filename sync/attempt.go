package sync

import (
	"context"
	"time"

	"okrsync/feishu"
)

// An Attempt is one call as it goes out. It is noted before it does: from the notes of a
// run that was killed the next one knows which rows may have been updated, and which
// permits are not good yet.
type Attempt struct {
	Call     feishu.Call `json:"call,omitempty"`
	At       time.Time   `json:"at"`                 // when it got its permit
	Answered int         `json:"answered,omitempty"` // calls of the kind that the process had answers to by then

	// Rows are those that the call updates: what it carries of each, what Feishu had
	// before, and how many calls were made for it, this one among them.
	Rows []Result `json:"rows,omitempty"`

	steps []step // what Rows are made of, in an attempt that is made
}

type carriedKey struct{}

// carrying tells the pacer, through the context of a call, which rows it updates.
func carrying(ctx context.Context, steps []step) context.Context {
	return context.WithValue(ctx, carriedKey{}, steps)
}

// attemptOf is the attempt that a call with the context makes.
func attemptOf(ctx context.Context, call feishu.Call, answered int) Attempt {
	a := Attempt{Call: call, At: time.Now().UTC(), Answered: answered}
	if call != feishu.CallPatch && call != feishu.CallBatchUpdate {
		return a // it may be made on the way to an update, as for a token
	}
	a.steps, _ = ctx.Value(carriedKey{}).([]step)
	return a
}

// flying is what is known of a row while its call is on the wire, but for what landed adds.
func (s *step) flying() Result {
	r := &s.result
	return Result{
		Row: r.Row, Source: r.Source, Table: r.Table, Item: r.Item, Owner: r.Owner,
		Sent: s.fields, Before: r.Before, Irreversible: r.Irreversible, Notifies: r.Notifies,
		Uncertain: r.Uncertain, Attempts: r.Attempts + 1,
	}
}

// landed makes results of what is read of the attempt's rows: what all of them have in
// common is not written for each.
func (a *Attempt) landed() {
	for i := range a.Rows {
		a.Rows[i].Status, a.Rows[i].FinishedAt = Unprocessed, a.At
	}
}
