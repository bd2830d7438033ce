package report

import (
	"errors"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"okrsync/feishu"
	"okrsync/sync"
)

// sheets reads result.xlsx: the rows of each sheet, cells apart by |.
func sheets(t *testing.T, folder string) (names, texts []string) {
	t.Helper()
	book, err := excelize.OpenFile(filepath.Join(folder, XLSXName), excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	names = book.GetSheetList()
	for _, name := range names {
		rows, err := book.GetRows(name)
		if err != nil {
			t.Fatal(err)
		}
		var text strings.Builder
		for _, row := range rows {
			text.WriteString(strings.Join(row, "|") + "\n")
		}
		texts = append(texts, text.String())
	}
	return names, texts
}

// three are results of an update, of a row to mend, and of one that was not reached.
func three() iter.Seq2[sync.Result, error] {
	return results(
		sync.Result{
			Row: 2, Source: "1", Table: "2", Item: "71", Status: sync.Updated,
			Sent: feishu.Fields{Current: "0.5", SupportedUserID: "7"}, Before: feishu.Fields{Current: "95.00"}, After: feishu.Fields{Current: "0.5", SupportedUserID: "7"},
		},
		sync.Result{
			Row: 3, Status: sync.Rejected, Code: "id_missing", Reason: sync.Text{ZH: "没有", EN: "none"}, Advice: sync.Text{ZH: "填写", EN: "fill in"},
		},
		sync.Result{Row: 5, Item: "=1+1", Status: sync.Unprocessed, Code: "interrupted", Reason: sync.Text{ZH: "中断", EN: "cut"}},
	)
}

func threeOf(rows int) Summary {
	counts := NewCounts()
	counts[sync.Updated], counts[sync.Rejected], counts[sync.Unprocessed] = 1, 1, 1
	return Summary{Version: "1", Input: sync.Input{Path: "a.csv", Rows: rows}, Counts: counts, Notices: []Notice{{Code: "hidden_rows", Text: sync.Text{ZH: "隐藏", EN: "hidden"}}}}
}

// TestXLSXWithoutTheFile holds the content of all sheets, in both languages.
func TestXLSXWithoutTheFile(t *testing.T) {
	for lang, want := range map[string][]string{
		"en": {
			"okrsync row|metric_source_id|metric_table_id|metric_item_id|okrsync status|okrsync reason|okrsync advice|okrsync code|" +
				"okrsync old current value|okrsync new current value|okrsync old supported superior|okrsync new supported superior\n" +
				"2|1|2|71|✓ updated||||95|0.5||7\n3||||! rejected|none|fill in|id_missing\n5|||=1+1|… unprocessed|cut||interrupted\n",
			"verdict|Not finished: of 3 rows, 1 was not processed and 1 must be mended\nwhat to do|run the same file again",
			"okrsync row|okrsync status|okrsync reason|okrsync advice|okrsync code|metric_source_id|metric_table_id|metric_item_id\n3|! rejected|none|fill in|id_missing\n",
		},
		"zh": {
			"okrsync 行号|metric_source_id|metric_table_id|metric_item_id|okrsync 状态|okrsync 原因|okrsync 建议|okrsync 错误码|" +
				"okrsync 更新前 当前值|okrsync 更新后 当前值|okrsync 更新前 支撑的上级|okrsync 更新后 支撑的上级\n" +
				"2|1|2|71|✓ 已更新||||95|0.5||7\n3||||! 已拒绝|没有|填写|id_missing\n5|||=1+1|… 未处理|中断||interrupted\n",
			"结论|没有全部完成：3 行中有 1 行没有处理，1 行需要修改\n怎么办|用同一文件再运行一次",
			"okrsync 行号|okrsync 状态|",
		},
	} {
		folder := t.TempDir()
		if err := XLSX(folder, lang, threeOf(3), nil, three()); err != nil {
			t.Fatal(err)
		}
		names, texts := sheets(t, folder)
		for i, text := range texts {
			if !strings.HasPrefix(text, want[i]) {
				t.Errorf("%s: %s has\n%s\nwant\n%s", lang, names[i], text, want[i])
			}
		}
		entries, err := os.ReadDir(folder)
		if err != nil || len(entries) != 1 {
			t.Errorf("%v is left, %v", entries, err)
		}
	}
}

// TestXLSXOfALargeFile has the rows to mend and those left only, and says so.
func TestXLSXOfALargeFile(t *testing.T) {
	folder := t.TempDir()
	if err := XLSX(folder, "en", threeOf(MostCopied+1), nil, three()); err != nil {
		t.Fatal(err)
	}
	_, texts := sheets(t, folder)
	if strings.Contains(texts[0], "updated") || strings.Count(texts[0], "\n") != 3 || !strings.Contains(texts[1], "all stand in result.csv") {
		t.Errorf("%q", texts)
	}
}

// TestXLSXNotWritten holds that a journal that cannot be read to its end makes no file.
func TestXLSXNotWritten(t *testing.T) {
	folder, broken := t.TempDir(), errors.New("broken")
	half := func(yield func(sync.Result, error) bool) {
		_ = yield(sync.Result{Row: 2, Status: sync.Updated}, nil) && yield(sync.Result{}, broken)
	}
	if err := XLSX(folder, "en", threeOf(3), nil, half); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	if entries, err := os.ReadDir(folder); err != nil || len(entries) != 0 {
		t.Errorf("%v is left, %v", entries, err)
	}
}
