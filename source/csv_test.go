package source

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
)

func readCSV(tb testing.TB, text string) answer {
	tb.Helper()
	return read(tb, write(tb, "a.csv", []byte(text)), Options{})
}

func TestCSVRow(t *testing.T) {
	const text = "\ufeff\"指标项ID\",名称,起始值,目标值,当前值,支撑的上级,指标来源ID,指标表ID,status\r\n" +
		"7041234567890123456,\"a,b\",0,100.50,12,ou_1,11,22,updated\r\n"
	want := Update{
		Row: 2, SourceID: "11", TableID: "22", ItemID: "7041234567890123456",
		Initial: "0", Target: "100.5", Current: "12", SupportedUserID: "ou_1",
	}
	a := readCSV(t, text)
	if len(a.updates) != 1 || a.updates[0] != want || a.refused != nil || a.fatal != nil {
		t.Errorf("%v", a)
	}
	if a.updates[0].Empty() || !(Update{ItemID: "1"}).Empty() {
		t.Error("Empty is wrong")
	}
}

// Excel counts blank lines and counts a record with a line break once.
func TestCSVRowNumbers(t *testing.T) {
	const text = "\n\r\nmetric_item_id,note,target\n" + // rows 1 to 3
		"1,\"two\nlines\",x\n" + // row 4
		"\n,,\n" + // rows 5 and 6
		"2,\"a\r\nb\r\nc\",x\n" + // row 7
		"   \n" + // row 8
		"3,\"\n\",\"\n\n9\"\n" + // row 9
		"\n4,,x" // rows 10 and 11
	a := readCSV(t, text)
	if got, want := a.codes(), "4:number_invalid 7:number_invalid 11:number_invalid"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if len(a.updates) != 1 || a.updates[0].Row != 9 || a.updates[0].Target != "9" {
		t.Errorf("%+v", a.updates)
	}
}

func TestCSVRows(t *testing.T) {
	const head = "指标项ID,起始值,目标值,支撑的上级,备注\n"
	for _, test := range []struct{ row, want string }{
		{"1", "{Row:2 SourceID: TableID: ItemID:1 UserID: Initial: Target: Current: SupportedUserID: Aside:}"},
		{"1,,,,", "{Row:2 SourceID: TableID: ItemID:1 UserID: Initial: Target: Current: SupportedUserID: Aside:}"},
		{",,,,", ""},
		{",,5,,", "2:id_missing"},
		{",,,,note", "2:id_missing"},
		{",,x,张三,", "2:id_missing 2:number_invalid 2:text_invalid"},
		{",5,10,,合计", "total"},
		{"合 计：,5,10,,", "total"},
		{"Total,#REF!,x,,", "total"},
		{",Sub-Total,,,", "total"},
		{",,,,总计（元）", "total"},
		{",,,,Total sales", "2:id_missing"},
		{"1,,,,合计", "ItemID:1 UserID: Initial: Target:"},
		{"x,1,y,,", "2:id_invalid 2:number_invalid"},
		{"7.04E+18,1,2,,", "2:id_damaged"},
		{"1,1,234,a,,", "2:row_too_long"}, // perhaps 1,234
		{"1,1,abc,a,,", "2:number_invalid"},
		{"1,1234,,a,,", "Initial:1234"},
		{"1,1,2,a,b,c", "2:row_too_long"},
		{"1,1,2,a,b,,,c,d", "2:row_too_long"},
		{"1,1,2,a,b,,,", "2:row_too_long"}, // perhaps 1,2
		{"1,,2,a,b,,,", "Initial: Target:2"},
		{"1,#N/A,50%,,", "2:cell_is_error 2:percent_undecided"},
		{"1,=A1+1,2024/3/5,,", "2:number_invalid 2:number_invalid"},
	} {
		a := readCSV(t, head+test.row+"\n")
		got := a.codes()
		for _, u := range a.updates {
			if got += fmt.Sprintf("%+v", u); u.Aside != "" {
				got = string(u.Aside)
			}
		}
		if got != test.want && !(len(test.want) > 8 && strings.Contains(got, test.want) && a.refused == nil) {
			t.Errorf("%s: got %s, want %s", test.row, got, test.want)
		}
	}
}

func TestCSVRowErrorKeepsWhatIsFine(t *testing.T) {
	a := readCSV(t, "指标项ID,起始值,目标值\n12,5,\"a\"\"b\u200b\"\n")
	if len(a.refused) != 1 {
		t.Fatal(a)
	}
	if e := a.refused[0]; e.Update.ItemID != "12" || e.Update.Initial != "5" || e.Problems[0].Cell != "C2" || e.Problems[0].Column != "目标值" || e.Problems[0].Found != `a\"b` {
		t.Errorf("%+v", e)
	}
}

func TestCSVRefusals(t *testing.T) {
	long := "metric_item_id\n1\n" + strings.Repeat("12345678,", 200_000)
	for _, test := range []struct {
		text string
		code Code
		line int
	}{
		{text: "", code: CodeFileEmpty},
		{text: "\ufeff", code: CodeFileEmpty},
		{text: "\n , \n\n", code: CodeFileEmpty},
		{text: "姓名,目标值\n1,2\n", code: CodeHeaderMissing},
		{text: "指标项ID,指标ID\n1,2\n", code: CodeHeaderDuplicate},
		{text: "metric_item_id,target\n1,a\r3,\n", code: CodeCSVLineEnds, line: 2},
		{text: long, code: CodeCSVRecordTooLong, line: 3},
		{text: "metric_item_id\n1\x00\n", code: CodeEncodingUnknown},
		{text: "\xff\xfem\x00", code: CodeHeaderMissing},
	} {
		a := readCSV(t, test.text)
		if a.fatal == nil || a.fatal.Code != test.code || a.fatal.Line != test.line {
			t.Errorf("%.40q: got %+v, want %s in line %d", test.text, a.fatal, test.code, test.line)
		}
	}
}

// A character may lie across the reader's pieces, and a bad byte is found at
// its own offset wherever it is.
func TestUTF8AcrossPieces(t *testing.T) {
	const piece = 64 << 10
	for shift := range 5 {
		good := "metric_item_id,target,note\n1,," + strings.Repeat("x", piece-30+shift) + "长长长长长长长长长长\n"
		if a := readCSV(t, good); a.fatal != nil || len(a.updates) != 1 {
			t.Errorf("shift %d: %v", shift, a.fatal)
		}
		bad := good + "2,\xe9\x95x"
		if a := readCSV(t, bad); a.fatal == nil || a.fatal.Offset != int64(len(good)+3) {
			t.Errorf("shift %d: %+v, want offset %d", shift, a.fatal, len(good)+3)
		}
	}
}

func TestRowsMayBeRangedOverAgainAndStopped(t *testing.T) {
	f, err := Open(bigCSV(t, 1000), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for range f.Rows() {
		break
	}
	first, second := readRows(t, f), readRows(t, f)
	if len(first.updates) != 1000 || first.String() != second.String() {
		t.Errorf("%d and %d rows", len(first.updates), len(second.updates))
	}
	if f.Format() != "csv" || f.Sheet() != "" || len(f.SHA256()) != 64 || !strings.HasSuffix(f.Name(), "big.csv") {
		t.Error(f.Format(), f.Sheet(), f.SHA256(), f.Name())
	}
}

// A panic of the loop's body is the caller's, and must reach it.
func TestRowsLetsPanicsOfTheCallerThrough(t *testing.T) {
	f, err := Open(bigCSV(t, 10), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	defer func() {
		if p := recover(); p != "mine" {
			t.Errorf("recovered %v", p)
		}
	}()
	for range f.Rows() {
		panic("mine")
	}
}

func TestPanicWithinReadingRefusesTheFile(t *testing.T) {
	f := &File{name: "x"}
	_, err := (&pass{file: f}).next() // has no reader
	if e, ok := errors.AsType[*FileError](f.refusal(err)); !ok || e.Code != CodeFileDamaged || e.File != "x" {
		t.Error(err)
	}
}

func TestFileChangedWhileReading(t *testing.T) {
	path := bigCSV(t, 10)
	f, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := os.WriteFile(path, []byte("metric_item_id\n1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	a := readRows(t, f)
	if a.fatal == nil || a.fatal.Code != CodeFileChanged {
		t.Fatal(a)
	}
	now := fmt.Sprintf("%x", sha256.Sum256([]byte("metric_item_id\n1\n")))
	if reason := a.fatal.Reason("en"); !strings.Contains(reason, f.SHA256()+" → "+now) {
		t.Error(reason)
	}
}

// FuzzCSV: every text is answered, see read.
func FuzzCSV(f *testing.F) {
	for _, text := range []string{
		"metric_item_id,target\n1,2\n", "\ufeff指标项ID,目标值（元）\r\n\r\n7.04E+18,\"1\n2\"\r\n合计,3\r\n",
		"metric_item_id\r1\r", "metric_item_id\n\"1", "metric_item_id,x\n1,2,3\n", "metric_item_id\n\xff",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		path := write(t, "fuzz.csv", text)
		if a, b := read(t, path, Options{Percent: PercentRatio}), read(t, path, Options{Percent: PercentRatio}); a.String() != b.String() {
			t.Errorf("read differently:\n%s%s", a, b)
		}
	})
}
