package source

import (
	"encoding/json"
	"math/big"
	"strconv"
	"strings"
	"testing"
)

func TestParseNumber(t *testing.T) {
	for _, test := range []struct {
		text string
		want Number
		code Code
	}{
		{text: "0", want: "0"},
		{text: "-0", want: "0"},
		{text: "-0.00", want: "0"},
		{text: "+5", want: "5"},
		{text: "007", want: "7"},
		{text: "1.50", want: "1.5"},
		{text: "0.1", want: "0.1"},
		{text: " 12 ", want: "12"},
		{text: "\u00a0\u200b12\u3000\ufeff", want: "12"},
		{text: "１２．５", want: "12.5"},
		{text: "－３", want: "-3"},
		{text: "\u22127", want: "-7"},
		{text: "＋８", want: "8"},
		{text: "999999999999999", want: "999999999999999"},
		{text: "0.000000000000000000001", want: "0.000000000000000000001"},
		{text: "1000000000000000", code: CodeNumberRange},
		{text: "0.1234567890123456789", code: CodeNumberPrecision},
		{text: "123456789012345.67", want: "123456789012345.67"},
		{text: "123456789012345.678", code: CodeNumberPrecision},
		{text: "0." + strings.Repeat("0", 400) + "1", code: CodeNumberRange},
		{text: "1\u200b2", code: CodeNumberInvalid},
		{text: "—5", code: CodeNumberInvalid},
		{text: "△5", code: CodeNumberInvalid},
		{text: "3–5", code: CodeNumberInvalid},
		{text: "五万", code: CodeNumberInvalid},
		{text: ".5", code: CodeNumberInvalid},
		{text: "5.", code: CodeNumberInvalid},
		{text: "1e3", code: CodeNumberInvalid},
		{text: "0x10", code: CodeNumberInvalid},
		{text: "NaN", code: CodeNumberInvalid},
		{text: "Inf", code: CodeNumberInvalid},
		{text: "1_000", code: CodeNumberInvalid},
		{text: "5²", code: CodeNumberInvalid},
		{text: "①", code: CodeNumberInvalid},
		{text: "--5", code: CodeNumberInvalid},
		{text: "-", code: CodeNumberInvalid},
		{text: "", code: CodeNumberInvalid},
		{text: "%", code: CodeNumberInvalid},
		{text: "85%", code: CodePercentUndecided},
		{text: "0%", want: "0"},
		{text: "#N/A", code: CodeCellIsError},
		{text: "#div/0!", code: CodeCellIsError},
	} {
		if got, code := parseNumber(test.text, PercentAuto); got != test.want || code != test.code {
			t.Errorf("parseNumber(%q) = %q, %q, want %q, %q", test.text, got, code, test.want, test.code)
		}
	}
}

func TestPercentIsExact(t *testing.T) {
	for _, test := range []struct{ text, ratio, points Number }{
		{"85%", "0.85", "85"},
		{"0.07%", "0.0007", "0.07"},
		{"100 %", "1", "100"},
		{"-12.34％", "-0.1234", "-12.34"},
		{"１５０%", "1.5", "150"},
	} {
		ratio, _ := parseNumber(string(test.text), PercentRatio)
		points, _ := parseNumber(string(test.text), PercentPoints)
		if ratio != test.ratio || points != test.points {
			t.Errorf("%s is %s and %s, want %s and %s", test.text, ratio, points, test.ratio, test.points)
		}
	}
	for _, test := range []struct{ stored, ratio, points Number }{
		{"0.85", "0.85", "85"},
		{"0.07000000000000001", "0.07", "7"},
		{"7.0000000000000007E-4", "0.0007", "0.07"},
		{"0", "0", "0"},
	} {
		ratio, _ := parsePercent(string(test.stored), PercentRatio)
		points, _ := parsePercent(string(test.stored), PercentPoints)
		if ratio != test.ratio || points != test.points {
			t.Errorf("%s is %s and %s, want %s and %s", test.stored, ratio, points, test.ratio, test.points)
		}
	}
	if _, code := parsePercent("0.85", PercentAuto); code != CodePercentUndecided {
		t.Error(code)
	}
}

func TestParseStored(t *testing.T) {
	for _, test := range []struct {
		text string
		want Number
		code Code
	}{
		{text: "0.30000000000000004", want: "0.3"},
		{text: "99999.994999999995", want: "99999.995"},
		{text: "1.1000000000000001", want: "1.1"},
		{text: "2.9999999999999996", want: "3"},
		{text: "9.9999999999999999E3", want: "10000"},
		{text: "1.5E+3", want: "1500"},
		{text: "1E-3", want: "0.001"},
		{text: ".5", want: "0.5"},
		{text: "5.", want: "5"},
		{text: "-0", want: "0"},
		{text: " 7\n", want: "7"},
		{text: "-1234.5", want: "-1234.5"},
		{text: "999999999999999.9", code: CodeNumberRange},
		{text: "1E15", code: CodeNumberRange},
		{text: "1E400", code: CodeNumberRange},
		{text: "1E-400", code: CodeNumberRange},
		{text: "0E999", want: "0"},
		{text: "1E1000", code: CodeNumberInvalid},
		{text: "NaN", code: CodeNumberInvalid},
		{text: "INF", code: CodeNumberInvalid},
		{text: "0x1p4", code: CodeNumberInvalid},
		{text: "1e", code: CodeNumberInvalid},
		{text: ".", code: CodeNumberInvalid},
		{text: "e5", code: CodeNumberInvalid},
	} {
		if got, code := parseStored(test.text); got != test.want || code != test.code {
			t.Errorf("parseStored(%q) = %q, %q, want %q, %q", test.text, got, code, test.want, test.code)
		}
	}
}

// FuzzParseNumber holds what Number promises: canonical, in range, exact in a
// float64, equal to what was written, and fit for JSON.
func FuzzParseNumber(f *testing.F) {
	for _, text := range []string{"0", "-0.0", "１２．５", "85%", "1e3", "0.30000000000000004", "999999999999999.99", "+007.500", "−5", "¥1,234.50", "(5)", "3.5万元", "US$ 5-", " - ", "1,23"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, mode := range []PercentMode{PercentAuto, PercentRatio, PercentPoints} {
			n, code := parseNumber(text, mode)
			checkNumber(t, n, code)
			stored, code := parseStored(text)
			checkNumber(t, stored, code)
			n, code = parsePercent(text, mode)
			checkNumber(t, n, code)
		}
		if n, code := parseNumber(text, PercentAuto); code == "" {
			checkWritten(t, text, n)
		}
	})
}

// checkWritten holds a number against the digits, the point and the minus of its
// text, whatever else stands beside them.
func checkWritten(t *testing.T, text string, n Number) {
	t.Helper()
	text = foldNumber(text)
	kept := strings.Map(func(r rune) rune {
		if '0' <= r && r <= '9' || r == '.' {
			return r
		}
		return -1
	}, text)
	want, ok := new(big.Rat).SetString("0" + kept)
	got, _ := new(big.Rat).SetString(strings.TrimPrefix(string(n), "-"))
	for _, unit := range units {
		if strings.Contains(text, unit.name) {
			want.Mul(want, new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(unit.shift)), nil)))
			break
		}
	}
	if !ok || want.Cmp(got) != 0 {
		t.Errorf("%q became %s", text, n)
	}
	if minus := strings.ContainsAny(text, "-(负負"); n != "0" && minus != strings.HasPrefix(string(n), "-") {
		t.Errorf("%q became %s", text, n)
	}
}

func checkNumber(t *testing.T, n Number, code Code) {
	t.Helper()
	if (n == "") != (code != "") {
		t.Fatalf("%q and %q", n, code)
	}
	if n == "" {
		return
	}
	again, code := parseNumber(string(n), PercentAuto)
	value, err := strconv.ParseFloat(string(n), 64)
	if again != n || code != "" || err != nil || value >= 1e15 || value <= -1e15 || !json.Valid([]byte(n)) {
		t.Errorf("%q is read again as %q, %s, %v", n, again, code, err)
	}
	if strconv.FormatFloat(value, 'f', -1, 64) != string(n) {
		t.Errorf("%q is %v in a float64", n, value)
	}
}
