package sync

import (
	"cmp"
	"maps"
	"slices"

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
	spare   chan []step             // empty ones, to be filled again
}

func newBatcher(size int) *batcher {
	return &batcher{size: size, batches: make(map[feishu.Table][]step), spare: make(chan []step, senders)}
}

// reuse takes a batch back that nobody needs any more.
func (b *batcher) reuse(batch []step) {
	clear(batch)
	select {
	case b.spare <- batch[:0]:
	default:
	}
}

// empty is a batch to be filled.
func (b *batcher) empty() []step {
	select {
	case batch := <-b.spare:
		return batch
	default:
	}
	if len(b.batches)*b.size < mostGathered {
		return make([]step, 0, b.size)
	}
	return nil // of many tables most have few rows
}

// add takes a step in and returns a batch that is ready to be sent, if one is.
func (b *batcher) add(s *step) []step {
	if b.size == 1 {
		return append(b.empty(), *s)
	}
	table := s.table()
	batch, begun := b.batches[table]
	if !begun {
		batch = b.empty()
	}
	batch = append(batch, *s)
	b.batches[table] = batch
	b.held++
	switch {
	case len(batch) == b.size:
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
