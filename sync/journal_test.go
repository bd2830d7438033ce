package sync_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"okrsync/feishu"
	"okrsync/sync"
)

// journal writes a journal of the given rows and returns its name.
func journal(t *testing.T, rows ...int) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "journal.jsonl")
	j, err := sync.CreateJournal(name, sync.Header{Version: "v1", Input: sync.Input{Path: "a.csv", Rows: len(rows)}})
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		if err := j.Append(sync.Result{Row: row, Item: fmt.Sprint(row), Status: sync.Updated, Sent: feishu.Fields{Current: "1"}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	return name
}

// order reads a journal and lists its rows as they come.
func order(name string) (string, error) {
	record, err := sync.OpenRecord(name)
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
	return strings.Join(rows, " "), nil
}

func TestJournalIsReadInFileOrder(t *testing.T) {
	if got, err := order(journal(t, 5, 2, 9, 3)); got != "2 3 5 9" || err != nil {
		t.Errorf("%s, %v", got, err)
	}
}

func TestLastLineOfARowCounts(t *testing.T) {
	name := filepath.Join(t.TempDir(), "journal.jsonl")
	j, err := sync.CreateJournal(name, sync.Header{})
	if err != nil {
		t.Fatal(err)
	}
	for _, status := range []sync.Status{sync.Unprocessed, sync.Updated} {
		if err := j.Append(sync.Result{Row: 7, Status: status}); err != nil {
			t.Fatal(err)
		}
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	record, err := sync.OpenRecord(name)
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
	name := journal(t, 2, 3, 4)
	whole, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for cut := range whole {
		if err := os.WriteFile(name, whole[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		lines := bytes.Count(whole[:cut], []byte("\n"))
		got, err := order(name)
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

func TestDamagedJournal(t *testing.T) {
	header := `{"journal":1,"okrsync":"v1","input":{"path":"","sha256":"","sheet":"","rows":1},"started_at":"2026-01-01T00:00:00Z"}` + "\n"
	for name, content := range map[string]string{
		"no JSON":        header + "{\"row\":2\n{\"row\":3}\n",
		"no row":         header + "{\"item\":\"2\"}\n",
		"zeros":          header + "\x00\x00\x00\n",
		"another format": strings.Replace(header, `"journal":1`, `"journal":99`, 1),
		"no header":      "{\"row\":2}\n",
		"endless line":   header + strings.Repeat("x", 5<<20) + "\n",
	} {
		file := filepath.Join(t.TempDir(), "journal.jsonl")
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := order(file); err == nil || !strings.Contains(err.Error(), "line ") {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

func TestJournalIsNeverOverwritten(t *testing.T) {
	name := journal(t, 2)
	if _, err := sync.CreateJournal(name, sync.Header{}); !errors.Is(err, fs.ErrExist) {
		t.Errorf("got %v", err)
	}
}

func TestJournalIsPrivate(t *testing.T) {
	if runtime.GOOS == "windows" {
		return // permissions there are not these bits
	}
	info, err := os.Stat(journal(t, 2))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
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
	j, err := sync.CreateJournal(filepath.Join(b.TempDir(), "journal.jsonl"), sync.Header{})
	if err != nil {
		b.Fatal(err)
	}
	defer j.Close()
	r := sync.Result{
		Row: 2, Source: "7041234567890123456", Table: "7041234567890123457", Item: "7041234567890123458", Status: sync.Updated,
		Sent: feishu.Fields{Current: "12.5"}, After: feishu.Fields{Current: "12.5"}, Attempts: 1, HTTPStatus: 200, FinishedAt: time.Now(),
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := j.Append(r); err != nil {
			b.Fatal(err)
		}
	}
}
