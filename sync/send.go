package sync

import (
	"context"
	"errors"
	"time"

	"okrsync/feishu"
)

// send updates one item, as often as it takes, and hands out the row's result.
func (e *engine) send(ctx context.Context, s step) {
	for {
		p, err := e.update(ctx, &s.result, func(ctx context.Context) error {
			item, err := e.Client.Patch(ctx, s.table(), s.result.Item, s.fields)
			if s.tried(err, feishu.CallPatch); err == nil {
				s.result.After = confirmed(s.fields, item.Fields)
			}
			return err
		})
		r := s.result
		refusal, refused := errors.AsType[*feishu.Error](err)
		switch {
		case err == nil:
			e.passed(p, r)
			return
		case !refused:
			e.quota.inconclusive(p)
			e.cutShort(ctx, r, err)
			return
		case refusal.Class != feishu.ClassUpdateLimit:
			e.quota.inconclusive(p)
			e.refused(r, refusal)
			return
		case p.probe:
			e.suspect(r, refusal)
			return
		}
		e.quota.refused(p)
	}
}

// update makes a call that changes something until it has an answer that repeating
// it will not change. The pass is that of the last try; r is the row that the news of
// its repetitions is about.
func (e *engine) update(ctx context.Context, r *Result, once func(context.Context) error) (pass, error) {
	p := pass{row: r.Row}
	again := func(err error, wait time.Duration) {
		if refusal, ok := errors.AsType[*feishu.Error](err); ok {
			e.OnRetry(Repeat{Row: r.Row, Item: r.Item, Attempt: r.Attempts, Wait: wait, Refusal: refusal})
		}
	}
	err := retry(ctx, e.Retry, e.Pacer, again, func() (err error) {
		for {
			if p, err = e.quota.enter(p); err != nil {
				return err
			}
			err = once(p.ctx)
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
	return answered.Only(sent).Over(sent)
}

// contradicted reports whether Feishu's answer gives a sent number back as
// another one.
func contradicted(sent, after feishu.Fields) bool {
	return !feishu.SameNumber(sent.Initial, after.Initial) || !feishu.SameNumber(sent.Target, after.Target) || !feishu.SameNumber(sent.Current, after.Current)
}

// passed hands out an update that Feishu took, and with it the rows that were
// suspected of an update limit of their own.
func (e *engine) passed(p pass, r Result) {
	e.mu.Lock()
	e.troubled, e.forbidden = 0, 0
	e.mu.Unlock()
	for _, suspect := range e.quota.passed(p) {
		e.finish(suspect)
	}
	r.Status = Updated
	if contradicted(r.Sent, r.After) {
		r.Status, r.Class = Failed, feishu.ClassRow
		r = r.because(OtherValue)
	}
	e.finish(r)
}

// refused hands out a row that Feishu refused, and stops the run if that is
// not about the row.
func (e *engine) refused(r Result, refusal *feishu.Error) {
	if e.concernsAll(refusal) {
		e.halt(refusal)
	}
	e.finish(r.failed(refusal))
}

// concernsAll reports whether a refusal stands for every row to come.
func (e *engine) concernsAll(refusal *feishu.Error) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	switch {
	case refusal.Class == feishu.ClassApp, refusal.Class == feishu.ClassMonthlyQuota:
		return true
	case refusal.Class == feishu.ClassTransient, refusal.Class == feishu.ClassSlowDown:
		e.troubled++
		return e.troubled >= inARow
	case refusal.Code == feishu.CodeNoPermission:
		e.troubled = 0
		e.forbidden++
		return e.forbidden >= inARow
	}
	e.troubled = 0 // Feishu is there and answers
	return false
}

// suspect keeps a row back that was refused for the update limit after a pause,
// and stops the run if it is not the only one.
func (e *engine) suspect(r Result, refusal *feishu.Error) {
	r.Status = Failed
	if e.quota.suspect(r.refused(refusal)) {
		e.halt(refusal)
	}
}
