package sync

import (
	"context"
	"errors"
	"time"

	"okrsync/feishu"
	"okrsync/source"
)

// send updates one item, as often as it takes, and hands out the row's result.
func (e *engine) send(ctx context.Context, u source.Update) {
	r := e.answer(u)
	for cooled := false; ; cooled = true {
		probe, err := e.patch(ctx, &r, fields(u))
		refusal, refused := errors.AsType[*feishu.Error](err)
		switch {
		case err == nil:
			e.passed(probe, r)
			return
		case !refused:
			e.quota.inconclusive(probe)
			e.finish(e.unprocessed(ctx, r))
			return
		case refusal.Class != feishu.ClassUpdateLimit:
			e.quota.inconclusive(probe)
			e.refused(r, refusal)
			return
		case cooled:
			e.suspect(probe, r, refusal)
			return
		}
		e.quota.refused(probe)
	}
}

// patch makes the row's call until it has an answer that repeating it will not
// change. It reports whether the last try was the quota gate's probe.
func (e *engine) patch(ctx context.Context, r *Result, f feishu.Fields) (probe bool, err error) {
	table := feishu.Table{SourceID: r.Source, ID: r.Table}
	try := func() error {
		var err error
		if probe, err = e.quota.enter(ctx, probe); err != nil {
			return err
		}
		item, err := e.Client.Patch(ctx, table, r.Item, f)
		if refusal, ok := errors.AsType[*feishu.Error](err); err == nil || ok && refusal.Call == feishu.CallPatch {
			r.Attempts++
			r.Sent = f
		}
		if err == nil {
			r.HTTPStatus, r.After = 200, confirmed(f, item.Fields)
		}
		return err
	}
	again := func(err error, wait time.Duration) {
		e.OnRetry(Repeat{Row: r.Row, Item: r.Item, Attempt: r.Attempts, Wait: wait, Err: err})
	}
	err = retry(ctx, e.Retry, e.Pacer, again, try)
	return probe, err
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

// passed hands out an update that Feishu took, and with it the rows that were
// suspected of an update limit of their own.
func (e *engine) passed(probe bool, r Result) {
	e.mu.Lock()
	e.troubled, e.forbidden = 0, 0
	e.mu.Unlock()
	for _, suspect := range e.quota.passed(probe) {
		e.finish(suspect)
	}
	r.Status = Updated
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

// suspect keeps a row back that was refused for the update limit before and
// after a pause, and stops the run if it is not the only one.
func (e *engine) suspect(probe bool, r Result, refusal *feishu.Error) {
	r.Status = Failed
	if e.quota.suspect(probe, r.refused(refusal)) {
		e.halt(refusal)
	}
}
