package sync

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"okrsync/feishu"
)

// killed leaves the folder of a run whose process died: row 2 is done, row 3 was on its
// way, of row 4 nothing is known.
func killed(t *testing.T) string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "out", "run")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	j, err := CreateJournal(folder, Header{Input: Input{Rows: 3}})
	if err != nil {
		t.Fatal(err)
	}
	sending := func(row int) Attempt {
		return Attempt{Call: feishu.CallPatch, At: at(0), Rows: []Result{{Row: row, Item: "7", Sent: feishu.Fields{Current: "5"}, Attempts: 1}}}
	}
	done := Result{Row: 2, Status: Updated, Sent: feishu.Fields{Current: "5"}, Attempts: 1, FinishedAt: at(10)}
	if err := errors.Join(j.Sending(sending(2)), j.Append(done), j.Sending(sending(3)), j.rows.close(), j.calls.close()); err != nil {
		t.Fatal(err)
	}
	return folder
}

// known says what the record of a run knows of rows 2, 3 and 4.
func known(t *testing.T, folder string) string {
	t.Helper()
	r, err := OpenRecord(folder)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var rows []string
	for row := 2; row <= 4; row++ {
		status, done := r.done(row)
		sent, unsure := r.earlier(row)
		switch {
		case done:
			rows = append(rows, string(status))
		case !sent.Sent.Empty():
			rows = append(rows, "sent")
		case unsure:
			rows = append(rows, "unsure")
		default:
			rows = append(rows, "new")
		}
	}
	return strings.Join(rows, " · ")
}

// TestInFlight tells of a row that was on its way when the process died what its call
// carried, and when it went out: what all rows of a note have in common is noted once.
func TestInFlight(t *testing.T) {
	folder := killed(t)
	note, err := os.ReadFile(callsOf(folder))
	if err != nil || bytes.Contains(note, []byte("finished_at")) {
		t.Errorf("%s, %v", note, err)
	}
	r, err := OpenRecord(folder)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for got, err := range r.ResultsBehind(2) {
		if err != nil || got.Row != 3 || got.Status != Unprocessed || got.Code != string(InFlight) || got.Sent.Current != "5" || !got.FinishedAt.Equal(at(0)) {
			t.Errorf("%+v, %v", got, err)
		}
	}
}

// TestWhatIsKnown damages the files of a run that was killed: a row is taken for one that
// was never sent only if that is certain.
func TestWhatIsKnown(t *testing.T) {
	flip := func(name string, at int) error {
		content, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		content[at] ^= 1
		return os.WriteFile(name, content, 0o600)
	}
	cut := func(name string, n int64) error {
		info, err := os.Stat(name)
		if err != nil {
			return err
		}
		return os.Truncate(name, info.Size()-n)
	}
	tests := map[string]struct {
		harm func(journal, notes string) error
		want string
	}{
		"as it was":      {func(string, string) error { return nil }, "updated · sent · new"},
		"a torn note":    {func(_, notes string) error { return cut(notes, 3) }, "updated · new · new"}, // and so its call did not go out
		"a damaged note": {func(_, notes string) error { return flip(notes, 20) }, "updated · sent · unsure"},
		"no notes":       {func(_, notes string) error { return os.Remove(notes) }, "updated · unsure · unsure"},
		"empty notes":    {func(_, notes string) error { return os.Truncate(notes, 0) }, "updated · new · new"}, // as long after a run has ended
		"a torn result":  {func(journal, _ string) error { return cut(journal, 3) }, "sent · sent · new"},
		"a damaged header of a result": {func(journal, _ string) error {
			content, err := os.ReadFile(journal)
			if err != nil {
				return err
			}
			return flip(journal, strings.Index(string(content), `{"row":`)+8)
		}, "sent · sent · unsure"},
		"a line begun": {func(journal, _ string) error { return cut(journal, -1) }, "updated · sent · new"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			folder := killed(t)
			if err := test.harm(filepath.Join(folder, JournalName), callsOf(folder)); err != nil {
				t.Fatal(err)
			}
			if got := known(t, folder); got != test.want {
				t.Errorf("%s, want %s", got, test.want)
			}
			continued(t, folder)
			if got := known(t, folder); got != test.want {
				t.Errorf("after another process: %s, want %s", got, test.want)
			}
		})
	}
}

// continued opens a run to go on with it, and dies.
func continued(t *testing.T, folder string) {
	t.Helper()
	r, err := OpenRecord(folder)
	if err != nil {
		t.Fatal(err)
	}
	j, err := ContinueJournal(r)
	if err := errors.Join(err, r.Close()); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(j.rows.close(), j.calls.close()); err != nil {
		t.Fatal(err)
	}
}

// TestContinuingTidiesUp shows that a run that goes on has no summary, no ends of lines
// that were cut off, and nothing of files that were being written.
func TestContinuingTidiesUp(t *testing.T) {
	folder := killed(t)
	journal, notes := filepath.Join(folder, JournalName), callsOf(folder)
	whole, err := os.ReadFile(journal)
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{
		filepath.Join(folder, SummaryName):                  "{}",
		filepath.Join(folder, temporary+"result.csv-1"):     "half",
		filepath.Join(filepath.Dir(notes), temporary+"x-1"): "half",
		filepath.Join(folder, "result.csv"):                 "of the part before",
		journal:                                             string(whole) + `{"row":`,
	} {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	continued(t, folder)
	for _, name := range []string{filepath.Join(folder, SummaryName), filepath.Join(folder, temporary+"result.csv-1"), filepath.Join(filepath.Dir(notes), temporary+"x-1")} {
		if _, err := os.Stat(name); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s is there: %v", name, err)
		}
	}
	if _, err := os.Stat(filepath.Join(folder, "result.csv")); err != nil {
		t.Error(err)
	}
	if now, err := os.ReadFile(journal); err != nil || string(now) != string(whole) {
		t.Errorf("the journal is %q, %v", now, err)
	}
}

// TestSame varies what a run is made of: only its name and its beginning do not matter.
func TestSame(t *testing.T) {
	header := Header{
		Input:   Input{Path: "a.csv", SHA256: "1", Sheet: "s", Rows: 3, Encoding: "utf-8", Delimiter: ","},
		Account: Account{BaseURL: "https://a", AppID: "cli_a"}, Source: "1", Table: "2", Settings: map[string]string{"x": "1"},
		StartedAt: at(0), Version: "v1",
	}
	for name, change := range map[string]func(*Header){
		"nothing":   func(*Header) {},
		"path":      func(h *Header) { h.Input.Path = "b.csv" },
		"start":     func(h *Header) { h.StartedAt = at(5) },
		"version":   func(h *Header) { h.Version = "v2" },
		"!content":  func(h *Header) { h.Input.SHA256 = "2" },
		"!sheet":    func(h *Header) { h.Input.Sheet = "t" },
		"!rows":     func(h *Header) { h.Input.Rows = 4 },
		"!encoding": func(h *Header) { h.Input.Encoding = "gbk" },
		"!comma":    func(h *Header) { h.Input.Delimiter = ";" },
		"!address":  func(h *Header) { h.Account.BaseURL = "https://b" },
		"!app":      func(h *Header) { h.Account.AppID = "cli_b" },
		"!source":   func(h *Header) { h.Source = "9" },
		"!table":    func(h *Header) { h.Table = "9" },
		"!settings": func(h *Header) { h.Settings = map[string]string{"x": "2"} },
	} {
		other := header
		change(&other)
		if got := header.Same(other); got == strings.HasPrefix(name, "!") {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// TestOutgrow shows that notes are emptied long after their run, unless rows were left.
func TestOutgrow(t *testing.T) {
	for _, ended := range []bool{false, true} {
		folder := killed(t)
		if ended {
			past := newPast()
			past.answered(feishu.CallPatch, 2, at(0))
			if err := forget(folder, past); err != nil {
				t.Fatal(err)
			}
		}
		before := ReadRuns(filepath.Dir(folder)).Recent(Account{}, Shard{}, time.Now().Add(-time.Hour))
		long := time.Now().Add(-48 * time.Hour)
		if err := os.Chtimes(callsOf(folder), long, long); err != nil {
			t.Fatal(err)
		}
		after := ReadRuns(filepath.Dir(folder)).Recent(Account{}, Shard{}, time.Now().Add(-time.Hour))
		if len(before.answers) != 1 || len(after.answers) != 0 {
			t.Errorf("%+v, then %+v", before, after)
		}
		if info, err := os.Stat(callsOf(folder)); err != nil || (info.Size() == 0) != ended {
			t.Errorf("ended %v: %d bytes, %v", ended, info.Size(), err)
		}
	}
}

// TestOutdatedAndSent shows that a row that counted as done, was taken back since another
// run wrote its item, and was then on its way, is one that was on its way.
func TestOutdatedAndSent(t *testing.T) {
	folder := killed(t)
	r, err := OpenRecord(folder)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.outdate(map[string]time.Time{Result{}.key(): at(20)}); err != nil {
		t.Fatal(err)
	}
	earlier, _ := r.earlier(2)
	if _, done := r.done(2); done || earlier.Attempts != 1 {
		t.Errorf("%+v, done %v", earlier, done)
	}
	j, err := ContinueJournal(r)
	if err != nil {
		t.Fatal(err)
	}
	again := step{result: Result{Row: 2}.following(earlier), fields: feishu.Fields{Current: "5"}}
	if err := errors.Join(j.Sending(Attempt{Call: feishu.CallPatch, Rows: []Result{again.flying()}}), j.rows.close(), j.calls.close(), r.Close()); err != nil {
		t.Fatal(err)
	}
	if got := known(t, folder); got != "sent · sent · new" {
		t.Error(got)
	}
}

// TestLostNotesStayLost shows that notes that are gone are not forgotten to be, when a
// run that nobody is sure of ends before its last row.
func TestLostNotesStayLost(t *testing.T) {
	folder := killed(t)
	if err := os.Remove(callsOf(folder)); err != nil {
		t.Fatal(err)
	}
	r, err := OpenRecord(folder)
	if err != nil {
		t.Fatal(err)
	}
	j, err := ContinueJournal(r)
	if err := errors.Join(err, r.Close()); err != nil {
		t.Fatal(err)
	}
	if err := j.Close(NewPacer(nil, 0)); err != nil {
		t.Fatal(err)
	}
	if got := known(t, folder); got != "updated · unsure · unsure" {
		t.Error(got)
	}
}
