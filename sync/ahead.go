package sync

import "iter"

// Ahead passes on what it takes in a goroutine of its own, some hundred at a time: one core
// reads while another makes something of it. What was read stays good. Leaving the loop
// early is fine, and waits for the reader.
func Ahead[T any](seq iter.Seq2[T, error]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		r := &ahead[T]{full: make(chan []taken[T], chunks), spare: make(chan []taken[T], chunks)}
		for range chunks {
			r.spare <- make([]taken[T], 0, chunkSize)
		}
		go r.run(seq)
		defer r.close()
		for chunk := range r.full {
			for i := range chunk {
				if !yield(chunk[i].value, chunk[i].err) {
					return
				}
			}
			r.spare <- chunk[:0]
		}
		if r.bug != nil {
			panic(r.bug)
		}
	}
}

const chunks, chunkSize = 3, 128

// An ahead reads for somebody else. Every chunk is in one of three places: in spare, in
// full, or with one of the two. Both channels have room for all of them.
type ahead[T any] struct {
	full  chan []taken[T] // closed when the reader stops
	spare chan []taken[T] // closed when it is to

	bug any // what panicked, since nobody else could recover from it; known when full is closed
}

type taken[T any] struct {
	value T
	err   error
}

func (r *ahead[T]) run(seq iter.Seq2[T, error]) {
	defer close(r.full)
	defer func() { r.bug = recover() }()
	chunk := <-r.spare
	for value, err := range seq {
		if chunk = append(chunk, taken[T]{value, err}); len(chunk) < chunkSize {
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
func (r *ahead[T]) close() {
	close(r.spare)
	for range r.full {
	}
}
