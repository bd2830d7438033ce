package sync_test

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"okrsync/feishu/feishutest"
	"okrsync/source"
	"okrsync/sync"
)

// The tests here are named after the entries of docs/spreadsheets.md and hold the
// answer that each of them promises.

// sheetOf writes a CSV file of the first items of the sample.
func sheetOf(t *testing.T, name, line string, items int) *source.File {
	t.Helper()
	var text strings.Builder
	text.WriteString("指标项ID,当前值,目标值\r\n")
	for i := range items {
		fmt.Fprintf(&text, line, feishutest.SampleItem(i+1), i+1, 100+i)
	}
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := source.Open(path, source.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// Values are absolute, so that a file that is sent again, under another name or
// saved anew, changes nothing.
func TestP115_SameFileAgain(t *testing.T) {
	const items = 20
	s := newScene(t, feishutest.Config{}, items)
	const plain, saved = "%s,%d,%d\r\n", "\"%s\" ,%d.00,¥%d\n"
	first, copied, anew := sheetOf(t, "a.csv", plain, items), sheetOf(t, "副本 (2).csv", plain, items), sheetOf(t, "b.csv", saved, items)
	var after []feishutest.Item
	for i, file := range []*source.File{first, first, copied, anew} {
		s.job.Rows = file.Rows()
		results, err := s.run(t.Context())
		if err != nil || len(results) != items {
			t.Fatalf("%d results, %v", len(results), err)
		}
		for row, r := range results {
			if r.Status != sync.Updated {
				t.Errorf("row %d: %+v", row, r)
			}
		}
		var now []feishutest.Item
		for n := range items {
			item, ok := s.sim.Item(feishutest.SampleSource, feishutest.SampleTable, feishutest.SampleItem(n+1))
			if !ok || fmt.Sprint(item.Current) != fmt.Sprint(n+1) || fmt.Sprint(item.Target) != fmt.Sprint(100+n) {
				t.Errorf("item %d is %+v", n+1, item)
			}
			item.UpdatedAt = 0 // when it was written last, which is not what was written
			now = append(now, item)
		}
		if i > 0 && !reflect.DeepEqual(now, after) {
			t.Errorf("%s has changed something:\n%+v\n%+v", file.Name(), after, now)
		}
		after = now
	}
}

// A journal knows its file by what is in it and not by its name.
func TestP115_ContentNotName(t *testing.T) {
	const plain, saved = "%s,%d,%d\r\n", "%s,%d,%d\n"
	sums := map[string]string{}
	for name, line := range map[string]string{"a.csv": plain, "改名 之后.txt": plain, "saved.csv": saved} {
		f := sheetOf(t, name, line, 3)
		folder := t.TempDir()
		j, err := sync.CreateJournal(folder, sync.Header{Input: sync.Input{Path: f.Name(), SHA256: f.SHA256(), Rows: 3}})
		if err != nil {
			t.Fatal(err)
		}
		if err := j.Close(sync.NewPacer(nil, 0)); err != nil {
			t.Fatal(err)
		}
		record, err := sync.OpenRecord(folder)
		if err != nil {
			t.Fatal(err)
		}
		defer record.Close()
		if record.Header.Input.Path != f.Name() || len(record.Header.Input.SHA256) != 64 {
			t.Errorf("%+v", record.Header.Input)
		}
		sums[name] = record.Header.Input.SHA256
	}
	if sums["a.csv"] != sums["改名 之后.txt"] || sums["a.csv"] == sums["saved.csv"] {
		t.Error(sums)
	}
}

// Whatever a file is called, the folder of its run has a name that every system
// takes and that stays in its place.
func TestP116_FileNames(t *testing.T) {
	now := time.Date(2026, 11, 22, 5, 18, 7, 0, time.UTC)
	const stamp = "20261122T051807Z-"
	long := strings.Repeat("a", 300)
	for input, want := range map[string]string{
		"表格.xlsx": "表格.xlsx", "プログラム.csv": "プログラム.csv", "e\u0301te\u0301.csv": "e\u0301te\u0301.csv", "프로.csv": "프로.csv",
		"my file (2) #3 & more.xlsx": "my file (2) #3 & more.xlsx", "100%.csv": "100%.csv", "a'b`c$d.csv": "a'b`c$d.csv", "-rf.csv": "-rf.csv", "~$x.xlsx": "~$x.xlsx",
		"dir/sub/a.csv": "a.csv", "../../a.csv": "a.csv", "/etc/passwd": "passwd", "..": "", ".": "", "": "", "...": "", "a.": "a", " a ": "a", "a/": "a",
		`C:\Users\x\a.csv`: "C__Users_x_a.csv", `a<b>c:d"e|f?g*h`: "a_b_c_d_e_f_g_h", "a\nb\tc\rd\x00e\x1b[31mf\x7fg\u0085h": "a_b_c_d_e_[31mf_g_h", "a\xffb\xfe": "a_b_",
		long: long[:200], strings.Repeat("长", 100): strings.Repeat("长", 66), strings.Repeat("e\u0301", 100): strings.Repeat("e\u0301", 66) + "e", strings.Repeat("𠮷", 60) + ".csv": strings.Repeat("𠮷", 50),
	} {
		out := t.TempDir()
		folder, err := sync.CreateFolder(out, input, now)
		name := filepath.Base(folder)
		if err != nil || name != stamp+want || filepath.Dir(folder) != out {
			t.Errorf("%q: %q, %v, want %q", input, name, err, stamp+want)
			continue
		}
		if len(name) > 255 || !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl) {
			t.Errorf("%q: %q", input, name)
		}
		again, err := sync.CreateFolder(out, input, now)
		if err != nil || filepath.Base(again) != stamp+want+"-2" || len(filepath.Base(again)) > 255 {
			t.Errorf("%q: %q, %v", input, again, err)
		}
	}
}

// Files with such names are read and journalled like any other.
func TestP116_ReadingOddNames(t *testing.T) {
	for _, name := range []string{"e\u0301 #1 (2).csv", "表格 副本.csv", "-rf.csv", "%s%d.csv", "a;b&c.csv", strings.Repeat("长", 80) + ".csv"} {
		f := sheetOf(t, name, "%s,%d,%d\n", 2)
		rows := 0
		for _, err := range f.Rows() {
			if err != nil {
				t.Errorf("%q: %v", name, err)
			}
			rows++
		}
		if rows != 2 || filepath.Base(f.Name()) != name {
			t.Errorf("%q: %d rows of %q", name, rows, f.Name())
		}
	}
}
