package sync

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"
	"unsafe"

	"okrsync/feishu"
	"okrsync/source"
)

func TestMentionIsSmall(t *testing.T) {
	if size := unsafe.Sizeof(mention{}); size != 24 {
		t.Errorf("a row costs %d bytes, want 24", size)
	}
}

// TestValueIsExact shows that an id's number is held exactly, up to 20 digits.
func TestValueIsExact(t *testing.T) {
	ids := []string{"0", "7", "007", "7041234567890123456", "18446744073709551615", "18446744073709551616", "99999999999999999999"}
	for range 1000 {
		var id strings.Builder
		for range 1 + rand.IntN(20) {
			id.WriteByte('0' + byte(rand.IntN(10)))
		}
		ids = append(ids, id.String())
	}
	for _, id := range ids {
		low, over := value(id)
		got := new(big.Int).Lsh(big.NewInt(int64(over)), 64)
		got.Add(got, new(big.Int).SetUint64(low))
		want, _ := new(big.Int).SetString(id, 10)
		if got.Cmp(want) != 0 {
			t.Errorf("%s is held as %s", id, got)
		}
	}
}

func TestRulings(t *testing.T) {
	a, b := feishu.Table{SourceID: "1", ID: "1"}, feishu.Table{SourceID: "1", ID: "2"}
	type line struct {
		table feishu.Table
		id    string
		value source.Number
	}
	tests := []struct {
		name   string
		policy Duplicates
		lines  []line
		want   string
	}{
		{"all different", RejectDuplicates, []line{{a, "1", "5"}, {a, "2", "5"}, {b, "1", "6"}, {a, "01", "7"}}, ""},
		{"repeated", RejectDuplicates, []line{{a, "1", "5"}, {a, "2", "5"}, {a, "1", "5"}, {a, "1", "5"}}, "3:duplicate_same 1, 4:duplicate_same 1"},
		{"contradicting", RejectDuplicates, []line{{a, "1", "5"}, {a, "1", "6"}}, "1:duplicate_conflict 2, 2:duplicate_conflict 1"},
		{"two agree, one does not", RejectDuplicates, []line{{a, "1", "5"}, {a, "1", "5"}, {a, "1", "6"}}, "1:duplicate_conflict 2, 2:duplicate_conflict 1, 3:duplicate_conflict 1"},
		{"last wins", LastDuplicate, []line{{a, "1", "5"}, {a, "1", "6"}, {a, "1", "7"}}, "1:duplicate_superseded 3, 2:duplicate_superseded 3"},
		{"last wins, repeated", LastDuplicate, []line{{a, "1", "5"}, {a, "1", "5"}}, "2:duplicate_same 1"},
		{"twenty digits", RejectDuplicates, []line{{a, "18446744073709551617", "5"}, {a, "1", "6"}, {a, "36893488147419103233", "7"}}, ""},
	}
	for _, test := range tests {
		named := newMentions()
		for i, l := range test.lines {
			if !named.add(&source.Update{Row: i + 1, ItemID: l.id, Current: l.value}, l.table) {
				t.Fatal("too many tables")
			}
		}
		ruled, _ := named.rulings(test.policy)
		var got []string
		for row := 1; row <= len(test.lines); row++ {
			if r, ok := ruled.of(row); ok {
				_, reason := r.verdict()
				got = append(got, fmt.Sprintf("%d:%s %d", row, reason, r.other))
			}
		}
		if s := strings.Join(got, ", "); s != test.want {
			t.Errorf("%s: %s, want %s", test.name, s, test.want)
		}
	}
}

// TestEveryFieldCounts shows that rows agree only if all their fields do.
func TestEveryFieldCounts(t *testing.T) {
	first := source.Update{Row: 1, ItemID: "1", Initial: "1", Target: "2", Current: "3", SupportedUserID: "ou_a"}
	for name, change := range map[string]func(*source.Update){
		"nothing":  func(*source.Update) {},
		"initial":  func(u *source.Update) { u.Initial = "9" },
		"target":   func(u *source.Update) { u.Target = "" },
		"current":  func(u *source.Update) { u.Current = "9" },
		"superior": func(u *source.Update) { u.SupportedUserID = "ou_b" },
	} {
		second := first
		second.Row = 2
		change(&second)
		named := newMentions()
		named.add(&first, feishu.Table{})
		named.add(&second, feishu.Table{})
		want := ruling{2, 1, conflictsWith}
		if name == "nothing" {
			want = ruling{2, 1, sameAs}
		}
		ruled, _ := named.rulings(RejectDuplicates)
		if got, _ := ruled.of(2); got != want {
			t.Errorf("%s differs: %+v", name, got)
		}
	}
}

func TestTooManyTables(t *testing.T) {
	named := newMentions()
	for i := range 1 << 16 {
		if !named.add(&source.Update{Row: i + 1, ItemID: "1"}, feishu.Table{ID: fmt.Sprint(i)}) {
			t.Fatalf("table %d was refused", i)
		}
	}
	if named.add(&source.Update{Row: 1, ItemID: "1"}, feishu.Table{ID: "one more"}) {
		t.Error("one table too many was taken in")
	}
}

// TestReasonsHaveWords holds that every reason has all four sentences.
func TestReasonsHaveWords(t *testing.T) {
	details := map[Reason][]any{
		NoValue: nil, TotalRow: nil, HeaderRow: nil, SameAsRow: {12}, ConflictsWithRow: {12}, SupersededByRow: {12}, TableUnknown: nil,
		Interrupted: nil,
		InFlight:    nil, OtherValue: nil, StartIsTarget: {"5"}, ItemUnknown: {"71"}, ItemDamaged: {"71", "72"}, OwnerUnknown: {"ou_a"},
		OwnerAmbiguous: {"ou_a", "71, 72"}, OwnerUnread: nil, OtherOwner: {"ou_a", "ou_b"}, ListIncomplete: nil, Guarded: nil, CallsUsedUp: nil, BatchRefused: {"no"}, Unconfirmed: nil, ItemNeeded: {12, "ou_a"},
	}
	for r, details := range details {
		reason, advice := r.words(details)
		for _, text := range []Text{reason, advice} {
			if text.ZH == "" || text.EN == "" || strings.Contains(text.ZH+text.EN, "%") {
				t.Errorf("%s: %+v", r, text)
			}
		}
	}
	if len(reasons) != len(details) {
		t.Errorf("%d reasons have words", len(reasons))
	}
}

func BenchmarkRulings(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		named := newMentions()
		for row := range 100_000 {
			named.add(&source.Update{Row: row, ItemID: fmt.Sprint(7_000_000_000_000_000_000 + row*7919%1_000_003), Current: "5"}, feishu.Table{})
		}
		named.rulings(RejectDuplicates)
	}
}

func BenchmarkMention(b *testing.B) {
	u, table := source.Update{ItemID: "7041234567890123456", Current: "5"}, feishu.Table{SourceID: "1", ID: "2"}
	named := newMentions()
	b.ReportAllocs()
	for b.Loop() {
		u.Row++
		if !named.add(&u, table) {
			b.Fatal("too many tables")
		}
	}
}

func BenchmarkCheck(b *testing.B) {
	const rows = 100_000
	ids := make([]string, rows)
	for i := range ids {
		ids[i] = fmt.Sprint(7_000_000_000_000_000_001 + i*7910)
	}
	c := Check{Table: feishu.Table{SourceID: "1", ID: "2"}, Rows: func(yield func(source.Update, error) bool) {
		for i, id := range ids {
			if !yield(source.Update{Row: i + 2, ItemID: id, Current: "12.5"}, nil) {
				return
			}
		}
	}}
	b.ReportAllocs()
	for b.Loop() {
		found, err := c.Run()
		if err != nil {
			b.Fatal(err)
		}
		n := 0
		for r, err := range found.Results {
			if err != nil || r.Status != Planned {
				b.Fatal(r, err)
			}
			n++
		}
		if n != rows {
			b.Fatal(n)
		}
	}
}
