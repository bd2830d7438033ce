package source

import (
	"archive/zip"
	"iter"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
)

// What is decided about a file holds for its own reading and no other, even while
// both go on.
func TestP118_OptionsPerFile(t *testing.T) {
	rows := bookHeader + `<row r="2">` + idCell + `<c r="B2" s="1"><v>0.85</v></c></row><row r="3"><c r="A3" t="s"><v>2</v></c><c r="B3" s="1"><v>0.5</v></c></row>`
	path := write(t, "a.xlsx", book(rows).zip(t, zip.Deflate))
	modes := []PercentMode{PercentRatio, PercentPoints}
	want := [][]Number{{"0.85", "85"}, {"0.5", "50"}}
	var next []func() (Update, error, bool)
	for _, mode := range modes {
		f, err := Open(path, Options{Percent: mode})
		if err != nil {
			t.Fatal(err)
		}
		pull, stop := iter.Pull2(f.Rows())
		t.Cleanup(func() { stop(); f.Close() })
		next = append(next, pull)
	}
	for _, row := range want {
		for i := range modes {
			if u, err, ok := next[i](); !ok || err != nil || u.Current != row[i] {
				t.Errorf("%s: %+v %v, want %s", modes[i], u, err, row[i])
			}
		}
	}
	if a := read(t, path, Options{}); a.codes() != "2:percent_undecided 3:percent_undecided" {
		t.Error(a)
	}
}

// Two cells that excelize's streaming reader shows alike are told apart.
func TestP119_TypesOfCells(t *testing.T) {
	f := table(t, heads)
	percent, err1 := f.NewStyle(&excelize.Style{NumFmt: 10})
	date, err2 := f.NewStyle(&excelize.Style{NumFmt: 14})
	must(t, err1, err2)
	set := func(cell string, value any, style int) {
		must(t, f.SetCellValue("Sheet1", cell, value), f.SetCellStyle("Sheet1", cell, cell, style))
	}
	for i, test := range []struct {
		value any
		style int
	}{
		{1, 0}, {true, 0}, {0.85, 0}, {0.85, percent}, {45123, 0}, {45123, date}, {time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC), date}, {"1", 0}, {"#N/A", 0}, {nil, 0},
	} {
		set(cellName(0, i+2), someID, 0)
		set(cellName(1, i+2), test.value, test.style)
	}
	set("A12", someID, 0)
	must(t, f.SetCellFormula("Sheet1", "B12", "1+1")) // excelize does not calculate it
	set("A13", 7041234567890123456, 0)
	set("B13", 1, 0)
	set("A14", 123456789012345, 0)
	a := read(t, save(t, f), Options{})
	const refusals = "3:cell_is_boolean 5:percent_undecided 7:cell_is_date 8:cell_is_date 10:cell_is_error 12:formula_without_value 13:id_not_text"
	if got := rowNumbersOf(a); got != "2 4 6 9 11 14//"+refusals {
		t.Error(got)
	}
	for _, u := range a.updates {
		if want := map[int]Number{2: "1", 4: "0.85", 6: "45123", 9: "1"}[u.Row]; u.Current != want {
			t.Errorf("%+v, want %s", u, want)
		}
	}
}
