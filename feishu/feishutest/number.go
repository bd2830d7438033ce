package feishutest

import (
	"encoding/json"
	"strconv"
	"strings"
)

// decimal is a number taken apart so that equal values are equal structs: 1.50, 15e-1 and 1.5 are one.
type decimal struct {
	negative bool
	digits   string // no leading or trailing zeros; "" is zero
	exponent int    // the value is 0.digits × 10^exponent
}

// sameNumber compares two JSON numbers by value, exactly: no rounding to binary in between.
func sameNumber(a, b json.Number) bool {
	if a == "" || b == "" {
		return a == b
	}
	return a == b || takeApart(string(a)) == takeApart(string(b))
}

// takeApart reads a JSON number whose grammar has been checked.
func takeApart(s string) decimal {
	var d decimal
	s, d.negative = strings.CutPrefix(s, "-")
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		d.exponent = exponent(s[i+1:])
		s = s[:i]
	}
	whole, fraction, _ := strings.Cut(s, ".")
	d.exponent += len(whole)
	digits := whole + fraction
	d.digits = strings.TrimLeft(digits, "0")
	d.exponent -= len(digits) - len(d.digits)
	d.digits = strings.TrimRight(d.digits, "0")
	if d.digits == "" {
		return decimal{}
	}
	return d
}

// exponent reads the digits after an e; beyond ±10^9 nothing differs any more, and sums must not overflow.
func exponent(s string) int {
	n, _ := strconv.Atoi(s) // the nearest int when out of range
	return max(-1_000_000_000, min(n, 1_000_000_000))
}

// validNumber says whether s is a JSON number that fits a double, as the vendor's fields are (guess).
func validNumber(s string) bool {
	if s == "" || s[0] != '-' && (s[0] < '0' || s[0] > '9') || !json.Valid([]byte(s)) {
		return false
	}
	_, err := strconv.ParseFloat(s, 64)
	return err == nil
}

// validID says whether s is ^[0-9]{1,20}$, the shape of every id of the API.
func validID(s string) bool {
	if len(s) == 0 || len(s) > 20 {
		return false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}
