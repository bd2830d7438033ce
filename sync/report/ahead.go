package report

import (
	"iter"

	"okrsync/sync"
)

// ahead passes results on that it takes in a goroutine of its own, some dozens at a time:
// one core reads them while another writes them. An error is the last thing yielded, as
// among the results.
func ahead(results iter.Seq2[sync.Result, error]) iter.Seq2[sync.Result, error] {
	return func(yield func(sync.Result, error) bool) {
		r := &reader{full: make(chan []sync.Result, chunks), spare: make(chan []sync.Result, chunks)}
		for range chunks {
			r.spare <- make([]sync.Result, 0, chunkSize)
		}
		go r.run(results)
		defer r.close()
		for chunk := range r.full {
			for _, result := range chunk {
				if !yield(result, nil) {
					return
				}
			}
			r.spare <- chunk[:0]
		}
		if r.bug != nil {
			panic(r.bug)
		}
		if r.err != nil {
			yield(sync.Result{}, r.err)
		}
	}
}

const chunks, chunkSize = 3, 64

// A reader reads results for somebody else. Every chunk is in one of three places: in
// spare, in full, or with one of the two. Both channels have room for all of them.
type reader struct {
	full  chan []sync.Result // closed when the reader stops
	spare chan []sync.Result // closed when it is to

	err error // what ended the results; known when full is closed
	bug any   // likewise: what panicked, since nobody else could recover from it
}

func (r *reader) run(results iter.Seq2[sync.Result, error]) {
	defer close(r.full)
	defer func() { r.bug = recover() }()
	chunk := <-r.spare
	for result, err := range results {
		if err != nil {
			r.err = err
			break
		}
		if chunk = append(chunk, result); len(chunk) < chunkSize {
			continue
		}
		r.full <- chunk
		next, wanted := <-r.spare
		if !wanted {
			return
		}
		chunk = next
	}
	r.full <- chunk
}

// close stops the reader and waits for it.
func (r *reader) close() {
	close(r.spare)
	for range r.full {
	}
}
