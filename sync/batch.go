package sync

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"okrsync/feishu"
)

// mostGathered is how many steps are gathered at a time, so that a file with many
// tables is not held in memory: 64 full batches.
const mostGathered = 64 * feishu.MaxBatch

// A batcher gathers steps into batches, each of one table, in file order. Duplicates
// are ruled out before, so no item is twice in one.
type batcher struct {
	size    int
	held    int
	batches map[feishu.Table][]step // not full yet
}

func newBatcher(size int) *batcher {
	return &batcher{size: size, batches: make(map[feishu.Table][]step)}
}

// add takes a step in and returns a batch that is ready to be sent, if one is.
func (b *batcher) add(s step) []step {
	table := s.table()
	b.batches[table] = append(b.batches[table], s)
	b.held++
	switch {
	case len(b.batches[table]) == b.size:
		return b.remove(table)
	case b.held > mostGathered:
		return b.remove(b.fullest())
	}
	return nil
}

// rest returns the batches that are not full, in the order of their first rows.
func (b *batcher) rest() [][]step {
	return slices.SortedFunc(maps.Values(b.batches), func(x, y []step) int {
		return cmp.Compare(x[0].result.Row, y[0].result.Row)
	})
}

func (b *batcher) fullest() (fullest feishu.Table) {
	for table, batch := range b.batches {
		if len(batch) > len(b.batches[fullest]) {
			fullest = table
		}
	}
	return fullest
}

func (b *batcher) remove(table feishu.Table) []step {
	batch := b.batches[table]
	delete(b.batches, table)
	b.held -= len(batch)
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
