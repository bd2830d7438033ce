package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"okrsync/feishu"
	"okrsync/sync"
)

// finished is a run with a row to mend.
func finished() Message {
	return Message{
		Summary: Summary{Input: sync.Input{Path: "in/q3.xlsx", Rows: 12}, ExitCode: 3, Counts: Counts{sync.Updated: 8, sync.Unchanged: 2, sync.Failed: 2}},
		Folder:  "okrsync-out/20261125T031404Z-q3.xlsx", Host: "job-7",
		ToMend: []sync.Result{{
			Row: 17, Item: "7100000000000000001", Status: sync.Failed,
			Reason: sync.Text{ZH: "第 17 行，飞书中没有这个指标项", EN: "row 17, Feishu has no such metric item"}, Advice: sync.Text{ZH: "核对指标项 ID", EN: "check the id"},
		}},
	}
}

func TestMessage(t *testing.T) {
	for lang, want := range map[string]feishu.Card{
		"zh": {Title: "okrsync：q3.xlsx", Color: feishu.Orange, Parts: []string{
			"12 行中有 2 行没有写入飞书，需要修改\n已更新 8，无变化 2，失败 2\n接下来：按各行的建议修改，然后再运行一次：已完成的行不会重复发送",
			"第 17 行（7100000000000000001）：飞书中没有这个指标项\n→ 核对指标项 ID\n另有 1 行，见结果文件",
			"文件：in/q3.xlsx\n结果文件夹：okrsync-out/20261125T031404Z-q3.xlsx\n主机：job-7",
		}},
		"en": {Title: "okrsync: q3.xlsx", Color: feishu.Orange, Parts: []string{
			"2 of 12 rows did not reach Feishu and must be mended\nupdated 8, unchanged 2, failed 2\nnext: mend these rows as each of them advises, then run it again: rows that are done are not sent twice",
			"row 17 (7100000000000000001): Feishu has no such metric item\n→ check the id\nand 1 more: see the result files",
			"file: in/q3.xlsx\nresults: okrsync-out/20261125T031404Z-q3.xlsx\nhost: job-7",
		}},
	} {
		got := finished().Card(lang)
		if got.Title != want.Title || got.Color != want.Color || !slices.Equal(got.Parts, want.Parts) {
			t.Errorf("%s:\n%q\nwant\n%q", lang, got, want)
		}
	}
}

// TestMessageOfAnEarlyEnd shows what is said first and in which colour, by how the run
// ended.
func TestMessageOfAnEarlyEnd(t *testing.T) {
	stop := &Stop{Reason: sync.Text{EN: "the month's calls are used up"}, Advice: sync.Text{EN: "next month"}}
	for name, test := range map[string]struct {
		summary Summary
		color   feishu.Color
		part    string
	}{
		"all done":        {Summary{Input: sync.Input{Rows: 2}, Counts: Counts{sync.Updated: 2}}, feishu.Green, "All 2 rows are done\nupdated 2\nnext: nothing to do"},
		"no rows":         {Summary{Counts: NewCounts()}, feishu.Green, "The file has no rows of data\nnext: nothing to do"},
		"refused":         {Summary{ExitCode: 4, Stop: stop, Counts: NewCounts()}, feishu.Red, "reason: the month's calls are used up\nnext: next month"},
		"stopped":         {Summary{ExitCode: 6, Stop: stop, Input: sync.Input{Rows: 2}, Counts: Counts{sync.Updated: 1, sync.Unprocessed: 1}}, feishu.Red, "Not finished: 1 of 2 rows was not processed\nupdated 1, unprocessed 1\nreason: the month's calls are used up\nnext: next month"},
		"answers missing": {Summary{ExitCode: 1, Input: sync.Input{Rows: 2}, Counts: Counts{sync.Updated: 1}}, feishu.Red, "Not finished: 1 of 2 rows was not processed\nupdated 1\nnext: run the same file again: it goes on where it stopped, and rows that are done are not sent twice"},
	} {
		card := Message{Summary: test.summary}.Card("en")
		if card.Color != test.color || card.Parts[0] != test.part {
			t.Errorf("%s: %s %q", name, card.Color, card.Parts[0])
		}
	}
}

// TestHostileMessage has every text of the sheet's or the machine's try to do something
// in the group, and be as long as it can.
func TestHostileMessage(t *testing.T) {
	hostile := "<at id=all></at> @all https://evil.example [x](http://evil.example)\r\n# \u202e\u200b\x00\x1b[31m\xff"
	for _, filler := range []string{"x", "表", "\U0001F600", `\`, `"`, "\u2028", "<"} {
		text := sync.Text{ZH: hostile + strings.Repeat(filler, 50_000)}
		m := Message{
			Summary: Summary{
				Input: sync.Input{Path: text.ZH, Rows: 100}, ExitCode: 3, Counts: Counts{sync.Rejected: 1 << 40, sync.Updated: 1 << 40},
				Stop: &Stop{Reason: text, Advice: text},
			},
			Folder: text.ZH, Host: text.ZH,
		}
		for i := range 9 {
			m.ToMend = append(m.ToMend, sync.Result{Row: 1 << 40 * i, Item: text.ZH, Status: sync.Rejected, Reason: text, Advice: text})
		}
		card := m.Card("zh")
		if body, err := json.Marshal(card); err != nil || len(body) > 19_000 {
			t.Errorf("%q: %d bytes, %v", filler, len(body), err)
		}
		if !strings.HasPrefix(card.Title, "okrsync：") || len(card.Parts) != 3 {
			t.Errorf("%q: %q", filler, card.Title)
		}
		for _, part := range append(card.Parts, card.Title) {
			if !utf8.ValidString(part) || strings.ContainsAny(part, "<>@\r\x00\x1b\u202e\u200b\u2028") || strings.Contains(part, "://") {
				t.Errorf("%q: %q", filler, part)
			}
			if lines := strings.Count(part, "\n"); lines > 11 {
				t.Errorf("%q: %d lines", filler, lines)
			}
		}
	}
}

func TestToMend(t *testing.T) {
	var all []sync.Result
	for row := 2; row < 40; row++ {
		status := sync.Updated
		if row%3 == 0 {
			status = sync.Failed
		}
		all = append(all, sync.Result{Row: row, Status: status})
	}
	first, err := ToMend(results(all...))
	if got := fmt.Sprint(len(first), first[0].Row, first[4].Row); got != "5 3 15" || err != nil {
		t.Errorf("%s, %v", got, err)
	}
	broken := errors.New("broken")
	_, err = ToMend(func(yield func(sync.Result, error) bool) { yield(sync.Result{}, broken) })
	if !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
}
