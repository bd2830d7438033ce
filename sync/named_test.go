package sync_test

import (
	"fmt"
	"testing"

	"okrsync/feishu"
	"okrsync/feishu/feishutest"
	"okrsync/source"
	"okrsync/sync"
)

// TestRoundedUp shows that an id that ends in zeros is not taken for itself if another
// one of the table may have been rounded up to it, unless the row's owner tells them
// apart.
func TestRoundedUp(t *testing.T) {
	s := comparing(t, feishutest.Config{}, 0)
	s.put(
		feishutest.Item{ID: "7041234567890129999", UserID: "ou_a"}, feishutest.Item{ID: "7041234567890130000", UserID: "ou_b"},
		feishutest.Item{ID: "7051234567890122222", UserID: "ou_c"}, feishutest.Item{ID: "7051234567890130000", UserID: "ou_d"},
		feishutest.Item{ID: "7061234567890130000", UserID: "ou_e"}, feishutest.Item{ID: "7061234567890130003"},
	)
	owned := func(row int, id, owner string) *source.RowError {
		e := refusedRow(row, id, source.CodeIDRounded)
		e.Update.UserID = owner
		return e
	}
	s.job.Rows = mixed(
		owned(2, "7041234567890130000", ""),
		owned(3, "7051234567890130000", ""), // …22222 would be rounded down
		owned(4, "7041234567890130000", "ou_a"),
		owned(5, "7061234567890130000", "ou_e"), // beside an item of nobody knows whom
	)
	results, err := s.run(t.Context())
	if got := statuses(results); err != nil || got != "rejected id_rounded, updated, rejected id_rounded, rejected id_rounded" {
		t.Errorf("%s, %v", got, err)
	}
	s.job.Rows = mixed(owned(2, "7041234567890130000", "ou_b"))
	results, err = s.run(t.Context())
	if got := statuses(results); err != nil || got != "updated" || results[2].Item != "7041234567890130000" || results[2].Owner != "ou_b" {
		t.Errorf("%s, %v", got, err)
	}
}

// TestRejectedRowsOfAnItem shows that a row whose values are not certain makes the other
// rows of its item uncertain, by whatever either of them names the item.
func TestRejectedRowsOfAnItem(t *testing.T) {
	byOwner := func(row int, value string) any {
		u := source.Update{Row: row, UserID: "ou_c"}
		if value != "" {
			u.Current = source.Number(value)
			return u
		}
		return &source.RowError{Row: row, Update: u, Problems: []source.Problem{{Code: source.CodeNumberInvalid, Row: row, Cell: "C2", Found: "abc"}}}
	}
	byID := source.Update{Row: 3, ItemID: "7041234567890500000", Current: "7"}
	rounded := refusedRow(2, "7041234567890500000", source.CodeIDRounded)
	rounded.Problems = append(rounded.Problems, source.Problem{Code: source.CodeNumberInvalid, Row: 2, Cell: "C2", Found: "abc"})
	blank := refusedRow(2, "7041234567890500000", source.CodeIDRounded)
	blank.Update.Current = ""
	mismatched := byID
	mismatched.Row, mismatched.UserID = 2, "ou_x"
	for name, test := range map[string]struct {
		rows []any
		want string
	}{
		"owner and id":       {[]any{byOwner(2, ""), byID}, "rejected number_invalid, rejected duplicate_conflict"},
		"owner and owner":    {[]any{byOwner(2, ""), byOwner(3, "7")}, "rejected number_invalid, rejected duplicate_conflict"},
		"rounded id and id":  {[]any{rounded, byID}, "rejected id_rounded, rejected duplicate_conflict"},
		"another's owner":    {[]any{mismatched, byID}, "rejected duplicate_conflict, rejected duplicate_conflict"},
		"the same by either": {[]any{byOwner(2, "7"), byID}, "updated, ignored duplicate_same"},
		"a blank one beside": {[]any{blank, byID}, "ignored nothing_to_do, updated"},
		"alone":              {[]any{byOwner(2, "")}, "rejected number_invalid"},
	} {
		t.Run(name, func(t *testing.T) {
			s := comparing(t, feishutest.Config{}, 0)
			s.put(feishutest.Item{ID: "7041234567890500000", UserID: "ou_c"})
			s.job.Rows = mixed(test.rows...)
			results, err := s.run(t.Context())
			if got := statuses(results); err != nil || got != test.want {
				t.Errorf("%s, %v", got, err)
			}
			if name == "alone" && len(s.sim.Requests()) > 0 {
				t.Error("a call was spent on nothing")
			}
		})
	}
}

// TestOwnersOfSeveralTables shows that an owner is one of a table, also where a file is
// checked alone, and that a file of owners and ids is ruled once their items are known.
func TestOwnersOfSeveralTables(t *testing.T) {
	owned := func(row int, table string) source.Update {
		return source.Update{Row: row, TableID: table, UserID: "ou_a", Current: source.Number(fmt.Sprint(row))}
	}
	checked, err := sync.Check{Rows: rows(owned(2, "8"), owned(3, "9")), Table: feishu.Table{SourceID: "1"}, Tables: true}.Run()
	if err != nil || checked.Rows != 2 {
		t.Fatal(err)
	}
	for r := range checked.Results {
		if r.Status != sync.Planned {
			t.Errorf("%+v", r)
		}
	}
}

// TestOwnersAmongDuplicates shows that rows are ruled anew, all of them, once it is
// known which items their owners mean.
func TestOwnersAmongDuplicates(t *testing.T) {
	const items = 2000 // several of them in each part of the index
	s := comparing(t, feishutest.Config{}, items)
	s.put(feishutest.Item{ID: "71", UserID: "ou_a"})
	all := []source.Update{{Row: 1, UserID: "ou_a", Current: "5"}}
	for i := range items {
		all = append(all, update(2+2*i, i+1, fmt.Sprint(9000+i)), update(3+2*i, i+1, fmt.Sprint(9000+i+i%2)))
	}
	s.job.Rows = rows(all...)
	plan, _, err := s.job.Plan(t.Context())
	if err != nil || plan.Counts[sync.Planned] != 1+items/2 || plan.Counts[sync.Ignored] != items/2 || plan.Counts[sync.Rejected] != items {
		t.Errorf("%v, %v", plan.Counts, err)
	}
}

// TestInterruptedOwners shows that rows that only the list could have told about are
// unprocessed, and not to be mended, where it was not read.
func TestInterruptedOwners(t *testing.T) {
	s := comparing(t, feishutest.Config{}, 2)
	s.script("list * code:99991672:400")
	s.job.Rows = mixed(source.Update{Row: 2, UserID: "ou_a", Current: "5"}, update(3, 1, "5"))
	results, _ := s.run(t.Context())
	if got := statuses(results); got != "unprocessed 99991672, unprocessed 99991672" {
		t.Error(got)
	}
}
