package sync

import (
	"errors"
	"testing"

	"okrsync/feishu"
	"okrsync/source"
)

// A file that gives fewer rows the second time has changed.
func TestCheckNoticesAChange(t *testing.T) {
	reading := 0
	rows := func(yield func(source.Update, error) bool) {
		reading++
		for row := range 4 - reading {
			if !yield(source.Update{Row: row + 2, ItemID: "7", Target: "5"}, nil) {
				return
			}
		}
	}
	n, results, err := Check{Rows: rows}.Run()
	if n != 3 || err != nil {
		t.Fatal(n, err)
	}
	var last error
	for _, err := range results {
		last = err
	}
	if refused, ok := errors.AsType[*source.FileError](last); !ok || refused.Code != source.CodeFileChanged {
		t.Error(last)
	}
}

// A check answers every row in order: what would be sent is planned, with what it
// would send.
func TestCheck(t *testing.T) {
	rows := func(yield func(source.Update, error) bool) {
		for _, u := range []source.Update{
			{Row: 2, ItemID: "7", Target: "5"},
			{Row: 3, ItemID: "7", Target: "5"},
			{Row: 4, ItemID: "8", TableID: "9", Target: "6"},
			{Row: 5, ItemID: "9"},
			{Row: 6, Aside: source.AsideHeader},
		} {
			if !yield(u, nil) {
				return
			}
		}
	}
	for tables, want := range map[bool][]Status{
		false: {Planned, Ignored, Planned, Ignored, Ignored},
		true:  {Rejected, Ignored, Planned, Ignored, Ignored},
	} {
		_, results, err := Check{Rows: rows, Table: feishu.Table{SourceID: "1"}, Tables: tables}.Run()
		if err != nil {
			t.Fatal(err)
		}
		i := 0
		for r, err := range results {
			if err != nil || r.Row != i+2 || r.Status != want[i] || (r.Status == Planned) != (r.After.Target != "") {
				t.Errorf("%t, row %d: %+v, %v", tables, i+2, r, err)
			}
			i++
		}
	}
}
