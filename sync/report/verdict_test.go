package report

import (
	"strings"
	"testing"

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
