package source

import (
	"archive/zip"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// exactly is the number digits × 10^shift as a Number is written, reckoned by
// math/big.
func exactly(tb testing.TB, digits string, shift int) string {
	tb.Helper()
	r, ok := new(big.Rat).SetString(fmt.Sprintf("%se%d", digits, shift))
	if !ok {
		tb.Fatalf("%q is no number", digits)
	}
	text := r.FloatString(40)
	return strings.TrimRight(strings.TrimRight(text, "0"), ".")
}

// fraction is n/of as a Number is written, reckoned by math/big.
func fraction(n, of int64) string {
	text := big.NewRat(n, of).FloatString(4)
	return strings.TrimRight(strings.TrimRight(text, "0"), ".")
}

// storedColumn is a workbook with one stored number in each row, all in one style,
// and says what became of them.
func storedColumn(tb testing.TB, style int, stored []string, mode PercentMode) []string {
	tb.Helper()
	var rows strings.Builder
	rows.WriteString(bookHeader)
	for i, v := range stored {
		fmt.Fprintf(&rows, `<row r="%d"><c><v>7</v></c><c s="%d"><v>%s</v></c></row>`, i+2, style, v)
	}
	path := write(tb, "a.xlsx", book(rows.String()).zip(tb, zip.Deflate))
	return rowsOf(tb, read(tb, path, Options{Percent: mode}), len(stored), catalogueValue(ColumnCurrent))
}

// inFormat is what becomes of stored numbers in cells of a custom format.
func inFormat(t *testing.T, code string, stored ...string) []string {
	t.Helper()
	quoted := strings.NewReplacer("&", "&amp;", `"`, "&quot;", "<", "&lt;").Replace(code)
	var rows strings.Builder
	for _, v := range stored {
		rows.WriteString(`<row><c><v>7</v></c><c s="4"><v>` + v + `</v></c></row>`)
	}
	p := book(bookHeader+rows.String()).
		replace("xl/styles.xml", `<numFmts count="1">`, `<numFmts count="2"><numFmt numFmtId="171" formatCode="`+quoted+`"/>`).
		replace("xl/styles.xml", "</cellXfs>", `<xf numFmtId="171"/></cellXfs>`)
	return rowsOf(t, p.read(t), len(stored), catalogueValue(ColumnCurrent))
}

// Only a person can tell whether 85% is 0.85 or 85, and zero is the same in both.
func TestP49_Percent(t *testing.T) {
	for mode, want := range map[PercentMode][]string{
		"":            {"percent_undecided", "percent_undecided", "percent_undecided", "percent_undecided", "0", "percent_undecided"},
		PercentAuto:   {"percent_undecided", "percent_undecided", "percent_undecided", "percent_undecided", "0", "percent_undecided"},
		PercentRatio:  {"0.1234", "1", "-0.05", "1.5", "0", "0.001"},
		PercentPoints: {"12.34", "100", "-5", "150", "0", "0.1"},
	} {
		stored := storedColumn(t, 1, []string{"0.1234", "1", "-0.05", "1.5", "0", "1E-3"}, mode)
		text := inColumn(t, ColumnCurrent, []string{"12.34%", "100%", "-5%", "150%", "0%", "0.1%"}, Options{Percent: mode})
		spelled := inColumn(t, ColumnCurrent, []string{"12.34 %", "１００％", "(5%)", "+150.0%", "-0.00%", ".1%"}, Options{Percent: mode})
		for i := range want {
			if stored[i] != want[i] || text[i] != want[i] || i < 5 && spelled[i] != want[i] {
				t.Errorf("%q: stored %s, text %s, spelled %s, want %s", mode, stored[i], text[i], spelled[i], want[i])
			}
		}
		if spelled[5] != "number_invalid" {
			t.Error(spelled[5])
		}
	}
	for _, code := range []string{"0%", "0.00%", "0.00%;[Red]-0.00%", `0.0%" of all"`, "0 %", "# ##0%", "General%", `"="0%`} {
		if got := inFormat(t, code, "0.5")[0]; got != "percent_undecided" {
			t.Errorf("%s: %s", code, got)
		}
	}
	allInColumn(t, ColumnCurrent, "percent_undecided", "85%", "1,234%", "85％")
	allInColumn(t, ColumnCurrent, "number_invalid", "%", "%85", "85%5", "8%5", "¥5%", "-%")
	allInColumn(t, ColumnCurrent, "number_unit", "85%%", "85‰", "85bp", "85个百分点", "85 pct", "5%元", "5万%", "5%万")
}

// A number without a percent sign is never taken for a percentage, whatever its
// column is meant for: a hundredfold mistake is not made here.
func TestP50_NumberInAPercentColumn(t *testing.T) {
	for _, mode := range []PercentMode{PercentAuto, PercentRatio, PercentPoints} {
		pairsIn(t, Options{Percent: mode}, "12.34", "12.34", "0.1234", "0.1234", "1", "1", "100", "100", "-0.5", "-0.5")
		for i, got := range storedColumn(t, 0, []string{"12.34", "0.1234", "1"}, mode) {
			if want := []string{"12.34", "0.1234", "1"}[i]; got != want {
				t.Errorf("%s: %s, want %s", mode, got, want)
			}
		}
		a := read(t, write(t, "a.csv", []byte("指标项ID,当前值(%),目标值（％）\n7,12.34,0.5\n")), Options{Percent: mode})
		if len(a.updates) != 1 || a.updates[0].Current != "12.34" || a.updates[0].Target != "0.5" {
			t.Errorf("%s: %v", mode, a)
		}
	}
}

// Every percentage of two decimals from 0.00 to 999.99 is exact in both meanings,
// as text and as Excel stores it; every tenth is read from files, where a number of
// 万 stands beside it.
func TestP51_PercentIsExact(t *testing.T) {
	const hundredths, tenth = int64(100_000), 10
	var text, ratio, points, stored []string
	for i := range hundredths {
		digits := fmt.Sprintf("%d.%02d", i/100, i%100)
		value := float64(i) / 10_000
		if i%7 == 0 { // a program that divides has a last digit of its own
			value, _ = strconv.ParseFloat(digits, 64)
			value /= 100
		}
		wantRatio, wantPoints, inBook := fraction(i, 10_000), fraction(i, 100), strconv.FormatFloat(value, 'g', 17, 64)
		asRatio, _ := parseNumber(digits+"%", PercentRatio)
		asPoints, _ := parseNumber(digits+"%", PercentPoints)
		storedRatio, _ := parsePercent(inBook, PercentRatio)
		storedPoints, _ := parsePercent(inBook, PercentPoints)
		if string(asRatio) != wantRatio || asRatio != storedRatio || string(asPoints) != wantPoints || asPoints != storedPoints {
			t.Fatalf("%s%% and %s became %s and %s, %s and %s", digits, inBook, asRatio, storedRatio, asPoints, storedPoints)
		}
		if i%tenth == i/100%tenth {
			tenThousandfold := " " + fraction(100*i, 1)
			text, stored = append(text, "7,"+digits+"%,"+digits+"万"), append(stored, inBook)
			ratio, points = append(ratio, wantRatio+tenThousandfold), append(points, wantPoints+tenThousandfold)
		}
	}
	path := write(t, "a.csv", []byte("metric_item_id,metric_target_value,metric_current_value\n"+strings.Join(text, "\n")+"\n"))
	both := func(u Update) string { return string(u.Target) + " " + string(u.Current) }
	for mode, want := range map[PercentMode][]string{PercentRatio: ratio, PercentPoints: points} {
		csv, xlsx := rowsOf(t, read(t, path, Options{Percent: mode}), len(text), both), storedColumn(t, 1, stored, mode)
		for i := range text {
			if percent, _, _ := strings.Cut(want[i], " "); csv[i] != want[i] || xlsx[i] != percent {
				t.Fatalf("%s as %s: %s in CSV, %s in XLSX", text[i], mode, csv[i], xlsx[i])
			}
		}
	}
	pairsIn(t, Options{Percent: PercentRatio}, "0.07%", "0.0007", "-0.07%", "-0.0007", "0.07万", "700", "123.45亿", "12345000000")
}

// The noise of binary arithmetic is rounded away, as Excel does, and nothing more.
func TestP52_BinaryNoise(t *testing.T) {
	var stored, want []string
	for i := range 5000 {
		stored = append(stored, strconv.FormatFloat(float64(i)*0.01, 'g', 17, 64), strconv.FormatFloat(float64(i)*0.1-0.1*float64(i/2), 'e', 17, 64))
		want = append(want, exactly(t, strconv.Itoa(i), -2), exactly(t, strconv.Itoa(i-i/2), -1))
	}
	for i, test := range [][2]string{
		{"0.30000000000000004", "0.3"}, {"99999.994999999995", "99999.995"}, {"-2.9999999999999996", "-3"}, {"1.0000000000000002", "1"},
		{"0.1", "0.1"}, {"12345678.9012345", "12345678.9012345"}, {"999999999999999", "999999999999999"}, {"999999999999999.4", "999999999999999"},
		{"999999999999999.5", "number_range"}, {"1.2345678901234567E-5", "0.0000123456789012346"}, {"4.9406564584124654E-324", "number_range"},
	} {
		if got := storedColumn(t, 0, []string{test[0]}, PercentAuto)[0]; got != test[1] {
			t.Errorf("%d: %s became %s, want %s", i, test[0], got, test[1])
		}
	}
	for i, got := range storedColumn(t, 0, stored, PercentAuto) {
		if got != want[i] {
			t.Fatalf("%s became %s, want %s", stored[i], got, want[i])
		}
	}
	// Text is what a person wrote: it is refused rather than rounded.
	pairsIn(t, Options{}, "0.30000000000000004", "0.30000000000000004", "0.1000000000000000001", "number_precision",
		"123456789012345.67", "123456789012345.67", "123456789012345.678", "number_precision")
}

// What a number format makes of a number is never read.
func TestP53_StoredNotDisplayedNumber(t *testing.T) {
	for _, code := range []string{
		"General", "@", "0", "0.00", "#,##0", "#,##0.00", "#,##0.00_ ", `0!.0,"万"`, `0.0,"k"`, `#,##0.00,,"百万"`, `_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * "-"??_ ;_ @_ `,
		`¥#,##0.00;¥-#,##0.00`, `"¥"#,##0.00;[Red]"¥"-#,##0.00`, "[$¥-804]#,##0.00", `[$€-2] #,##0.00`, `#,##0.00_);[Red](#,##0.00)`, "0.00E+00", "# ?/?",
		"[DBNum1][$-804]General", "[>=10000]0.0000;0", `0"元"`, `0.00"/day"`, `0;0;"-"`, "000000000",
	} {
		got := inFormat(t, code, "1234.5678", "-1234.5", "0", "1E-3", "0.30000000000000004")
		if want := []string{"1234.5678", "-1234.5", "0", "0.001", "0.3"}; !slices.Equal(got, want) {
			t.Errorf("%q: %s, want %s", code, got, want)
		}
	}
}

// A CSV file that Excel has saved holds what the cells displayed.
func TestP54_DisplayedTextInCSV(t *testing.T) {
	pairsIn(t, Options{},
		"1,234.50", "1234.5", "¥1,234.50", "1234.5", "¥-1,234.50", "-1234.5", "-¥1,234.50", "-1234.5", "(1,234.50)", "-1234.5", "$(1,234.50)", "-1234.5",
		" 1,234.57 ", "1234.57", " ¥1,234.57 ", "1234.57", "￥1,234.50", "1234.5", "1,234,567.00", "1234567",
		" -   ", "0", " - ", "0", " ¥ -   ", "0", "¥-", "0", "$ -", "0", "￥ - ", "0", " US$ -", "0",
		"-", "number_invalid", "- ", "number_invalid", " -", "number_invalid", " -- ", "number_invalid", "\t-\t", "number_invalid",
		"########", "cell_too_narrow", "#", "cell_too_narrow", " ### ", "cell_too_narrow", "＃＃＃", "cell_too_narrow", "#5", "number_invalid")
	a := readCSV(t, "metric_item_id,target,current\r\n7,\" 1,234.50 \", -   \r\n8,########,\"¥1,234.50\"\r\n")
	if len(a.updates) != 1 || a.updates[0].Target != "1234.5" || a.updates[0].Current != "0" {
		t.Error(a)
	}
	if len(a.refused) != 1 || !strings.Contains(a.refused[0].Advice("zh"), "列宽") && !strings.Contains(a.refused[0].Reason("zh"), "列宽") || a.refused[0].Update.Current != "1234.5" {
		t.Error(a)
	}
}

// A truth value is no number, although a workbook stores it as 1 or 0.
func TestP55_Booleans(t *testing.T) {
	for stored, found := range map[string]string{"1": "TRUE", "0": "FALSE"} {
		a := book(bookHeader + `<row r="2">` + idCell + `<c r="B2" t="b"><v>` + stored + `</v></c></row>`).read(t)
		if a.codes() != "2:cell_is_boolean" || a.refused[0].Problems[0].Found != found {
			t.Error(stored, a)
		}
		if got := one(t, idCell+`<c r="B2" t="b"><f>A1=A1</f><v>`+stored+`</v></c>`); got != "2:cell_is_boolean" {
			t.Error(got)
		}
	}
	allInColumn(t, ColumnCurrent, "cell_is_boolean", "TRUE", "FALSE", "true", "False", " TRUE ", "ＴＲＵＥ")
	allInColumn(t, ColumnCurrent, "number_invalid", "是", "否", "真", "yes", "√", "✓", "T")
}

// A date is no number, although a workbook stores it as one.
func TestP56_Dates(t *testing.T) {
	dates := map[int]bool{}
	for _, span := range [][2]int{{14, 22}, {27, 36}, {45, 47}, {50, 58}, {71, 81}} {
		for id := span[0]; id <= span[1]; id++ {
			dates[id] = true
		}
	}
	for id := range 82 {
		want := "45123"
		switch {
		case dates[id]:
			want = "cell_is_date"
		case id == 9, id == 10, id == 67, id == 68:
			want = "percent_undecided"
		}
		p := book(bookHeader+`<row r="2"><c><v>7</v></c><c s="4"><v>45123</v></c></row>`).
			replace("xl/styles.xml", "</cellXfs>", fmt.Sprintf(`<xf numFmtId="%d"/></cellXfs>`, id))
		if id%2 == 0 {
			p.replace("xl/workbook.xml", "<sheets>", `<workbookPr date1904="1"/><sheets>`)
		}
		if got := rowsOf(t, p.read(t), 1, catalogueValue(ColumnCurrent))[0]; got != want {
			t.Errorf("format %d: %s, want %s", id, got, want)
		}
	}
	for _, code := range []string{"yyyy-mm-dd", "m/d/yy h:mm", `yyyy"年"m"月"d"日"`, "[h]:mm", "[$-804]aaaa", "mmm-yy", "[$-F800]dddd, mmmm dd, yyyy", "h:mm AM/PM", "mm:ss.0", "[Red]d;@", `e"年"`, "[$-804]e", "gge", "bbbb"} {
		for i, got := range inFormat(t, code, "45123", "60", "0", "-1", "0.5", "1E+300") {
			if got != "cell_is_date" {
				t.Errorf("%d in %q: %s", i, code, got)
			}
		}
	}
	allInColumn(t, ColumnCurrent, "number_invalid",
		"2024/3/5", "2024-03-05", "3/5", "1-2", "5-Mar", "Mar-24", "3月5日", "2024年3月5日", "12:30", "12:30:00", "2023-07-16T00:00:00Z", "05-18-03")
}

// A date as ISO text is one in any style.
func TestP57_ISODates(t *testing.T) {
	for _, v := range []string{"2023-07-16T00:00:00Z", "2023-07-16", "12:30:00", "45123"} {
		for style := range 4 {
			if got := one(t, idCell+fmt.Sprintf(`<c r="B2" s="%d" t="d"><v>%s</v></c>`, style, v)); got != "2:cell_is_date" {
				t.Errorf("%s: %s", v, got)
			}
		}
		if got := one(t, `<c r="A2" t="d"><v>`+v+`</v></c>`); got != "2:cell_is_date" {
			t.Errorf("%s as id: %s", v, got)
		}
	}
}

// The errors of formulas are named, whether they come as errors or as text.
func TestP58_Errors(t *testing.T) {
	names := []string{"#N/A", "#DIV/0!", "#REF!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "#GETTING_DATA"}
	allInColumn(t, ColumnCurrent, "cell_is_error", names...)
	allInColumn(t, ColumnCurrent, "cell_is_error", " #N/A ", "#n/a", "＃Ｎ／Ａ", "#Div/0!\t")
	allInColumn(t, ColumnItemID, "cell_is_error", names...)
	for _, name := range append(names, "#BLOCKED!", "#FIELD!", "") {
		for _, form := range []string{`<v>%s</v>`, `<f>1/0</f><v>%s</v>`} {
			a := book(bookHeader + `<row r="2">` + idCell + `<c r="B2" t="e">` + fmt.Sprintf(form, name) + `</c></row>`).read(t)
			want, found := "2:cell_is_error", name
			switch {
			case name == "" && strings.Contains(form, "<f>"):
				want = "2:formula_without_value"
			case name == "":
				want, found = "", ""
			}
			if a.codes() != want || want != "" && a.refused[0].Problems[0].Found != found {
				t.Errorf("%q: %v", name, a)
			}
		}
	}
	allInColumn(t, ColumnCurrent, "number_invalid", "#VALEUR", "N/A", "ERROR")
}
