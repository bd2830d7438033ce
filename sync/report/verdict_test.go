package report

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"okrsync/feishu"
	"okrsync/sync"
)

// TestVerdict holds what a run comes to in a sentence, and what to do: never nothing,
// unless there is nothing to do.
func TestVerdict(t *testing.T) {
	stop := &Stop{Reason: sync.Text{ZH: "没有表", EN: "no table"}}
	advised := &Stop{Reason: sync.Text{ZH: "额度", EN: "quota"}, Advice: sync.Text{ZH: "等", EN: "wait"}}
	for name, test := range map[string]struct {
		s             Summary
		verdict, todo string
	}{
		"done":           {summary(0, "done", nil, 2, sync.Updated, sync.Unchanged), "All 2 rows are done", "nothing to do"},
		"one":            {summary(0, "done", nil, 1, sync.Updated), "The row is done", "nothing to do"},
		"empty":          {summary(0, "done", nil, 0), "The file has no rows of data", "nothing to do"},
		"ignored":        {summary(0, "done", nil, 2, sync.Ignored, sync.Ignored), "All 2 rows are ignored: nothing to update", "nothing to do"},
		"to mend":        {summary(3, "rows_to_mend", nil, 2, sync.Updated, sync.Rejected), "1 of 2 rows did not reach Feishu and must be mended", "mend these rows"},
		"trouble":        {summary(7, "trouble", nil, 2, sync.Updated, sync.Failed), "1 of 2 rows did not reach Feishu", "run the same file again"},
		"dropped":        {dropped(summary(3, "rows_to_mend", nil, 2, sync.Updated, sync.Rejected)), "1 of 2 rows did not reach Feishu and must be mended", "put the file into /inbox again"},
		"dropped, cut":   {dropped(summary(143, "terminated", nil, 2, sync.Updated, sync.Unprocessed)), "Not finished: 1 of 2 rows was not processed", "nothing if the file is still in /inbox"},
		"guarded":        {dropped(summary(10, "guard", &Stop{Code: "guarded", Advice: sync.Text{ZH: "看", EN: "look"}}, 1, sync.Unprocessed)), "Not finished: 1 of 1 row was not processed", "have whoever runs okrsync look"},
		"cut short":      {summary(143, "terminated", nil, 2, sync.Updated, sync.Unprocessed), "Not finished: 1 of 2 rows was not processed", "run the same file again"},
		"cut short, two": {summary(130, "interrupted", nil, 4, sync.Rejected, sync.Unprocessed, sync.Unprocessed, sync.Updated), "Not finished: of 4 rows, 2 were not processed and 1 must be mended", "run the same file again"},
		"quota":          {summary(6, "quota", advised, 1, sync.Unprocessed), "Not finished: 1 of 1 row was not processed", "wait"},
		"refused":        {summary(2, "usage", stop, 0), "no table", "see to the reason, then run it again"},
		"killed":         {summary(137, "killed", nil, 3, sync.Updated), "Not finished: 2 of 3 rows were not processed", "run the same file again"},
		"checked":        {summary(0, "done", nil, 2, sync.Planned, sync.Planned), "All 2 rows are ready to be sent", "send the file with okrsync sync; nothing has been sent yet"},
		"checked, wrong": {summary(3, "rows_to_mend", nil, 2, sync.Planned, sync.Rejected), "1 of 2 rows must be mended; the others are ready to be sent", "nothing has been sent yet"},
	} {
		verdict, todo := test.s.Verdict(), test.s.Todo()
		if verdict.EN != test.verdict || !strings.Contains(todo.EN, test.todo) || verdict.ZH == "" || todo.ZH == "" {
			t.Errorf("%s: %q, %q", name, verdict.EN, todo.EN)
		}
	}
}

// summary is that of a run whose rows ended so.
func summary(code int, outcome string, stop *Stop, rows int, ended ...sync.Status) Summary {
	s := Summary{Input: sync.Input{Rows: rows}, ExitCode: code, Outcome: outcome, Stop: stop, Counts: NewCounts()}
	for _, status := range ended {
		s.Counts[status]++
	}
	return s
}

// TestCardColor holds that a card is only green when nothing is left to do, and orange
// when all that is left is to mend rows.
func TestCardColor(t *testing.T) {
	for want, all := range map[feishu.Color][]Summary{
		feishu.Green:  {summary(0, "done", nil, 1, sync.Updated)},
		feishu.Orange: {summary(3, "rows_to_mend", nil, 2, sync.Updated, sync.Rejected), summary(3, "rows_to_mend", nil, 1, sync.Failed)},
		feishu.Red: {
			summary(7, "trouble", nil, 2, sync.Updated, sync.Failed), summary(143, "terminated", nil, 2, sync.Rejected, sync.Unprocessed),
			summary(137, "killed", nil, 2, sync.Updated), summary(2, "usage", &Stop{}, 0),
		},
	} {
		for _, s := range all {
			if got := (Message{Summary: s}).color(); got != want {
				t.Errorf("%s: %s, want %s", s.Outcome, got, want)
			}
		}
	}
}

// TestPageHead holds what the page lets a browser do, and that failed rows are to be mended
// as rejected ones are.
func TestPageHead(t *testing.T) {
	folder := t.TempDir()
	if err := HTML(folder, "en", summary(3, "rows_to_mend", nil, 3, sync.Updated, sync.Rejected, sync.Failed), results()); err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(filepath.Join(folder, HTMLName))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"default-src 'none'; script-src 'sha256-", "base-uri 'none'; form-action 'none'", `data-filter="mend"`} {
		if !strings.Contains(string(page), want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if _, rest, _ := strings.Cut(string(page), `data-filter="mend"`); !strings.Contains(rest[:min(len(rest), 300)], "<b>2</b>") {
		t.Errorf("%.300s", rest)
	}
}

// dropped is a run of a file that came from a drop folder.
func dropped(s Summary) Summary {
	s.Inbox = "/inbox"
	return s
}
