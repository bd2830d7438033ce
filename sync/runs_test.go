package sync

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"okrsync/feishu"
)

// leave leaves a run in the folder out, with results for some rows, and returns its folder.
func leave(t *testing.T, out, name string, h Header, ended bool, results ...Result) string {
	t.Helper()
	folder := filepath.Join(out, name)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	j, err := CreateJournal(folder, h)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range results {
		err = errors.Join(err, j.Append(r))
	}
	if err := errors.Join(err, j.rows.close(), j.calls.close()); err != nil {
		t.Fatal(err)
	}
	if ended {
		if err := os.WriteFile(filepath.Join(folder, SummaryName), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// TestUnfinished shows which run is continued: the newest of the same content, if it has
// not ended.
func TestUnfinished(t *testing.T) {
	header := func(hash string, second int) Header {
		return Header{Input: Input{SHA256: hash, Rows: 1}, StartedAt: at(second * 1000)}
	}
	done := Result{Row: 2, Status: Updated, Attempts: 1}
	tests := map[string]struct {
		runs func(out string)
		want string
	}{
		"none":                  {func(string) {}, ""},
		"one":                   {func(out string) { leave(t, out, "a", header("1", 0), false) }, "a"},
		"another's":             {func(out string) { leave(t, out, "a", header("2", 0), false) }, ""},
		"one that ended":        {func(out string) { leave(t, out, "a", header("1", 0), true, done) }, ""},
		"one without its files": {func(out string) { leave(t, out, "a", header("1", 0), false, done) }, "a"},
		"one without its rows":  {func(out string) { leave(t, out, "a", header("1", 0), true) }, "a"},
		"one that failed": {func(out string) {
			leave(t, out, "a", header("1", 0), true, Result{Row: 2, Status: Failed, Class: feishu.ClassRow})
		}, ""},
		"one that was in trouble": {func(out string) {
			leave(t, out, "a", header("1", 0), true, Result{Row: 2, Status: Failed, Class: feishu.ClassTransient})
		}, "a"},
		"the newest": {func(out string) {
			leave(t, out, "a", header("1", 5), false)
			leave(t, out, "b", header("1", 9), false)
			leave(t, out, "c", header("1", 7), false)
		}, "b"},
		"a newer one that ended": {func(out string) {
			leave(t, out, "a", header("1", 5), false)
			leave(t, out, "b", header("1", 9), true, done)
		}, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "out")
			test.runs(out)
			r, err := ReadRuns(out).Unfinished(header("1", 100))
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			if r != nil {
				got = filepath.Base(r.Folder)
				defer r.Close()
			}
			if got != test.want {
				t.Errorf("%q, want %q", got, test.want)
			}
		})
	}
}

// TestWrittenByOthers shows what takes back that a row is done: a later write of its item
// by another run of the account, be it that nobody knows whether it arrived.
func TestWrittenByOthers(t *testing.T) {
	item := Result{Row: 2, Source: "1", Table: "2", Item: "7", Attempts: 1}
	with := func(status Status, ms int) Result {
		r := item
		r.Status, r.FinishedAt = status, at(ms)
		return r
	}
	other := with(Updated, 20)
	other.Item = "8"
	for name, test := range map[string]struct {
		other   Result
		account string
		done    bool
	}{
		"later":              {other: with(Updated, 20)},
		"perhaps later":      {other: with(Unprocessed, 20)},
		"before":             {other: with(Updated, 5), done: true},
		"not sent":           {other: with(Rejected, 20), done: true},
		"another item":       {other: other, done: true},
		"by another account": {other: with(Updated, 20), account: "https://b", done: true},
	} {
		out := filepath.Join(t.TempDir(), "out")
		same := Header{Input: Input{SHA256: "1", Rows: 2}, StartedAt: at(0)}
		leave(t, out, "a", same, false, with(Updated, 10))
		leave(t, out, "b", Header{Input: Input{SHA256: "2", Rows: 1}, StartedAt: at(1), Account: Account{BaseURL: test.account}}, false, test.other)
		r, err := ReadRuns(out).Unfinished(same)
		if err != nil || r == nil {
			t.Fatal(r, err)
		}
		if _, done := r.done(2); done != test.done {
			t.Errorf("%s: done is %v", name, done)
		}
		r.Close()
	}
}

// TestRecentOfOthers shows that the calls of another account do not count.
func TestRecentOfOthers(t *testing.T) {
	folder := killed(t)
	runs := ReadRuns(filepath.Dir(folder))
	if past := runs.Recent(Account{AppID: "another"}, Shard{}, time.Now().Add(-time.Hour)); len(past.answers) != 0 {
		t.Errorf("%+v", past)
	}
}

// TestUnreadable shows which journals are told of: those that cannot be read, of an input
// of the same name.
func TestUnreadable(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	leave(t, out, "20261125T080000Z-a.csv", Header{}, false)
	for _, name := range []string{"20261125T080001Z-a.csv", "20261125T080002Z-b.csv", "20261125T080003Z-a.csv-2"} {
		folder := leave(t, out, name, Header{}, false)
		if err := os.Truncate(filepath.Join(folder, JournalName), 30); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	for name, err := range ReadRuns(out).Unreadable("in/a.csv") {
		got = append(got, filepath.Base(filepath.Dir(name)))
		if !errors.Is(err, errDamaged) {
			t.Error(err)
		}
	}
	if want := "20261125T080001Z-a.csv 20261125T080003Z-a.csv-2"; strings.Join(got, " ") != want {
		t.Errorf("%q, want %s", got, want)
	}
}
