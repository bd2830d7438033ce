package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"okrsync/feishu"
	"okrsync/sync"
)

// pageOf writes a page and returns it.
func pageOf(t *testing.T, lang string, s Summary, rs ...sync.Result) string {
	t.Helper()
	folder := t.TempDir()
	if err := HTML(folder, lang, s, results(rs...)); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(filepath.Join(folder, HTMLName))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

var dataElement = regexp.MustCompile(`(?s)<script type="application/json" id="data">(.*?)</script>`)

// listed are the rows in the data of a page.
func listed(t *testing.T, page string) []line {
	t.Helper()
	var lines []line
	found := dataElement.FindStringSubmatch(page)
	if found == nil {
		t.Fatal("the page has no data")
	}
	if err := json.Unmarshal([]byte(found[1]), &lines); err != nil {
		t.Fatal(err)
	}
	return lines
}

// summaryOf is the summary of a run with the results.
func summaryOf(rs ...sync.Result) Summary {
	s := Summary{
		Version: "v1", Input: sync.Input{Path: "指标.xlsx", Sheet: "Q3", SHA256: "ab12", Rows: len(rs)},
		Counts: NewCounts(), Calls: new(Calls{Patch: 1234}), Outcome: "rows_to_mend", ExitCode: 3,
		StartedAt: dawn, FinishedAt: dawn.Add(90e9), Files: []string{sync.JournalName, CSVName, HTMLName},
		Notices: []Notice{{Code: "filter", Text: sync.Text{ZH: "有筛选", EN: "there is a filter"}}},
	}
	for _, r := range rs {
		s.Counts[r.Status]++
	}
	return s
}

func someOfEach() []sync.Result {
	var rs []sync.Result
	for i, status := range sync.Statuses {
		rs = append(rs, sync.Result{
			Row: i + 2, Source: "1", Table: "2", Item: fmt.Sprint("710000000000000000", i), Status: status, FinishedAt: dawn,
			Reason: sync.Text{ZH: fmt.Sprint("原因", i), EN: fmt.Sprint("reason ", i)}, Code: fmt.Sprint("code", i),
			Advice: sync.Text{ZH: fmt.Sprint("建议", i), EN: fmt.Sprint("advice ", i)}, LogID: fmt.Sprint("log", i), Attempts: i, HTTPStatus: 200,
			Sent: feishu.Fields{Current: json.Number(fmt.Sprint("0.3000000000000000", i))}, Before: feishu.Fields{Current: "1e-400"},
		})
	}
	return rs
}

// TestHTML shows that the page has every row, in the journal's own digits, every word in
// both languages, and all that is known of the run.
func TestHTML(t *testing.T) {
	rs := someOfEach()
	page := pageOf(t, "zh", summaryOf(rs...), rs...)
	for i, l := range listed(t, page) {
		r := rs[i]
		want := line{
			Row: r.Row, Source: "1", Table: "2", Item: r.Item, Status: r.Status, Code: r.Code, Reason: r.Reason, Advice: r.Advice,
			Changes:  []change{{Field: 2, Before: "1e-400", After: string(r.Sent.Current)}},
			Attempts: r.Attempts, HTTP: 200, LogID: r.LogID, At: dawn,
		}
		if got, want := fmt.Sprint(l), fmt.Sprint(want); got != want {
			t.Errorf("got %s\nwant %s", got, want)
		}
	}
	summary := summaryOf(rs...)
	words := []sync.Text{summary.Verdict(), summary.Todo(), {ZH: "有筛选", EN: "there is a filter"}}
	for _, status := range sync.Statuses {
		words = append(words, status.Words())
	}
	for _, w := range words {
		for _, element := range []string{`<span class="zh" lang="zh-CN">` + w.ZH, `<span class="en" lang="en">` + w.EN} {
			if !strings.Contains(page, element) {
				t.Errorf("the page lacks %s", element)
			}
		}
	}
	for _, fact := range []string{`<html lang="zh-CN">`, "指标.xlsx", "Q3", "ab12", "1234: 0 token", "1 分 30 秒", "1 min 30 s", "3 (rows_to_mend)", "v1", "result.csv", `id="row"`} {
		if !strings.Contains(page, fact) {
			t.Errorf("the page lacks %s", fact)
		}
	}
	if again := pageOf(t, "zh", summaryOf(rs...), rs...); again != page {
		t.Error("another page of the same run")
	}
	if english := pageOf(t, "en", summaryOf(rs...), rs...); !strings.Contains(english, `<html lang="en">`) {
		t.Error("an English page is not English")
	}
}

// TestHTMLIsSmall holds how large the page is without its rows.
func TestHTMLIsSmall(t *testing.T) {
	if n := len(pageOf(t, "zh", summaryOf())); n > 60_000 {
		t.Errorf("%d bytes", n)
	}
}

// TestHTMLWithoutScript shows that the rows to mend stand in the page itself, the first
// hundred of them.
func TestHTMLWithoutScript(t *testing.T) {
	var rs []sync.Result
	for i := range 250 {
		rs = append(rs, sync.Result{Row: i + 2, Status: []sync.Status{sync.Updated, sync.Rejected}[i%2], LogID: fmt.Sprint("trace", i), Reason: sync.Text{ZH: "为何", EN: "why"}})
	}
	page := pageOf(t, "en", summaryOf(rs...), rs...)
	paper := page[strings.Index(page, `<div id="paper">`):strings.Index(page, `aria-labelledby="facts"`)]
	if n := strings.Count(paper, `<tr class="line"`); n != 100 || !strings.Contains(paper, "25 more to be mended: see result.csv") || !strings.Contains(paper, "trace1<") || strings.Contains(paper, "trace201<") {
		t.Errorf("%d rows", n)
	}
}

// TestHTMLIsBounded gives the page more rows than it lists: those to mend are there, and
// it says how many others are not.
func TestHTMLIsBounded(t *testing.T) {
	const rows = mostOnPage + 500
	s := summaryOf()
	s.Input.Rows = rows
	s.Counts[sync.Updated], s.Counts[sync.Failed], s.Counts[sync.Unprocessed] = rows-20, 10, 10
	folder := t.TempDir()
	err := HTML(folder, "en", s, func(yield func(sync.Result, error) bool) {
		for i := range rows - 5 { // five have no line
			status := sync.Updated
			switch {
			case i >= rows-20:
				status = sync.Failed
			case i >= rows-25:
				status = sync.Unprocessed
			}
			if !yield(sync.Result{Row: i + 2, Status: status}, nil) {
				return
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(filepath.Join(folder, HTMLName))
	if err != nil {
		t.Fatal(err)
	}
	counts := map[sync.Status]int{}
	for _, l := range listed(t, string(content)) {
		counts[l.Status]++
	}
	if counts[sync.Failed] != 15 || counts[sync.Unprocessed] != 5 || counts[sync.Updated] != mostOnPage-20 {
		t.Errorf("%v", counts)
	}
	for _, sentence := range []string{"This page lists 100,000 rows", "495 more stand in result.csv only", "5 rows had not been reached"} {
		if !strings.Contains(string(content), sentence) {
			t.Errorf("the page does not say: %s", sentence)
		}
	}
}

// TestHTMLOfEndings shows what the page says of runs that did not go as they should.
func TestHTMLOfEndings(t *testing.T) {
	stopped, killed, empty, fine := summaryOf(), summaryOf(), summaryOf(), summaryOf(sync.Result{Status: sync.Unchanged})
	stopped.Stop = &Stop{Code: "max_calls", Reason: sync.Text{ZH: "用完", EN: "used up"}, Advice: sync.Text{ZH: "调大", EN: "raise it"}}
	stopped.Timeline = &History{From: dawn, StepSeconds: 1, Calls: []int{3, 0, 9}, PausesLeftOut: 2, Pauses: []Rest{{At: dawn.Add(2e9), Seconds: 60, Code: "99991400"}}}
	killed.Calls, killed.Input.Rows = nil, 7
	killed.RowsBefore, killed.ResumedAt = 3, dawn.Add(80e9)
	for name, c := range map[string]struct {
		s    Summary
		want []string
	}{
		"stopped": {stopped, []string{`"verdict stopped"`, "used up", "raise it", "12 calls in 1 min 30 s; each bar is 1 s, the highest 9", "pause of 1 min after 2 s", "and 2 shorter pauses", `class="hatch"`}},
		"killed":  {killed, []string{`"verdict stopped"`, "7 rows had not been reached", "not known", "Rows done before", "10 s"}},
		"empty":   {empty, []string{`"verdict good"`, "The file has no rows of data", "No call went out"}},
		"fine":    {fine, []string{`"verdict good"`, "The row is done", "100%"}},
	} {
		t.Run(name, func(t *testing.T) {
			page := pageOf(t, "en", c.s)
			for _, want := range c.want {
				if !strings.Contains(page, want) {
					t.Errorf("the page lacks %s", want)
				}
			}
		})
	}
}

// TestHTMLStyleAndScript shows that the page allows its own style and script and nothing
// else, as they stand in it.
func TestHTMLStyleAndScript(t *testing.T) {
	page := strings.ReplaceAll(pageOf(t, "en", summaryOf()), "&#43;", "+")
	for element, directive := range map[string]string{"style": "style-src", "script": "script-src"} {
		found := regexp.MustCompile(`(?s)<`+element+`>(.*?)</`+element+`>`).FindAllStringSubmatch(page, -1)
		if len(found) != 1 || !strings.Contains(page, directive+" '"+hash(found[0][1])+"'") {
			t.Errorf("%d elements %s, or another one than is allowed", len(found), element)
		}
	}
	if !strings.Contains(page, `content="default-src 'none';`) || strings.Contains(page, "http://") || strings.Contains(page, "https://") {
		t.Error("the page asks for something")
	}
}

func TestHTMLFails(t *testing.T) {
	folder, broken := t.TempDir(), errors.New("broken")
	err := HTML(folder, "en", summaryOf(), func(yield func(sync.Result, error) bool) { yield(sync.Result{}, broken) })
	if !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
		t.Errorf("%v, %v", left, err)
	}
}

func TestShares(t *testing.T) {
	var percents []string
	end := 0.0
	for _, s := range shares(Counts{sync.Updated: 99_990, sync.Unchanged: 9, sync.Failed: 1}) {
		percents = append(percents, s.Percent)
		if s.Width < 8 || s.X != end {
			t.Errorf("%+v begins at %v", s, end)
		}
		end = tenth(s.X + s.Width)
	}
	if !slices.Equal(percents, []string{">99%", "<1%", "<1%"}) || end != chartWidth {
		t.Errorf("%q to %v", percents, end)
	}
}
