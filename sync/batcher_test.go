package sync

import (
	"fmt"
	"testing"
)

// TestBatcher shows that steps are gathered by table, in file order, and that those of
// many tables are not held for ever.
func TestBatcher(t *testing.T) {
	of := func(table string, row int) *step { return &step{result: Result{Row: row, Source: "1", Table: table}} }
	b := newBatcher(3)
	for row, table := range []string{"a", "b", "a", "b"} {
		if full := b.add(of(table, row)); full != nil {
			t.Fatalf("row %d made %v", row, full)
		}
	}
	if full := b.add(of("a", 4)); len(full) != 3 || full[0].result.Row != 0 || full[2].result.Row != 4 {
		t.Errorf("%v", full)
	}
	b.add(of("c", 5))
	if rest := b.rest(); len(rest) != 2 || rest[0][0].result.Table != "b" || len(rest[0]) != 2 || rest[1][0].result.Row != 5 {
		t.Errorf("%v", rest)
	}
	sent := 0
	for i := range 2 * mostGathered {
		sent += len(b.add(of(fmt.Sprint(i/2), i)))
		if b.held > mostGathered {
			t.Fatalf("%d steps are held", b.held)
		}
	}
	for _, batch := range b.rest() {
		sent += len(batch)
	}
	if sent != 2*mostGathered+3 {
		t.Errorf("%d steps came out", sent)
	}
	if full := newBatcher(1).add(of("a", 1)); len(full) != 1 {
		t.Errorf("%v", full)
	}
}
