package report

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"okrsync/feishu"
	"okrsync/source"
	"okrsync/sync"
)

// The tests here are named after the entries of docs/spreadsheets.md and hold the
// answer that each of them promises.

// answerTo checks a CSV file as a run without a login does and returns the bytes
// of its result.csv.
func answerTo(t *testing.T, text, lang string) string {
	t.Helper()
	folder := t.TempDir()
	input := filepath.Join(folder, "in.csv")
	if err := os.WriteFile(input, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := source.Open(input, source.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	found, err := sync.Check{Rows: f.Rows(), Table: feishu.Table{SourceID: "1", ID: "2"}}.Run()
	if err != nil {
		t.Fatal(err)
	}
	if err := CSV(folder, lang, found.Results); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(filepath.Join(folder, CSVName))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// What a spreadsheet would run is inert in the answer, wherever it stood in the
// question; and a number that is negative stays one.
func TestP113_FormulaInjection(t *testing.T) {
	for _, first := range []string{"=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r"} {
		for _, before := range []string{"", " ", "\n", "\u00a0", "\u3000", "\ufeff", " \u3000"} {
			text := before + first + "1+cmd|' /C calc'!A0"
			got := defuse(text)
			inert := "'" + text
			if before == "\n" {
				inert = "'\n'" + text[1:] // where another cell may begin
			}
			if got != inert {
				t.Errorf("%q: %q", text, got)
			}
			for _, delimiter := range []string{";", "|", "; "} {
				if got, want := defuse("x"+delimiter+first+"1"), "x"+delimiter[:1]+"'"+delimiter[1:]+first+"1"; got != want {
					t.Errorf("%q, want %q", got, want)
				}
			}
		}
		for _, harmless := range []string{"", "a" + first + "1", "1" + first, "“" + first, "'" + first + "1", "。" + first} {
			if got := defuse(harmless); got != harmless && !strings.HasPrefix(harmless, first) {
				t.Errorf("%q: %q", harmless, got)
			}
		}
	}
	attacks := []string{"=1+1", "+1+1", "-1+x", "@SUM(1)", "＝1+1", "＋1+1", "－1+x", "＠SUM(1)", "\t=1", "\r=1", " =1", "=cmd|' /C calc'!A0", `=HYPERLINK("http://x","y")`, `",=1`, "\",\n=1", "\n=1", "x,=1", "x\r\n=1"}
	for _, lang := range []string{"zh", "en"} {
		for _, attack := range attacks {
			quoted := `"` + strings.ReplaceAll(attack, `"`, `""`) + `"`
			content := answerTo(t, fmt.Sprintf("metric_item_id,%s,当前值,支撑的上级\r\n%s,,1,\r\n7,,%s,%s\r\n8,,-5,-u\r\n", quoted, quoted, quoted, quoted), lang)
			lines, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(content, "\uFEFF"))).ReadAll()
			if err != nil {
				t.Fatal(err)
			}
			for _, line := range lines {
				for _, cell := range line {
					if strings.ContainsRune("=+-@＝＋－＠\t\r", []rune(strings.TrimLeft(cell, " \n\u00a0\u3000\uFEFF") + "x")[0]) {
						t.Errorf("%q: a cell begins with it: %q", attack, cell)
					}
				}
			}
		}
	}
	line, err := readBack(sync.Result{Row: 2, After: feishu.Fields{Current: "-5"}}, "zh")
	if err != nil || line[10] != `{"metric_current_value":-5}` {
		t.Errorf("%q, %v", line, err)
	}
	for _, code := range []string{"=1", "-1001005", "@x"} {
		line, err := readBack(sync.Result{Row: 2, Code: code, LogID: code, Reason: sync.Text{ZH: code, EN: code}, Advice: sync.Text{ZH: code, EN: code}}, "zh")
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range []int{5, 6, 7, 13} {
			if line[i] != "'"+code {
				t.Errorf("column %s: %q", columns[i], line[i])
			}
		}
	}
}

// The answer opens in a Chinese Excel as it is meant: a byte order mark, its line
// ends, one line per row in their order. Ids are plain digits, for it is machines
// that read this file.
func TestP114_ResultForChineseExcel(t *testing.T) {
	content := answerTo(t, "指标项ID,当前值,备注\n7041234567890123456,5,\"多行\n备注\"\n7.04E+18,6,\n18446744073709551616,很多,\n合计,11,\n", "zh")
	body, marked := strings.CutPrefix(content, "\xef\xbb\xbf")
	if !marked || strings.Contains(body, "\uFEFF") {
		t.Errorf("byte order mark: %q", content)
	}
	if feeds, ends := strings.Count(body, "\n"), strings.Count(body, "\r\n"); feeds != ends || feeds != 5 || !strings.HasSuffix(body, "\r\n") {
		t.Errorf("%d line feeds, %d line ends", feeds, ends)
	}
	lines, err := csv.NewReader(strings.NewReader(body)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, line := range lines[1:] {
		got = append(got, strings.Join([]string{line[0], line[3], line[4], line[5]}, " "))
	}
	want := "2 7041234567890123456 planned |3  rejected id_damaged|4 18446744073709551616 rejected number_invalid|5  ignored total_row"
	if strings.Join(got, "|") != want {
		t.Errorf("got %s\nwant %s", strings.Join(got, "|"), want)
	}
	if !strings.Contains(body, "很多") || !strings.Contains(body, "7.04E+18") || strings.ContainsAny(body, "\x00\x1b") {
		t.Error(body)
	}
}

// The answer can be given back: its ids are read as they were, and once Excel has
// saved it they are refused and not sent elsewhere.
func TestP114_ResultGivenBack(t *testing.T) {
	content := answerTo(t, "指标项ID,当前值\n7041234567890123456,5\n7041234567890123457,很多\n", "zh")
	damaged := strings.NewReplacer("7041234567890123456", "7.04123E+18", "7041234567890123457", "7.04123E+18").Replace(content)
	for text, want := range map[string]string{content: "7041234567890123456 7041234567890123457", damaged: "id_damaged" + " id_damaged"} {
		name := filepath.Join(t.TempDir(), "result.csv")
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := source.Open(name, source.Options{Columns: map[source.Column][]string{source.ColumnCurrent: {"attempts"}}})
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		found, err := sync.Check{Rows: f.Rows()}.Run()
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for r, err := range found.Results {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, cmp.Or(r.Item, r.Code))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
