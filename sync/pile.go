package sync

import (
	"iter"
	"slices"
	"sort"
)

// A pile holds mentions in pieces of one size: what is there is never copied when more
// comes, so that a file of millions of rows takes no more memory than its mentions do.
type pile struct{ pieces [][]mention }

// pieceOf is how many mentions are in a piece: 3 KiB of them.
const pieceOf = 128

// add puts a mention on the pile. Only the first piece grows, for small files.
func (p *pile) add(m mention) {
	last := len(p.pieces) - 1
	switch {
	case last < 0:
		p.pieces = append(p.pieces, nil)
		last++
	case len(p.pieces[last]) == pieceOf:
		p.pieces = append(p.pieces, make([]mention, 0, pieceOf))
		last++
	}
	p.pieces[last] = append(p.pieces[last], m)
}

// addAll puts several mentions on the pile.
func (p *pile) addAll(ms []mention) {
	for _, m := range ms {
		p.add(m)
	}
}

// len is how many mentions there are.
func (p *pile) len() int {
	last := len(p.pieces) - 1
	if last < 0 {
		return 0
	}
	return last*pieceOf + len(p.pieces[last])
}

func (p *pile) at(i int) mention { return p.pieces[i/pieceOf][i%pieceOf] }

// all gives the mentions in their order.
func (p *pile) all() iter.Seq[mention] {
	return func(yield func(mention) bool) {
		for _, piece := range p.pieces {
			for _, m := range piece {
				if !yield(m) {
					return
				}
			}
		}
	}
}

// keep takes off all mentions but those for which a function holds.
func (p *pile) keep(holds func(mention) bool) {
	kept := 0
	for m := range p.all() {
		if holds(m) {
			p.pieces[kept/pieceOf][kept%pieceOf] = m
			kept++
		}
	}
	p.cut(kept)
}

// replace puts others in the place of all mentions, of which there must be as many at
// least.
func (p *pile) replace(others []mention) {
	rest := others
	for _, piece := range p.pieces {
		rest = rest[copy(piece, rest):]
	}
	p.cut(len(others))
}

// cut takes off all mentions but the first n.
func (p *pile) cut(n int) {
	whole, rest := n/pieceOf, n%pieceOf
	if rest > 0 {
		p.pieces[whole] = p.pieces[whole][:rest]
		whole++
	}
	clear(p.pieces[whole:])
	p.pieces = p.pieces[:whole]
}

// find finds a mention of an item on a pile that is sorted by them.
func (p *pile) find(item mention) bool {
	i := sort.Search(p.len(), func(i int) bool { return sameItem(p.at(i), item) >= 0 })
	return i < p.len() && sameItem(p.at(i), item) == 0
}

// appendTo appends all mentions to a slice.
func (p *pile) appendTo(all []mention) []mention {
	all = slices.Grow(all, p.len())
	for _, piece := range p.pieces {
		all = append(all, piece...)
	}
	return all
}
