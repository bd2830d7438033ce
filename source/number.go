package source

import (
	"strings"
	"unicode"
)

// exactDigits is how many significant digits Excel keeps and every float64
// holds without loss.
const exactDigits = 15

// parseNumber reads a number that is written as text. What is not certain is
// refused with a code, and nothing is rounded.
func parseNumber(text string, mode PercentMode) (Number, Code) {
	if isCanonical(text) {
		return Number(text), ""
	}
	if isAccountingZero(text) {
		return "0", ""
	}
	folded := foldNumber(trim(text))
	w, ok := takeApart(folded)
	if !ok {
		return "", refusedNumber(folded)
	}
	plain, ok := ungroup(w.digits)
	if !ok {
		return "", CodeNumberAmbiguous
	}
	d, ok := parseDecimal(plain, false)
	if !ok {
		return "", refusedNumber(folded)
	}
	d.negative = w.negative && d.digits != ""
	d.point += w.shift
	if w.percent {
		// 85 percent is 85 points; the ratio is two places to the right.
		return d.percent(mode, -2, 0)
	}
	return d.number()
}

// refusedNumber says why a text is no number.
func refusedNumber(text string) Code {
	switch {
	case isErrorName(text):
		return CodeCellIsError
	case strings.Trim(text, "#") == "" && text != "":
		return CodeCellTooNarrow
	case strings.EqualFold(text, "TRUE"), strings.EqualFold(text, "FALSE"):
		return CodeCellIsBoolean
	}
	digits, _ := cutSign(text)
	rest := strings.TrimLeft(digits, "0123456789., '’")
	switch {
	case digits == "" || !isDigits(digits[:1]):
	case rest == "" && isDigits(digits[len(digits)-1:]):
		return CodeNumberAmbiguous
	case rest != "" && isUnit(rest):
		return CodeNumberUnit
	}
	return CodeNumberInvalid
}

// isUnit reports whether what follows a number is a word or sign for what it
// counts.
func isUnit(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool {
		return !unicode.IsLetter(r) && r != ' ' && r != '%' && !strings.ContainsRune("‰°℃/", r)
	})
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
	return d.rounded().number()
}

// parsePercent is parseStored for a cell that is shown as a percentage, which
// stores 85% as 0.85.
func parsePercent(text string, mode PercentMode) (Number, Code) {
	d, ok := parseDecimal(trim(text), true)
	if !ok {
		return "", CodeNumberInvalid
	}
	return d.rounded().percent(mode, 0, 2)
}

// parsePoints is parsePercent for a format that shows 85 as 85%.
func parsePoints(text string, mode PercentMode) (Number, Code) {
	d, ok := parseDecimal(trim(text), true)
	if !ok {
		return "", CodeNumberInvalid
	}
	return d.rounded().percent(mode, -2, 0)
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

// foldNumber replaces full-width characters by ASCII ones, and the minus signs and
// hyphens of typographers by the hyphen. An em dash is no minus sign.
func foldNumber(text string) string {
	if isASCII(text) {
		return text
	}
	return strings.Map(func(r rune) rune {
		switch r {
		case '−', '–', '‐', '‑', '﹣':
			return '-'
		case '￥':
			return '¥'
		case '\u00a0', '\u2007', '\u202f': // spaces that don't break
			return ' '
		case '￡':
			return '£'
		}
		return narrow(r)
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
