package source

import (
	"errors"
	"strings"
	"testing"
)

func headerRow(heads ...string) *row {
	r := &row{number: 1}
	for i, head := range heads {
		if !isBlank(head) {
			r.cells = append(r.cells, cell{column: i, text: head})
		}
	}
	return r
}

func TestHeaderNames(t *testing.T) {
	names, err := newNames(map[Column][]string{ColumnTarget: {"年度 KPI"}})
	if err != nil {
		t.Fatal(err)
	}
	for head, want := range map[string]Column{
		"metric_item_id": ColumnItemID, "Metric Item ID": ColumnItemID, "METRIC-ITEM-ID": ColumnItemID, "指标项ID": ColumnItemID,
		"指标项 id": ColumnItemID, "＊指标项ＩＤ": ColumnItemID, "指标项ID*": ColumnItemID, "指标项ID（必填）": ColumnItemID, "*指标项ID(必填)*": ColumnItemID,
		"\ufeffmetric_item_id": ColumnItemID, "指标项\nID": ColumnItemID, "指标ID": ColumnItemID,
		"目标值": ColumnTarget, "目标值（元）": ColumnTarget, "目标值(元)(必填)": ColumnTarget, "目标\u200b值：": ColumnTarget, "年度kpi": ColumnTarget,
		"起始值": ColumnInitial, "初始值": ColumnInitial, "当前值": ColumnCurrent, "进度值": ColumnCurrent, "当前值/进度值": ColumnCurrent,
		"支撑的上级": ColumnSupportedUser, "支撑的上级（user_id）": ColumnSupportedUser, "指标来源ID": ColumnSource, "指标表ID": ColumnTable,
		"supported_user_id": ColumnSupportedUser, "metric_source_id": ColumnSource, "metric_table_id": ColumnTable,
		"id": "", "目标": "", "status": "", "状态": "", "reason": "", "原因": "", "advice": "", "名称": "", "(": "", "（元）": "",
		"before": "", "after": "", "changed": "", "row": "", "上月目标值": "",
	} {
		if got := names.column[headerKey(head)]; got != want {
			t.Errorf("%q is %q, want %q", head, got, want)
		}
	}
}

func TestLayoutRefusals(t *testing.T) {
	names, err := newNames(nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = names.layout(headerRow("指标项ID", "目标值", "Target Value"))
	if e := mustFileError(t, filed(err)); e.Code != CodeHeaderDuplicate || !strings.Contains(e.Error(), "“目标值” (B1), “Target Value” (C1)") {
		t.Error(e)
	}
	_, err = names.layout(headerRow("姓名", "", "目标值"))
	if e := mustFileError(t, filed(err)); e.Code != CodeHeaderMissing || e.Found != "姓名, 目标值" || !strings.Contains(e.Error(), "指标项ID") {
		t.Error(e)
	}
}

// filed gives a refusal the file name it has got outside of this test.
func filed(err error) error {
	if e, ok := errors.AsType[*FileError](err); ok {
		e.File = "test"
	}
	return err
}

func TestOptionsAreChecked(t *testing.T) {
	path := write(t, "a.csv", []byte("metric_item_id\n1\n"))
	for _, o := range []Options{
		{Percent: "half"},
		{Columns: map[Column][]string{"nonsense": {"x"}}},
		{Columns: map[Column][]string{ColumnTarget: {"x"}, ColumnCurrent: {"X "}}},
		{Columns: map[Column][]string{ColumnTarget: {"-"}}},
	} {
		if _, err := Open(path, o); err == nil {
			t.Errorf("%+v is accepted", o)
		} else if _, refused := errors.AsType[*FileError](err); refused {
			t.Errorf("%+v is blamed on the file: %v", o, err)
		}
	}
	if _, err := ParseColumn("metric_item_id"); err != nil || len(Columns()) != 8 {
		t.Error(err)
	}
	if _, err := ParseColumn("x"); err == nil {
		t.Error("x is a column")
	}
}

func TestCellName(t *testing.T) {
	for column, want := range map[int]string{0: "A7", 25: "Z7", 26: "AA7", 701: "ZZ7", 702: "AAA7", 16383: "XFD7"} {
		if got := cellName(column, 7); got != want {
			t.Errorf("column %d is %s, want %s", column, got, want)
		}
	}
}

// FuzzHeader: any header is read or refused, and names no column twice.
func FuzzHeader(f *testing.F) {
	f.Add("metric_item_id", "目标值（元）", "当前值")
	f.Add("指标项ID", "指标项ID*", "")
	f.Add("((", "））", "【】*")
	f.Fuzz(func(t *testing.T, a, b, c string) {
		names, err := newNames(nil)
		if err != nil {
			t.Fatal(err)
		}
		r := headerRow(a, b, c)
		if len(r.cells) == 0 {
			return
		}
		l, err := names.layout(r)
		if err != nil {
			mustFileError(t, filed(err))
			return
		}
		seen := map[Column]bool{}
		for _, column := range l.columns {
			if column != "" && seen[column] {
				t.Errorf("%s twice", column)
			}
			seen[column] = true
		}
		if !seen[ColumnItemID] || headerKey(headerKey(a)) != headerKey(a) {
			t.Errorf("%q", a)
		}
	})
}
