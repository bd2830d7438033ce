package sync

import (
	"context"
	"errors"
	"slices"
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
func unlessLost(err error, steps ...step) error {
	if anyLost(steps) {
		return permanent(err)
	}
	return err
}

func anyLost(steps []step) bool {
	return slices.ContainsFunc(steps, func(s step) bool { return s.lost })
}

// mayTry reports whether a row has tries left.
func (e *engine) mayTry(r Result) bool {
	return r.Attempts < e.Retry.orDefaults().Attempts && !e.Pacer.Down()
}

// recheck waits as before any further try, and looks at the items of those steps whose
// write was lost. It hands out the rows whose values are there, and returns the steps
// that are still to be sent; none if the run ends, or Feishu cannot be asked.
func (e *engine) recheck(ctx context.Context, steps []step, refusal *feishu.Error) []step {
	first := &steps[0].result
	wait := e.Retry.pause(first.Attempts, 0)
	e.again(first)(refusal, wait)
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
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
// applied. It hands out the rows whose values are there and returns the others; none if
// the run ends, or Feishu cannot be asked.
func (e *engine) unapplied(ctx context.Context, steps []step) []step {
	items, err := e.lookAgain(ctx, steps)
	refusal, refused := errors.AsType[*feishu.Error](err)
	switch {
	case err == nil:
	case !refused || ctx.Err() != nil:
		for _, s := range steps {
			e.cutShort(ctx, s.result, err)
		}
		return nil
	case refusal.Class != feishu.ClassRow:
		e.refused(steps[0].result, refusal, steps[1:]...)
		return nil
	}
	var left []step
	for _, s := range steps {
		if item, ok := items[s.result.Item]; ok && s.fields.Changing(item.Fields).Empty() {
			s.result.After = confirmed(s.fields, item.Fields)
			e.passed(pass{}, s.result)
			continue
		}
		s.lost = false
		left = append(left, s)
	}
	return left
}

// lookAgain reads the items of steps of one table: one by itself, more of them as the live
// items were read at first.
func (e *engine) lookAgain(ctx context.Context, steps []step) (map[string]liveItem, error) {
	table := steps[0].table()
	if len(steps) == 1 {
		id := steps[0].result.Item
		item, err := e.item(ctx, table, id)
		return map[string]liveItem{id: {Fields: item.Fields}}, err
	}
	named := newMentions()
	for _, s := range steps {
		named.mention(s.result.Row, s.result.Item, table, uint64(s.result.Row))
	}
	_, wanted := named.rulings(RejectDuplicates)
	size, job := pageSize, e.Job
	job.OnLook = func(int) {}
	r := &reading{Job: job, table: table, wanted: wanted, missing: len(steps), pageSize: &size, found: newLiveTable()}
	if err := r.run(ctx); err != nil {
		return nil, err
	}
	if r.found.refusal != nil {
		return nil, r.found.refusal
	}
	return r.found.items, nil
}
