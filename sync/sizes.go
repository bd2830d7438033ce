package sync

import "sync"

// batchSizes find out how many rows a batch may have: between the largest that was
// accepted and the smallest that was refused for the update limit.
type batchSizes struct {
	mu      sync.Mutex
	largest int // that is asked for
	taken   int // the largest that was accepted
	limit   int // the smallest that was refused; 0 for none
}

// next is the size of the next batch: in the middle of what is not known.
func (b *batchSizes) next() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.limit == 0 {
		return b.largest
	}
	return max(1, b.taken, (b.taken+b.limit)/2)
}

// passed is the news of a batch that was accepted.
func (b *batchSizes) passed(n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.taken = max(b.taken, n)
	if b.limit <= n {
		b.limit = 0
	}
}

// refused is the news of a batch that was refused for the update limit. It reports
// whether its size may have been why: it was larger than any that was accepted.
func (b *batchSizes) refused(n int) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if n <= b.taken {
		return false
	}
	if b.limit == 0 || n < b.limit {
		b.limit = n
	}
	return true
}

// doubt is the news of a single row that was refused for the update limit: batches that
// had such a one were not too large.
func (b *batchSizes) doubt() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.limit = 0
}
