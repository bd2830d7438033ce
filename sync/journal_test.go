package sync_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"okrsync/feishu"
	"okrsync/sync"
)

// journal writes a journal of the given rows and returns its folder.
func journal(t *testing.T, rows ...int) string {
	t.Helper()
	folder := t.TempDir()
	j, err := sync.CreateJournal(folder, sync.Header{Version: "v1", Input: sync.Input{Path: "a.csv", Rows: len(rows)}})
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		if err := j.Append(sync.Result{Row: row, Item: fmt.Sprint(row), Status: sync.Updated, Sent: feishu.Fields{Current: "1"}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := j.Close(sync.NewPacer(nil, 0)); err != nil {
		t.Fatal(err)
	}
	return folder
}

// order reads a journal and lists its rows as they come.
func order(folder string) (string, error) {
	record, err := sync.OpenRecord(folder)
	if err != nil {
		return "", err
	}
	defer record.Close()
	var rows []string
	for r, err := range record.Results() {
		if err != nil {
			return "", err
		}
		rows = append(rows, fmt.Sprint(r.Row))
	}
	if record.Damaged > 0 {
		rows = append(rows, fmt.Sprintf("(%d damaged from line %d)", record.Damaged, record.FirstDamaged))
	}
	return strings.Join(rows, " "), nil
}

func TestJournalIsReadInFileOrder(t *testing.T) {
	if got, err := order(journal(t, 5, 2, 9, 3)); got != "2 3 5 9" || err != nil {
		t.Errorf("%s, %v", got, err)
	}
}

func TestLastLineOfARowCounts(t *testing.T) {
	folder := t.TempDir()
	j, err := sync.CreateJournal(folder, sync.Header{})
	if err != nil {
		t.Fatal(err)
	}
	for _, status := range []sync.Status{sync.Unprocessed, sync.Updated} {
		if err := j.Append(sync.Result{Row: 7, Status: status}); err != nil {
			t.Fatal(err)
		}
	}
	if err := j.Close(sync.NewPacer(nil, 0)); err != nil {
		t.Fatal(err)
	}
	record, err := sync.OpenRecord(folder)
	if err != nil {
		t.Fatal(err)
	}
	defer record.Close()
	for r := range record.Results() {
		if r.Status != sync.Updated || record.Rows() != 1 {
			t.Errorf("%+v of %d rows", r, record.Rows())
		}
	}
}

// TestTornJournal cuts a journal at every byte: what is left is either read up
// to its last whole line, or refused for want of a header.
func TestTornJournal(t *testing.T) {
	folder := journal(t, 2, 3, 4)
	name := filepath.Join(folder, sync.JournalName)
	whole := contentOf(t, name)
	for cut := range whole {
		replace(t, name, whole[:cut])
		lines := bytes.Count(whole[:cut], []byte("\n"))
		got, err := order(folder)
		if lines == 0 {
			if err == nil {
				t.Errorf("cut at %d: no error", cut)
			}
			continue
		}
		if want := strings.Join([]string{"2", "3", "4"}[:lines-1], " "); got != want || err != nil {
			t.Errorf("cut at %d: %q, %v; want %q", cut, got, err, want)
		}
	}
}

// TestFlippedBit flips every bit of a journal behind its header: the line it is in, or
// two if it was the end of one, is told as damaged, and the others are as they were.
func TestFlippedBit(t *testing.T) {
	folder := journal(t, 2, 3, 4)
	name := filepath.Join(folder, sync.JournalName)
	whole := contentOf(t, name)
	rows := whole[bytes.IndexByte(whole, '\n')+1:]
	for i := range rows {
		line := 2 + bytes.Count(rows[:i], []byte("\n"))
		for bit := range 8 {
			rows[i] ^= 1 << bit
			replace(t, name, whole)
			got, err := order(folder)
			flipped := rows[i]
			rows[i] ^= 1 << bit
			if err != nil {
				t.Fatalf("byte %d, bit %d: %v", i, bit, err)
			}
			if last := i == len(rows)-1; last && got == "2 3" {
				continue // as if it had been cut
			}
			left := slices.Delete([]string{"2", "3", "4"}, line-2, line-1)
			if rows[i] == '\n' {
				left = slices.Delete([]string{"2", "3", "4"}, line-2, line)
			}
			damaged := 1
			if flipped == '\n' {
				damaged = 2 // halves
			}
			want := strings.TrimSpace(fmt.Sprintf("%s (%d damaged from line %d)", strings.Join(left, " "), damaged, line))
			if got != want {
				t.Fatalf("byte %d, bit %d: %q, want %q", i, bit, got, want)
			}
		}
	}
}

func TestDamagedJournal(t *testing.T) {
	whole := contentOf(t, filepath.Join(journal(t, 2, 3, 4), sync.JournalName))
	lines := strings.SplitAfter(string(whole), "\n")
	header := lines[0]
	for name, test := range map[string]struct{ content, want string }{
		"no JSON":        {header + "{\"row\":2\n" + lines[2], "3 (1 damaged from line 2)"},
		"no sum":         {header + "{\"row\":2,\"status\":\"updated\"}\n", "(1 damaged from line 2)"},
		"zeros":          {header + lines[1] + "\x00\x00\x00\n" + lines[3], "2 4 (1 damaged from line 3)"},
		"zeroed block":   {header + lines[1] + strings.Repeat("\x00", 5<<20) + "\n" + lines[3], "2 4 (1 damaged from line 3)"},
		"zeros to end":   {header + lines[1] + strings.Repeat("\x00", 5<<20), "2"},
		"doubled tail":   {string(whole) + lines[2] + lines[3], "2 3 4"},
		"another format": {strings.Replace(header, `"journal":2`, `"journal":99`, 1), "format 99"},
		"no header":      {lines[1], "line 1"},
		"empty":          {"", "line 1"},
		"damaged header": {strings.Replace(header, "a.csv", "b.csv", 1) + lines[1], "line 1"},
	} {
		folder := t.TempDir()
		replace(t, filepath.Join(folder, sync.JournalName), []byte(test.content))
		got, err := order(folder)
		if got != test.want && (err == nil || !strings.Contains(err.Error(), test.want)) {
			t.Errorf("%s: %q, %v; want %q", name, got, err, test.want)
		}
	}
}

// FuzzRecord reads whatever may stand in the files of a run.
func FuzzRecord(f *testing.F) {
	folder := f.TempDir()
	j, err := sync.CreateJournal(folder, sync.Header{Input: sync.Input{Rows: 3}})
	if err != nil {
		f.Fatal(err)
	}
	row := sync.Result{Row: 2, Item: "7", Status: sync.Unprocessed, Sent: feishu.Fields{Current: "1"}, Attempts: 1}
	if err := errors.Join(j.Sending(sync.Attempt{Call: feishu.CallPatch, Rows: []sync.Result{row}}), j.Append(row), j.Append(sync.Result{Row: 3, Status: sync.Updated})); err != nil {
		f.Fatal(err)
	}
	names := []string{filepath.Join(folder, sync.JournalName), calls(folder)}
	f.Add(contentOf(f, names[0]), contentOf(f, names[1]))
	f.Fuzz(func(t *testing.T, rows, attempts []byte) {
		folder := filepath.Join(t.TempDir(), "run")
		if err := errors.Join(os.MkdirAll(folder, 0o700), os.MkdirAll(filepath.Dir(calls(folder)), 0o700)); err != nil {
			t.Fatal(err)
		}
		replace(t, filepath.Join(folder, sync.JournalName), rows)
		replace(t, calls(folder), attempts)
		record, err := sync.OpenRecord(folder)
		if err != nil {
			return
		}
		defer record.Close()
		last := 0
		for r, err := range record.Results() {
			if err != nil {
				return // sealed by somebody who knew how
			}
			if r.Row <= last {
				t.Errorf("row %d after %d", r.Row, last)
			}
			last = r.Row
		}
	})
}

// calls is the file with the attempts of the run in a folder.
func calls(folder string) string {
	return filepath.Join(filepath.Dir(folder), sync.StateFolder, filepath.Base(folder)+".calls.jsonl")
}

func contentOf(t testing.TB, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func replace(t testing.TB, name string, content []byte) {
	t.Helper()
	if err := os.WriteFile(name, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestJournalIsNeverOverwritten(t *testing.T) {
	folder := journal(t, 2)
	if _, err := sync.CreateJournal(folder, sync.Header{}); !errors.Is(err, fs.ErrExist) {
		t.Errorf("got %v", err)
	}
	if got, err := order(folder); got != "2" || err != nil {
		t.Errorf("%s, %v", got, err)
	}
}

func TestJournalIsPrivate(t *testing.T) {
	if runtime.GOOS == "windows" {
		return // permissions there are not these bits
	}
	folder := journal(t, 2)
	for _, name := range []string{filepath.Join(folder, sync.JournalName), calls(folder)} {
		if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", name, info.Mode(), err)
		}
	}
}

// TestVanishedJournal takes a journal's name away: nobody would find what is written to
// it, so that within a second nothing can be.
func TestVanishedJournal(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "run")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		j, err := sync.CreateJournal(folder, sync.Header{})
		if err != nil {
			t.Fatal(err)
		}
		if err := os.RemoveAll(filepath.Dir(folder)); err != nil {
			t.Fatal(err)
		}
		row := sync.Result{Row: 2, Status: sync.Updated}
		if err := errors.Join(j.Append(row), j.Flush(), j.Sending(sync.Attempt{Call: feishu.CallPatch})); err != nil {
			t.Fatal(err)
		}
		<-time.After(1001 * time.Millisecond)
		if err := j.Append(row); err == nil || !strings.Contains(err.Error(), "deleted or moved") {
			t.Errorf("the next line: %v", err)
		}
		if err := j.Sending(sync.Attempt{Call: feishu.CallPatch}); err == nil {
			t.Error("the next call may go out")
		}
		if err := j.Close(sync.NewPacer(nil, 0)); err == nil {
			t.Error("closed as if nothing had happened")
		}
	})
}

func TestCreateFolder(t *testing.T) {
	out := filepath.Join(t.TempDir(), "new", "out")
	now := time.Date(2026, 11, 22, 13, 18, 7, 0, time.FixedZone("", 8*3600))
	tests := []struct{ input, want string }{
		{"rows.csv", "20261122T051807Z-rows.csv"},
		{"rows.csv", "20261122T051807Z-rows.csv-2"},
		{"dir/表格.xlsx", "20261122T051807Z-表格.xlsx"},
		{"../../etc/passwd", "20261122T051807Z-passwd"},
		{"a\nb:c", "20261122T051807Z-a_b_c"},
		{strings.Repeat("长", 200), "20261122T051807Z-" + strings.Repeat("长", 66)},
	}
	for _, test := range tests {
		folder, err := sync.CreateFolder(out, test.input, now)
		if err != nil || filepath.Base(folder) != test.want {
			t.Errorf("%q: %s, %v; want %s", test.input, folder, err, test.want)
		}
	}
}

func BenchmarkAppend(b *testing.B) {
	j, err := sync.CreateJournal(b.TempDir(), sync.Header{})
	if err != nil {
		b.Fatal(err)
	}
	defer j.Close(sync.NewPacer(nil, 0))
	r := sync.Result{
		Row: 2, Source: "7041234567890123456", Table: "7041234567890123457", Item: "7041234567890123458", Status: sync.Updated,
		Sent: feishu.Fields{Current: "12.5"}, After: feishu.Fields{Current: "12.5"}, Attempts: 1, HTTPStatus: 200, FinishedAt: time.Now(),
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := errors.Join(j.Append(r), j.Flush()); err != nil {
			b.Fatal(err)
		}
	}
}
