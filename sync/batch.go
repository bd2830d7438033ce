package sync

import (
	"context"
	"errors"
	"time"

	"okrsync/feishu"
)

// mostGathered is how many tables' rows are gathered at a time, so that a file with
// many tables is not held in memory.
const mostGathered = 64

// A batcher gathers steps into batches, each of one table, in file order. Duplicates
// are ruled out before, so no item is twice in one.
type batcher struct {
	size    int
	batches [][]step // not full yet, the oldest first
}

// add takes a step in and returns a batch that is ready to be sent, if one is.
func (b *batcher) add(s step) []step {
	for i, batch := range b.batches {
		if batch[0].table() != s.table() {
			continue
		}
		if b.batches[i] = append(batch, s); len(batch)+1 < b.size {
			return nil
		}
		return b.remove(i)
	}
	b.batches = append(b.batches, []step{s})
	if b.size == 1 || len(b.batches) > mostGathered {
		return b.remove(0)
	}
	return nil
}

// rest returns a batch that is not full, nil if there is none left.
func (b *batcher) rest() []step {
	if len(b.batches) == 0 {
		return nil
	}
	return b.remove(0)
}

func (b *batcher) remove(i int) []step {
	batch := b.batches[i]
	b.batches = append(b.batches[:i], b.batches[i+1:]...)
	return batch
}

// deliver sends steps of one table: several in one call, one by itself.
func (e *engine) deliver(ctx context.Context, steps []step) {
	if len(steps) == 1 {
		e.send(ctx, steps[0])
		return
	}
	reply, p, err := e.batch(ctx, steps)
	refusal, refused := errors.AsType[*feishu.Error](err)
	switch {
	case err == nil:
		e.reconcile(ctx, p, steps, reply)
		return
	case !refused:
		for _, s := range steps {
			e.cutShort(ctx, s.result, err)
		}
	case refusal.Class == feishu.ClassRow, refusal.Class == feishu.ClassUpdateLimit:
		// It may be about one of them, or about how many they are.
		e.quota.inconclusive(p)
		e.deliver(ctx, steps[:len(steps)/2])
		e.deliver(ctx, steps[len(steps)/2:])
		return
	default:
		e.refused(steps[0].result, refusal)
		for _, s := range steps[1:] {
			e.finish(s.result.failed(refusal))
		}
	}
	e.quota.inconclusive(p)
}

// batch makes one call for several steps, until it has an answer that repeating it
// will not change.
func (e *engine) batch(ctx context.Context, steps []step) (feishu.BatchReply, pass, error) {
	entries := make([]feishu.BatchEntry, len(steps))
	for i, s := range steps {
		entries[i] = feishu.BatchEntry{ID: s.result.Item, Fields: s.fields}
	}
	var reply feishu.BatchReply
	p, err := e.update(ctx, &steps[0].result, func(ctx context.Context) (err error) {
		reply, err = e.Client.BatchUpdate(ctx, steps[0].table(), entries)
		for i := range steps {
			steps[i].tried(err, feishu.CallBatchUpdate)
		}
		return err
	})
	return reply, p, err
}

// reconcile gives each step of a batch its own result. A refused one is sent again by
// itself, since a batch does not say the code; one that the answer leaves out, or has
// in both its lists, is looked at first.
func (e *engine) reconcile(ctx context.Context, p pass, steps []step, reply feishu.BatchReply) {
	done, failed := make(map[string]feishu.Item, len(steps)), make(map[string]bool)
	for _, item := range reply.Items {
		done[item.ID] = item
	}
	for _, f := range reply.Failed {
		failed[f.ID] = true
	}
	var again []step
	for _, s := range steps {
		item, updated := done[s.result.Item]
		if !updated || failed[s.result.Item] {
			again = append(again, s)
			continue
		}
		s.result.After = confirmed(s.fields, item.Fields)
		e.passed(p, s.result)
		p = pass{row: p.row} // the further ones of a batch say no more about the gate
	}
	if len(again) == len(steps) {
		e.quota.inconclusive(p)
	}
	for _, s := range again {
		_, updated := done[s.result.Item]
		if failed[s.result.Item] && !updated {
			e.send(ctx, s)
		} else {
			e.verify(ctx, s)
		}
	}
}

// verify finds out what became of a step about which Feishu did not say: the live
// item tells. If it does not have the values, they are sent by themselves.
func (e *engine) verify(ctx context.Context, s step) {
	var item feishu.Item
	err := retry(ctx, e.Retry, e.Pacer, func(error, time.Duration) {}, func() (err error) {
		item, err = e.Client.Get(ctx, s.table(), s.result.Item)
		return err
	})
	if err == nil && s.fields.Changing(item.Fields).Empty() {
		s.result.After = confirmed(s.fields, item.Fields)
		e.passed(pass{}, s.result)
		return
	}
	e.send(ctx, s)
}
