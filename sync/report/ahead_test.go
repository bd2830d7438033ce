package report

import (
	"errors"
	"iter"
	"testing"

	"okrsync/sync"
)

// upTo gives so many results and then an error, if there is one.
func upTo(n int, err error) iter.Seq2[sync.Result, error] {
	return func(yield func(sync.Result, error) bool) {
		for i := range n {
			if !yield(sync.Result{Row: i + 1}, nil) {
				return
			}
		}
		if err != nil {
			yield(sync.Result{}, err)
		}
	}
}

func TestAhead(t *testing.T) {
	broken := errors.New("broken")
	for _, n := range []int{0, 1, chunkSize - 1, chunkSize, chunkSize + 1, 10 * chunkSize} {
		for _, end := range []error{nil, broken} {
			rows := 0
			var got error
			for r, err := range ahead(upTo(n, end)) {
				if got = err; err != nil {
					continue
				}
				if rows++; r.Row != rows {
					t.Fatalf("row %d, want %d", r.Row, rows)
				}
			}
			if rows != n || !errors.Is(got, end) {
				t.Errorf("%d results and %v: %d and %v", n, end, rows, got)
			}
		}
	}
	for r := range ahead(upTo(10*chunkSize, broken)) { // nobody wants the rest, and nobody is left
		if r.Row == chunkSize+3 {
			break
		}
	}
}

// TestAheadPanics shows that a bug in the reader is one of the caller's.
func TestAheadPanics(t *testing.T) {
	rows := 0
	defer func() {
		if bug := recover(); bug != "a bug" || rows != chunkSize {
			t.Errorf("%v after %d rows", bug, rows)
		}
	}()
	for range ahead(func(yield func(sync.Result, error) bool) {
		upTo(100, nil)(yield)
		panic("a bug")
	}) {
		rows++
	}
	t.Error("there was no panic")
}
