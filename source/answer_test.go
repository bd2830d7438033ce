package source

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/xuri/excelize/v2"
)

// mostAnswered is how many rows a file may have that checkAnswer looks at.
const mostAnswered = 2_000

// filesRead counts the files that could be answered.
var filesRead atomic.Int64

// checkAnswer holds the promise of an answer: read as a file, it gives the updates that
// the file gave, and refuses the rows that were refused. Every file that a test reads
// goes through it.
func checkAnswer(tb testing.TB, f *File, o Options, want answer) {
	tb.Helper()
	if want.fatal != nil || len(want.updates)+len(want.refused) > mostAnswered || filesRead.Add(1)%oneIn != 0 {
		return
	}
	name := filepath.Join(tb.TempDir(), "answer.xlsx")
	var content bytes.Buffer
	if err := f.WriteAnswer(&content, testAnswer(want)); err != nil {
		tb.Fatalf("writing the answer: %v", err)
	}
	if err := os.WriteFile(name, content.Bytes(), 0o600); err != nil {
		tb.Fatal(err)
	}
	book, err := excelize.OpenReader(bytes.NewReader(content.Bytes()))
	if err != nil {
		tb.Fatalf("opening the answer: %v", err)
	}
	defer book.Close()
	if head, err := book.GetCellValue(book.GetSheetName(0), "A1"); err != nil || head == testNames.RowHead {
		return // the sheet was not copied
	}
	again, err := Open(name, Options{Sheet: book.GetSheetName(0), HeaderRow: o.HeaderRow, Columns: o.Columns, Percent: o.Percent})
	if err != nil {
		tb.Fatalf("reading the answer: %v", err)
	}
	defer again.Close()
	got := readRows(tb, again)
	if got.fatal != nil {
		tb.Fatalf("reading the answer: %v", got.fatal)
	}
	if g, w := fmt.Sprintf("%+v", got.updates), fmt.Sprintf("%+v", want.updates); g != w {
		tb.Errorf("%s: the answer gives\n%s\nand the file\n%s", f.Name(), g, w)
	}
	if g, w := refusedRows(got.refused), refusedRows(want.refused); !slices.Equal(g, w) {
		tb.Errorf("%s: of the answer, rows %v are refused, of the file %v", f.Name(), g, w)
	}
}

func refusedRows(refused []*RowError) (rows []int) {
	for _, r := range refused {
		rows = append(rows, r.Row)
	}
	return rows
}

var testNames = Answer{
	Sheet: "okrsync rows", Summary: "okrsync summary", Mend: "okrsync to mend", RowHead: "okrsync row", LeftOut: "left out",
	Columns: []AnswerColumn{{"okrsync status", 12}, {"okrsync new current", 12}}, MendColumns: 1,
	Keys:  []AnswerColumn{{"metric_item_id", 23}},
	Facts: func(bool) [][2]string { return [][2]string{{"verdict", "all is well"}, {"file", "=HYPERLINK(1)"}} },
}

// testAnswer says something about every row of a file.
func testAnswer(read answer) Answer {
	var rows []AnswerRow
	for _, u := range read.updates {
		rows = append(rows, AnswerRow{Row: u.Row, Tone: ToneDone, Keys: []string{u.ItemID}, Cells: []any{"✓ updated", u.Current}})
	}
	for _, r := range read.refused {
		rows = append(rows, AnswerRow{Row: r.Row, Tone: ToneMend, Mend: true, Cells: []any{"✗ rejected", nil}})
	}
	slices.SortFunc(rows, func(a, b AnswerRow) int { return a.Row - b.Row })
	a := testNames
	a.Rows = answered(rows)
	return a
}

func answered(rows []AnswerRow) iter.Seq2[AnswerRow, error] {
	return func(yield func(AnswerRow, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	}
}

// writeTestAnswer opens a file and returns the workbook that answers it.
func writeTestAnswer(t *testing.T, path string, a Answer) *excelize.File {
	t.Helper()
	f, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var content bytes.Buffer
	if err := f.WriteAnswer(&content, a); err != nil {
		t.Fatal(err)
	}
	book, err := excelize.OpenReader(&content)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = book.Close() })
	return book
}

var errTest = errors.New("the journal cannot be read")

// TestAnswerErrors holds that an answer that lacks rows is no answer.
func TestAnswerErrors(t *testing.T) {
	path := filepath.Join(t.TempDir(), "rows.csv")
	if err := os.WriteFile(path, []byte("metric_item_id,metric_current_value\n7100000000000000001,1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	a := testNames
	a.Rows = func(yield func(AnswerRow, error) bool) { yield(AnswerRow{}, errTest) }
	if err := f.WriteAnswer(&bytes.Buffer{}, a); !errors.Is(err, errTest) {
		t.Errorf("got %v", err)
	}
	a.Temp = filepath.Join(t.TempDir(), "nowhere")
	if err := f.WriteAnswer(&bytes.Buffer{}, a); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("without a folder for what is too large: %v", err)
	}
}

// TestAnswerToAnotherSheet lists the rows where what is said is about rows that the sheet
// does not have: nothing of it is lost.
func TestAnswerToAnotherSheet(t *testing.T) {
	path := write(t, "rows.csv", []byte("metric_item_id,metric_current_value\n7100000000000000001,1\n"))
	a := testNames
	a.Rows = answered([]AnswerRow{{Row: 2}, {Row: 7, Cells: []any{"lost?"}}})
	book := writeTestAnswer(t, path, a)
	if got, err := book.GetRows(testNames.Sheet); err != nil || len(got) != 3 || got[2][0] != "7" || got[2][2] != "lost?" {
		t.Errorf("%q, %v", got, err)
	}
}
