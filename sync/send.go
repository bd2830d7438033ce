package sync

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"time"

	"okrsync/feishu"
	"okrsync/source"
)

// send updates one item, as often as it takes, and hands out the row's result.
func (e *engine) send(ctx context.Context, u source.Update) {
	r, f := e.answer(u), fields(u)
	for {
		p, err := e.patch(ctx, &r, f)
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

// patch makes the row's call until it has an answer that repeating it will not
// change. The pass is that of the last try.
func (e *engine) patch(ctx context.Context, r *Result, f feishu.Fields) (pass, error) {
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
			err = e.try(p.ctx, r, f)
			if _, answered := errors.AsType[*feishu.Error](err); err == nil || answered || p.ctx.Err() == nil || ctx.Err() != nil {
				return err
			}
			// The gate closed while this update waited for its permit.
		}
	})
	return p, err
}

// try makes the row's call once.
func (e *engine) try(ctx context.Context, r *Result, f feishu.Fields) error {
	item, err := e.Client.Patch(ctx, feishu.Table{SourceID: r.Source, ID: r.Table}, r.Item, f)
	if refusal, ok := errors.AsType[*feishu.Error](err); err == nil || ok && refusal.Call == feishu.CallPatch {
		r.Attempts++
		r.Sent = f
	}
	if err == nil {
		r.HTTPStatus, r.After = 200, confirmed(f, item.Fields)
	}
	return err
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
	after := sent
	if sent.Initial != "" && answered.Initial != "" {
		after.Initial = answered.Initial
	}
	if sent.Target != "" && answered.Target != "" {
		after.Target = answered.Target
	}
	if sent.Current != "" && answered.Current != "" {
		after.Current = answered.Current
	}
	if sent.SupportedUserID != "" && answered.SupportedUserID != "" {
		after.SupportedUserID = answered.SupportedUserID
	}
	return after
}

// contradicted reports whether Feishu's answer gives a sent number back as
// another one. Numbers are compared as Feishu can hold them: to 15 digits.
func contradicted(sent, after feishu.Fields) bool {
	differ := func(a, b json.Number) bool {
		x, errX := a.Float64()
		y, errY := b.Float64()
		return errX == nil && errY == nil && strconv.FormatFloat(x, 'e', 14, 64) != strconv.FormatFloat(y, 'e', 14, 64)
	}
	return differ(sent.Initial, after.Initial) || differ(sent.Target, after.Target) || differ(sent.Current, after.Current)
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
		r = r.because(OtherValue, 0)
	}
	e.finish(r)
}

// refused hands out a row that Feishu refused, and stops the run if that is
// not about the row.
func (e *engine) refused(r Result, refusal *feishu.Error) {
	r.Status = Failed
	if e.concernsAll(refusal) {
		e.halt(refusal)
	}
	if refusal.Class == feishu.ClassApp || refusal.Class == feishu.ClassMonthlyQuota {
		r.Status = Unprocessed // nothing is wrong with this row
	}
	e.finish(r.refused(refusal))
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
