package source

import (
	"strconv"
	"strings"
)

// exactDigits is how many significant digits Excel keeps and every float64
// holds without loss.
const exactDigits = 15

// parseNumber reads a number that is written as text. It takes plain decimals
// only: what is not certain is refused with a code, and nothing is rounded.
func parseNumber(text string, mode PercentMode) (Number, Code) {
	if isCanonical(text) {
		return Number(text), ""
	}
	text = foldNumber(trim(text))
	if isErrorName(text) {
		return "", CodeCellIsError
	}
	plain, percent := strings.CutSuffix(text, "%")
	d, ok := parseDecimal(trim(plain), false)
	if !ok {
		return "", CodeNumberInvalid
	}
	if percent {
		// 85 percent is 85 points; the ratio is two places to the right.
		return d.percent(mode, -2, 0)
	}
	return d.number()
}

// parseStored reads a number as an XLSX file stores it: the digits of a
// float64, with its binary noise (0.30000000000000004) and maybe an exponent.
// Excel shows 15 digits of it, and so do we.
func parseStored(text string) (Number, Code) {
	if isCanonical(text) {
		return Number(text), ""
	}
	d, ok := parseDecimal(trim(text), true)
	if !ok {
		return "", CodeNumberInvalid
	}
	return d.rounded(exactDigits).number()
}

// parsePercent is parseStored for a cell that is shown as a percentage, which
// stores 85% as 0.85.
func parsePercent(text string, mode PercentMode) (Number, Code) {
	d, ok := parseDecimal(trim(text), true)
	if !ok {
		return "", CodeNumberInvalid
	}
	return d.rounded(exactDigits).percent(mode, 0, 2)
}

// isCanonical recognises the usual case without allocating: a Number of at
// most 15 digits.
func isCanonical(text string) bool {
	digits := strings.TrimPrefix(text, "-")
	if len(digits) == 0 || len(digits) > exactDigits || digits == "0" && text != "0" {
		return false
	}
	whole, fraction, point := strings.Cut(digits, ".")
	if !isDigits(whole) || whole[0] == '0' && len(whole) > 1 {
		return false
	}
	return !point || isDigits(fraction) && fraction[len(fraction)-1] != '0'
}

// foldNumber replaces full-width digits and signs by ASCII ones and the minus
// sign of typographers by the hyphen. Nothing else looks enough like a number.
func foldNumber(text string) string {
	if isASCII(text) {
		return text
	}
	return strings.Map(func(r rune) rune {
		switch {
		case '０' <= r && r <= '９', r == '＋', r == '－', r == '．', r == '％':
			return narrow(r)
		case r == '\u2212':
			return '-'
		}
		return r
	}, text)
}

// isErrorName recognises the errors of formulas in text, which is how CSV
// files carry them.
func isErrorName(text string) bool {
	switch strings.ToUpper(text) {
	case "#N/A", "#DIV/0!", "#REF!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "#GETTING_DATA":
		return true
	}
	return false
}

// A decimal is a number as digits: 0.digits times ten to the power of point.
// Arithmetic on it is exact.
type decimal struct {
	negative bool
	digits   string // without zeros at either end; "" is zero
	point    int
}

// parseDecimal reads digits with at most one sign and one point. Stored
// numbers may leave out the digits on one side of the point and may have an
// exponent of up to three digits.
func parseDecimal(text string, stored bool) (decimal, bool) {
	var d decimal
	text, d.negative = cutSign(text)
	exponent := 0
	if i := strings.IndexAny(text, "eE"); stored && i >= 0 {
		var ok bool
		if exponent, ok = parseExponent(text[i+1:]); !ok {
			return decimal{}, false
		}
		text = text[:i]
	}
	whole, fraction, pointed := strings.Cut(text, ".")
	switch {
	case stored && whole == "" && fraction == "":
		return decimal{}, false
	case whole == "" && !stored, fraction == "" && pointed && !stored:
		return decimal{}, false
	case whole != "" && !isDigits(whole), fraction != "" && !isDigits(fraction):
		return decimal{}, false
	}
	d.digits, d.point = whole+fraction, len(whole)+exponent
	return d.trimmed(), true
}

// cutSign takes a sign off the front of a number.
func cutSign(text string) (digits string, negative bool) {
	if text != "" && (text[0] == '-' || text[0] == '+') {
		return text[1:], text[0] == '-'
	}
	return text, false
}

func parseExponent(text string) (int, bool) {
	const longest = 3
	digits, _ := cutSign(text)
	if len(digits) > longest || !isDigits(digits) {
		return 0, false
	}
	n, err := strconv.Atoi(text)
	return n, err == nil
}

// trimmed restores what decimal promises about zeros.
func (d decimal) trimmed() decimal {
	rest := strings.TrimLeft(d.digits, "0")
	d.point -= len(d.digits) - len(rest)
	d.digits = strings.TrimRight(rest, "0")
	if d.digits == "" {
		return decimal{}
	}
	return d
}

// rounded keeps at most n digits and rounds half away from zero, as Excel does.
func (d decimal) rounded(n int) decimal {
	if len(d.digits) <= n {
		return d
	}
	up := d.digits[n] >= '5'
	d.digits = d.digits[:n]
	if up {
		d = d.nextUp()
	}
	return d.trimmed()
}

// nextUp adds one to the last digit.
func (d decimal) nextUp() decimal {
	digits := []byte(d.digits)
	for i := len(digits) - 1; i >= 0; i-- {
		if digits[i] != '9' {
			digits[i]++
			d.digits = string(digits)
			return d
		}
		digits[i] = '0'
	}
	d.digits, d.point = "1"+string(digits), d.point+1
	return d
}

// percent is the number that a percentage stands for: d moved by as many
// places as the mode takes.
func (d decimal) percent(mode PercentMode, ratio, points int) (Number, Code) {
	switch {
	case d.digits == "":
		return "0", "" // whatever the mode
	case mode == PercentRatio:
		d.point += ratio
	case mode == PercentPoints:
		d.point += points
	default:
		return "", CodePercentUndecided
	}
	return d.number()
}

// number is the decimal as a Number, unless it is out of range or a float64
// would hold another value.
func (d decimal) number() (Number, Code) {
	const largest, smallest = 15, -290
	if d.digits != "" && (d.point > largest || d.point < smallest) {
		return "", CodeNumberRange
	}
	text := d.canonical()
	if len(d.digits) > exactDigits && !survivesFloat(text) {
		return "", CodeNumberPrecision
	}
	return Number(text), ""
}

func survivesFloat(text string) bool {
	f, err := strconv.ParseFloat(text, 64)
	return err == nil && strconv.FormatFloat(f, 'f', -1, 64) == text
}

// canonical writes the decimal as a Number is written.
func (d decimal) canonical() string {
	text := "0"
	switch {
	case d.digits == "":
	case d.point <= 0:
		text = "0." + strings.Repeat("0", -d.point) + d.digits
	case d.point >= len(d.digits):
		text = d.digits + strings.Repeat("0", d.point-len(d.digits))
	default:
		text = d.digits[:d.point] + "." + d.digits[d.point:]
	}
	if d.negative {
		return "-" + text
	}
	return text
}
