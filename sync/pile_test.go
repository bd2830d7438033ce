package sync

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestPile holds a pile against a slice.
func TestPile(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{0, 1, pieceOf - 1, pieceOf, pieceOf + 1, 3*pieceOf + 7} {
		var want []mention
		for i := range n {
			want = append(want, mention{id: uint64(i) * 2, row: random.Uint32N(4)})
		}
		var p pile
		p.addAll(want)
		same := func(when string) {
			t.Helper()
			if got := slices.Collect(p.all()); !slices.Equal(got, want) || p.len() != len(want) || !slices.Equal(p.appendTo(nil), want) {
				t.Fatalf("%d mentions %s: %d are there, want %d", n, when, len(got), len(want))
			}
		}
		same("added")
		for i := range n {
			if !p.find(mention{id: uint64(i) * 2}) || p.find(mention{id: uint64(i)*2 + 1}) {
				t.Fatalf("of %d mentions %d is not found, or one that is not there is", n, i)
			}
		}
		want = slices.DeleteFunc(want, func(m mention) bool { return m.row == 1 })
		p.keep(func(m mention) bool { return m.row != 1 })
		same("kept")
		want = want[:len(want)/2]
		p.replace(want)
		same("replaced")
		want = append(want, mention{id: 9}, mention{id: 10})
		p.addAll(want[len(want)-2:])
		same("added once more")
		p.keep(func(mention) bool { return false })
		want = nil
		same("taken off")
	}
}
