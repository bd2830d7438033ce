package sync

import (
	"context"
	"errors"

	"okrsync/feishu"
)

// send updates the item of one step, as often as it takes, and hands out the row's result.
// The pass is one that the row has already, or none.
func (e *engine) send(ctx context.Context, one []step, p pass) {
	for {
		s := &one[0]
		p.row = s.result.Row
		var err error
		p, err = e.update(ctx, p, &s.result, func(p pass) error {
			item, err := e.Client.Patch(carrying(p.ctx, one), s.table(), s.result.Item, s.fields)
			if s.tried(err, feishu.CallPatch); err == nil {
				s.result.After = confirmed(s.fields, item.Fields)
			}
			return unlessLost(err, one)
		})
		refusal, refused := errors.AsType[*feishu.Error](err)
		switch {
		case err == nil:
			e.passed(p, &s.result)
			return
		case !refused:
			e.quota.inconclusive(p)
			e.cutShort(ctx, s.result, err)
			return
		case refusal.Class == feishu.ClassTransient && s.lost && s.losses < e.Retry.orDefaults().Attempts && !e.Pacer.Down():
			e.quota.inconclusive(p)
			if one = e.recheck(ctx, one, refusal); len(one) == 0 {
				return
			}
		case refusal.Class != feishu.ClassUpdateLimit:
			e.quota.inconclusive(p)
			e.turnedDown(s, refusal)
			return
		case p.probe:
			e.suspect(s.result, refusal)
			return
		default:
			e.again(&s.result)(refusal, 0)
			e.quota.refused(p)
		}
		p = pass{owner: p.owner}
	}
}

// turnedDown hands out a step that Feishu refused in a call of its own.
func (e *engine) turnedDown(s *step, refusal *feishu.Error) {
	if s.named {
		e.explained.Add(1)
	}
	if s.amid && refusal.Class == feishu.ClassRow {
		e.finish(s.result.failed(refusal)) // it concerns nobody else, whatever it is
	} else {
		e.refused(s.result, refusal)
	}
}

// update makes a call that changes something until it has an answer that repeating
// it will not change. The pass is that of the last try; r is the row that the news of
// its repetitions is about.
func (e *engine) update(ctx context.Context, p pass, r *Result, once func(pass) error) (pass, error) {
	err := retry(ctx, e.Retry, e.Pacer, e.again(r), func() (err error) {
		for {
			if p, err = e.quota.enter(p); err != nil {
				return err
			}
			err = once(p)
			if _, answered := errors.AsType[*feishu.Error](err); err == nil || answered || p.ctx.Err() == nil || ctx.Err() != nil {
				return err
			}
			// The gate closed while this update waited for its permit.
		}
	})
	return p, err
}

// tried notes that a call of the given kind was made for the step, if it was: an
// error may be about the token's call, or about none.
func (s *step) tried(err error, call feishu.Call) {
	refusal, refused := errors.AsType[*feishu.Error](err)
	if err == nil || refused && refusal.Call == call {
		s.result.Attempts++
		s.result.Sent = s.fields
		if s.lost = refused && refusal.Class == feishu.ClassTransient && tells(s.fields); s.lost {
			s.losses++
		}
		s.result.Uncertain = s.result.Uncertain || refused && refusal.Class == feishu.ClassTransient
	}
	if err == nil {
		s.result.HTTPStatus = 200
	}
}

// cutShort hands out a row whose update did not go out, because the run ends or
// because of an error that must not happen.
func (e *engine) cutShort(ctx context.Context, r Result, err error) {
	if ctx.Err() == nil {
		e.halt(err)
	}
	e.finish(e.unprocessed(ctx, r))
}

// confirmed returns the values that the sent fields have now: as the answer
// gives them, or as they were sent where it leaves them out.
func confirmed(sent, answered feishu.Fields) feishu.Fields {
	if now := answered.Only(sent).Over(sent); now != sent {
		return now
	}
	return sent // so that the answer's text need not be kept
}

// contradicted reports whether Feishu's answer gives a sent number back as
// another one.
func contradicted(sent, after feishu.Fields) bool {
	return !feishu.SameNumber(sent.Initial, after.Initial) || !feishu.SameNumber(sent.Target, after.Target) || !feishu.SameNumber(sent.Current, after.Current)
}

// passed hands out an update that Feishu took, and with it the rows that were
// suspected of an update limit of their own.
func (e *engine) passed(p pass, r *Result) {
	e.mu.Lock()
	e.inTrouble, e.forbidden = 0, 0
	e.mu.Unlock()
	e.accepted.Store(true)
	for _, suspect := range e.quota.passed(p) {
		e.finish(suspect)
	}
	r.Status = Updated
	if contradicted(r.Sent, r.After) {
		r.Status, r.Class = Failed, feishu.ClassRow
		*r = r.because(OtherValue)
	}
	e.finish(*r)
}

// refused hands out rows that Feishu refused in one call, and stops the run if that is
// not about the rows.
func (e *engine) refused(r Result, refusal *feishu.Error, others ...step) {
	down := (refusal.Class == feishu.ClassTransient || refusal.Class == feishu.ClassSlowDown) && e.Pacer.Down()
	if e.concernsAll(refusal) || down {
		e.halt(&RunError{Refusal: refusal})
	}
	for _, r := range append([]Result{r}, resultsOf(others)...) {
		r = r.failed(refusal)
		if down {
			r.Status = Unprocessed // its tries were cut short
		}
		e.finish(r)
	}
}

// resultsOf are those of steps so far.
func resultsOf(steps []step) []Result {
	all := make([]Result, len(steps))
	for i, s := range steps {
		all[i] = s.result
	}
	return all
}

// concernsAll reports whether a refusal stands for every row to come.
func (e *engine) concernsAll(refusal *feishu.Error) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	switch {
	case refusal.Class == feishu.ClassApp, refusal.Class == feishu.ClassMonthlyQuota:
		return true
	case refusal.Class == feishu.ClassTransient, refusal.Class == feishu.ClassSlowDown:
		e.inTrouble++
		return e.inTrouble >= inARow
	case refusal.Code == feishu.CodeNoPermission:
		e.inTrouble = 0
		e.forbidden++
		return e.forbidden >= inARow
	}
	e.inTrouble = 0 // Feishu is there and answers
	return false
}

// suspect keeps a row back that was refused for the update limit after a pause,
// and stops the run if it is not the only one.
func (e *engine) suspect(r Result, refusal *feishu.Error) {
	r.Status = Failed
	e.sizes.doubt()
	if e.quota.suspect(r.refused(refusal)) {
		e.halt(&RunError{Refusal: refusal})
	}
}
