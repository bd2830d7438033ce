package sync

import (
	"errors"
	"iter"
	"testing"
)

var errSeventh = errors.New("a seventh")

// upTo gives the numbers from 1 on, each seventh with an error.
func upTo(n int) iter.Seq2[int, error] {
	return func(yield func(int, error) bool) {
		for i := 1; i <= n; i++ {
			var err error
			if i%7 == 0 {
				err = errSeventh
			}
			if !yield(i, err) {
				return
			}
		}
	}
}

func TestAhead(t *testing.T) {
	for _, n := range []int{0, 1, chunkSize - 1, chunkSize, chunkSize + 1, 10 * chunkSize} {
		seen := 0
		for i, err := range Ahead(upTo(n)) {
			if seen++; i != seen || (err != nil) != (i%7 == 0) {
				t.Fatalf("%d and %v, want %d", i, err, seen)
			}
		}
		if seen != n {
			t.Errorf("%d of %d", seen, n)
		}
	}
	ended := false
	for i := range Ahead(func(yield func(int, error) bool) {
		defer func() { ended = true }()
		upTo(10 * chunkSize)(yield)
	}) {
		if i == chunkSize+3 { // nobody wants the rest
			break
		}
	}
	if !ended {
		t.Error("the reader is left")
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
	for range Ahead(func(yield func(int, error) bool) {
		upTo(chunkSize + 1)(yield)
		panic("a bug")
	}) {
		rows++
	}
	t.Error("there was no panic")
}
