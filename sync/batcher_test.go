package sync

import (
	"fmt"
	"testing"
)

// TestBatcher shows that steps are gathered by table, in file order, and that those of
// many tables are not held for ever.
func TestBatcher(t *testing.T) {
	of := func(table string, row int) step { return step{result: Result{Row: row, Source: "1", Table: table}} }
	b := batcher{size: 3}
	for row, table := range []string{"a", "b", "a", "b"} {
		if full := b.add(of(table, row)); full != nil {
			t.Fatalf("row %d made %v", row, full)
		}
	}
	if full := b.add(of("a", 4)); len(full) != 3 || full[0].result.Row != 0 || full[2].result.Row != 4 {
		t.Errorf("%v", full)
	}
	if rest := b.rest(); len(rest) != 2 || rest[0].result.Table != "b" || b.rest() != nil {
		t.Errorf("%v", rest)
	}
	for i := range 10 * mostGathered {
		b.add(of(fmt.Sprint(i), i))
		if len(b.batches) > mostGathered {
			t.Fatalf("%d tables are held", len(b.batches))
		}
	}
	single := batcher{size: 1}
	if full := single.add(of("a", 1)); len(full) != 1 || single.rest() != nil {
		t.Errorf("%v", full)
	}
}
