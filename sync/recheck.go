package sync

import (
	"context"
	"errors"
	"time"

	"okrsync/feishu"
)

// A write whose answer was lost may have been applied. To write a value once more does
// no harm by itself, but Feishu messages people about targets, initial values and
// superiors: what may have told somebody is looked at before it is written again.

// tells reports whether Feishu may message somebody about these fields.
func tells(f feishu.Fields) bool {
	return f.Initial != "" || f.Target != "" || f.SupportedUserID != ""
}

// unlessLost makes an error one that is not tried again just so, if the answer of a
// write was lost that may have told somebody.
func unlessLost(err error, steps []step) error {
	if anyLost(steps) {
		return permanent(err)
	}
	return err
}

func anyLost(steps []step) bool {
	for i := range steps {
		if steps[i].lost {
			return true
		}
	}
	return false
}

// recheck waits as before any further try, and looks at the items of those steps whose
// write was lost. It hands out the rows whose values are there, and returns the steps
// that are still to be sent; none if the run ends, or Feishu cannot be asked.
func (e *engine) recheck(ctx context.Context, steps []step, refusal *feishu.Error) []step {
	first := &steps[0]
	wait := e.Retry.pause(first.losses, 0)
	e.again(&first.result)(refusal, wait)
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
	return e.lookFirst(ctx, steps)
}

// lookFirst looks at the items of those steps that may have been applied, and returns
// the steps that are still to be sent.
func (e *engine) lookFirst(ctx context.Context, steps []step) []step {
	var lost, rest []step
	for _, s := range steps {
		if s.lost {
			lost = append(lost, s)
		} else {
			rest = append(rest, s)
		}
	}
	return append(e.unapplied(ctx, lost), rest...)
}

// unapplied looks at the items of steps of which it is not known whether they were
// applied. It hands out the rows whose values are there, and those that Feishu cannot be
// asked about, and returns the others.
func (e *engine) unapplied(ctx context.Context, steps []step) []step {
	for i := range steps {
		steps[i].result.Uncertain = true
	}
	found, err := e.lookAgain(ctx, steps)
	var left []step
	for _, s := range steps {
		item, there := found.get(s.result.Item)
		refusal := found.refusals[s.result.Item]
		switch {
		case there && s.fields.Changing(item.Fields).Empty() && s.result.Attempts == 0:
			s.result.Status = Unchanged
			e.finish(s.result)
		case there && s.fields.Changing(item.Fields).Empty():
			s.result.After = confirmed(s.fields, item.Fields)
			e.passed(pass{}, &s.result)
		case there || err == nil && refusal == nil:
			s.lost = false
			left = append(left, s)
		default:
			if refusal != nil {
				err = refusal
			}
			e.unconfirmed(ctx, s.result, err)
		}
	}
	return left
}

// unconfirmed hands out a row that may have been updated, and nobody can say.
func (e *engine) unconfirmed(ctx context.Context, r Result, err error) {
	refusal, refused := errors.AsType[*feishu.Error](err)
	switch {
	case !refused || ctx.Err() != nil:
		e.cutShort(ctx, r, err)
	case refusal.Class == feishu.ClassApp, refusal.Class == feishu.ClassMonthlyQuota, e.Pacer.Down():
		e.refused(r, refusal)
	default:
		r.Status, r.Class, r.LogID = Failed, feishu.ClassTransient, refusal.LogID
		r = r.because(Unconfirmed)
		r.Reason.ZH += "：" + refusal.Reason("zh")
		r.Reason.EN += ": " + refusal.Reason("en")
		e.finish(r)
	}
}

// lookAgain reads the items of steps of one table: one by itself, more of them as the live
// items were read at first. The error is one about all items that are not found, if they are
// not refused.
func (e *engine) lookAgain(ctx context.Context, steps []step) (*liveTable, error) {
	named, table := newMentions(), steps[0].table()
	for _, s := range steps {
		named.mention(s.result.Row, s.result.Item, table, uint64(s.result.Row))
	}
	_, wanted := named.rulings(RejectDuplicates)
	size, job := pageSize, e.Job
	job.OnLook = func(int) {}
	r := &reading{Job: job, table: table, wanted: wanted, missing: len(steps), pageSize: &size, found: newLiveTable()}
	var err error
	if len(steps) > 1 {
		err = r.run(ctx)
	}
	if len(steps) == 1 || r.found.refusal != nil {
		err = r.ask(ctx) // one by one
	}
	return r.found, err
}
