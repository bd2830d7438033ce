package sync

import (
	"context"
	"errors"

	"okrsync/feishu"
)

// mostExplained is how many rows that Feishu refused in batches are sent once more by
// themselves in a run, in vain and only to learn why.
const mostExplained = 100

// What keeps a batch from being sent as it is.
var (
	errAlone    = errors.New("it has the pass of the quota gate's probe, which is one row")
	errTooLarge = errors.New("smaller batches are known to be refused by now")
)

// deliver sends steps of one table in batches as large as Feishu takes them. Those that
// an earlier run may have sent are looked at first.
func (e *engine) deliver(ctx context.Context, steps []step) {
	if anyLost(steps) {
		steps = e.lookFirst(ctx, steps)
	}
	e.chunks(ctx, steps, 0)
}

// chunks sends steps in batches no larger than is known to be taken. The owner is the
// first row of the batch that they were a part of when it was refused for the update
// limit, 0 for none.
func (e *engine) chunks(ctx context.Context, steps []step, owner int) {
	for len(steps) > 0 {
		n := min(len(steps), e.sizes.next())
		e.together(ctx, steps[:n], owner)
		steps = steps[n:]
	}
}

// halves sends steps in two batches.
func (e *engine) halves(ctx context.Context, steps []step, owner int) {
	e.chunks(ctx, steps[:len(steps)/2], owner)
	e.chunks(ctx, steps[len(steps)/2:], owner)
}

// together sends steps in one call, if it can be.
func (e *engine) together(ctx context.Context, steps []step, owner int) {
	if len(steps) == 1 {
		e.send(ctx, steps, pass{owner: owner})
		return
	}
	reply, p, err := e.batch(ctx, steps, owner)
	refusal, refused := errors.AsType[*feishu.Error](err)
	switch {
	case err == nil:
		e.sizes.passed(len(steps))
		e.reconcile(ctx, p, steps, reply)
	case errors.Is(err, errAlone):
		e.send(ctx, steps[:1], p)
		e.chunks(ctx, steps[1:], owner)
	case errors.Is(err, errTooLarge):
		e.chunks(ctx, steps, owner)
	case !refused:
		for _, s := range steps {
			e.cutShort(ctx, s.result, err)
		}
	case refusal.Class == feishu.ClassUpdateLimit:
		e.again(&steps[0].result)(refusal, 0)
		e.limited(ctx, p, steps, owner)
	case refusal.Class == feishu.ClassRow:
		e.again(&steps[0].result)(refusal, 0)
		e.blamed(ctx, p, steps, owner)
	case refusal.Class == feishu.ClassTransient:
		e.troubled(ctx, steps, owner, refusal)
	default:
		e.refused(steps[0].result, refusal, steps[1:]...)
	}
}

// blamed goes on with a batch that was refused for one of its rows, or some. Before any
// update was accepted it may be that none will be: then everybody else waits for the
// verdict on its rows.
func (e *engine) blamed(ctx context.Context, p pass, steps []step, owner int) {
	if owner == 0 && !e.accepted.Load() && e.quota.doubted(p) {
		owner = p.row
		defer e.quota.release(owner)
	}
	e.halves(ctx, steps, owner)
}

// batchTries is how often a batch is sent whole while the server is there and in trouble
// with it; then it is halved, since a single row may be why.
const batchTries = 3

// troubled goes on with a batch whose tries are used up, or whose answer was lost so that
// it must not be sent again unread.
func (e *engine) troubled(ctx context.Context, steps []step, owner int, refusal *feishu.Error) {
	if e.Pacer.Down() {
		e.refused(steps[0].result, refusal, steps[1:]...)
		return
	}
	whole := anyLost(steps) && steps[0].losses < batchTries
	if anyLost(steps) {
		steps = e.recheck(ctx, steps, refusal)
	}
	switch {
	case len(steps) < 2 || whole:
		e.chunks(ctx, steps, owner)
	default:
		for i := range steps {
			steps[i].losses = 0
		}
		e.halves(ctx, steps, owner)
	}
}

// limited goes on with a batch that was refused for the update limit. That may be about
// how many rows it has, about one of them, or about how many were updated before. One
// row goes first while everybody else waits, and shows whether it was the last. If not,
// the others follow in smaller batches.
func (e *engine) limited(ctx context.Context, p pass, steps []step, owner int) {
	tooLarge := e.sizes.refused(len(steps))
	if !e.quota.owns(owner) {
		if !e.quota.doubted(p) {
			e.chunks(ctx, steps, owner)
			return
		}
		owner = p.row
		defer e.quota.release(owner)
		e.send(ctx, steps[:1], pass{owner: owner})
		steps = steps[1:]
	}
	if tooLarge || len(steps) == 1 {
		e.chunks(ctx, steps, owner)
	} else {
		e.halves(ctx, steps, owner)
	}
}

// batch makes one call for several steps, until it has an answer that repeating it
// will not change.
func (e *engine) batch(ctx context.Context, steps []step, owner int) (feishu.BatchReply, pass, error) {
	entries := make([]feishu.BatchEntry, len(steps))
	for i := range steps {
		entries[i] = feishu.BatchEntry{ID: steps[i].result.Item, Fields: steps[i].fields}
	}
	var reply feishu.BatchReply
	ill := 0 // answers that the server is in trouble with this
	p, err := e.update(ctx, pass{row: steps[0].result.Row, owner: owner}, &steps[0].result, func(p pass) (err error) {
		switch {
		case p.probe:
			return errAlone
		case len(steps) > e.sizes.next():
			return errTooLarge
		}
		reply, err = e.Client.BatchUpdate(carrying(p.ctx, steps), steps[0].table(), entries)
		for i := range steps {
			steps[i].tried(err, feishu.CallBatchUpdate)
		}
		if refusal, ok := errors.AsType[*feishu.Error](err); ok && refusal.Class == feishu.ClassTransient && refusal.Code.Feishus() {
			if ill++; ill == batchTries {
				return permanent(err)
			}
		}
		return unlessLost(err, steps)
	})
	return reply, p, err
}

// reconcile gives each step of a batch its own result. A refused one is sent again by
// itself, since a batch does not say the code; one that the answer leaves out, or has
// in both its lists, is looked at first.
func (e *engine) reconcile(ctx context.Context, p pass, steps []step, reply feishu.BatchReply) {
	done, failed := make(map[string]*feishu.BatchDone, len(steps)), make(map[string]string)
	for i := range reply.Items {
		done[reply.Items[i].ID] = &reply.Items[i]
	}
	for _, f := range reply.Failed {
		failed[f.ID] = f.Reason
	}
	var refused, unknown []step
	for i := range steps {
		s := &steps[i]
		item, updated := done[s.result.Item]
		_, named := failed[s.result.Item]
		switch {
		case updated && !named:
			s.result.After = confirmed(s.fields, item.Fields)
			e.passed(p, &s.result)
		case named && !updated:
			refused = append(refused, *s)
		default:
			unknown = append(unknown, *s)
		}
	}
	for _, s := range refused {
		s.amid = len(refused)+len(unknown) < len(steps)
		e.explain(ctx, s, p.owner, failed[s.result.Item])
	}
	if len(unknown) > 0 {
		left := e.unapplied(ctx, unknown)
		for i := range left {
			e.send(ctx, left[i:i+1], pass{owner: p.owner})
		}
	}
}

// explain sends a row that a batch refused by itself, to learn the code. When that was
// in vain for many of them, the reason that the batch gave has to do.
func (e *engine) explain(ctx context.Context, s step, owner int, reason string) {
	if s.named = true; e.explained.Load() < mostExplained {
		e.send(ctx, []step{s}, pass{owner: owner})
		return
	}
	s.result.Status, s.result.Class = Failed, feishu.ClassRow
	e.finish(s.result.because(BatchRefused, reason))
}
