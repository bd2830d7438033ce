package source

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// TestWriteXLSX shows that what is written reads back as it was, ids and
// numbers to the last digit.
func TestWriteXLSX(t *testing.T) {
	name := filepath.Join(t.TempDir(), "written.xlsx")
	file, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	rows := [][]any{
		{"指标项ID", "指标来源ID", "起始值", "目标值", "当前值", "备注"},
		{"7041234567890123456", "99999999999999999999", nil, Number("1234.5"), Number("-0.3"), "=1+1"},
		{"7041234567890123457", "1", Number("0"), Number("999999999999999"), "", "<&>\n“引号”"},
	}
	if err := errors.Join(WriteXLSX(file, "指标", slices.Values(rows)), file.Close()); err != nil {
		t.Fatal(err)
	}
	f, err := Open(name, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if f.Sheet() != "指标" || f.Format() != "xlsx" {
		t.Errorf("sheet %q, format %s", f.Sheet(), f.Format())
	}
	var got []Update
	for u, err := range f.Rows() {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, u)
	}
	want := []Update{
		{Row: 2, ItemID: "7041234567890123456", SourceID: "99999999999999999999", Target: "1234.5", Current: "-0.3"},
		{Row: 3, ItemID: "7041234567890123457", SourceID: "1", Initial: "0", Target: "999999999999999"},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
}

func TestWriteXLSXRefusesWhatItCannotHold(t *testing.T) {
	for _, value := range []any{struct{}{}, Number("abc"), 7} {
		if err := WriteXLSX(io.Discard, "a", slices.Values([][]any{{value}})); err == nil {
			t.Errorf("%v was written", value)
		}
	}
}

func TestGiven(t *testing.T) {
	tests := []struct {
		content string
		want    []Column
		code    Code
	}{
		{"\ufeff备注,目标值,指标项ID\n1,2,3\n", []Column{ColumnTarget, ColumnItemID}, ""},
		{"\n\nmetric_item_id,metric_table_id\n", []Column{ColumnItemID, ColumnTable}, ""},
		{"metric_item_id,metric_curren_value\n", nil, CodeHeaderMisspelt},
		{"metric_item_id,metric_table_idd,target\n", nil, CodeHeaderMisspelt},
		{"metric_item_id,metric_current_value,metric_current_value2\n", []Column{ColumnItemID, ColumnCurrent}, ""},
		{"metric_item_id,Metric Title,target\n", []Column{ColumnItemID, ColumnTarget}, ""},
		{"metric_item_id,备注\n", nil, CodeHeaderNoValue},
		{"metric_item_id,当前直\n", nil, CodeHeaderNoValue},
		{"metric_item_id\n", []Column{ColumnItemID}, ""},
		{"指标项ID,(万元)当前值,【备注】*起始值（必填）\n", []Column{ColumnItemID, ColumnCurrent, ColumnInitial}, ""},
		{"目标值\n5\n", nil, CodeHeaderMissing},
		{"指标项ID,metric_item_id\n", nil, CodeHeaderDuplicate},
		{"\n\n", nil, CodeFileEmpty},
	}
	for i, test := range tests {
		name := filepath.Join(t.TempDir(), fmt.Sprintf("%d.csv", i))
		if err := os.WriteFile(name, []byte(test.content), 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := Open(name, Options{})
		if err != nil {
			t.Fatal(err)
		}
		got, err := f.Given()
		refused, _ := errors.AsType[*FileError](err)
		if !slices.Equal(got, test.want) || (refused == nil) != (test.code == "") || refused != nil && refused.Code != test.code {
			t.Errorf("%q: %v, %v", test.content, got, err)
		}
		f.Close()
	}
}
