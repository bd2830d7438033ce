package sync

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// shardRun leaves the run of a shard of two, with results, and opens its record.
func shardRun(t *testing.T, out string, index int, results ...Result) *Record {
	t.Helper()
	h := Header{Input: Input{SHA256: "1", Rows: len(results)}, StartedAt: at(index * 1000), Part: Part{Shard{index, 2}, 4}}
	r, err := OpenRecord(leave(t, out, "shard-"+string(rune('0'+index)), h, true, results...))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	return r
}

// TestMerge puts runs together in file order, with all that their lines say, into one
// that a run of the whole file goes on with.
func TestMerge(t *testing.T) {
	out := t.TempDir()
	second := shardRun(t, out, 2, Result{Row: 5, Item: "5", Status: Updated, Attempts: 3, LogID: "log", FinishedAt: at(7)}, Result{Row: 3, Item: "3", Status: Unchanged})
	first := shardRun(t, out, 1, Result{Row: 4, Item: "4", Status: Rejected, Code: "number_invalid"})
	parts := []*Record{second, first}
	if !first.Header.Siblings(second.Header) || first.Header.Siblings(Header{}) || (Header{}).Siblings(Header{}) {
		t.Error("who is whose sibling?")
	}
	h := MergedHeader(parts)
	folder := filepath.Join(out, "merged")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := Merge(folder, h, parts); err != nil {
		t.Fatal(err)
	}
	if got := ReadRuns(out).Find(MergedHeader(parts)); got != folder {
		t.Errorf("found %q", got)
	}
	whole := Header{Input: Input{SHA256: "1", Rows: 4}, StartedAt: at(9000)}
	r, err := ReadRuns(out).Unfinished(whole)
	if err != nil || r == nil || r.Folder != folder || !r.Header.StartedAt.Equal(at(1000)) {
		t.Fatalf("%+v, %v", r, err)
	}
	defer r.Close()
	if _, unsure := r.earlier(2); unsure {
		t.Error("row 2 is said to have been sent, and no shard has lost its notes")
	}
	var rows []string
	for result, err := range r.Results() {
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, result.Item+" "+string(result.Status)+" "+result.LogID)
		if result.Row == 5 && (result.Attempts != 3 || !result.FinishedAt.Equal(at(7))) {
			t.Errorf("%+v", result)
		}
	}
	if got := strings.Join(rows, ", "); got != "3 unchanged , 4 rejected , 5 updated log" {
		t.Error(got)
	}
	if err := Merge(folder, h, parts); err == nil {
		t.Error("a journal was overwritten")
	}
}

// TestMergeWithoutAShard has each row without an answer looked at before it is sent: the
// shard that is missing may have sent it.
func TestMergeWithoutAShard(t *testing.T) {
	out := t.TempDir()
	parts := []*Record{shardRun(t, out, 2, Result{Row: 3, Item: "3", Status: Updated, Attempts: 1})}
	folder := filepath.Join(out, "merged")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := Merge(folder, MergedHeader(parts), parts); err != nil {
		t.Fatal(err)
	}
	r, err := OpenRecord(folder)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, unsure := r.earlier(4); !unsure || r.Ended() {
		t.Errorf("unsure %v, ended %v", unsure, r.Ended())
	}
}

// TestSiblingsHaveLimitsOfTheirOwn counts the calls of whole runs and of the shard itself
// against a shard's limits, and not those of the others it shares them with.
func TestSiblingsHaveLimitsOfTheirOwn(t *testing.T) {
	me := Shard{1, 2}
	for other, want := range map[Shard]bool{{}: false, {1, 2}: false, {2, 2}: true, {2, 3}: false} {
		if got := me.besides(other); got != want {
			t.Errorf("besides %v: %v", other, got)
		}
	}
	if (Shard{}).besides(Shard{1, 2}) {
		t.Error("a whole run has all of the limits")
	}
}

// TestSiblings holds that runs of other divisions are no parts of the same answer.
func TestSiblings(t *testing.T) {
	of := func(index, count int) Header {
		return Header{Input: Input{SHA256: "x", Rows: index}, Part: Part{Shard: Shard{Index: index, Count: count}, Rows: 9}}
	}
	for _, test := range []struct {
		a, b Header
		want bool
	}{
		{of(1, 3), of(2, 3), true},
		{of(1, 3), of(1, 3), true},
		{of(1, 3), of(2, 4), false},
		{of(1, 3), Header{Input: Input{SHA256: "x"}}, false},
		{Header{}, Header{}, false},
		{of(1, 3), Header{Input: Input{SHA256: "y"}, Part: of(2, 3).Part}, false},
	} {
		if got := test.a.Siblings(test.b); got != test.want {
			t.Errorf("%+v and %+v: %v", test.a.Part, test.b.Part, got)
		}
	}
}

// TestShardGuards rounds up: a guard of few must not become none.
func TestShardGuards(t *testing.T) {
	got := Shard{Index: 2, Count: 4}.Guards(Guards{MaxChangedRows: 5, MaxNotified: 1, MaxFactor: 3})
	if want := (Guards{MaxChangedRows: 2, MaxNotified: 1, MaxFactor: 3}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	if got := (Shard{Index: 2, Count: 4}).Guards(Guards{}); got != (Guards{}) {
		t.Errorf("none became %+v", got)
	}
}
