package sync

import (
	"cmp"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"okrsync/feishu"
)

// TestSpans puts rows in at random, some twice, and finds the last of each again, in the
// order of the rows.
func TestSpans(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, most := range []int{1, 40, 5000, math.MaxInt32} {
		var s spans
		want := map[int]span{}
		for i := range 300 {
			row := 1 + random.IntN(most)
			l := span{start: int64(i), is: isThere}
			s.put(row, l)
			want[row] = l
		}
		got, rows := map[int]span{}, []int{}
		for row, l := range s.all() {
			got[row], rows = l, append(rows, row)
		}
		if !reflect.DeepEqual(got, want) || s.len != len(want) || !slices.IsSorted(rows) {
			t.Errorf("rows up to %d: %d of %d, in order %v", most, len(got), len(want), slices.IsSorted(rows))
		}
		for row, l := range want {
			_, other := s.of(row + 1)
			if _, there := want[row+1]; there != other {
				t.Errorf("row %d: %v", row+1, other)
			}
			if found, ok := s.of(row); !ok || found != l {
				t.Errorf("row %d: %+v, %v; want %+v", row, found, ok, l)
			}
		}
	}
}

// TestSpansEndEarly shows that whoever has enough is given no more.
func TestSpansEndEarly(t *testing.T) {
	var s spans
	for row := range 100 {
		s.put(row, span{is: isThere})
	}
	n := 0
	for range s.all() {
		if n++; n == 50 {
			break
		}
	}
	if n != 50 {
		t.Errorf("%d rows", n)
	}
}

// TestOwnRecord shows that a journal knows of its own lines what reading it finds.
func TestOwnRecord(t *testing.T) {
	folder := t.TempDir()
	j, err := CreateJournal(folder, Header{Version: "1", Input: Input{Rows: 3 * together}, Settings: map[string]string{"sync.diff": "off"}})
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(3, 4))
	for i, row := range random.Perm(3 * together) {
		r := Result{Row: row + 2, Item: "7", Status: Statuses[i%len(Statuses)], Attempts: i % 3, FinishedAt: time.Unix(int64(i), 0).UTC()}
		if r.Status == Failed {
			r.Class, r.Code = feishu.ClassTransient, "500"
		}
		if err := cmp.Or(j.Append(r), flushSome(j, i)); err != nil {
			t.Fatal(err)
		}
	}
	if err := j.Close(NewPacer(nil, 0)); err != nil {
		t.Fatal(err)
	}
	own, err := j.Record()
	if err != nil {
		t.Fatal(err)
	}
	defer own.Close()
	read, err := OpenRecord(folder)
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	if !reflect.DeepEqual(own.lines, read.lines) || !reflect.DeepEqual(own.Counts(), read.Counts()) || !reflect.DeepEqual(own.Header, read.Header) {
		t.Errorf("%d lines, %v, %+v;\nwant %d, %v, %+v", own.lines.len, own.Counts(), own.Header, read.lines.len, read.Counts(), read.Header)
	}
	if got, want := allOf(t, own), allOf(t, read); !reflect.DeepEqual(got, want) || len(got) != 3*together {
		t.Errorf("%d results, want %d", len(got), len(want))
	}
}

// flushSome writes lines down after some of them.
func flushSome(j *Journal, i int) error {
	if i%7 > 0 {
		return nil
	}
	return j.Flush()
}

// allOf are a record's results.
func allOf(t *testing.T, r *Record) (all []Result) {
	t.Helper()
	for result, err := range r.Results() {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, result)
	}
	return all
}
