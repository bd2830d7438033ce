package report

import (
	"fmt"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"okrsync/feishu"
	"okrsync/sync"
)

// inPlaces gives so many results in the order of their rows.
func inPlaces(n int) []sync.Result {
	all := make([]sync.Result, n)
	for i := range all {
		all[i] = sync.Result{
			Row: 3*i + 2, Place: i, Item: fmt.Sprint(i), Status: sync.Updated, Attempts: 1, FinishedAt: dawn,
			After: feishu.Fields{Current: "7"}, Notifies: fmt.Sprint("ou_", i%5),
		}
	}
	return all
}

// behind gives the results behind that of a row, and notes how many are before.
func behind(all []sync.Result, from *int) func(int) iter.Seq2[sync.Result, error] {
	return func(last int) iter.Seq2[sync.Result, error] {
		*from = 0
		for *from < len(all) && all[*from].Row <= last {
			*from++
		}
		return results(all[*from:]...)
	}
}

// TestDraft draws result.csv up from results in many orders: whatever part of it is there
// when the run ends, the file is that of the journal.
func TestDraft(t *testing.T) {
	const n = 3 * mostEarly
	all := inPlaces(n)
	folder := t.TempDir()
	if err := CSV(folder, "en", results(all...)); err != nil {
		t.Fatal(err)
	}
	want := content(t, folder)
	backwards := func(size int) []int { // in groups
		order := make([]int, 0, n)
		for start := 0; start < n; start += size {
			for i := min(start+size, n) - 1; i >= start; i-- {
				order = append(order, i)
			}
		}
		return order
	}
	inOrder := backwards(1)
	for name, test := range map[string]struct {
		order []int // of places
		drawn int
	}{
		"in order":          {inOrder, n},
		"in groups":         {backwards(7), n},
		"as far as it goes": {backwards(mostEarly), n},
		"too far":           {backwards(mostEarly + 1), 0},
		"one is late":       {append(slices.Delete(slices.Clone(inOrder), 100, 101), 100), 100},
		"stopped":           {inOrder[:n/2], n / 2},
		"stopped with gaps": {slices.Concat(inOrder[:10], inOrder[20:30], []int{11}), 10},
		"nothing":           {nil, 0},
	} {
		folder := t.TempDir()
		d := NewDraft(folder, "en")
		for _, place := range test.order {
			d.Add(&all[place])
		}
		var from int
		people, err := d.Complete(behind(all, &from))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if from != test.drawn {
			t.Errorf("%s: %d rows were drawn up, want %d", name, from, test.drawn)
		}
		if content(t, folder) != want {
			t.Errorf("%s: the file is another one", name)
		}
		if got := slices.Sorted(maps.Keys(people)); len(test.order) > 0 && !slices.Equal(got, []string{"ou_0", "ou_1", "ou_2", "ou_3", "ou_4"}) {
			t.Errorf("%s: the people are %q", name, got)
		}
		wantFiles(t, folder, CSVName)
	}
}

// BenchmarkDraft draws up the lines of batches that come in another order.
func BenchmarkDraft(b *testing.B) {
	all := inPlaces(1 << 13)
	d := NewDraft(b.TempDir(), "en")
	defer d.Abandon()
	next := 0
	b.ReportAllocs()
	for b.Loop() {
		r := &all[(next^100)%len(all)]
		r.Place = next ^ 100
		d.Add(r)
		next++
	}
	if d.early == nil {
		b.Fatal("it stopped")
	}
}

// TestDraftInTrouble has the file made once more if it could not be drawn up.
func TestDraftInTrouble(t *testing.T) {
	all := inPlaces(mostEarly)
	aside := t.TempDir()
	if err := CSV(aside, "en", results(all...)); err != nil {
		t.Fatal(err)
	}
	want := content(t, aside)
	full := func(d *Draft) { _ = d.file.Abandon() } // as it is with a disk that is full
	for name, test := range map[string]struct {
		where string
		early func(d *Draft)
		late  func(d *Draft)
	}{
		"no folder at first": {where: "later", early: func(d *Draft) { _ = os.Mkdir(d.folder, 0o700) }},
		"never written":      {early: full},
		"not written later":  {late: full},
		"removed meanwhile":  {late: func(d *Draft) { removeAll(t, d.folder) }},
	} {
		folder := filepath.Join(t.TempDir(), test.where)
		d := NewDraft(folder, "en")
		if test.early != nil {
			test.early(d)
		}
		for i := range all {
			if i == len(all)-10 && test.late != nil {
				test.late(d)
			}
			d.Add(&all[i])
		}
		var from int
		people, err := d.Complete(behind(all, &from))
		if err != nil || from != 0 || len(people) != 5 {
			t.Errorf("%s: %v, from row %d on, %v", name, err, from, people)
		}
		if content(t, folder) != want {
			t.Errorf("%s: the file is another one", name)
		}
		wantFiles(t, folder, CSVName)
	}
}

// removeAll removes the files of a folder.
func removeAll(t *testing.T, folder string) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil || len(entries) != 1 {
		t.Errorf("%v, %v", entries, err)
	}
	for _, e := range entries {
		if err := os.Remove(filepath.Join(folder, e.Name())); err != nil {
			t.Error(err)
		}
	}
}

// TestDraftAbandoned leaves nothing of a file that is not to be.
func TestDraftAbandoned(t *testing.T) {
	folder := t.TempDir()
	d := NewDraft(folder, "en")
	d.Add(&inPlaces(1)[0])
	wantFiles(t, folder, "")
	d.Abandon()
	d.Abandon()
	wantNothing(t, folder)
	d = NewDraft(folder, "en")
	if _, err := d.Complete(func(int) iter.Seq2[sync.Result, error] {
		return func(yield func(sync.Result, error) bool) { yield(sync.Result{}, os.ErrInvalid) }
	}); err == nil {
		t.Error("a file is complete of which not all was there")
	}
	d.Abandon()
	wantNothing(t, folder)
}

func content(t *testing.T, folder string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(folder, CSVName))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// wantFiles holds that a folder has one file of the given name, or one of another where
// that is "".
func wantFiles(t *testing.T, folder, name string) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil || len(entries) != 1 || (entries[0].Name() == CSVName) != (name == CSVName) {
		t.Errorf("in the folder is %v, %v", entries, err)
	}
}
