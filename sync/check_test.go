package sync

import (
	"errors"
	"reflect"
	"testing"
	"time"

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
	found, err := Check{Rows: rows}.Run()
	if found.Rows != 3 || err != nil {
		t.Fatal(found.Rows, err)
	}
	var last error
	for _, err := range found.Results {
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
		found, err := Check{Rows: rows, Table: feishu.Table{SourceID: "1"}, Tables: tables}.Run()
		if err != nil {
			t.Fatal(err)
		}
		i := 0
		for r, err := range found.Results {
			if err != nil || r.Row != i+2 || r.Status != want[i] || (r.Status == Planned) != (r.After.Target != "") {
				t.Errorf("%t, row %d: %+v, %v", tables, i+2, r, err)
			}
			i++
		}
	}
}

// What is given early is what the results say, as long as no two rows name the same item;
// and a file in which some do is known for one.
func TestCheckEarly(t *testing.T) {
	refused := func(row int, u source.Update) *source.RowError {
		return &source.RowError{Row: row, Update: u, Problems: []source.Problem{{Code: source.CodeNumberInvalid, Row: row, Field: source.ColumnTarget}}}
	}
	type given struct {
		source.Update

		err error
	}
	rows := []given{
		{Update: source.Update{Row: 2, ItemID: "7", Target: "5"}},
		{Update: source.Update{Row: 3, Aside: source.AsideTotal}},
		{Update: source.Update{Row: 4, ItemID: "8", TableID: "9", SourceID: "1", Current: "6"}},
		{err: refused(5, source.Update{ItemID: "9"})},
		{Update: source.Update{Row: 6, ItemID: "10"}},
		{Update: source.Update{Row: 7, UserID: "ou_1", Initial: "1"}},
		{Update: source.Update{Row: 8, ItemID: "7", SourceID: "1", TableID: "3", Target: "5"}},
	}
	for name, test := range map[string]struct {
		more  []given
		alone bool
	}{
		"alone":           {alone: true},
		"an item twice":   {more: []given{{Update: source.Update{Row: 9, ItemID: "7", Target: "6"}}}},
		"the same twice":  {more: []given{{Update: source.Update{Row: 9, ItemID: "7", Target: "5"}}}},
		"an owner twice":  {more: []given{{Update: source.Update{Row: 9, UserID: "ou_1", Initial: "2"}}}},
		"beside rejected": {more: []given{{Update: source.Update{Row: 9, ItemID: "9", Target: "6"}}}},
	} {
		for _, tables := range []bool{false, true} {
			var early []Result
			found, err := Check{
				Rows: func(yield func(source.Update, error) bool) {
					for _, g := range append(rows[:len(rows):len(rows)], test.more...) {
						if !yield(g.Update, g.err) {
							return
						}
					}
				},
				Table: feishu.Table{SourceID: "1"}, Tables: tables,
				Early: func(r *Result) { early = append(early, *r) },
			}.Run()
			if err != nil || found.Alone != test.alone || len(early) != len(rows)+len(test.more) {
				t.Fatalf("%s: %t, %d results, %v", name, found.Alone, len(early), err)
			}
			i, same := 0, true
			for r, err := range found.Results {
				if err != nil {
					t.Fatal(err)
				}
				r.FinishedAt, early[i].FinishedAt = time.Time{}, time.Time{}
				same = same && reflect.DeepEqual(r, early[i])
				i++
			}
			if same != test.alone {
				t.Errorf("%s: what was given early holds: %t", name, same)
			}
		}
	}
}
