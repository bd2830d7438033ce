//go:build oracle

package source

import (
	"encoding/csv"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// families are the kinds of cells that sheets of metrics hold. A format whose
// text says something else than the cell is left out, since no reader of a CSV
// could know: 0.00;[Red]0.00 shows no minus, 0.00,, leaves out six digits.
var families = []family{
	{name: "plain", write: number, formats: []string{"General", "@", "General;[Red]-General"}},
	{name: "fixed", write: number, formats: []string{"0", "0.00", "0.0000", "+0.0;-0.0;0", "0.00;0.00-", "[Blue]0.0;[Red]-0.0"}},
	{name: "thousands", write: number, formats: []string{"#,##0", "#,##0.00", "#,##0.000;-#,##0.000", "#,##0;[Red]-#,##0"}},
	{name: "currency", write: number, formats: []string{
		`¥#,##0.00`, `"¥"#,##0.00;"¥"-#,##0.00`, `¥#,##0.00;-¥#,##0.00`, `[$¥-804]#,##0.00`, `[$￥-804]#,##0`, `$#,##0.00`,
		`"$"#,##0_);[Red]("$"#,##0)`, `[$US$-409]#,##0.00`, `[$€-2] #,##0.00`, `#,##0.00 [$€-1]`, `#,##0\ "€"`, `[$£-809]#,##0.00`, `[$HK$-C04]#,##0`,
		`[$CNY] #,##0.00`, `#,##0.00 "USD"`,
	}},
	{name: "accounting", write: number, formats: []string{
		`#,##0.00_);(#,##0.00)`, `_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * "-"??_ ;_ @_ `, `_ ¥* #,##0.00_ ;_ ¥* -#,##0.00_ ;_ ¥* "-"??_ ;_ @_ `,
		`_("$"* #,##0.00_);_("$"* (#,##0.00);_("$"* "-"??_);_(@_)`, `_ * #,##0_ ;_ * -#,##0_ ;_ * "-"_ ;_ @_ `,
	}},
	// Its zero is left out: "- €", a dash in front of a mark, is refused.
	{name: "accounting euros", write: nonZero, formats: []string{`_-* #,##0 "€"_-;-* #,##0 "€"_-;_-* "-" "€"_-;_-@_-`}},
	{name: "percent ratio", write: ratio, formats: percentFormats, percent: PercentRatio},
	{name: "percent points", write: ratio, formats: percentFormats, percent: PercentPoints},
	{name: "percent undecided", write: ratio, formats: percentFormats},
	{name: "scientific", write: number, formats: []string{"0.00E+00", "##0.0E+0", "0E+0"}, hidden: true},
	{name: "too large", write: huge, formats: []string{"0", "0.00E+00", "#,##0.00", "General"}, code: CodeNumberRange, hidden: true},
	{name: "dates", write: date, code: CodeCellIsDate, hidden: true, formats: []string{
		"yyyy-mm-dd", "m/d/yyyy", "yyyy/m/d h:mm", `yyyy"年"m"月"d"日"`, `[$-804]yyyy"年"m"月"`, "d-mmm-yy", "mmm yyyy", "[$-804]aaaa", "dddd", "m/d/yy h:mm",
	}},
	{name: "times", write: date, code: CodeCellIsDate, hidden: true, formats: []string{"h:mm:ss", "[h]:mm", "h:mm AM/PM", "mm:ss", `h"时"mm"分"`, "[mm]:ss"}},
	{name: "dates as digits", write: date, code: CodeCellIsDate, unseen: true, formats: []string{"yyyymmdd", "yyyy", "d", "[h]", "mmss.0", "yyyy.mm"}},
	{name: "booleans", write: func(r *rand.Rand, _ int) any { return r.IntN(2) == 0 }, code: CodeCellIsBoolean, hidden: true},
	{name: "never computed", write: sum, code: CodeFormulaWithoutValue},
	{name: "computed", typed: computed, formulas: true},
	{name: "errors", typed: failing, formulas: true, code: CodeCellIsError, hidden: true},
	{name: "text", write: text, text: true},
	{name: "text that is no number", write: noNumber, text: true, code: anyCode, hidden: true},
	{name: "yuan", write: number, formats: []string{`0"元"`, `#,##0.00"元"`, `0.0" 元"`, `General"元"`, `0.00"元";[Red]-0.00"元"`}},
	{name: "wan", write: inUnits, code: CodeCellShown, unseen: true, formats: []string{`0.0"万"`, `0"万"`, `#,##0.00"万元"`, `0.00"亿"`, `0.0000"亿元"`, `0.00000000"万亿"`}},
	{name: "ids as numbers", id: idNumber, write: func(*rand.Rand, int) any { return 1 }, formats: []string{"General", "0.00E+00"}, code: CodeIDNotText, hidden: true},
	{name: "typed decimals", typed: plain},
	{name: "typed thousands", typed: grouped},
	{name: "typed dollars", typed: wrapped("$%s", "-$%s", "($%s)", "$-%s")},
	{name: "typed negatives", typed: wrapped("-%s", "(%s)", "%s-", "+%s")},
	{name: "typed percents", typed: wrapped("%s%%", "-%s%%", "%s %%"), percent: PercentRatio},
	{name: "typed dates", typed: typedDate, code: anyCode, hidden: true},
}

// A formula is a cell that nobody has computed.
type formula string

var oracleHeader = []string{"指标项ID", "当前值"}

func (f family) writeBook(t *testing.T, o office, r *rand.Rand) {
	t.Helper()
	const sheet = "Sheet1"
	book := excelize.NewFile()
	defer book.Close()
	var styles []int
	for _, format := range f.formats {
		style, err := book.NewStyle(&excelize.Style{CustomNumFmt: &format})
		if err != nil {
			t.Fatal(err)
		}
		styles = append(styles, style)
	}
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	must(book.SetSheetRow(sheet, "A1", &oracleHeader))
	for i := range cellsPerFamily {
		id, value := any(itemID(i)), f.write(r, i)
		styled, cell := "B", fmt.Sprint("B", i+2)
		if f.id != nil {
			id, styled = f.id(i), "A"
		}
		must(book.SetCellValue(sheet, fmt.Sprint("A", i+2), id))
		if len(styles) > 0 {
			styled += strconv.Itoa(i + 2)
			must(book.SetCellStyle(sheet, styled, styled, styles[i%len(styles)]))
		}
		switch value := value.(type) {
		case formula:
			must(book.SetCellFormula(sheet, cell, string(value)))
		case float64: // left to itself, excelize cuts off what comes after 15 digits
			must(book.SetCellFloat(sheet, cell, value, decimals(value), 64))
		default:
			must(book.SetCellValue(sheet, cell, value))
		}
	}
	must(book.SaveAs(o.path("book", f.name, ".xlsx")))
}

// decimals is how many places write a float64 without loss.
func decimals(value float64) int {
	_, fraction, _ := strings.Cut(strconv.FormatFloat(value, 'f', -1, 64), ".")
	return len(fraction)
}

func (f family) writeTyped(t *testing.T, o office, r *rand.Rand) string {
	t.Helper()
	var b strings.Builder
	w := csv.NewWriter(&b)
	w.Write(oracleHeader)
	for i := range cellsPerFamily {
		w.Write([]string{itemID(i), f.typed(r, i)})
	}
	w.Flush()
	path := o.path("typed", f.name, ".csv")
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

var percentFormats = []string{"0%", "0.00%", "0.0%;[Red]-0.0%", "0.000%"}

// special are numbers that have gone wrong somewhere before: halves to round,
// sums that carry binary noise, the edges of what is allowed.
var special = []float64{
	0, 0.1 + 0.2, -(0.1 + 0.2), 1.1 * 1.1, 4.35 * 100, 1 - 0.9, 0.285 * 100, 1.005, 2.675, -0.004, 0.005, -0.5, 0.5, 999.995, 999999.5, 1e14, -1e14,
	99999999999999.9, 1e-5, 0.0001, 12345678.9, 1e14 / 3, 100 / 3.0, 2.0 / 3, 1e13 + 0.1, 45123, 0.07, 0.29, 0.57, 1234567.891, 1000, -1000, 999,
}

// number is a number of up to 15 digits below 1e14, or one with the noise that
// arithmetic leaves behind.
func number(r *rand.Rand, i int) any {
	const digits, places = 15, 14
	switch kind := r.IntN(6); {
	case i < 6*len(special):
		return special[i/6] // once in each of several formats
	case kind == 0:
		return 0.0
	case kind == 1:
		return float64(r.IntN(1e6))/100*float64(r.IntN(1000))/10 - float64(r.IntN(1e7))/1e3
	}
	mantissa, _ := strconv.ParseFloat(digitsOf(r, 1+r.IntN(digits)), 64)
	point := r.IntN(places+6) - 5 // 0.00000123 to 12300000000000
	size := 1 + int(math.Log10(mantissa))
	value, _ := strconv.ParseFloat(fmt.Sprintf("%.0fe%d", mantissa, point-size), 64)
	if r.IntN(3) == 0 {
		return -value
	}
	return value
}

func nonZero(r *rand.Rand, i int) any {
	if value := number(r, i); value != 0.0 {
		return value
	}
	return 1.5
}

// digitsOf is n digits, the first of which is not 0.
func digitsOf(r *rand.Rand, n int) string {
	b := []byte{'1' + byte(r.IntN(9))}
	for len(b) < n {
		b = append(b, '0'+byte(r.IntN(10)))
	}
	return string(b)
}

// ratio is what a percentage stores.
func ratio(r *rand.Rand, i int) any {
	if value := number(r, i).(float64); i%4 == 0 && math.Abs(value) < 1e10 {
		return value
	}
	return float64(r.IntN(40_000)-10_000) / 10_000
}

// inUnits is few enough of 万亿 to stay in range, most of the time.
func inUnits(r *rand.Rand, _ int) any {
	return math.Round(math.Pow(10, r.Float64()*9-2)*1e4) / 1e4 * float64(1-2*r.IntN(2))
}

func huge(r *rand.Rand, _ int) any {
	return math.Pow(10, 15+r.Float64()*100) * float64(1-2*r.IntN(2))
}

// date is a day between 1900 and 2100 with a time.
func date(r *rand.Rand, _ int) any { return float64(r.IntN(73_000*24)) / 24 }

func sum(r *rand.Rand, _ int) any {
	return formula(fmt.Sprintf("%d+%d/4", r.IntN(1e6)-5e5, r.IntN(1e6)))
}

// computed is a formula that gives a number.
func computed(r *rand.Rand, i int) string {
	a, b := r.IntN(1e6)-5e5, 1+r.IntN(1e4)
	row := 2 + r.IntN(i+1)
	switch r.IntN(7) {
	case 0:
		return fmt.Sprintf("=%d/%d", a, b)
	case 1:
		return fmt.Sprintf("=%d.%d+0.%d", a, b, b)
	case 2:
		return fmt.Sprintf("=SUM(%d,%d.5,-0.1)", a, b)
	case 3:
		return fmt.Sprintf("=ROUND(%d/%d,2)", a, b)
	case 4:
		return fmt.Sprintf("=%d.%d*1.1", a, b)
	case 5:
		return fmt.Sprintf(`=TEXT(%d,"0.00")`, a)
	}
	if row == i+2 {
		return "=0.1+0.2"
	}
	return fmt.Sprintf("=IF(ABS(B%d)<1E12,N(B%d)*1.01,0)", row, row)
}

// failing is a formula that gives an error.
func failing(r *rand.Rand, _ int) string {
	all := []string{"=1/0", "=NA()", "=1E300*1E300", "=NOSUCH(%d)", `=VALUE("x")`, "=INDEX(A1:A2,9)", "=SQRT(-%d)", "=#REF!+%d", "=1+", "=A1+%d", "=B1*2"}
	text := all[r.IntN(len(all))]
	if strings.Contains(text, "%") {
		return fmt.Sprintf(text, 1+r.IntN(100))
	}
	return text
}

// plain is a decimal of up to 15 digits as it is typed.
func plain(r *rand.Rand, _ int) string {
	digits := digitsOf(r, 1+r.IntN(14))
	text := digits
	if point := r.IntN(len(digits) + 1); point > 0 && point < len(digits) {
		text = digits[:point] + "." + digits[point:]
	} else if point == 0 {
		text = "0." + digits
	}
	return strings.Repeat("-", r.IntN(2)) + text
}

// grouped is a decimal with separators in front of every three digits.
func grouped(r *rand.Rand, i int) string {
	text, sign := plain(r, i), ""
	if strings.HasPrefix(text, "-") {
		text, sign = text[1:], "-"
	}
	whole, fraction, pointed := strings.Cut(text, ".")
	for at := len(whole) - 3; at > 0; at -= 3 {
		whole = whole[:at] + "," + whole[at:]
	}
	if pointed {
		whole += "." + fraction
	}
	return sign + whole
}

// wrapped puts decimals into one form after another.
func wrapped(forms ...string) func(*rand.Rand, int) string {
	return func(r *rand.Rand, i int) string {
		return fmt.Sprintf(forms[i%len(forms)], strings.TrimPrefix(grouped(r, i), "-"))
	}
}

// text is a number that somebody formatted as text or pasted from elsewhere.
func text(r *rand.Rand, i int) any {
	wide := strings.NewReplacer("0", "０", "1", "１", "2", "２", "5", "５", "9", "９", ".", "．", "-", "－")
	short := func() string { return fmt.Sprintf("%d.%02d", r.IntN(1e5), r.IntN(100)) }
	switch r.IntN(12) {
	case 0:
		return plain(r, i)
	case 1:
		return wide.Replace(plain(r, i))
	case 2:
		return "\u00a0" + plain(r, i) + " \u00a0"
	case 3:
		return "  " + grouped(r, i) + "\u200b"
	case 4:
		return "−" + short()
	case 5:
		return "（" + short() + "）"
	case 6:
		return "￥" + short()
	case 7:
		return short() + "万元"
	case 8:
		return "–" + short()
	case 9:
		return short() + "-"
	case 10:
		return "\u3000(" + short() + ") "
	}
	return "¥-" + short() + "\ufeff"
}

// noNumber is a text that must not be taken for a number.
func noNumber(r *rand.Rand, _ int) any {
	a, b := 1+r.IntN(1e4), r.IntN(90)+10
	all := []string{"1.%dE+%d", "%d %d", "-", "n/a", "待定", "%d/%d", "约%d", "%d~%d", "%d,%d", "--%d", "%d.%d.1", "######", "%d个", "0x%d", "%d²", "%d..%d", "(%d", "%d)"}
	form := all[r.IntN(len(all))]
	return fmt.Sprintf(form, []any{a, b}[:strings.Count(form, "%d")]...)
}

func typedDate(r *rand.Rand, _ int) string {
	y, m, d := 1950+r.IntN(100), 1+r.IntN(12), 1+r.IntN(28)
	forms := []string{"%[1]d-%02[2]d-%02[3]d", "%[2]d/%[3]d/%[1]d", "%[1]d/%[2]d/%[3]d", "%[1]d年%[2]d月%[3]d日", "%[2]d:%02[3]d", "%[2]d/%[3]d", "%[1]d-%02[2]d-%02[3]d 0%[2]d:%02[3]d:00"}
	return fmt.Sprintf(forms[r.IntN(len(forms))]+"%.0[4]s", y, m, d, "")
}

func idNumber(i int) any { return 7_041_234_567_890_123_456 + int64(i)*1_001 }
