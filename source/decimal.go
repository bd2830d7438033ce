package source

import (
	"strconv"
	"strings"
)

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

// rounded keeps the digits that Excel keeps and rounds half away from zero, as it does.
func (d decimal) rounded() decimal {
	if len(d.digits) <= exactDigits {
		return d
	}
	up := d.digits[exactDigits] >= '5'
	d.digits = d.digits[:exactDigits]
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
