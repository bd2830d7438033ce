package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"okrsync/feishu"
	"okrsync/sync"
)

func results(rs ...sync.Result) iter.Seq2[sync.Result, error] {
	return func(yield func(sync.Result, error) bool) {
		for _, r := range rs {
			if !yield(r, nil) {
				return
			}
		}
	}
}

func TestCSV(t *testing.T) {
	folder := t.TempDir()
	at := time.Date(2026, 11, 22, 13, 18, 7, 120_000_000, time.UTC)
	err := CSV(folder, "zh", results(
		sync.Result{
			Row: 2, Source: "1", Table: "2", Item: "7041234567890123456", Status: sync.Updated,
			Sent: feishu.Fields{Target: "1200", SupportedUserID: "ou_a"}, After: feishu.Fields{Target: "1200", SupportedUserID: "ou_a"},
			Attempts: 1, HTTPStatus: 200, FinishedAt: at,
		},
		sync.Result{
			Row: 3, Status: sync.Rejected, Code: "number_invalid", LogID: "-1+1", Reason: sync.Text{ZH: "@原因，“a\nb”", EN: "reason"}, Advice: sync.Text{ZH: "=建议", EN: "advice"},
			FinishedAt: at,
		},
	))
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join(folder, CSVName))
	if err != nil {
		t.Fatal(err)
	}
	want := "\uFEFFrow,metric_source_id,metric_table_id,metric_item_id,status,code,reason,advice,changed,before,after,attempts,http_status,log_id,finished_at\r\n" +
		`2,1,2,7041234567890123456,updated,,,,"metric_target_value,supported_user_id",,"{""metric_target_value"":1200,""supported_user_id"":""ou_a""}",1,200,,2026-11-22T13:18:07.120Z` + "\r\n" +
		"3,,,,rejected,number_invalid,\"'@原因，“a\r\nb”\",'=建议,,,,0,,'-1+1,2026-11-22T13:18:07.120Z\r\n"
	if string(got) != want {
		t.Errorf("got\n%q\nwant\n%q", got, want)
	}
}

// TestDefuse holds which texts a spreadsheet would run, and that a CSV reader
// gets them back with an apostrophe and nothing else.
func TestDefuse(t *testing.T) {
	for in, want := range map[string]string{
		"":                 "",
		"plain":            "plain",
		"row 17, =1":       "row 17, =1",
		"=1+1":             "'=1+1",
		"+1":               "'+1",
		"-1":               "'-1",
		"@SUM(1)":          "'@SUM(1)",
		"\t=1":             "'\t'=1",
		"\r=1":             "'\r'=1",
		"\n=1":             "'\n'=1",
		" =1":              "' =1",
		"\u3000=1":         "'\u3000=1",
		"\ufeff=1":         "'\ufeff=1",
		"＝1":               "'＝1",
		"＠SUM":             "'＠SUM",
		"=cmd|'/C calc'!A": "'=cmd|'/C calc'!A",
	} {
		if got := defuse(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func FuzzCSVLine(f *testing.F) {
	f.Add("=1", "a\"b", "x\r\ny")
	f.Fuzz(func(t *testing.T, code, reason, logID string) {
		line, err := readBack(sync.Result{Row: 2, Code: code, Reason: sync.Text{EN: reason}, LogID: logID}, "en")
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		w := csv.NewWriter(&b)
		if err := w.Write(line); err != nil {
			t.Fatal(err)
		}
		w.Flush()
		back, err := csv.NewReader(&b).Read()
		if err != nil || len(back) != len(columns) {
			t.Fatalf("%q came back as %q, %v", line, back, err)
		}
		for _, cell := range back[5:8] {
			if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
				t.Errorf("%q would be run", cell)
			}
		}
	})
}

// TestFailureLeavesNothing shows that a view that cannot be written to its end
// is not there at all.
func TestFailureLeavesNothing(t *testing.T) {
	folder := t.TempDir()
	broken := errors.New("broken")
	err := CSV(folder, "en", func(yield func(sync.Result, error) bool) {
		_ = yield(sync.Result{Row: 2}, nil) && yield(sync.Result{}, broken)
	})
	if !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	wantNothing(t, folder)
	taken := filepath.Join(t.TempDir(), CSVName, "by a folder")
	if err := os.MkdirAll(taken, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := CSV(filepath.Dir(filepath.Dir(taken)), "en", results()); err == nil {
		t.Error("a file was written over a folder")
	}
	if entries, err := os.ReadDir(filepath.Dir(filepath.Dir(taken))); err != nil || len(entries) != 1 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
}

// wantNothing holds that a folder is empty.
func wantNothing(t *testing.T, folder string) {
	t.Helper()
	if entries, err := os.ReadDir(folder); err != nil || len(entries) != 0 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
}

func TestCounts(t *testing.T) {
	counts := NewCounts()
	for range counts.Of(results(sync.Result{Status: sync.Updated}, sync.Result{Status: sync.Failed}, sync.Result{Status: sync.Updated})) {
		continue
	}
	marshalled, err := json.Marshal(counts)
	want := `{"failed":1,"ignored":0,"planned":0,"rejected":0,"unchanged":0,"unprocessed":0,"updated":2}`
	if err != nil || string(marshalled) != want || counts.Total() != 3 {
		t.Errorf("%s, %v, total %d", marshalled, err, counts.Total())
	}
}

func TestSummary(t *testing.T) {
	folder := t.TempDir()
	s := Summary{
		Version: "v1", Input: sync.Input{Path: "a&b.csv", Rows: 2}, Outcome: "done", Counts: NewCounts(), PausedSeconds: 1.5,
		Calls: new(CallsOf(sync.Tally{Calls: map[feishu.Call]int{feishu.CallPatch: 2, feishu.CallToken: 1}})), Files: []string{sync.JournalName},
	}
	if err := s.Check(); err == nil {
		t.Error("two rows without an answer add up")
	}
	s.Counts[sync.Updated] = 2
	if err := s.Check(); err != nil {
		t.Error(err)
	}
	if err := WriteSummary(folder, s); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(filepath.Join(folder, sync.SummaryName))
	if err != nil {
		t.Fatal(err)
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(content, &fields); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"version", "input", "outcome", "exit_code", "counts", "calls", "rate_limited", "retries", "paused_seconds", "notified", "started_at", "finished_at", "files"} {
		if _, ok := fields[name]; !ok {
			t.Errorf("%s is missing", name)
		}
	}
	if got := compact(t, fields["calls"]); got != `{"token":1,"list":0,"get":0,"patch":2,"batch_update":0}` {
		t.Errorf("calls %s", got)
	}
	if !slices.Contains(strings.Fields(string(content)), `"a&b.csv",`) {
		t.Errorf("the path is escaped: %s", content)
	}
	if info, err := os.Stat(filepath.Join(folder, sync.SummaryName)); err != nil || info.Mode().Perm()&0o077 != 0 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

func compact(t *testing.T, m json.RawMessage) string {
	t.Helper()
	var b bytes.Buffer
	if err := json.Compact(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func BenchmarkCSV(b *testing.B) {
	r := sync.Result{
		Row: 2, Source: "7041234567890123456", Table: "7041234567890123457", Item: "7041234567890123458", Status: sync.Updated,
		Sent: feishu.Fields{Current: "12.5"}, After: feishu.Fields{Current: "12.5"}, Attempts: 1, HTTPStatus: 200, FinishedAt: time.Now(),
	}
	var l csvLine
	b.ReportAllocs()
	for b.Loop() {
		l.begin()
		if err := l.result(&r, "zh"); err != nil {
			b.Fatal(err)
		}
		l.end()
	}
}
