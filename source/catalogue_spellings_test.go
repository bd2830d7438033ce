package source

import (
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A formula that nobody has calculated is no blank cell, in any column.
func TestP59_FormulaWithoutValue(t *testing.T) {
	const before, after = `<c t="inlineStr"><is><t>`, `</t></is></c>`
	names := []string{"metric_item_id", "起始值", "目标值", "当前值", "支撑的上级", "指标来源ID", "指标表ID"}
	head := `<row r="1">` + before + strings.Join(names, after+before) + after + `</row>`
	for _, kind := range []string{"", ` t="n"`, ` t="str"`, ` t="b"`, ` t="e"`, ` t="s"`} {
		for _, content := range []string{`<f>A1+1</f>`, `<f>A1+1</f><v></v>`, `<f>A1+1</f><v/>`, `<f/>`, `<f t="shared" si="0"/>`, `<f t="array" ref="B2">SUM(A1)</f>`} {
			if kind == ` t="str"` && strings.Contains(content, "<v") || kind == ` t="s"` && strings.Contains(content, "<v") {
				continue // an empty text is a value, see P60
			}
			var rows strings.Builder
			rows.WriteString(head)
			for column := range 7 {
				cells := slices.Repeat([]string{`<c><v>7</v></c>`}, 7)
				cells[column] = `<c` + kind + `>` + content + `</c>`
				rows.WriteString(`<row>` + strings.Join(cells, "") + `</row>`)
			}
			for column, got := range rowsOf(t, book(rows.String()).read(t), 7, catalogueValue(ColumnCurrent)) {
				if got != "formula_without_value" {
					t.Errorf("%s %s in column %d: %s", kind, content, column, got)
				}
			}
		}
	}
	a := book(bookHeader + `<row r="2">` + idCell + `<c r="B2"><f>1+1</f></c></row>`).read(t)
	if !strings.Contains(a.refused[0].Advice("zh"), "保存") {
		t.Error(a)
	}
	allInColumn(t, ColumnCurrent, "number_invalid", "=A1+1", "=1+1", "＝1", "=5", "=SUM(A:A)")
}

// The value a formula had when the file was saved counts; that it comes from
// another workbook is told.
func TestP60_FormulaWithValue(t *testing.T) {
	for content, want := range map[string]string{
		`<c r="B2"><f>1+1</f><v>2</v></c>`:                              catalogueID + "=2",
		`<c r="B2"><f>NOW()</f><v>2.5</v></c>`:                          catalogueID + "=2.5",
		`<c r="B2"><f ca="1">RAND()</f><v>1E-3</v></c>`:                 catalogueID + "=0.001",
		`<c r="B2"><f>[1]Sheet1!A1</f><v>3</v></c>`:                     catalogueID + "=3",
		`<c r="B2"><f t="shared" ref="B2:B9" si="0">A1</f><v>4</v></c>`: catalogueID + "=4",
		`<c r="B2" t="str"><f>A1&amp;""</f><v>1,234</v></c>`:            catalogueID + "=1234",
		`<c r="B2" t="str"><f>""</f><v></v></c>`:                        catalogueID + "=",
		`<c r="B2" t="str"><f>IF(A1="","",A1)</f><v/></c>`:              catalogueID + "=",
		`<c r="B2" t="str"><f>" "</f><v> </v></c>`:                      catalogueID + "=",
		`<c r="B2" t="e"><f>1/0</f><v>#DIV/0!</v></c>`:                  "2:cell_is_error",
	} {
		if got := one(t, idCell+content); got != want {
			t.Errorf("%s: got %s, want %s", content, got, want)
		}
	}
	for formula, want := range map[string]int{
		`[1]Sheet1!A1`: 1, `'[2]My sheet'!$B$3*2`: 1, `SUM([1]!name)`: 1, `A1*2`: 0, `Table1[amount]`: 0, `Table1[[#This Row],[amount]]`: 0, `INDIRECT("x")`: 0,
	} {
		path := write(t, "a.xlsx", book(bookHeader+`<row r="2">`+idCell+`<c r="B2"><f>`+formula+`</f><v>3</v></c></row>`).zip(t, 8))
		if got := noticesOf(t, path)[NoticeLinks]; got != want {
			t.Errorf("%s: %d rows with links, want %d", formula, got, want)
		}
	}
}

// noticesOf reads a file to its end and counts what it has notices of.
func noticesOf(t *testing.T, path string) map[NoticeCode]int {
	t.Helper()
	f, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	readRows(t, f)
	count := map[NoticeCode]int{}
	for _, n := range f.Notices() {
		count[n.Code] = n.Count
		if n.Text("zh") == "" || n.Text("en") == "" || strings.Contains(n.Text("zh")+n.Text("en"), "{") {
			t.Errorf("%+v", n)
		}
	}
	return count
}

// Full-width characters are read as what they look like; whatever else looks like
// a digit or sign is not.
func TestP61_FullWidth(t *testing.T) {
	pairsIn(t, Options{Percent: PercentPoints},
		"１２，３４５．６％", "12345.6", "１２３４５６７８９０", "1234567890", "（１２）", "-12", "（12)", "-12", "￥５", "5", "＄５", "5", "￡5", "5", "５元", "5",
		"－３", "-3", "＋３", "3", "−3", "-3", "–3", "-3", "‐3", "-3", "‑3", "-3", "﹣3", "-3", "１　", "1", "　１", "1", "１．５０", "1.5", "ＲＭＢ５", "5", "５ｕｓｄ", "5", "３．５万", "35000",
		"—3", "number_invalid", "ー3", "number_invalid", "~3", "number_invalid", "1。5", "number_invalid", "1٫5", "number_invalid", "1、5", "number_invalid", "1·5", "number_invalid",
		"٣", "number_invalid", "५", "number_invalid", "5²", "number_invalid", "①", "number_invalid", "½", "number_invalid", "1½", "number_invalid", "⑤", "number_invalid", "Ⅴ", "number_invalid",
		"𝟓", "number_invalid", "₅", "number_invalid", "一万", "number_invalid", "五", "number_invalid", "〇", "number_invalid", "壹佰", "number_invalid", "1﹒5", "number_invalid", "5﹪", "number_invalid",
		"１　２", "number_ambiguous")
}

// What cannot be seen is taken off both ends, and refused inside.
func TestP62_InvisibleCharacters(t *testing.T) {
	invisible := []string{
		" ", "\t", "\n", "\r\n", "\u00a0", "\u3000", "\u2007", "\u202f", "\u0085", "\u1680", "\u2000", "\u2009", "\u200a", "\u2028", "\u2029", "\u205f",
		"\u200b", "\u200c", "\u200d", "\ufeff", "\u2060", "\u200e", "\u200f", "\u202a", "\u202c", "\u202d", "\u202e", "\u2066", "\u2069", "\u00ad", "\u061c", "\u007f",
	}
	var numbers, ids, users, blanks []string
	for _, s := range append(invisible, strings.Join(invisible, "")) {
		numbers = append(numbers, s+"12", "12"+s, s+"12"+s)
		users, blanks = append(users, s+"ou_1"+s), append(blanks, s, s+s)
		if !strings.Contains(s, "\n") { // a line that begins with an id may be a row, see P99
			ids = append(ids, s+catalogueID, catalogueID+s)
		}
		if got := inColumn(t, ColumnCurrent, []string{"1" + s + "2"}, Options{})[0]; got != "number_invalid" && got != "number_ambiguous" {
			t.Errorf("inside %q: %s", s, got)
		}
		if a := readCSV(t, "\""+s+"metric_"+s+"item_id"+s+"\",目标值\n7,5\n"); s != "\n" && len(a.updates) != 1 {
			t.Errorf("%q in the header: %v", s, a)
		}
	}
	for i, got := range inColumn(t, ColumnCurrent, numbers, Options{}) {
		if got != "12" {
			t.Errorf("%q became %s", numbers[i], got)
		}
	}
	allInColumn(t, ColumnItemID, catalogueID, ids...)
	allInColumn(t, ColumnSupportedUser, "ou_1", users...)
	allInColumn(t, ColumnCurrent, "", blanks...)
	allInColumn(t, ColumnCurrent, "number_invalid", "\u2800", "\u3164", ".", "\u00b7", "\u200b-\u200b")
}

// Every combination of sign, currency, digits and unit that is understood is
// exact, and currencies on both sides must agree.
func TestP63_UnitsAndCurrencies(t *testing.T) {
	type spelling struct{ text, want string }
	var all []spelling
	add := func(text, digits string, shift int) { all = append(all, spelling{text, exactly(t, digits, shift)}) }
	units := map[string]int{"": 0, "万": 4, "萬": 4, "亿": 8, "億": 8, "万亿": 12, "萬億": 12, " 万": 4, "万 ": 4}
	digits := []string{"0.25", "100"}
	for unit, shift := range units {
		for _, d := range digits {
			for _, currency := range append([]string{""}, currencies...) {
				for _, sign := range []string{"", "-", "+", "负", "−"} {
					negative := strings.Trim(sign, "+")
					if negative != "" {
						negative = "-"
					}
					add(sign+currency+d+unit, negative+d, shift)
					add(currency+sign+d+unit, negative+d, shift)
					add(sign+" "+d+unit+currency, negative+d, shift)
				}
				add("("+currency+" "+d+unit+")", "-"+d, shift)
				add("（"+d+unit+" "+currency+"）", "-"+d, shift)
				add(currency+"("+d+unit+")", "-"+d, shift)
				add(currency+d+strings.TrimSpace(unit)+"-", "-"+d, shift)
				add(d+unit+strings.ToLower(currency), d, shift)
			}
		}
	}
	texts := make([]string, len(all))
	for i, s := range all {
		texts[i] = s.text
	}
	for i, got := range inColumn(t, ColumnCurrent, texts, Options{}) {
		if got != all[i].want {
			t.Errorf("%q: got %s, want %s", texts[i], got, all[i].want)
		}
	}
	for _, front := range currencies {
		want := "number_invalid"
		if slices.Contains([]string{"¥", "CN¥", "RMB", "CNY", "人民币"}, front) {
			want = "5"
		}
		pairsIn(t, Options{}, front+"5元", want, front+"5"+front, "number_invalid")
	}
	allInColumn(t, ColumnCurrent, "number_unit", "5人", "5个", "5千", "5百万", "5千万", "5十万", "5兆", "5k", "5M", "5w", "5kg", "5 hours", "5%%", "5‰", "5bp", "5°", "37℃", "5元/人", "5万台", "5澳元", "5元整",
		"1.5倍", "5天", "5件", "5万美金", "5 pcs")
	allInColumn(t, ColumnCurrent, "number_invalid", "万", "元", "¥", "5万5", "3万5千", "五万", "一千", "百分之五", "约5", "5+", "≥5", "<5", "5~8", "5-8", "5元6角5", "$5元", "5$元", "¥$5", "QQ5", "5H2")
	allInColumn(t, ColumnCurrent, "number_range", "1000万亿", "10000000亿", "1,000万亿")
}

// A thousands separator stands where it must, or may be something else.
func TestP64_ThousandsSeparators(t *testing.T) {
	pairsIn(t, Options{},
		"1,234", "1234", "1,234.50", "1234.5", "12,345", "12345", "123,456", "123456", "1,234,567", "1234567", "-1,234,567.89", "-1234567.89", "1，234", "1234", "１，２３４．５", "1234.5",
		"100,000", "100000", "999,999,999,999,999", "999999999999999", "1,000,000,000,000,000", "number_range", "¥1,234.50", "1234.5", "1,234万", "12340000", "1.234", "1.234", "1.2345", "1.2345")
	allInColumn(t, ColumnCurrent, "number_ambiguous",
		"1,23,456", "12,34", "1,5", "0,5", "0,123", "00,123", "1,2345", "1234,567", "1234,5", "1,234,56", "1,,234", "1.234,50", "1.234.567", "1 234", "1\u00a0234", "1\u202f234", "1 234,50", "1'234", "1'234.50", "1’234",
		"1,234.5,6", "1, 234", "1 ,234", "1,234 567", "1.5.2", "1..5", "-1,5", "(1,5)", "¥1,5", "1,5%", "1,5万", "1,00,000", "1,234,", "1,", "1,234,x")
	allInColumn(t, ColumnCurrent, "number_invalid", ",234", "1,234.", ",", ".", "1_234", "1\u2009234", "1;234", "1·234")
	semicolons := readCSV(t, "metric_item_id;target;current\n7;1,234;1,5\n8;1,234.50;1,234,567\n9;¥1,234;1，234\n10;1,234万;(1,234)\n11;1.234;1.5\n12;1.234,5;1.234.567\n")
	if got, want := semicolons.codes(), "2:number_ambiguous 2:number_ambiguous 4:number_ambiguous 4:number_ambiguous 5:number_ambiguous 5:number_ambiguous 6:number_ambiguous 7:number_ambiguous 7:number_ambiguous"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if u := semicolons.updates; len(u) != 1 || u[0].Target != "1234.5" || u[0].Current != "1234567" {
		t.Errorf("%+v", u)
	}
}

// A number is negative once.
func TestP65_Negatives(t *testing.T) {
	allInColumn(t, ColumnCurrent, "-12", "-12", "−12", "–12", "－12", "‐12", "(12)", "（12）", "( 12 )", "12-", "12−", "负12", "負12", "负 12", "- 12", "-12.0", "-012", "(12.00)", "¥-12", "-¥12", "¥(12)", "(¥12)", "(12元)", "¥12-", "12元-")
	allInColumn(t, ColumnCurrent, "number_invalid",
		"△12", "▲12", "▼12", "[Red]12", "—12", "--12", "+-12", "-+12", "-(12)", "(-12)", "((12))", "(12", "12)", "(12)-", "-12-", "负-12", "负负12", "-¥-12", "12 -", "12--", "~12", "¬12", "红12", "()", "( )", "负", "(12)元", "[12]", "{12}", "<12>")
	allInColumn(t, ColumnCurrent, "0", "-0", "(0)", "0-", "负0", "-0.00", "−0", "¥-0")
	allInColumn(t, ColumnCurrent, "12", "+12", "＋12", "+ 12", "+¥12", "¥+12")
}

// What programming languages take for a number is none in a sheet.
func TestP66_ProgrammersNumbers(t *testing.T) {
	texts := []string{
		"NaN", "nan", "Inf", "+Inf", "-infinity", "Infinity", "∞", "0x1p4", "0X1P-2", "0x10", "0b11", "0o17", "1_000", "0x_1p4", ".5", "-.5", "5.", "+.", ".", "1e3", "1E3", "1e+3", "1.5e-3", "1e-400", "1d3", "1E", "e3",
		"null", "nil", "None", "undefined", "1+1", "1*2", "1 + 1", "2^3", "\\5", "'5", `"5"`, "5;", "5:", "5!", "5?", "#5",
	}
	allInColumn(t, ColumnCurrent, "number_invalid", slices.DeleteFunc(texts, func(s string) bool { return s == "1E" })...)
	allInColumn(t, ColumnCurrent, "number_unit", "5f", "5L", "5n", "1E")
	for _, stored := range []string{"NaN", "Infinity", "-INF", "1_000", "0x10", "1,234", "1e", "--1", "1 2", "e5", "."} {
		if got := storedColumn(t, 0, []string{stored}, PercentAuto)[0]; got != "number_invalid" {
			t.Errorf("%s: %s", stored, got)
		}
	}
	pairsIn(t, Options{}, "007", "7", "00.50", "0.5", "5.0", "5", "0000", "0")
}

// A number is below 1e15 and not lost near zero, in whatever way it is written.
func TestP67_Overflow(t *testing.T) {
	zeros := strings.Repeat("0", 300)
	pairsIn(t, Options{},
		"999999999999999", "999999999999999", "-999999999999999", "-999999999999999", "1000000000000000", "number_range", "-1000000000000000", "number_range", "1"+zeros, "number_range",
		"0."+zeros+"1", "number_range", "0."+zeros, "0", "-0."+zeros, "0", "9999999999万", "99999999990000", "9999999亿", "999999900000000", "9.99999999999999万亿", "9999999999999.99", "999.999999999999万亿", "999999999999999",
		zeros+"5", "5", "0.000000000000000000000000000001", "0.000000000000000000000000000001")
	for stored, want := range map[string]string{
		"1E400": "number_range", "-1E400": "number_range", "1E-400": "number_range", "1E15": "number_range", "9.99999999999999E14": "999999999999999", "1E-200": "0." + strings.Repeat("0", 199) + "1",
		"1E1000": "number_invalid", "0E400": "0", "0E-999": "0", "1.7976931348623157E+308": "number_range",
	} {
		if got := storedColumn(t, 0, []string{stored}, PercentAuto)[0]; got != want {
			t.Errorf("%s: %s, want %s", stored, got, want)
		}
	}
	if got := storedColumn(t, 1, []string{"1E13", "9.99E12"}, PercentPoints); got[0] != "number_range" || got[1] != "999000000000000" {
		t.Error(got)
	}
}

// What stands for a missing number is neither zero nor blank.
func TestP68_Placeholders(t *testing.T) {
	allInColumn(t, ColumnCurrent, "number_invalid", "-", "--", "---", "—", "——", "–", "－", "_", "/", "\\", "//", "*", "?", "？", ".", "…", "。", "N/A", "n/a", "NA", "无", "暂无", "待定", "TBD", "tbd", "null", "NULL", "空", "未填", "同上", "〃", "x", "✗", "（无）", "()", "0?")
	allInColumn(t, ColumnItemID, "id_invalid", "-", "--", "—", "/", "N/A", "无", "暂无", "待定", "TBD")
	allInColumn(t, ColumnSupportedUser, "text_invalid", "—", "/", "N/A", "无", "暂无", "待定", "?")
	a := readCSV(t, "metric_item_id,target,current\n7,-,--\n8, -,- \n")
	if got := a.codes(); got != "2:number_invalid 2:number_invalid 3:number_invalid 3:number_invalid" {
		t.Error(got)
	}
}

// Blank is not zero, and a column that is not there says nothing.
func TestP69_BlankIsNotZero(t *testing.T) {
	allInColumn(t, ColumnCurrent, "", "", " ", "\t", "\u3000", "\u00a0\u200b")
	pairsIn(t, Options{}, "0", "0", "", "", "0.0", "0", "", "", "-0", "0")
	a := readCSV(t, "metric_item_id,target\n7,\n8,0\n9\n10,\"\"\n")
	want := []Update{{Row: 2, ItemID: "7"}, {Row: 3, ItemID: "8", Target: "0"}, {Row: 4, ItemID: "9"}, {Row: 5, ItemID: "10"}}
	if !slices.Equal(a.updates, want) || !a.updates[0].Empty() || a.updates[1].Empty() {
		t.Errorf("%+v", a.updates)
	}
	for cell, want := range map[string]string{`<c r="B2"/>`: "", `<c r="B2"><v>0</v></c>`: "0", `<c r="B2" t="str"><v></v></c>`: "", `<c r="B2" t="inlineStr"><is><t/></is></c>`: "", ``: ""} {
		if got := one(t, idCell+cell); got != catalogueID+"="+want {
			t.Errorf("%s: %s", cell, got)
		}
	}
}

// One number has one spelling when it is sent.
func TestP70_CanonicalForm(t *testing.T) {
	allInColumn(t, ColumnCurrent, "0", "0", "-0", "+0", "0.0", "00", "-0.000", "0%", "0元", "0万", "¥0.00", "(0)")
	allInColumn(t, ColumnCurrent, "5", "5", "+5", "5.0", "5.000", "05", "0005.0", "５", "¥5", "5元")
	allInColumn(t, ColumnCurrent, "-5.25", "-5.25", "-5.250", "−05.25", "(5.25)", "5.25-", "负5.25")
	allInColumn(t, ColumnCurrent, "1200000", "1200000", "1,200,000", "120万", "120.00万", "0.012亿", "1,200,000.00", "￥1,200,000", "120万元")
	for i, got := range storedColumn(t, 0, []string{"5", "5.0", "5E0", "5e+0", "0.5E1", "+5", "05", "50E-1", "5."}, PercentAuto) {
		if got != "5" {
			t.Errorf("%d: %s", i, got)
		}
	}
}

// Equal numbers are equal texts however they are written, and a server that keeps
// them in a float64 gives the same text back, so that a second run changes nothing.
func TestP71_ComparingNumbers(t *testing.T) {
	var stored, texts []string
	for i := range 2000 {
		value := float64(i*7919%100_000) / 100
		noisy := value + float64(i%3)*value*1e-16
		stored, texts = append(stored, strconv.FormatFloat(noisy, 'g', 17, 64)), append(texts, fmt.Sprintf("%.2f", value))
	}
	fromBook, fromText := storedColumn(t, 0, stored, PercentAuto), inColumn(t, ColumnCurrent, texts, Options{})
	for i := range texts {
		var back float64
		if err := json.Unmarshal([]byte(fromText[i]), &back); err != nil {
			t.Fatal(err)
		}
		if fromBook[i] != fromText[i] || strconv.FormatFloat(back, 'f', -1, 64) != fromText[i] {
			t.Errorf("%s and %s became %s and %s", stored[i], texts[i], fromBook[i], fromText[i])
		}
		want, _ := new(big.Rat).SetString(texts[i])
		if got, ok := new(big.Rat).SetString(fromText[i]); !ok || got.Cmp(want) != 0 {
			t.Errorf("%s became %s", texts[i], fromText[i])
		}
	}
}
