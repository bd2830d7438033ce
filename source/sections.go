package source

import (
	"slices"
	"strings"
)

// A section is what one section of a format code says.
type section struct {
	digits   int // placeholders of the number
	zeros    int // of them, those before the point that show a zero
	point    bool
	exponent bool // its sign is next
	any      bool // it shows the cell as it is, or as a fraction
	date     bool
	percents int    // percent signs that multiply
	scaled   bool   // it leaves out the last digits: a comma behind them
	minus    bool   // a minus anywhere, or a parenthesis in front
	text     string // what is shown as it is
}

// isPercent reports whether 0.85 is shown as 85%.
func (s section) isPercent() bool { return s.percents == 1 }

// isPoints reports whether 85 is shown as 85%.
func (s section) isPoints() bool { return s.percents == 0 && strings.ContainsAny(s.text, "%％") }

// changes reports whether another number is shown than the one that is stored: by a
// unit that it was not divided by, by digits that are always there, or by more than
// one percent sign.
func (s section) changes() bool {
	return s.percents > 1 || strings.ContainsAny(s.text, "0123456789") || isUnitText(s.text) && !s.inUnits()
}

// inUnits reports whether the number is divided by the unit beside it. A comma
// divides by a thousand; for 万 a point is shown one digit further to the left.
func (s section) inUnits() bool {
	wan := strings.ContainsAny(s.text, "万亿萬億") && !strings.Contains(s.text, "百万") && !strings.Contains(s.text, "百萬")
	return s.scaled && (!wan || strings.Contains(s.text, "."))
}

// isUnitText recognises 万 and the like in the text of a format. An m alone may be
// metres.
func isUnitText(text string) bool {
	if strings.ContainsAny(text, "百千万亿萬億‰") {
		return true
	}
	return slices.Contains([]string{"k", "mn", "bn", "bp", "million", "billion"}, strings.TrimSpace(text))
}

// parseSection reads a section of a format code in lower case, up to its semicolon.
// What is quoted, escaped or part of a colour or a condition is no placeholder.
func parseSection(code string) (s section, rest string, more bool) {
	for i := 0; i < len(code); i++ {
		switch c := code[i]; c {
		case ';':
			return s, code[i+1:], true
		case '"':
			quoted, _, _ := strings.Cut(code[i+1:], `"`)
			s.show(quoted)
			i += len(quoted) + 1
		case '[':
			bracketed, _, _ := strings.Cut(code[i+1:], "]")
			s.bracket(bracketed)
			i += len(bracketed) + 1
		case '\\', '!', '_', '*':
			next := code[i+1:]
			next = next[:runeLen(next)]
			s.escape(c, next)
			i += len(next)
		default:
			s.take(code[i:])
		}
	}
	return s, "", false
}

// bracket takes in a colour, a condition, an elapsed time or a currency.
func (s *section) bracket(text string) {
	s.date = s.date || isElapsed(text)
	if currency, ok := strings.CutPrefix(text, "$"); ok {
		currency, _, _ = strings.Cut(currency, "-")
		s.show(currency)
	}
}

// escape takes in a character that is shown as it is, or only for its width.
func (s *section) escape(how byte, next string) {
	if how == '_' || how == '*' {
		return
	}
	s.show(next)
	s.point = s.point || next == "."
}

// show takes in what is shown as it is.
func (s *section) show(text string) {
	s.text += text
	s.minus = s.minus || strings.ContainsAny(text, "-−") || s.digits == 0 && strings.ContainsAny(text, "(（")
}

// take takes in a placeholder, or what nobody has quoted.
func (s *section) take(rest string) {
	switch c := rest[0]; c {
	case '%':
		s.percents++
	case '0', '#':
		s.digits++
		if c == '0' && !s.point {
			s.zeros++
		}
	case '.':
		s.point = true
	case '@', '/':
		s.any = true
	case '-', '(':
		if !s.exponent {
			s.show(rest[:1])
		}
		s.exponent = false
	case ',':
		behind := len(rest) < 2 || !strings.ContainsAny(rest[1:2], "0#?,")
		s.scaled = s.scaled || s.digits > 0 && behind
	default:
		s.letter(rest)
	}
}

// letter takes in what begins with a letter: of a date, of an exponent, or a text.
func (s *section) letter(rest string) {
	switch rest[0] {
	case 'y', 'm', 'd', 'h', 's', 'b', 'g':
		s.date = true
	case 'e':
		s.point, s.exponent = true, true // its zeros are no padding
		s.date = s.date || len(rest) < 2 || rest[1] != '+' && rest[1] != '-'
	}
	s.date = s.date || strings.HasPrefix(rest, "aaa") // a weekday in Chinese and Japanese
	for _, text := range []string{"％", "‰", "百", "千", "万", "亿", "萬", "億"} {
		if strings.HasPrefix(rest, text) {
			s.show(text)
		}
	}
}

// isElapsed recognises [h], [mm] and [ss]: hours, minutes and seconds that go
// on counting.
func isElapsed(bracketed string) bool {
	return bracketed != "" && strings.Trim(bracketed, bracketed[:1]) == "" && strings.ContainsAny(bracketed[:1], "hms")
}
