package sync_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"okrsync/feishu"
	"okrsync/feishu/feishutest"
	"okrsync/source"
	"okrsync/sync"
)

// comparing is a scene whose job compares with the live items.
func comparing(t *testing.T, server feishutest.Config, items int) *scene {
	t.Helper()
	s := newScene(t, server, items)
	s.job.Compare = true
	return s
}

// bodies lists what the calls of a kind carried.
func (s *scene) bodies(call feishutest.Call) string {
	var all []string
	for _, r := range s.sim.Requests() {
		if r.Call == call {
			all = append(all, string(r.Body))
		}
	}
	return strings.Join(all, " ")
}

// calls counts the calls that the server has seen, those for tokens left out.
func (s *scene) calls() string {
	n := s.sim.Stats().Calls
	return fmt.Sprintf("%d list, %d get, %d patch, %d batch", n[feishutest.List], n[feishutest.Get], n[feishutest.Patch], n[feishutest.BatchUpdate])
}

// values gives a value to each of the first items, in rows from 2 on.
func values(items, first int) source.Rows {
	var all []source.Update
	for i := range items {
		all = append(all, update(i+2, i+1, fmt.Sprint(first+i)))
	}
	return rows(all...)
}

// change alters a live item behind the API's back.
func (s *scene) change(item int, f func(*feishutest.Item)) {
	s.t.Helper()
	if !s.sim.Change(feishutest.SampleItem(item), f) {
		s.t.Fatalf("there is no item %d", item)
	}
}

// TestSameFileTwice shows that the second run of a file reads, and changes nothing.
func TestSameFileTwice(t *testing.T) {
	s := comparing(t, feishutest.Config{}, 250)
	s.job.Rows = values(250, 5000)
	for run, want := range []string{"3 list, 0 get, 250 patch, 0 batch", "6 list, 0 get, 250 patch, 0 batch"} {
		results, err := s.run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		status := []sync.Status{sync.Updated, sync.Unchanged}[run]
		if got := counts(results); got[status] != 250 || s.calls() != want {
			t.Errorf("run %d: %v, %s", run+1, got, s.calls())
		}
	}
}

// TestOnlyWhatDiffers shows that a field is sent if it differs as Feishu holds it, and
// that the result has its value before.
func TestOnlyWhatDiffers(t *testing.T) {
	s := comparing(t, feishutest.Config{}, 1)
	s.change(1, func(i *feishutest.Item) {
		i.Initial, i.Target, i.Current, i.SupportedUserID = "0.30000000000000004", "100.0", "5", feishutest.SampleUser(1)
	})
	u := update(2, 1, "6")
	u.Initial, u.Target, u.SupportedUserID = "0.3", "100", feishutest.SampleUser(1)
	s.job.Rows = rows(u)
	results, err := s.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got := s.bodies(feishutest.Patch); got != `{"metric_current_value":6}` {
		t.Error(got)
	}
	if r := results[2]; r.Before != (feishu.Fields{Current: "5"}) || r.After != (feishu.Fields{Current: "6"}) || r.Sent != r.After {
		t.Errorf("%+v", r)
	}
}

// TestStartEqualsTarget shows that equal values are found against what the row leaves
// alone, and before anything is sent.
func TestStartEqualsTarget(t *testing.T) {
	for name, test := range map[string]struct {
		live feishutest.Item
		row  source.Update
		want string
	}{
		"initial to the live target": {feishutest.Item{Initial: "1", Target: "10.0"}, source.Update{Initial: "10"}, "rejected start_is_target"},
		"target to the live initial": {feishutest.Item{Initial: "1", Target: "5"}, source.Update{Target: "1"}, "rejected start_is_target"},
		"both":                       {feishutest.Item{Initial: "1", Target: "5"}, source.Update{Initial: "7", Target: "7"}, "rejected start_is_target"},
		"both move away":             {feishutest.Item{Initial: "1", Target: "5"}, source.Update{Initial: "5", Target: "1"}, "updated"},
		"no target":                  {feishutest.Item{Initial: "0"}, source.Update{Current: "3"}, "updated"},
		"target set to the initial":  {feishutest.Item{Initial: "0"}, source.Update{Target: "0"}, "rejected start_is_target"},
		"as it is, and equal":        {feishutest.Item{Initial: "4", Target: "4"}, source.Update{Target: "4"}, "unchanged"},
	} {
		t.Run(name, func(t *testing.T) {
			s := comparing(t, feishutest.Config{}, 1)
			s.change(1, func(i *feishutest.Item) { i.Initial, i.Target = test.live.Initial, test.live.Target })
			test.row.Row, test.row.ItemID = 2, feishutest.SampleItem(1)
			s.job.Rows = rows(test.row)
			results, err := s.run(t.Context())
			if got := statuses(results); err != nil || got != test.want {
				t.Errorf("%s, %v", got, err)
			}
			if sent := s.sim.Stats().Calls[feishutest.Patch]; (sent > 0) != (test.want == "updated") {
				t.Errorf("%d calls", sent)
			}
		})
	}
}

// put adds items with ids of one's own to the sample's table.
func (s *scene) put(items ...feishutest.Item) {
	s.t.Helper()
	if err := s.sim.AddItem(feishutest.SampleSource, feishutest.SampleTable, items...); err != nil {
		s.t.Fatal(err)
	}
}

// TestUnknownIDs shows what is said of ids that the table does not have: those that
// look damaged with the ids that they may have been.
func TestUnknownIDs(t *testing.T) {
	s := comparing(t, feishutest.Config{}, 5)
	s.put(feishutest.Item{ID: "7300123456789012345"}, feishutest.Item{ID: "7300123456789098765"}, feishutest.Item{ID: "7400555555555555555"})
	named := func(row int, id string) source.Update { return source.Update{Row: row, ItemID: id, Current: "77"} }
	s.job.Rows = rows(
		named(2, "7999999999999999991"),  // nothing like it
		named(3, "7300123456789010000"),  // 15 digits and zeros
		named(4, "730012345678901234"),   // a digit short
		named(5, "74005555555555555550"), // a digit too many
		named(6, "7300123456789012346"),  // one off: somebody else's, not damaged
		named(7, "7400555555555555555"),
	)
	results, err := s.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := "rejected item_unknown, rejected item_damaged, rejected item_damaged, rejected item_damaged, rejected item_unknown, updated"
	if got := statuses(results); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	for row, near := range map[int]string{3: "7300123456789012345", 4: "7300123456789012345", 5: "7400555555555555555"} {
		if r := results[row]; !strings.Contains(r.Reason.EN, near) || !strings.Contains(r.Reason.ZH, near) || strings.Contains(r.Reason.EN, "7300123456789098765") {
			t.Errorf("row %d: %s", row, r.Reason.EN)
		}
	}
}

// refusedRow is the refusal of a row for its id alone.
func refusedRow(row int, id string, code source.Code) *source.RowError {
	return &source.RowError{
		Row: row, Update: source.Update{Row: row, Current: "77"}, Rounded: map[source.Code]string{source.CodeIDRounded: id}[code],
		Problems: []source.Problem{{Code: code, Row: row, Cell: fmt.Sprintf("A%d", row), Field: source.ColumnItemID, Column: "id", Found: id}},
	}
}

// mixed gives updates and refusals.
func mixed(all ...any) source.Rows {
	return func(yield func(source.Update, error) bool) {
		for _, one := range all {
			u, _ := one.(source.Update)
			err, _ := one.(error)
			if !yield(u, err) {
				return
			}
		}
	}
}

// TestRoundedIDs shows that an id that ends in zeros is sent if the live list leaves
// no doubt, and not otherwise; and which ids are suggested for those that are lost.
func TestRoundedIDs(t *testing.T) {
	s := comparing(t, feishutest.Config{}, 150)
	s.put(feishutest.Item{ID: "7300123456789010000"}, feishutest.Item{ID: "7400555555555550000"}, feishutest.Item{ID: "7400555555555555432"}, feishutest.Item{ID: "7500111122223333444"})
	s.job.Rows = mixed(
		refusedRow(2, "7300123456789010000", source.CodeIDRounded), // there, and nothing near it
		refusedRow(3, "7400555555555550000", source.CodeIDRounded), // there, and another one that may be meant
		refusedRow(4, "7500111122223330000", source.CodeIDRounded), // not there
		refusedRow(5, "7.50011112222333E+18", source.CodeIDDamaged),
		refusedRow(6, "7.5E+18", source.CodeIDDamaged), // could be anything
		update(7, 1, "77"),
	)
	results, err := s.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := "updated, rejected id_rounded, rejected id_rounded, rejected id_damaged, rejected id_damaged, updated"
	if got := statuses(results); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	for row, near := range map[int]string{3: "7400555555555550000, 7400555555555555432", 4: "7500111122223333444", 5: "7500111122223333444"} {
		if r := results[row]; !strings.HasSuffix(r.Reason.EN, near) || !strings.HasSuffix(r.Reason.ZH, near) {
			t.Errorf("row %d: %s", row, r.Reason.EN)
		}
	}
	if r := results[6]; strings.Contains(r.Reason.EN, "may be") {
		t.Errorf("row 6: %s", r.Advice.EN)
	}
	if r := results[2]; r.Item != "7300123456789010000" || s.calls() != "2 list, 0 get, 2 patch, 0 batch" {
		t.Errorf("%+v; %s", r, s.calls())
	}
}

// TestRoundedIDsAreDuplicates shows that a row with such an id and one with the same
// id for certain are rows of one item.
func TestRoundedIDsAreDuplicates(t *testing.T) {
	s := comparing(t, feishutest.Config{}, 1)
	s.put(feishutest.Item{ID: "7300123456789010000"})
	s.job.Rows = mixed(refusedRow(2, "7300123456789010000", source.CodeIDRounded), refusedRow(3, "7300123456789010000", source.CodeIDRounded))
	results, err := s.run(t.Context())
	if got := statuses(results); err != nil || got != "updated, ignored duplicate_same" {
		t.Errorf("%s, %v", got, err)
	}
}

// TestOwners shows how rows that name an owner find their items, or do not.
func TestOwners(t *testing.T) {
	s := comparing(t, feishutest.Config{}, 0)
	s.put(
		feishutest.Item{ID: "71", UserID: "ou_one"}, feishutest.Item{ID: "72", UserID: "ou_two"}, feishutest.Item{ID: "73", UserID: "ou_two"},
		feishutest.Item{ID: "74", UserID: "ou_four"}, feishutest.Item{ID: "75", UserID: "ou_five"}, feishutest.Item{ID: "76"},
	)
	owned := func(row int, id, owner, current string) source.Update {
		return source.Update{Row: row, ItemID: id, UserID: owner, Current: source.Number(current)}
	}
	s.job.Rows = rows(
		owned(2, "", "ou_one", "5"),
		owned(3, "", "ou_two", "5"),    // two items
		owned(4, "", "ou_nobody", "5"), // none
		owned(5, "72", "ou_two", "5"),  // confirms
		owned(6, "73", "ou_one", "5"),  // contradicts
		owned(7, "", "ou_four", "5"),   // the same item twice:
		owned(8, "74", "", "6"),        // once by its owner, once by its id
		owned(9, "76", "ou_five", "5"), // an item whose owner is not known
		owned(10, "", "ou_nobody", ""), // nothing to do, whoever it is
		owned(11, "", "ou_five", "5"),  // the same owner twice,
		owned(12, "", "ou_five", "5"),  // with the same value
	)
	results, err := s.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := "updated, rejected owner_ambiguous, rejected owner_unknown, updated, rejected owner_other, rejected duplicate_conflict, rejected duplicate_conflict, " +
		"updated, ignored nothing_to_do, updated, ignored duplicate_same"
	if got := statuses(results); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if results[2].Item != "71" || results[11].Item != "75" || !strings.Contains(results[3].Reason.EN, "72, 73") || !strings.Contains(results[6].Reason.ZH, "ou_two") {
		t.Errorf("%+v\n%+v", results[2], results[3])
	}
}

// TestOwnersUncompared shows that without the live items a row that names its owner
// only is not sent, and that checking a file alone does not hold that against it.
func TestOwnersUncompared(t *testing.T) {
	s := newScene(t, feishutest.Config{}, 1)
	s.job.Rows = rows(source.Update{Row: 2, UserID: "ou_a", Current: "5"}, update(3, 1, "5"), source.Update{Row: 4, UserID: "ou_a", Current: "6"})
	results, err := s.run(t.Context())
	if got := statuses(results); err != nil || got != "rejected owner_not_compared, updated, rejected owner_not_compared" {
		t.Errorf("%s, %v", got, err)
	}
	checked, err := sync.Check{Rows: s.job.Rows, Table: s.job.Table, Tables: true}.Run()
	if err != nil {
		t.Fatal(err)
	}
	results = map[int]sync.Result{}
	for r, err := range checked.Results {
		if err != nil {
			t.Fatal(err)
		}
		results[r.Row] = r
	}
	if got := statuses(results); got != "rejected duplicate_conflict, planned, rejected duplicate_conflict" {
		t.Error(got)
	}
}

// TestNotified shows which updates Feishu tells people about, by holding every one
// against what the simulator then sends.
func TestNotified(t *testing.T) {
	const items = 60
	s := comparing(t, feishutest.Config{}, items)
	var all []source.Update
	for i := range items {
		u := source.Update{Row: i + 2, ItemID: feishutest.SampleItem(i + 1), Current: source.Number(fmt.Sprint(i + 900))}
		if i%2 == 0 {
			u.Target = source.Number(fmt.Sprint(i + 500))
		}
		if i%7 == 0 {
			u.SupportedUserID = feishutest.SampleUser(200)
		}
		if i%4 == 1 {
			u.Current = ""
			u.Initial = source.Number(fmt.Sprint(i + 300))
		}
		all = append(all, u)
	}
	s.job.Rows = rows(all...)
	var plan sync.Plan
	s.job.OnPlan = func(p sync.Plan) { plan = p }
	results, err := s.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	told := map[string]string{}
	people := map[string]bool{}
	for _, n := range s.sim.Notifications() {
		told[n.ItemID], people[n.UserID] = n.UserID, true
	}
	for row, r := range results {
		if r.Notifies != told[r.Item] {
			t.Errorf("row %d: %q, and Feishu messages %q", row, r.Notifies, told[r.Item])
		}
	}
	if plan.Notifying != len(told) || len(plan.Notified) != len(people) || len(told) == 0 || len(told) == items {
		t.Errorf("%d rows and %d people planned, %d and %d told", plan.Notifying, len(plan.Notified), len(told), len(people))
	}
}

// TestUnsentRowsTellNothing shows that a row whose update did not go out has neither
// values before nor people to tell.
func TestUnsentRowsTellNothing(t *testing.T) {
	s := comparing(t, feishutest.Config{}, 3)
	s.script("patch from:2 code:99991672:400")
	u := update(2, 3, "5") // a key result
	u.Target = "77"
	other := u
	other.Row, other.ItemID = 3, feishutest.SampleItem(1)
	last := u
	last.Row, last.ItemID = 4, feishutest.SampleItem(2)
	s.job.Rows = rows(u, other, last)
	results, _ := s.run(t.Context())
	if r := results[2]; r.Notifies == "" || r.Before.Empty() {
		t.Errorf("%+v", r)
	}
	line, err := json.Marshal(results[4])
	if err != nil || strings.Contains(string(line), "before") || strings.Contains(string(line), "notifies") || results[4].Attempts != 0 {
		t.Errorf("%s, %v", line, err)
	}
}
