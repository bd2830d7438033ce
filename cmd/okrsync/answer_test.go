package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"okrsync/feishu/feishutest"
	"okrsync/sync"
	"okrsync/sync/report"
)

// mixed is a file of which some rows are fine, and others are wrong in different ways.
var mixed = strings.ReplaceAll(`metric_item_id,部门,当前值,目标值
ID1,=HYPERLINK("http://evil"),1.5,
ID2,@SUM(A1),"1,234.5",99
ID3,<script>alert(1)</script>,85%,
ID4,"a	b",7,
ID4,-5,8,
7.1E+18,x,9,
ID5,,,
合计,,1243,
7100000000000009999,y,5,
ID6,z,10,10
`, "ID", "710000000000000000")

// sheetOf reads a sheet of a run's workbook as a table: rows by their numbers.
func sheetOf(t *testing.T, folder string, sheet int) [][]string {
	t.Helper()
	book, err := excelize.OpenFile(filepath.Join(folder, report.XLSXName), excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	rows, err := book.GetRows(book.GetSheetName(sheet))
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// A pageRow is a row as report.html has it.
type pageRow struct {
	Row    int         `json:"row"`
	Item   string      `json:"item"`
	Status sync.Status `json:"status"`
	Code   string      `json:"code"`
	Reason sync.Text   `json:"reason"`
	Advice sync.Text   `json:"advice"`
	LogID  string      `json:"log_id"`
}

// pageOf reads the rows in the page of a run.
func pageOf(t *testing.T, folder string) []pageRow {
	t.Helper()
	_, data, found := strings.Cut(read(t, filepath.Join(folder, report.HTMLName)), `id="data">`)
	data, _, closed := strings.Cut(data, "</script>")
	var rows []pageRow
	if err := json.Unmarshal([]byte(data), &rows); err != nil || !found || !closed {
		t.Fatalf("the page has no rows: %v", err)
	}
	return rows
}

// column finds a column of a table by its head.
func column(t *testing.T, head []string, name string) int {
	t.Helper()
	i := slices.Index(head, name)
	if i < 0 {
		t.Fatalf("no column %s in %q", name, head)
	}
	return i
}

// TestViewsAgree holds that all files of a run say the same about each row.
func TestViewsAgree(t *testing.T) {
	h := newHistory(t, feishutest.Config{}, 8)
	write(t, "mixed.csv", mixed)
	for _, lang := range []string{"en", "zh"} {
		h.run(t.Context(), exitRows, "sync", "--lang", lang, "--fresh", "mixed.csv")
		folders := h.folders()
		folder := folders[len(folders)-1]
		lines, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(read(t, filepath.Join(folder, report.CSVName)), "\uFEFF"))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		sheet, page := sheetOf(t, folder, 0), pageOf(t, folder)
		words := map[string]sync.Text{
			"status": {ZH: "okrsync 状态", EN: "okrsync status"}, "reason": {ZH: "okrsync 原因", EN: "okrsync reason"},
			"advice": {ZH: "okrsync 建议", EN: "okrsync advice"}, "code": {ZH: "okrsync 错误码", EN: "okrsync code"},
		}
		if len(lines) != 11 || len(sheet) != 11 || len(page) != 10 {
			t.Fatalf("%d lines, %d rows and %d rows of the page", len(lines), len(sheet), len(page))
		}
		mend := 0
		for i, line := range lines[1:] {
			row, _ := strconv.Atoi(line[0])
			cell := func(name string) string { return line[column(t, lines[0], name)] }
			got := page[i]
			if got.Row != row || string(got.Status) != cell("status") || got.Code != cell("code") ||
				got.Reason.In(lang) != cell("reason") || got.Advice.In(lang) != cell("advice") || got.LogID != cell("log_id") || got.Item != cell("metric_item_id") {
				t.Errorf("%s: the page has %+v and result.csv %q", lang, got, line)
			}
			for name, head := range words {
				want, got := line[column(t, lines[0], name)], ""
				if i := column(t, sheet[0], head.In(lang)); i < len(sheet[row-1]) {
					got = sheet[row-1][i]
				}
				if name == "status" {
					if status := sync.Status(want); status == sync.Rejected || status == sync.Failed {
						mend++
					}
					want, got = sync.Status(want).Words().In(lang), got[strings.Index(got, " ")+1:]
				}
				if got != want {
					t.Errorf("%s: row %d has the %s %q in result.csv and %q in result.xlsx", lang, row, name, want, got)
				}
			}
		}
		if got := len(sheetOf(t, folder, 2)) - 1; got != mend || mend == 0 {
			t.Errorf("%d rows to mend, want %d", got, mend)
		}
	}
}

// TestAnswerIsMendedAndRead does what a person does with result.xlsx: mends a row in it and
// gives it back. Rows that are done are not sent again, what was wrong is still refused.
func TestAnswerIsMendedAndRead(t *testing.T) {
	h := newHistory(t, feishutest.Config{}, 8)
	write(t, "mixed.csv", mixed)
	first := h.run(t.Context(), exitRows, "sync", "mixed.csv")
	answer := filepath.Join(h.folders()[0], report.XLSXName)
	sent := h.sim.Stats().Updates
	again := h.run(t.Context(), exitRows, "sync", answer)
	if h.sim.Stats().Updates != sent || again.Counts[sync.Unchanged] != first.Counts[sync.Updated] || again.Counts[sync.Rejected] != first.Counts[sync.Rejected] || again.Input.Rows != first.Input.Rows {
		t.Errorf("first %v, then %v", first.Counts, again.Counts)
	}
	book, err := excelize.OpenFile(answer)
	if err != nil {
		t.Fatal(err)
	}
	for cell, value := range map[string]any{"C4": 0.85, "A7": "7100000000000000007", "C11": 11} { // two were rejected
		if err := book.SetCellValue(book.GetSheetName(0), cell, value); err != nil {
			t.Fatal(err)
		}
	}
	if err := book.SaveAs("mended.xlsx"); err != nil {
		t.Fatal(err)
	}
	mended := h.run(t.Context(), exitRows, "sync", "mended.xlsx")
	if mended.Counts[sync.Updated] != 3 || mended.Counts[sync.Rejected] != first.Counts[sync.Rejected]-2 || h.sim.Stats().Updates != sent+3 {
		t.Errorf("first %v, mended %v", first.Counts, mended.Counts)
	}
}

// TestAnswerWithoutTheFile writes result.xlsx of a run again whose file is gone or changed.
func TestAnswerWithoutTheFile(t *testing.T) {
	h := newHistory(t, feishutest.Config{}, 8)
	write(t, "mixed.csv", mixed)
	h.run(t.Context(), exitRows, "sync", "mixed.csv")
	folder := h.folders()[0]
	before := sheetOf(t, folder, 0)
	h.run(t.Context(), exitOK, "report", folder)
	if got := sheetOf(t, folder, 0); fmt.Sprint(got) != fmt.Sprint(before) {
		t.Errorf("written again, it is\n%q\nand was\n%q", got, before)
	}
	write(t, "mixed.csv", mixed+"\n")
	h.run(t.Context(), exitOK, "report", "--lang", "zh", folder)
	if got := sheetOf(t, folder, 0); len(got) != len(before) || got[1][0] != before[1][0] || got[0][4] != "okrsync 状态" {
		t.Errorf("made from the copy, it is\n%q\nand was\n%q", got, before)
	}
	if err := os.Remove(filepath.Join(folder, report.XLSXName)); err != nil {
		t.Fatal(err)
	}
	h.run(t.Context(), exitOK, "report", folder)
	sheet := sheetOf(t, folder, 0)
	if got := strings.Join(sheet[0][:5], "|"); got != "okrsync row|metric_source_id|metric_table_id|metric_item_id|okrsync status" || len(sheet) != len(before) {
		t.Errorf("%d rows, %s", len(sheet), got)
	}
}

// TestFormats writes only the files that are asked for.
func TestFormats(t *testing.T) {
	h := newHistory(t, feishutest.Config{}, 2)
	for formats, want := range map[string]string{
		"csv":      "journal.jsonl result.csv rollback.csv summary.json",
		"xlsx":     "journal.jsonl result.xlsx rollback.csv summary.json",
		"csv,html": "journal.jsonl report.html result.csv rollback.csv summary.json",
	} {
		h.environ = append(h.environ, "OKRSYNC_REPORT_FORMATS="+formats)
		s := h.run(t.Context(), exitOK, "sync", "--fresh", "rows.csv")
		folders := h.folders()
		var names []string
		entries, err := os.ReadDir(folders[len(folders)-1])
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			names = append(names, e.Name())
		}
		slices.Sort(s.Files)
		if got := strings.Join(names, " "); got != want || strings.Join(s.Files, " ") != want || s.Notified == nil {
			t.Errorf("%s: %s, the summary has %q", formats, got, s.Files)
		}
	}
	h.environ = append(h.environ, "OKRSYNC_REPORT_FORMATS=html")
	if s := h.run(t.Context(), exitOK, "check", "rows.csv"); strings.Join(s.Files, " ") != "report.html summary.json" || s.Counts[sync.Planned] != 2 {
		t.Errorf("checked: %q, %v", s.Files, s.Counts)
	}
	if found, err := filepath.Glob("okrsync-out/*/report.html"); err != nil || len(found) == 0 {
		t.Errorf("%q, %v", found, err)
	}
	for _, formats := range []string{"pdf", "csv,csv", ","} {
		environ := append(slices.Clone(h.environ), "OKRSYNC_REPORT_FORMATS="+formats)
		if code := run(t.Context(), []string{"sync", "rows.csv"}, environ, nil, os.Stdout, &h.stderr); code != exitUsage {
			t.Errorf("%s: exit code %d", formats, code)
		}
	}
}
