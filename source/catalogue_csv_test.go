package source

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// outline is what a file says in short: id=current for each row, the codes of those
// refused, the aside, or the code of the file.
func outline(a answer) string {
	told := map[int]string{}
	last := 0
	for _, u := range a.updates {
		told[u.Row] = fmt.Sprintf("%d:%s=%s", u.Row, u.ItemID, u.Current)
		if u.Aside != "" {
			told[u.Row] = fmt.Sprintf("%d:%s", u.Row, u.Aside)
		}
		last = max(last, u.Row)
	}
	for _, e := range a.refused {
		told[e.Row] = answer{refused: []*RowError{e}}.codes()
		last = max(last, e.Row)
	}
	var all []string
	for row := range last + 1 {
		if text, ok := told[row]; ok {
			all = append(all, text)
		}
	}
	if a.fatal != nil {
		all = append(all, string(a.fatal.Code))
	}
	return strings.Join(all, " ")
}

// outlines holds what texts say.
func outlines(t *testing.T, tests [][2]string) {
	t.Helper()
	for _, test := range tests {
		if got := outline(readCSV(t, test[0])); got != test[1] {
			t.Errorf("%.90q: got %s, want %s", test[0], got, test[1])
		}
	}
}

const csvHead = "metric_item_id,当前值,note\n"

func TestP96_Delimiters(t *testing.T) {
	for _, delimiter := range []string{",", ";", "\t", "|", "，"} {
		text := strings.ReplaceAll("name^metric_item_id^\"当前值\"^备注\n\"a^b\"^7^5^\n^8^6^x\n", "^", delimiter)
		for _, first := range []string{"", "sep=" + delimiter + "\n", "SEP=" + delimiter + "\r\n", "\"sep=" + delimiter + "\"\n", "\ufeffsep=" + delimiter + "\n"} {
			if delimiter == "，" && first != "" {
				continue
			}
			outlines(t, [][2]string{{first + text, "2:7=5 3:8=6"}})
		}
		// Other delimiters in a title or in other columns do not mislead.
		outlines(t, [][2]string{{"title, with; many | of\tthem\n" + text, "3:7=5 4:8=6"}})
	}
	path := write(t, "a.csv", []byte("metric_item_id|当前值\n7|5\n"))
	for _, name := range []string{"pipe", "|", "auto", ""} {
		if got := outline(read(t, path, Options{Delimiter: name})); got != "2:7=5" {
			t.Errorf("%s: %s", name, got)
		}
	}
	if got := outline(read(t, path, Options{Delimiter: "comma"})); got != "header_missing" {
		t.Error(got)
	}
	if noticesOf(t, path)[NoticeDelimiter] != 1 {
		t.Error("no word of the delimiter")
	}
}

func TestP97_SemicolonsAndDecimalCommas(t *testing.T) {
	outlines(t, [][2]string{
		{"metric_item_id;当前值\n7;1,5\n8;1,234\n9;0,5\n10;1.5\n11;12,34\n12;5\n", "2:number_ambiguous 3:number_ambiguous 4:number_ambiguous 5:10=1.5 6:number_ambiguous 7:12=5"},
		{"metric_item_id;当前值;target\n7;1,5;2\n", "2:number_ambiguous"},
		{"metric_item_id,当前值\n7,1;5\n", "2:number_invalid"},
	})
	path := write(t, "a.csv", []byte("metric_item_id;当前值\n7;1.234\n8;-12.345\n9;0.123\n10;1.5\n11;1234.567\n"))
	if got := noticesOf(t, path); got[NoticePoints] != 2 {
		t.Error(got)
	}
	path = write(t, "a.csv", []byte("metric_item_id,当前值\n7,1.234\n"))
	if got := noticesOf(t, path); got[NoticePoints] != 0 {
		t.Error(got)
	}
}

// Payment services write tabs behind quotation marks, and no row is lost for it.
func TestP98_TabAfterQuote(t *testing.T) {
	var text, want strings.Builder
	text.WriteString("微信支付账单明细,,\n昵称：[张三],,\n\nmetric_item_id,当前值,note\n")
	for i := range 44 {
		fmt.Fprintf(&text, "\"%d\"\t,\"%d\" \t, \"x\"\t\n", i+1, i)
		fmt.Fprintf(&want, " %d:%d=%d", i+5, i+1, i)
	}
	outlines(t, [][2]string{{text.String(), want.String()[1:]}, {csvHead + "`7,5\n7\t,5\t,\t\n", "2:id_invalid 3:7=5"}})
}

// A mark in the wrong place costs its row and no other.
func TestP99_QuotesGoneWrong(t *testing.T) {
	tail := "8,6,\n9,\"7\",\"a\nb\"\n10,8,"
	after := " 3:8=6 4:9=7 5:10=8"
	for _, row := range []string{"7,5,a\"b", "7,5,\"a\"b", "7,5,\"a\" b", "7,5,\"a\"\"", "7,5,\"", "7,5,5\" pipe", "7,5\",x", "7,\"5,x", "7,\"5\"6,x", "7,5,\"\"\"", "7,5,say \"hi\"", "7,5,=\"x\"y"} {
		outlines(t, [][2]string{{csvHead + row + "\n" + tail, "2:csv_quotes" + after}})
	}
	outlines(t, [][2]string{
		{csvHead + "\"7,5,\n" + tail, "2:csv_quotes" + after},
		{csvHead + "7,5,\"never closed", "2:csv_quotes"},
		{csvHead + "7,5,\"never closed\n8,6,\n9,7,\n", "2:csv_quotes 3:8=6 4:9=7"},
		{csvHead + "7,5,\"" + strings.Repeat("x\n", 300) + "\"\n", "2:csv_quotes" + wordsForIDs(3, 301) + " 302:csv_quotes"},
		{csvHead + "7,5,\"x\n7041234567890123456,5,\ny\"\n", "csv_quotes"},
		{"metric_item_id,\"当前值\n7,5\n", "csv_quotes"},
	})
	a := readCSV(t, csvHead+"7,\"a\nb\",\n8,5,x\"y\n")
	if p := a.refused[len(a.refused)-1].Problems[0]; p.Line != 4 || p.Row != 3 || p.Cell != "C3" || p.Found != `x"y` {
		t.Errorf("%+v", p)
	}
}

// wordsForIDs is the outline of rows that hold a word and no id.
func wordsForIDs(from, to int) string {
	var b strings.Builder
	for row := from; row <= to; row++ {
		fmt.Fprintf(&b, " %d:id_invalid", row)
	}
	return b.String()
}

func TestP100_SpaceBeforeQuote(t *testing.T) {
	outlines(t, [][2]string{
		{csvHead + "7, \"5\", \"x,y\"\n8,\t\"6\",\t\"x,y\"\n", "2:7=5 3:8=6"},
		{" \"metric_item_id\" , \"当前值\"\n \"7\" , \"1,234\" \n", "2:7=1234"},
		{"metric_item_id\t当前值\tnote\n7\t\t\"x\"\n8\t5\t \"x\"\n", "2:7= 3:8=5"}, // an empty cell stays one where tabs delimit
		{csvHead + "7, 5, x \"y\n", "2:csv_quotes"},
	})
}

// A row is one however many lines it takes.
func TestP101_LineBreaksInCells(t *testing.T) {
	text := csvHead + "7,5,\"a\nb\r\nc\"\n\"8\n\",\"\n6\",\n9,x,\"\n\n\n\"\n\n10,y,z\n"
	for _, text := range []string{text, strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\n", "\r\n")} {
		a := readCSV(t, text)
		if got := outline(a); got != "2:7=5 3:8=6 4:number_invalid 6:number_invalid" {
			t.Error(got)
		}
		if p := a.refused[1].Problems[0]; p.Cell != "B6" {
			t.Errorf("%+v", p)
		}
	}
	outlines(t, [][2]string{{csvHead + "7,5,\"" + strings.Repeat("\n", 255) + "\"\n8,x,\n", "2:7=5 3:number_invalid"}})
}

func TestP102_CarriageReturns(t *testing.T) {
	text := "metric_item_id,当前值,note\n7,5,\"a\nb\"\n\n8,x,\n"
	const want = "2:7=5 4:number_invalid"
	outlines(t, [][2]string{
		{strings.ReplaceAll(text, "\n", "\r"), want},
		{strings.TrimSuffix(strings.ReplaceAll(text, "\n", "\r"), "\r"), want},
		{"\ufeff" + strings.ReplaceAll(text, "\n", "\r"), want},
		{strings.ReplaceAll(text, "\n", "\r\n"), want},
		{text, want},
		{"metric_item_id,当前值\n\r7,5\n\r8,6\n\r", "csv_line_ends"},
		{"metric_item_id,当前值\n7,5\r8,6\n", "csv_line_ends"},
		{"metric_item_id,当前值\r\n7,5\r\n\r8,6\r\n", "2:7=5 csv_line_ends"},
		{"metric_item_id,当前值\r\n7,\"5\r\"\r\n", "2:7=5"}, // within quotation marks it is part of a cell
	})
}

// Missing cells are blank; one too many refuses the row, for the others may have
// been shifted by a comma.
func TestP103_RaggedRows(t *testing.T) {
	outlines(t, [][2]string{
		{csvHead + "7\n8,\n9,5\n10,6,x\n11,7,x,\n12,8,x,,,\n", "2:7= 3:8= 4:9=5 5:10=6 6:11=7 7:12=8"},
		{csvHead + "7,1,234,x\n8,1,234,567\n9,5,x,y\n10,5,x,,,y\n11,\"1,234\",x\n", "2:row_too_long 3:row_too_long 4:row_too_long 5:row_too_long 6:11=1234"},
	})
	a := readCSV(t, csvHead+"7,1,x,234,567\n")
	if len(a.refused) != 1 || len(a.refused[0].Problems) != 1 || a.refused[0].Problems[0].Cell != "D2" || a.refused[0].Problems[0].Found != "234" {
		t.Errorf("%+v", a.refused)
	}
}

func TestP104_BlankRows(t *testing.T) {
	outlines(t, [][2]string{
		{"metric_item_id,当前值,,,\n7,5,,,\n,,,,\n8,x,,,\n,,,,\n,,,,\n", "2:7=5 4:number_invalid"},
		{csvHead + "\n   \n\t\n\"\"\n\"\",\"\",\"\"\n\u3000,\u00a0,\u200b\n,,,,,,,,,\n7,x,\n", "9:number_invalid"},
		{csvHead + strings.Repeat("\n", 10_000) + "7,x,", "10002:number_invalid"},
		{csvHead + strings.Repeat(",,\r\n", 10_000) + "7,x,", "10002:number_invalid"},
	})
}

func TestP105_NULAndEndOfText(t *testing.T) {
	outlines(t, [][2]string{
		{csvHead + "7,5,\n\x1a", "2:7=5"}, {csvHead + "7,5,\x1a", "2:7=5"}, {csvHead + "7,5\x1a", "2:7=5"}, {csvHead + "7,5\r\n\x1a\n", "2:7=5"}, {csvHead + "7,5,\n\x1a8,6,\n", "2:7=5 3:8=6"},
		{csvHead + "7,5,\n8,6\x1a7,\n", "2:7=5 3:number_invalid"},
		{csvHead + "7,5\x00,\n", "encoding_unknown"}, {csvHead + "7,5,\n\x00\x00\x00", "encoding_unknown"}, {"\x00" + csvHead, "encoding_unknown"},
		{strings.Repeat("\x00", 5000), "encoding_unknown"}, {csvHead + strings.Repeat("7,5,\n", 2000)[:9000] + "\x00\n", "encoding_unknown"},
		{"\x1a", "file_empty"},
	})
}

func TestP106_FormulaAroundText(t *testing.T) {
	const id = "7041234567890123456"
	for _, delimiter := range []string{",", "\t", ";"} {
		text := strings.ReplaceAll("=\"指标项ID\"^=\"名称\"^=\"当前值\"\n=\""+id+"\"^=\"x\"^5\n\"=\"\""+id+"\"\"\"^\"\"^6\n =\""+id+"\" ^^7\n=\""+id+"\n", "^", delimiter)
		for _, e := range []encoding.Encoding{encoding.Nop, simplifiedchinese.GBK} {
			if got, want := outline(readCSV(t, in(t, e, text))), "2:"+id+"=5 3:"+id+"=6 4:"+id+"=7 5:csv_quotes"; got != want {
				t.Errorf("%q: got %s", delimiter, got)
			}
		}
	}
	outlines(t, [][2]string{{csvHead + "=\"7.04E+18\",5\n\"=\"\"\"\"\",5\n==\"7\",5\n=\"7\"&\"8\",5\n", "2:id_damaged 3:id_missing 4:csv_quotes 5:csv_quotes"}})
}

// No line is a comment.
func TestP107_NoComments(t *testing.T) {
	outlines(t, [][2]string{
		{csvHead + "#7,5,\n# note,,\n//8,6,\n--9,7,\n;10,8\n8,6,#\n", "2:id_invalid 3:id_invalid 4:id_invalid 5:id_invalid 6:id_invalid 7:8=6"},
		{"# exported today\n#metric_item_id,当前值\n7,5\n", "3:7=5"},
	})
}

func TestP108_QuotedAndPadded(t *testing.T) {
	outlines(t, [][2]string{
		{"支付宝交易记录明细查询\n账号:[a@b.cn]\n-----,,\nmetric_item_id   ,当前值     ,note\t\n7  ,\"1,234.50\"   ,x \t\n  8 , 6 ,\n\t9\t,\t7\t,\n\"  10  \",\"  ¥8  \",\n", "5:7=1234.5 6:8=6 7:9=7 8:10=8"},
		{csvHead + "\"7\",\"-1,234,567.89\",\"\"\n8,\"(1,234)\",\n9,\"1,5\",\n", "2:7=-1234567.89 3:number_ambiguous 4:number_ambiguous"},
	})
}

// Characters that other programs take for the end of a line end none, and reach no
// message as they are.
func TestP109_OtherLineSeparators(t *testing.T) {
	for _, s := range []string{"\u2028", "\u2029", "\u0085", "\v", "\f", "\x1c", "\x1e"} {
		a := readCSV(t, csvHead+"7,5,a"+s+"b\n8,5"+s+"6,\n"+s+"9"+s+",7"+s+",\n")
		if got := outline(a); got != "2:7=5 3:number_invalid 4:9=7" {
			t.Errorf("%q: %s", s, got)
			continue
		}
		for _, lang := range []string{"en", "zh"} {
			if text := a.refused[0].Reason(lang) + a.refused[0].Advice(lang); strings.Contains(text, s) || !strings.Contains(text, `\`) {
				t.Errorf("%q", text)
			}
		}
	}
}

// What is longer than any honest row or cell is refused before it is held.
func TestP110_LongLines(t *testing.T) {
	outlines(t, [][2]string{
		{csvHead + "7,5," + strings.Repeat("x", 1_000_000) + "\n8,6,\n", "2:7=5 3:8=6"},
		{csvHead + "7,5,\n8,6," + strings.Repeat("x", 1_100_000) + "\n", "2:7=5 csv_record_too_long"},
		{csvHead + "7,5,\"" + strings.Repeat("x", 100_000) + "\"\n8,6,\n", "2:7=5 3:8=6"},
		{csvHead + "7,5,\"" + strings.Repeat(strings.Repeat("长", 1000)+"\n", 200) + "\"\n", "2:csv_quotes" + wordsForIDs(3, 201) + " 202:csv_quotes"},
		{strings.Repeat("x", 1_100_000), "csv_record_too_long"},
	})
	if a := readCSV(t, csvHead+"7,5,\n8,6,"+strings.Repeat("x", 1_100_000)); a.fatal == nil || a.fatal.Line != 3 {
		t.Error(a.fatal)
	}
}

func TestP111_MixedEndsAndPastedFiles(t *testing.T) {
	outlines(t, [][2]string{
		{"metric_item_id,当前值\r\n7,5\n8,6\r\n9,x", "2:7=5 3:8=6 4:number_invalid"},
		{"metric_item_id,当前值\n7,5\nmetric_item_id,当前值\n8,6\n\n指标项ID,进度值\n9,7\n", "2:7=5 3:header 4:8=6 6:header 7:9=7"},
		{"\ufeffmetric_item_id,当前值\r\n7,5\r\n\ufeffmetric_item_id,当前值\r\n8,6\r\n", "2:7=5 3:header 4:8=6"},
		{"metric_item_id,当前值\n7,5\n当前值,metric_item_id\n6,8\n", "2:7=5 header_second"},
		{"metric_item_id,当前值\n7,5\nmetric_item_id,目标值\n8,6\n", "2:7=5 header_second"},
		{"metric_item_id,当前值,note\n7,5,\nmetric_item_id,当前值\n8,6\n", "2:7=5 3:header 4:8=6"},
		{"metric_item_id,当前值\n7,5metric_item_id,当前值\n8,6\n", "2:number_invalid 2:row_too_long 3:8=6"},
		{"metric_item_id,当前值\n7041234567890123456,57041234567890123457,6\n", "2:number_range 2:row_too_long"},
	})
}

// What a row says stays true while the rows after it are read.
func TestP112_RowsAreNotAliased(t *testing.T) {
	const rows = 3000
	var text strings.Builder
	text.WriteString("metric_item_id,metric_source_id,起始值,目标值,当前值,支撑的上级,note\n")
	var want []Update
	for i := range rows {
		fmt.Fprintf(&text, "%s,\"%d\",%d,\"%d.5\",-%d,ou_%d,\"a\nb\"\n", itemID(i), i+1, i+1, i, i+1, i)
		want = append(want, Update{
			Row: i + 2, ItemID: itemID(i), SourceID: fmt.Sprint(i + 1), Initial: Number(fmt.Sprint(i + 1)), Target: Number(fmt.Sprint(i) + ".5"),
			Current: Number(fmt.Sprint(-i - 1)), SupportedUserID: fmt.Sprint("ou_", i),
		})
	}
	if a := readCSV(t, text.String()); !slices.Equal(a.updates, want) || a.refused != nil || a.fatal != nil {
		t.Error("rows have changed")
	}
}
