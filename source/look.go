package source

import (
	"math"
	"strconv"
)

// A look is what a copy of a cell needs beside its value.
type look struct {
	style   int    // number of its style
	numeric bool   // the text is a number, and no text that looks like one
	formula string // that has no value
}

// look is the look of a stored cell, if the sheet is read whole.
func (s *sheetReader) look(c *stored) *look {
	if !s.whole {
		return nil
	}
	if len(s.looks) == cap(s.looks) {
		const some = 256 // at a time, since there is one for each cell
		s.looks = make([]look, 0, some)
	}
	s.looks = append(s.looks, look{style: c.style, numeric: c.kind == storedNumber, formula: string(c.formula)})
	return &s.looks[len(s.looks)-1]
}

// addBlank keeps a cell that has nothing in it but a style, if the sheet is read
// whole. No copy needs more of them than cells with something in them.
func (s *sheetReader) addBlank(column int, c *stored) {
	if s.whole && c.style > 0 && column < maxValues && len(s.row.blanks) < maxValues {
		s.row.blanks = append(s.row.blanks, cell{column: column, look: s.look(c)})
	}
}

// A span is what a sheet says about columns that stand together.
type span struct {
	left, right int // counted from 0, both ends in it
	width       float64
	hidden      bool
}

// spread says for each of the first columns what the sheet says about it.
func spread(spans []span, columns int) []span {
	each := make([]span, columns)
	for _, s := range spans {
		for column := max(s.left, 0); column <= s.right && column < columns; column++ {
			each[column] = s
		}
	}
	return each
}

func newSpan(left, right int, width []byte, hidden bool) span {
	return span{left: left, right: right, width: positive(width), hidden: hidden}
}

// positive reads a measure, 0 if it is none.
func positive(text []byte) float64 {
	if len(text) == 0 {
		return 0 // without the garbage of an error, since most rows give none
	}
	f, err := strconv.ParseFloat(string(text), 64)
	if err != nil || !(f > 0) || math.IsInf(f, 0) {
		return 0
	}
	return f
}
