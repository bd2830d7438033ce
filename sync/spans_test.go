package sync

import (
	"bytes"
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
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
	own := ended(t, j)
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

// ownJournal is the journal of a run with so many rows, which are flushed where it says so.
func ownJournal(t *testing.T, rows int, flush bool) *Journal {
	t.Helper()
	j, err := CreateJournal(t.TempDir(), Header{Version: "1", Input: Input{Rows: rows}})
	if err != nil {
		t.Fatal(err)
	}
	for row := range rows {
		err := j.Append(Result{Row: row + 2, Item: "7", Status: Updated, Attempts: 1, After: feishu.Fields{Current: "1234567"}})
		if err == nil && flush {
			err = j.Flush()
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return j
}

// ended closes the journal of a run that has ended and opens its record.
func ended(t *testing.T, j *Journal) *Record {
	t.Helper()
	if err := j.Close(NewPacer(nil, 0)); err != nil {
		t.Fatal(err)
	}
	r, err := j.Record()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	return r
}

// meddle changes a file as another program may.
func meddle(t *testing.T, name string, change func([]byte) []byte) {
	t.Helper()
	b, err := os.ReadFile(name)
	if err == nil {
		err = os.WriteFile(name, change(b), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestOwnRecordUnflushed has more lines at a time than are held back.
func TestOwnRecordUnflushed(t *testing.T) {
	const rows = 2000
	j := ownJournal(t, rows, false)
	own := ended(t, j)
	if all := allOf(t, own); len(all) != rows || all[rows-1].Row != rows+1 || own.end != 0 {
		t.Errorf("%d results; it was read again: %v", len(all), own.end != 0)
	}
}

// another changes a line, but not its length.
func another(b []byte) []byte { return bytes.Replace(b, []byte("1234567"), []byte("1234568"), 1) }

// TestOwnRecordDamaged shows that a line that somebody changes during the run is no answer,
// nor counted as one.
func TestOwnRecordDamaged(t *testing.T) {
	j := ownJournal(t, 3, true)
	if err := j.Flush(); err != nil {
		t.Fatal(err)
	}
	meddle(t, filepath.Join(j.folder, JournalName), another)
	r := ended(t, j)
	if r.Damaged != 1 || r.Rows() != 2 || r.Counts()[Updated] != 2 {
		t.Errorf("%d damaged, %d rows, %v", r.Damaged, r.Rows(), r.Counts())
	}
	behind := 0
	for got, err := range r.ResultsBehind(2) { // which is the damaged one
		if behind++; err != nil || got.Row != 2+behind {
			t.Errorf("%+v, %v", got, err)
		}
	}
	if behind != 2 {
		t.Errorf("%d rows are behind it", behind)
	}
}

// TestOwnRecordDamagedLater shows that a line that is changed after the run is not given out.
func TestOwnRecordDamagedLater(t *testing.T) {
	j := ownJournal(t, 3, true)
	early := ended(t, j)
	meddle(t, filepath.Join(j.folder, JournalName), another)
	given := 0
	for r, err := range early.Results() {
		if err == nil && r.After.Current != "1234567" {
			t.Errorf("%+v", r)
		} else if err == nil {
			given++
		}
	}
	if given != 0 {
		t.Errorf("%d results before the damaged one, which is the first", given)
	}
}

// TestOwnRecordCut shows that lines that are gone are no answers either.
func TestOwnRecordCut(t *testing.T) {
	j := ownJournal(t, 3, true)
	if err := j.Flush(); err != nil {
		t.Fatal(err)
	}
	meddle(t, filepath.Join(j.folder, JournalName), func(b []byte) []byte {
		return b[:bytes.LastIndexByte(b[:len(b)-1], '\n')+1]
	})
	if err := j.Close(NewPacer(nil, 0)); err == nil {
		t.Error("a journal that lacks a line was closed as if nothing had happened")
	}
	r, err := j.Record()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if r.Rows() != 2 {
		t.Errorf("%d rows", r.Rows())
	}
}

// TestLateTimer closes journals while the timers of theirs go off.
func TestLateTimer(t *testing.T) {
	for i := range 200 {
		j := ownJournal(t, 1, true)
		if err := j.Sending(Attempt{Call: feishu.CallPatch, At: time.Now()}); err != nil {
			t.Fatal(err)
		}
		j.calls.timer.Reset(time.Duration(i*5) * time.Microsecond)
		if err := j.Close(NewPacer(nil, 0)); err != nil {
			t.Fatal(err)
		}
		own, err := j.Record()
		if err != nil {
			t.Fatal(err)
		}
		own.Close()
	}
}

// TestForeignNotes shows that somebody who writes to the notes is noticed even by a run
// that is over soon.
func TestForeignNotes(t *testing.T) {
	j := ownJournal(t, 1, true)
	if err := j.Sending(Attempt{Call: feishu.CallPatch, At: time.Now()}); err != nil {
		t.Fatal(err)
	}
	meddle(t, callsOf(j.folder), func(b []byte) []byte { return append(b, "{}\n"...) })
	if err := j.Close(NewPacer(nil, 0)); !strings.Contains(fmt.Sprint(err), errOther.Error()) {
		t.Errorf("%v", err)
	}
}

// TestNotesOfNoRow reads notes about rows that no file has: nothing is certain then, and
// no other row is taken for one of them.
func TestNotesOfNoRow(t *testing.T) {
	for _, row := range []int{-31, -1, 0, math.MaxInt32 + 1, 1<<37 + 2} {
		j := ownJournal(t, 3, true)
		if err := j.Sending(Attempt{Call: feishu.CallPatch, At: time.Now(), Rows: []Result{{Row: row, Item: "7", Attempts: 9}}}); err != nil {
			t.Fatal(err)
		}
		r, err := OpenRecord(j.folder) // as after a kill
		if err != nil {
			t.Fatal(err)
		}
		if r.Rows() != 3 || r.Done() != 3 || !r.unsure {
			t.Errorf("row %d: %d rows, %d done, unsure %v", row, r.Rows(), r.Done(), r.unsure)
		}
		r.Close()
		if err := j.Close(NewPacer(nil, 0)); err != nil {
			t.Fatal(err)
		}
	}
}
