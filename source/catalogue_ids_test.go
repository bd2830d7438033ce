package source

import (
	"archive/zip"
	"encoding/xml"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The tests of this and the other catalogue files are named after the entries
// of docs/spreadsheets.md and hold the answer that each of them promises.

const catalogueID = "7041234567890123456"

// rowsOf says what became of each row below the header: a value of it, or the
// codes of its problems.
func rowsOf(tb testing.TB, a answer, rows int, value func(Update) string) []string {
	tb.Helper()
	if a.fatal != nil {
		tb.Fatal(a.fatal)
	}
	became := slices.Repeat([]string{"no row"}, rows)
	for _, u := range a.updates {
		became[u.Row-2] = value(u)
	}
	for _, e := range a.refused {
		var codes []string
		for _, p := range e.Problems {
			codes = append(codes, string(p.Code))
		}
		became[e.Row-2] = strings.Join(codes, " ")
	}
	return became
}

// catalogueRow is a row of the sheet that inColumn writes: an id, a value, a user.
func catalogueRow(c Column, text string) [3]string {
	switch c {
	case ColumnItemID:
		return [3]string{text, "1", ""}
	case ColumnCurrent:
		return [3]string{"7", text, ""}
	}
	return [3]string{"7", "", text}
}

// catalogueValue is the cell of an update that inColumn asks for.
func catalogueValue(c Column) func(Update) string {
	return func(u Update) string {
		switch c {
		case ColumnItemID:
			return u.ItemID
		case ColumnCurrent:
			return string(u.Current)
		}
		return u.SupportedUserID
	}
}

// inColumn writes one row for each text into a CSV file and into a workbook, where
// it is a text too, and says what became of them. Both must agree.
func inColumn(tb testing.TB, c Column, texts []string, o Options) []string {
	tb.Helper()
	header := []string{string(ColumnItemID), string(ColumnCurrent), string(ColumnSupportedUser)}
	var lines, rows strings.Builder
	record := func(number int, cells []string) {
		fmt.Fprintf(&rows, `<row r="%d">`, number)
		for i, text := range cells {
			lines.WriteString(strings.Repeat(",", min(i, 1)) + `"` + strings.ReplaceAll(text, `"`, `""`) + `"`)
			rows.WriteString(`<c t="inlineStr"><is><t xml:space="preserve">`)
			if err := xml.EscapeText(&rows, []byte(text)); err != nil {
				tb.Fatal(err)
			}
			rows.WriteString(`</t></is></c>`)
		}
		lines.WriteString("\r\n")
		rows.WriteString(`</row>`)
	}
	record(1, header)
	for i, text := range texts {
		cells := catalogueRow(c, text)
		record(i+2, cells[:])
	}
	csv := rowsOf(tb, read(tb, write(tb, "a.csv", []byte(lines.String())), o), len(texts), catalogueValue(c))
	xlsx := rowsOf(tb, read(tb, write(tb, "a.xlsx", book(rows.String()).zip(tb, zip.Deflate)), o), len(texts), catalogueValue(c))
	for i, text := range texts {
		if csv[i] != xlsx[i] {
			tb.Errorf("%q: %q in CSV, %q in XLSX", text, csv[i], xlsx[i])
		}
	}
	return csv
}

// allInColumn holds that every text becomes the same.
func allInColumn(t *testing.T, c Column, want string, texts ...string) {
	t.Helper()
	for i, got := range inColumn(t, c, texts, Options{}) {
		if got != want {
			t.Errorf("%q: got %q, want %q", texts[i], got, want)
		}
	}
}

// pairsIn holds what each text becomes as a current value; texts and answers take
// turns.
func pairsIn(t *testing.T, o Options, pairs ...string) {
	t.Helper()
	var texts []string
	for i := 0; i < len(pairs); i += 2 {
		texts = append(texts, pairs[i])
	}
	for i, got := range inColumn(t, ColumnCurrent, texts, o) {
		if want := pairs[2*i+1]; got != want {
			t.Errorf("%q: got %q, want %q", texts[i], got, want)
		}
	}
}

// An id that was typed as a number is refused, whatever the program that saved it
// and the cell's style make of it.
func TestP41_IDTypedAsNumber(t *testing.T) {
	for _, stored := range []string{"7.04123456789012E+018", "7.041234567890124e+18", "7.04123456789012E+18", "7041234567890120000", "1E15", "1234567890123456"} {
		for style := range 2 { // General and a percentage
			if got := one(t, fmt.Sprintf(`<c r="A2" s="%d"><v>%s</v></c><c r="B2"><v>5</v></c>`, style, stored)); got != "2:id_not_text" {
				t.Errorf("%s in style %d: %s", stored, style, got)
			}
		}
		p := book(bookHeader+`<row r="2"><c r="A2" s="4"><v>`+stored+`</v></c></row>`).
			replace("xl/styles.xml", "</cellXfs>", `<xf numFmtId="49"/></cellXfs>`) // "@", given too late
		if got := p.read(t).codes(); got != "2:id_not_text" {
			t.Errorf("%s in a text cell: %s", stored, got)
		}
	}
	a := book(bookHeader + `<row r="2"><c r="A2"><v>7.04123456789012E+18</v></c></row>`).read(t)
	if len(a.refused) != 1 || !strings.Contains(a.refused[0].Advice("zh"), "文本") || a.refused[0].Update.ItemID != "" {
		t.Error(a)
	}
	// 15 digits are all that a number keeps, and they are certain.
	if got := one(t, `<c r="A2"><v>704123456789012</v></c>`); got != "704123456789012=" {
		t.Error(got)
	}
}

// What a cell displays is never asked: only what it stores counts, and of an id
// that is stored as a number no digit beyond the 15th is certain.
func TestP42_RawNotDisplayedID(t *testing.T) {
	for numFmt, stored := range map[int]string{0: catalogueID, 1: catalogueID, 11: catalogueID, 3: "7.041234568E+18"} {
		p := book(bookHeader+`<row r="2"><c r="A2" s="4"><v>`+stored+`</v></c></row>`).
			replace("xl/styles.xml", "</cellXfs>", fmt.Sprintf(`<xf numFmtId="%d"/></cellXfs>`, numFmt))
		if got := p.read(t).codes(); got != "2:id_not_text" {
			t.Errorf("format %d: %s", numFmt, got)
		}
	}
	for _, test := range []struct{ stored, want string }{
		{"1.5", "2:id_invalid"}, {"-7", "2:id_invalid"}, {"1E-5", "2:id_invalid"}, {"12.0", "12="}, {"1.2E+3", "1200="},
	} {
		if got := one(t, `<c r="A2"><v>`+test.stored+`</v></c>`); got != test.want {
			t.Errorf("%s: got %s, want %s", test.stored, got, test.want)
		}
	}
	allInColumn(t, ColumnItemID, catalogueID, catalogueID)
}

// An id that lost its digits before it became a text looks like an id, but ends in
// zeros behind the digits Excel keeps.
func TestP43_RoundedThenText(t *testing.T) {
	allInColumn(t, ColumnItemID, "id_rounded",
		"7041234567890120000", "704123456789012000", "70412345678901200000", "7000000000000000000", "10000000000000000000",
		" 7041234567890120000 ", "'7041234567890120000", `="7041234567890120000"`, "７０４１２３４５６７８９０１２００００")
	for _, id := range []string{"7041234567890120001", "7041234567890120010", "7041234567890121000", "70412345678901200", "704123456789010", "120000", "10"} {
		allInColumn(t, ColumnItemID, id, id)
	}
	a := readCSV(t, "metric_item_id\n7041234567890120000\n")
	if len(a.refused) != 1 || !strings.Contains(a.refused[0].Advice("zh"), "文本") || a.refused[0].Problems[0].Found != "7041234567890120000" {
		t.Error(a)
	}
}

// All rows of a CSV file that Excel has saved show the same id, and each of them
// is refused.
func TestP44_CSVSavedByExcel(t *testing.T) {
	allInColumn(t, ColumnItemID, "id_damaged",
		"7.04123E+18", "7.04123E+18", "7.04123456789012E+018", "7.04123456789012E+018", "7.04E+18", "7E18", "7e18", "7.041234567890124e+18",
		" 7.04E+18\t", "'7.04E+18", `="7.04E+18"`, "1E+05", "7.E+18")
	allInColumn(t, ColumnItemID, "id_invalid", "7,04E+18", "7.04E", "7.04E+1234", "E18", "7041234567890123456.0", "7041234567890123456E")
}

// What spreadsheets leave around an id is taken off, one layer of it.
func TestP45_TextTricksAroundIDs(t *testing.T) {
	for _, id := range []string{catalogueID, "1", "99999999999999999999"} {
		allInColumn(t, ColumnItemID, id,
			id, "'"+id, "’"+id, `="`+id+`"`, id+"\t", "\t"+id, " "+id+" ", "\u00a0"+id+"\u00a0", "\u3000"+id, "\u200b"+id+"\u200b", "\ufeff"+id,
			"\u2060"+id+"\u200e", "\u202a"+id+"\u202c", "\u00ad"+id, "\u2007"+id+"\u202f", "\u0085"+id, "\n"+id+"\r\n",
			" '"+id+" ", "' "+id, `="`+id+`" `, ` ="`+id+`"`, `=" `+id+"\t\"", "\ufeff'"+id+"\t")
	}
	allInColumn(t, ColumnItemID, "7041", "７０４１", "7０4１", "'７０４１", `="７０４１"`)
	allInColumn(t, ColumnItemID, "id_invalid",
		"''"+catalogueID, "’’"+catalogueID, "'", `="`, "="+catalogueID, `"`+catalogueID+`"`, `=="7041"`, `='7041'`, "`7041", "‘7041’", "7041'", `'="7041"`)
	// Without quotation marks around the cell, as programs write it that know
	// Excel better than CSV.
	a := readCSV(t, "metric_item_id,target\n=\""+catalogueID+"\",5\n =\"12\" ,6\n")
	if len(a.updates) != 2 || a.updates[0].ItemID != catalogueID || a.updates[1].ItemID != "12" {
		t.Error(a)
	}
}

// Nothing inside an id is taken out.
func TestP46_InsideAnIDNothingIsStripped(t *testing.T) {
	allInColumn(t, ColumnItemID, "id_invalid",
		"0"+catalogueID, "007041", "00", "+"+catalogueID, "-"+catalogueID, "－7041", "−7041", "7041 2345 6789", "7,041,234,567", "7，041",
		"7041-2345", "7041_2345", "7041.2345", "7041.0", "70\u200b41", "70\u00a041", "70\u300041", "70\n41", "#7041", "7041号", "ID:7041", "(7041)", "٧٠٤١", "7041²", "①",
		strings.Repeat("1", 21))
	allInColumn(t, ColumnItemID, "id_invalid", "0", " 0 ")
}

// An id is text from end to end: each digit of neighbours that share a float64
// survives.
func TestP47_IDsAreNeverNumbers(t *testing.T) {
	var ids []string
	for i := range 3000 {
		ids = append(ids, strconv.FormatUint(7041234567890123001+uint64(i), 10))
	}
	ids = append(ids, "9223372036854775807", "9223372036854775808", "18446744073709551615", "18446744073709551616", "99999999999999999999")
	for i, got := range inColumn(t, ColumnItemID, ids, Options{}) {
		if got != ids[i] {
			t.Errorf("%s became %s", ids[i], got)
		}
	}
	head := "metric_item_id,metric_source_id,metric_table_id\n"
	a := readCSV(t, head+"7041234567890123456,7041234567890123457,18446744073709551616\n1,7.04E+18,0123\n1,7041234567890120000,x\n")
	if len(a.updates) != 1 || a.updates[0].SourceID != "7041234567890123457" || a.updates[0].TableID != "18446744073709551616" {
		t.Error(a)
	}
	if got := a.codes(); got != "3:id_damaged 3:id_invalid 4:id_rounded 4:id_invalid" {
		t.Error(got)
	}
}

// A user is one id and nothing else.
func TestP48_UserIDs(t *testing.T) {
	allInColumn(t, ColumnSupportedUser, "text_invalid",
		"张三", "张三(ou_7d8a6e6d)", "张三（ou_7d8a6e6d）", "ou_1,ou_2", "ou_1;ou_2", "ou_1 ou_2", "ou_1\nou_2", "ou_1、ou_2", "ou_1/ou_2", "@张三", "@ou_1",
		"a@b.cn", "Zhang San", "ou_1.", "ou_张三", "7.04E+18", "ou_\u200b1", strings.Repeat("a", 65), "-1.5", "无", "#N/A", "=A1")
	for _, id := range []string{"ou_7d8a6e6df7621556ce0d21922b676706ccs", "on_abc-DEF_9", "e33ggbyz", "7041234567890123456", strings.Repeat("a", 64)} {
		allInColumn(t, ColumnSupportedUser, id, id, " "+id+"\t", "\ufeff"+id, "\u3000"+id+"\u200b", "\n"+id+"\n")
	}
	allInColumn(t, ColumnSupportedUser, "", "", " ", "\u3000", "\u200b\t")
	p := book(`<row r="1"><c t="s"><v>0</v></c><c t="inlineStr"><is><t>支撑的上级</t></is></c></row>` +
		`<row r="2"><c><v>1</v></c><c><v>12345</v></c></row><row r="3"><c><v>1</v></c><c><v>7.04E+18</v></c></row>` +
		`<row r="4"><c><v>1</v></c><c><v>1.5</v></c></row><row r="5"><c><v>1</v></c><c t="b"><v>1</v></c></row>` +
		`<row r="6"><c><v>1</v></c><c t="e"><v>#N/A</v></c></row><row r="7"><c><v>1</v></c><c s="2"><v>45123</v></c></row>` +
		`<row r="8"><c><v>1</v></c><c s="1"><v>1</v></c></row>`)
	a := p.read(t)
	if len(a.updates) != 1 || a.updates[0].SupportedUserID != "12345" {
		t.Error(a)
	}
	if got := a.codes(); got != "3:id_not_text 4:text_invalid 5:cell_is_boolean 6:cell_is_error 7:cell_is_date 8:text_invalid" {
		t.Error(got)
	}
}
