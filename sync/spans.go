package sync

import (
	"iter"
	"maps"
	"math"
	"slices"
)

// A span is the place of one line in a journal, and what has to be known of it at once.
type span struct {
	start    int64
	length   int32
	attempts uint16
	status   uint8 // index into Statuses
	is       uint8 // isThere, isDone, isLeft
}

// What a row can be.
const (
	isThere = 1 << iota // it has a line, or was on its way to one
	isDone              // trying again cannot end otherwise
	isLeft              // the run has not done what it could for the row
)

var unprocessed = uint8(slices.Index(Statuses, Unprocessed))

// spanOf is the place of the line with a result; false if no run has such a result.
func spanOf(r *Result, start int64, length int) (span, bool) {
	status := slices.Index(Statuses, r.Status)
	if r.nowhere() || status < 0 {
		return span{}, false
	}
	s := span{start: start, length: int32(length), attempts: uint16(min(r.Attempts, math.MaxUint16)), status: uint8(status), is: isThere}
	if !r.again() {
		s.is |= isDone
	}
	if r.Status == Unprocessed || r.Troubled() {
		s.is |= isLeft
	}
	return s, true
}

// nowhere reports whether no file has the row.
func (r Result) nowhere() bool { return r.Row < 1 || r.Row > math.MaxInt32 }

// end is where the line ends, before its line feed.
func (s span) end() int64 { return s.start + int64(s.length) }

// spans are those of the rows of a file, the last of each: 16 bytes for a row, in pieces
// that are never copied. Rows may be missing.
type spans struct {
	pieces map[int32]*piece
	len    int
}

// A piece is for rows that follow each other.
type piece [32]span

func (p *piece) has(i int) bool { return p[i].is&isThere != 0 }

func where(row int) (number int32, i int) { return int32(row / len(piece{})), row % len(piece{}) }

// of returns the span of a row, if it has one.
func (s *spans) of(row int) (span, bool) {
	number, i := where(row)
	p := s.pieces[number]
	if p == nil || !p.has(i) {
		return span{}, false
	}
	return p[i], true
}

// put sets the span of a row.
func (s *spans) put(row int, l span) {
	number, i := where(row)
	p := s.pieces[number]
	if p == nil {
		p = new(piece)
		if s.pieces == nil {
			s.pieces = make(map[int32]*piece)
		}
		s.pieces[number] = p
	}
	if !p.has(i) {
		s.len++
	}
	p[i] = l
}

// all gives the spans in the order of the rows.
func (s *spans) all() iter.Seq2[int, span] {
	return func(yield func(int, span) bool) {
		for _, number := range slices.Sorted(maps.Keys(s.pieces)) {
			for i, l := range s.pieces[number] {
				if l.is&isThere != 0 && !yield(int(number)*len(piece{})+i, l) {
					return
				}
			}
		}
	}
}
