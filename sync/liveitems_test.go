package sync

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"okrsync/feishu"
)

// TestLiveItems shows that items come back as they went in, whatever their numbers look
// like, and that the last answer about one counts.
func TestLiveItems(t *testing.T) {
	long := json.Number(strings.Repeat("1", 2*numberPiece))
	given := []feishu.Item{
		{ID: "7", UserID: "ou_1", Fields: feishu.Fields{Initial: "1", Target: "2", Current: "1.5", SupportedUserID: "ou_2"}, KeyResultID: "k"},
		{ID: "007", Fields: feishu.Fields{Current: "-0.25"}},
		{ID: "99999999999999999999", UserID: "ou_2", Fields: feishu.Fields{Target: "1e5", SupportedUserID: "ou_1"}},
		{ID: "8"},
		{ID: "9", Fields: feishu.Fields{Initial: long, Current: "3"}},
		{ID: "10", Fields: feishu.Fields{Initial: "4"}},
	}
	for i := range 3000 { // more than a piece has
		given = append(given, feishu.Item{ID: fmt.Sprint(1000 + i), Fields: feishu.Fields{Target: json.Number(fmt.Sprint(i))}})
	}
	var s liveItems
	if s.has("7") {
		t.Error("an item is known that nobody gave")
	}
	for _, item := range given {
		old := item
		old.Current, old.UserID = "12345", "ou_9"
		s.take(item.ID, &old)
	}
	for _, item := range given {
		s.take(item.ID, &item)
	}
	for _, item := range given {
		got, ok := s.get(item.ID)
		if want := (liveItem{Fields: item.Fields, owner: item.UserID, keyResult: item.KeyResultID != ""}); !ok || got != want {
			t.Errorf("%.20s: got %+.50v", item.ID, got)
		}
	}
	for _, id := range []string{"", "07", "x", "999999999999999999999", "11"} {
		if s.has(id) {
			t.Errorf("%q is known", id)
		}
	}
	if len(s.packed) != len(given) || len(s.people.ids) != 3 {
		t.Errorf("%d items and %d people are kept", len(s.packed), len(s.people.ids))
	}
}

// TestPackedItems shows that the collector has nothing to follow in what is kept of an item.
func TestPackedItems(t *testing.T) {
	var pointers func(reflect.Type) bool
	pointers = func(of reflect.Type) bool {
		if of.Kind() == reflect.Struct {
			return slices.ContainsFunc(slices.Collect(of.Fields()), func(f reflect.StructField) bool { return pointers(f.Type) })
		}
		return of.Kind() > reflect.Complex128
	}
	for _, of := range []reflect.Type{reflect.TypeFor[itemID](), reflect.TypeFor[packedItem](), reflect.TypeFor[ownedItem]()} {
		if pointers(of) {
			t.Errorf("%v has pointers", of)
		}
	}
}

// TestBeginning holds the ids that begin with some digits, and those of an owner, against
// looking at all of them.
func TestBeginning(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	table := newLiveTable()
	owner := map[string]string{}
	for range 2000 {
		length := 1 + random.IntN(20)
		digits := fmt.Sprintf("%020d", random.Uint64())[20-length:]
		owner[digits] = fmt.Sprint("ou_", random.IntN(50))
		table.take(digits, &feishu.Item{UserID: owner[digits]})
	}
	table.finish(true)
	for range 2000 {
		length := random.IntN(23)
		digits := fmt.Sprint(random.IntN(1000))
		var want []string
		for id := range owner {
			if len(id) == length && strings.HasPrefix(id, digits) {
				want = append(want, id)
			}
		}
		slices.Sort(want)
		if got := slices.Collect(table.beginning(digits, length)); !slices.Equal(got, want) {
			t.Fatalf("%s and %d digits: got %v, want %v", digits, length, got, want)
		}
	}
	seen := 0
	for who := range 51 { // the last of them owns nothing
		for id := range idsOf(table.ownedBy(fmt.Sprint("ou_", who))) {
			if owner[id] != fmt.Sprint("ou_", who) {
				t.Errorf("%s is owned by %s", id, owner[id])
			}
			seen++
		}
	}
	if seen != len(owner) {
		t.Errorf("%d of %d items are owned", seen, len(owner))
	}
}

// BenchmarkLiveItems takes in the items of a table and finds each again.
func BenchmarkLiveItems(b *testing.B) {
	const items = 10_000
	given := make([]feishu.Item, items)
	for i := range given {
		given[i] = feishu.Item{
			ID: fmt.Sprint(7_000_000_000_000_000_001 + i*7910), UserID: fmt.Sprint("ou_", i%100),
			Fields: feishu.Fields{Initial: "0", Target: "300000", Current: json.Number(fmt.Sprint(i))},
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		table := newLiveTable()
		for i := range given {
			table.take(given[i].ID, &given[i])
		}
		table.finish(true)
		for i := range given {
			if _, ok := table.get(given[i].ID); !ok {
				b.Fatal(given[i].ID)
			}
		}
	}
}
