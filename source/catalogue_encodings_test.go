package source

import (
	"strings"
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"
)

// in encodes a text.
func in(tb testing.TB, e encoding.Encoding, text string) string {
	tb.Helper()
	encoded, err := e.NewEncoder().String(text)
	if err != nil {
		tb.Fatal(err)
	}
	return encoded
}

func TestP90_ByteOrderMark(t *testing.T) {
	outlines(t, [][2]string{
		{"\ufeff" + csvHead + "7,5,\n", "2:7=5"},
		{"\ufeff\"metric_item_id\",\"当前值\"\r\n\"7\",\"5\"\r\n", "2:7=5"},
		{"\ufeff\"当前值\",\"note, with comma\",\"metric_item_id\"\r\n5,x,7\r\n", "2:7=5"},
		{"\ufeff\"metric_item_id\"\t\"当前值\"\n7\t5\n", "2:7=5"},
		{"\ufeffsep=;\n\"metric_item_id\";\"当前值\"\n7;5\n", "2:7=5"},
		{"\ufeff\nmetric_item_id,当前值\n7,5\n", "3:7=5"},
		{"\ufeff\ufeffmetric_item_id,当前值\n7,5\n", "2:7=5"},
		{"\ufeff", "file_empty"},
		{"\ufeff\n", "file_empty"},
	})
}

func TestP91_GB18030(t *testing.T) {
	text := "指标项ID,名称,当前值\r\n7,程序\\设计|測試€㐀,５\r\n8,\"引号，“”\",￥6\r\n9,x,7万\r\n10,负,−8\r\n"
	for name, e := range map[string]encoding.Encoding{"GB18030": simplifiedchinese.GB18030, "UTF-8": encoding.Nop} {
		if got := outline(readCSV(t, in(t, e, text))); got != "2:7=5 3:8=6 4:9=70000 5:10=-8" {
			t.Errorf("%s: %s", name, got)
		}
	}
	path := write(t, "a.csv", []byte(in(t, simplifiedchinese.GBK, "指标项ID,名称,当前值\r\n7,测试,5\r\n")))
	if got := noticesOf(t, path); got[NoticeEncoding] != 1 {
		t.Error(got)
	}
	for _, o := range []Options{{Encoding: EncodingGBK}, {Encoding: EncodingGB18030}, {}} {
		if got := outline(read(t, path, o)); got != "2:7=5" {
			t.Errorf("%s: %s", o.Encoding, got)
		}
	}
	// Characters whose second byte is a backslash or a bar stay whole.
	var trails strings.Builder
	for lead := 0x81; lead < 0xff; lead++ {
		for _, trail := range []byte{'\\', '|'} {
			pair := string([]byte{byte(lead), trail})
			if text, err := simplifiedchinese.GBK.NewDecoder().String(pair); err == nil && !strings.Contains(text, replacement) {
				trails.WriteString(pair)
			}
		}
	}
	if trails.Len() < 2*(116+116) {
		t.Errorf("only %d bytes of them", trails.Len())
	}
	gbk := in(t, simplifiedchinese.GBK, "指标项ID,名称,当前值\n7,") + trails.String() + ",5\n"
	for _, delimiter := range []string{",", "|", ";"} {
		if got := outline(readCSV(t, strings.ReplaceAll(gbk, ",", delimiter))); got != "2:7=5" {
			t.Errorf("%s: %s", delimiter, got)
		}
	}
}

// A wrong encoding turns a Chinese header into nonsense, and the file is refused.
func TestP92_OtherEncodings(t *testing.T) {
	for name, text := range map[string]string{
		"Shift-JIS":        in(t, japanese.ShiftJIS, "指標項目,目標値,現在値\n7,5,6\n"),
		"EUC-JP":           in(t, japanese.EUCJP, "指標項目,目標値,現在値\n7,5,6\n"),
		"EUC-KR":           in(t, korean.EUCKR, "지표,목표값\n7,5\n"),
		"Big5":             in(t, traditionalchinese.Big5, "指標項,目標值,起始值,名稱\n7,5,1,測試\n"),
		"Windows-1252":     in(t, charmap.Windows1252, "Identité,Résultat\n7,5\n"),
		"Windows-1251":     in(t, charmap.Windows1251, "Показатель,Цель\n7,5\n"),
		"UTF-8 as GB18030": "Показатель,目标值 ", // no id column in any encoding
	} {
		a := readCSV(t, text)
		if a.fatal == nil || len(a.updates) > 0 || a.fatal.Code != CodeEncodingUnknown && a.fatal.Code != CodeHeaderMissing {
			t.Errorf("%s: %v", name, a)
		}
	}
	// One letter that is nonsense in GB18030 refuses the file although its header
	// is plain ASCII.
	outlines(t, [][2]string{{"metric_item_id,note,当前值\n7,caf\xe9,5\n", "encoding_unknown"}, {"metric_item_id,note,target\n7,caf\xe9,5\n", "encoding_unknown"}})
}

// Bytes that are both GBK and UTF-8 are taken as UTF-8 only if all of the file is.
func TestP93_ShortGBKThatIsUTF8(t *testing.T) {
	head := in(t, simplifiedchinese.GBK, "指标项ID,名称,当前值\n")
	for lead := 0xc2; lead <= 0xdf; lead++ {
		for trail := 0x80; trail <= 0xbf; trail += 9 {
			pair := string([]byte{byte(lead), byte(trail)})
			if trail == 0x80 || lead%8 == 2 {
				outlines(t, [][2]string{{head + "7," + pair + ",5\n", "2:7=5"}})
			}
		}
	}
	outlines(t, [][2]string{{"metric_item_id,当前值\n7,5\xc2\xa0\n", "2:7=5"}, {"metric_item_id,note,current\n7,\xc4\xe3\xba\xc3,5\n", "2:7=5"}})
}

// A UTF-8 file with a few broken bytes is refused with the first of them.
func TestP94_BrokenUTF8(t *testing.T) {
	good := "指标项ID,名称,当前值\n7,长城销售额,5\n"
	for _, broken := range []string{"8,\xe9\x95,6\n", "8,a\xffb,6\n", "8,x,6\n9,\xc3\x28,5\n", "8,\xed\xa0\x80,5\n", "8,\xe9\x95", "8,\xf0\x9f\x98,6"} {
		text := good + broken
		at := len(good)
		for i := range len(broken) {
			if broken[i] >= 0x80 {
				at += i + 1
				break
			}
		}
		a := readCSV(t, text)
		if a.fatal == nil || a.fatal.Code != CodeEncodingUnknown || a.fatal.Offset != int64(at) || len(a.updates) != 0 {
			t.Errorf("%q: %+v, want offset %d", broken, a.fatal, at)
		}
	}
	if a := read(t, write(t, "a.csv", []byte(in(t, simplifiedchinese.GBK, good))), Options{Encoding: EncodingUTF8}); a.fatal == nil || a.fatal.Code != CodeEncodingUnknown {
		t.Error(a)
	}
}

func TestP95_UTF16(t *testing.T) {
	text := "指标项ID\t名称\t当前值\r\n7041234567890123456\t一丁㐀𠮷\t5\r\n8\tx\t1,234\r\n"
	const want = "2:7041234567890123456=5 3:8=1234"
	for name, e := range map[string]encoding.Encoding{
		"LE with mark": unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), "BE with mark": unicode.UTF16(unicode.BigEndian, unicode.UseBOM),
		"LE": unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), "BE": unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM),
	} {
		encoded := in(t, e, text)
		for _, text := range []string{encoded, in(t, e, strings.ReplaceAll(strings.ReplaceAll(text, "1,234", "1234"), "\t", ","))} {
			if got := outline(readCSV(t, text)); got != want {
				t.Errorf("%s: %s", name, got)
			}
		}
		if got := outline(readCSV(t, encoded+"x")); !strings.HasSuffix(got, "encoding_unknown") {
			t.Errorf("%s of odd length: %s", name, got)
		}
	}
	outlines(t, [][2]string{
		{"\xff\xfe\x00\x00m\x00\x00\x00", "encoding_unknown"}, {"\x00\x00\xfe\xff\x00\x00\x00m", "encoding_unknown"},
		{"\xff\xfe" + string(utf16le("metric_item_id,current\n7,5\n")) + "\x00\xd8\n\x00", "2:7=5 encoding_unknown"}, // half of a pair
	})
}
