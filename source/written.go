package source

import (
	"cmp"
	"slices"
	"strings"
)

// A written number is a number as people write it, taken apart.
type written struct {
	negative bool
	signs    int    // how often a sign was given: once is enough
	digits   string // with thousands separators and a decimal point
	percent  bool
	shift    int // places that a unit moves the point: 4 for 万
}

// takeApart finds the parts of a number whose characters are folded:
//
//	sign currency digits currency     -¥1,234.50   (¥5)   12-   5元
//	digits unit currency              3.5万元
//	digits percent                    85%
//
// It reports false if something is there twice, or two parts contradict each other.
func takeApart(text string) (w written, ok bool) {
	text = w.takeSign(text)
	text, front := cutCurrency(text, strings.CutPrefix)
	if front != "" {
		text = w.takeSign(text)
	}
	text = w.takeTrailingMinus(text)
	if plain, percent := strings.CutSuffix(text, "%"); percent {
		text, w.percent = trimSpaces(plain), true
	}
	text, back := cutCurrency(text, strings.CutSuffix)
	text = w.takeUnit(text)
	w.digits = text
	agree := front == "" || back == "" || isYuan(front) && back == "元"
	alone := !w.percent || front == "" && back == "" && w.shift == 0
	return w, w.signs <= 1 && agree && alone && text != "" && isDigits(text[:1])
}

// trimSpaces removes the spaces between the parts of a number. Other characters
// that cannot be seen are no part of one.
func trimSpaces(text string) string { return strings.Trim(text, " ") }

// isWritten reports whether a text is some kind of number.
func isWritten(text string) bool {
	_, ok := takeApart(foldNumber(trim(text)))
	return ok
}

// takeSign takes a sign off the front, or parentheses, which mean a minus.
func (w *written) takeSign(text string) string {
	if inner, ok := strings.CutPrefix(text, "("); ok && strings.HasSuffix(inner, ")") {
		w.negative = true
		w.signs++
		return trimSpaces(inner[:len(inner)-1])
	}
	for _, sign := range []string{"-", "+", "负", "負"} {
		if rest, ok := strings.CutPrefix(text, sign); ok {
			w.negative = sign != "+"
			w.signs++
			return trimSpaces(rest)
		}
	}
	return text
}

// takeTrailingMinus takes off the minus that accounting systems write behind.
func (w *written) takeTrailingMinus(text string) string {
	if rest, ok := strings.CutSuffix(text, "-"); ok {
		w.negative = true
		w.signs++
		return rest
	}
	return text
}

// units are the Chinese units of numbers, by the places they move the point.
var units = []struct {
	name  string
	shift int
}{{"万亿", 12}, {"萬億", 12}, {"亿", 8}, {"億", 8}, {"万", 4}, {"萬", 4}}

func (w *written) takeUnit(text string) string {
	for _, unit := range units {
		if rest, ok := strings.CutSuffix(text, unit.name); ok {
			w.shift = unit.shift
			return trimSpaces(rest)
		}
	}
	return text
}

// currencies are signs, codes and names of currencies that may stand on either
// side of a number, longer ones before those they contain.
var currencies = longestFirst([]string{
	"¥", "$", "€", "£", "₩", "₹", "₽", "฿", "₫", "₱", "CN¥", "JP¥", "HK$", "US$", "NT$", "MOP$", "S$", "A$", "C$", "R$",
	"RMB", "CNY", "USD", "EUR", "GBP", "JPY", "HKD", "TWD", "MOP", "SGD", "KRW", "AUD", "CAD", "CHF", "INR", "THB", "VND", "MYR", "IDR", "PHP",
	"人民币", "美元", "欧元", "英镑", "日元", "港元", "港币", "元",
})

func longestFirst(names []string) []string {
	slices.SortFunc(names, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	return names
}

// cutCurrency takes a currency off one side of a number.
func cutCurrency(text string, cut func(s, affix string) (string, bool)) (rest, currency string) {
	upper := strings.ToUpper(text)
	if len(upper) != len(text) {
		return text, "" // nothing that is written in a number changes its length
	}
	for _, currency := range currencies {
		if rest, ok := cut(upper, currency); ok {
			return trimSpaces(rest), currency
		}
	}
	return text, ""
}

// isYuan reports whether a currency in front of a number agrees with 元 behind it.
func isYuan(currency string) bool {
	return slices.Contains([]string{"¥", "CN¥", "RMB", "CNY", "人民币"}, currency)
}

// ungroup removes thousands separators, if they stand where they must: 1,234,567.
// Elsewhere a comma may be a decimal point.
func ungroup(digits string) (string, bool) {
	const group = 3
	if strings.IndexByte(digits, ',') < 0 {
		return digits, true
	}
	whole, fraction, pointed := strings.Cut(digits, ".")
	if strings.Contains(fraction, ",") {
		return "", false
	}
	groups := strings.Split(whole, ",")
	for i, g := range groups {
		if !isDigits(g) || len(g) > group || i > 0 && len(g) < group || groups[0][0] == '0' {
			return "", false
		}
	}
	whole = strings.Join(groups, "")
	if pointed {
		return whole + "." + fraction, true
	}
	return whole, true
}

// isAccountingZero recognises the dash that accounting formats show for zero: in
// its place within the column, between spaces, or behind a currency. A dash alone
// is how people write that there is no number.
func isAccountingZero(text string) bool {
	if !strings.ContainsAny(text, "-") {
		return false
	}
	if strings.Trim(text, " ") == "-" {
		return text[0] == ' ' && text[len(text)-1] == ' '
	}
	rest, currency := cutCurrency(foldNumber(trim(text)), strings.CutPrefix)
	return currency != "" && rest == "-"
}
