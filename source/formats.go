package source

import (
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"
)

// A format is what a number format says about a number.
type format uint8

const (
	plainFormat   format = iota
	percentFormat        // 0.85 is shown as 85%
	pointsFormat         // 85 is shown as 85%
	mixedFormat          // some numbers are shown as percentages and others not
	unitFormat           // 5.5 is shown as 5.5万, or 5 as -5
	paddedFormat         // 7 is shown as 007
	zeroFormat           // 0 is not shown
	dateFormat
)

// formats reads what each style index says about its cells.
func formats(f *excelize.File) []format {
	custom := map[int]format{}
	if list := f.Styles.NumFmts; list != nil {
		for _, n := range list.NumFmt {
			custom[n.NumFmtID] = parseFormat(n.FormatCode)
		}
	}
	if f.Styles.CellXfs == nil {
		return []format{plainFormat}
	}
	all := make([]format, len(f.Styles.CellXfs.Xf))
	for i, xf := range f.Styles.CellXfs.Xf {
		if xf.NumFmtID == nil {
			continue
		}
		found, known := custom[*xf.NumFmtID]
		if !known {
			found = builtInFormat(*xf.NumFmtID)
		}
		all[i] = found
	}
	return all
}

// builtInFormat knows the numbers that stand for formats without being listed
// in the file. 27 to 36 and 50 to 58
// are the dates of East Asian Excels, 67 and up the percentages and dates of Thai
// ones.
func builtInFormat(id int) format {
	switch {
	case id == 9, id == 10, id == 67, id == 68:
		return percentFormat
	case 14 <= id && id <= 22, 27 <= id && id <= 36, 45 <= id && id <= 47, 50 <= id && id <= 58, 71 <= id && id <= 81:
		return dateFormat
	}
	return plainFormat
}

// parseFormat reads a format code. Its sections are for positive and negative
// numbers, zero and text, or for what conditions say.
func parseFormat(code string) format {
	code = strings.ReplaceAll(strings.ToLower(code), "general", "#")
	var all []section
	for rest, more := code, true; more; {
		var s section
		s, rest, more = parseSection(rest)
		all = append(all, s)
	}
	var numbers, percents, points int
	changed, padded := all[0].minus, false
	for _, s := range all {
		if s.date {
			return dateFormat
		}
		if s.digits == 0 {
			continue // it shows the same for every number
		}
		numbers++
		if s.percents == 1 {
			percents++
		} else if s.literalPercent && s.percents == 0 {
			points++
		}
		changed = changed || s.unit && !s.scaled || s.percents > 1 || s.number
		padded = padded || s.zeros > 1
	}
	switch {
	case changed:
		return unitFormat
	case percents+points > 0 && percents < numbers && points < numbers:
		return mixedFormat
	case percents > 0:
		return percentFormat
	case points > 0:
		return pointsFormat
	case padded:
		return paddedFormat
	case hidesZero(all):
		return zeroFormat
	}
	return plainFormat
}

// hidesZero reports whether a format shows a zero as nothing, or as words. A dash
// is how accounting shows it.
func hidesZero(all []section) bool {
	const zero = 2 // the section for it
	if len(all) > zero && all[0].digits > 0 {
		return all[zero].digits == 0 && !strings.ContainsAny(all[zero].text, "-—")
	}
	return false
}

// A section is what one section of a format code says.
type section struct {
	digits         int // placeholders of the number
	zeros          int // of them, those before the point that show a zero
	point          bool
	date           bool
	percents       int
	literalPercent bool   // a percent sign that does not multiply
	unit           bool   // 万, 亿 or the like
	scaled         bool   // it leaves out the last digits: a comma behind them
	minus          bool   // a minus or a parenthesis comes first
	number         bool   // a digit that is always there
	text           string // what is shown as it is
}

// parseSection reads a section up to its semicolon. What is quoted, escaped or part
// of a colour or a condition is no placeholder.
func parseSection(code string) (s section, rest string, more bool) {
	for i := 0; i < len(code); i++ {
		switch c := code[i]; c {
		case ';':
			return s, code[i+1:], true
		case '"':
			quoted, _, _ := strings.Cut(code[i+1:], `"`)
			s.literal(quoted)
			i += len(quoted) + 1
		case '[':
			bracketed, _, _ := strings.Cut(code[i+1:], "]")
			s.date = s.date || isElapsed(bracketed)
			if currency, ok := strings.CutPrefix(bracketed, "$"); ok {
				currency, _, _ = strings.Cut(currency, "-")
				s.literal(currency)
			}
			i += len(bracketed) + 1
		case '\\', '!', '_', '*': // a character as it is, its width, or a filling of it
			next := code[i+1:]
			next = next[:runeLen(next)]
			if c == '\\' || c == '!' {
				s.literal(next)
			}
			i += len(next)
		case '%':
			s.percents++
		case '0', '#':
			s.digits++
			if c == '0' && !s.point {
				s.zeros++
			}
		case '.':
			s.point = true
		case '-', '(':
			s.minus = s.minus || s.digits == 0
			s.literal(string(c))
		case ',':
			s.scaled = s.scaled || s.digits > 0 && !strings.ContainsAny(code[i+1:min(i+2, len(code))], "0#?,")
		default:
			s.letters(code[i:])
		}
	}
	return s, "", false
}

// literal takes in text that is shown as it is.
func (s *section) literal(text string) {
	s.text += text
	s.literalPercent = s.literalPercent || strings.ContainsAny(text, "%％")
	s.number = s.number || strings.ContainsAny(text, "0123456789")
	s.point = s.point || text == "."
	s.unit = s.unit || strings.ContainsAny(text, "百千万亿萬億‰") || slices.Contains([]string{"k", "mn", "bn", "bp", "million", "billion"}, strings.TrimSpace(text))
}

// letters takes in what begins with a letter: of a date, of an exponent, or a text
// that nobody has quoted.
func (s *section) letters(rest string) {
	switch rest[0] {
	case 'y', 'm', 'd', 'h', 's', 'b', 'g':
		s.date = true
	case 'e':
		s.point = true // the zeros of an exponent are no padding
		s.date = s.date || len(rest) < 2 || rest[1] != '+' && rest[1] != '-'
	}
	s.date = s.date || strings.HasPrefix(rest, "aaa") // a weekday in Chinese and Japanese
	for _, text := range []string{"％", "‰", "百", "千", "万", "亿", "萬", "億"} {
		if strings.HasPrefix(rest, text) {
			s.literal(text)
		}
	}
}

// isElapsed recognises [h], [mm] and [ss]: hours, minutes and seconds that go
// on counting.
func isElapsed(bracketed string) bool {
	return bracketed != "" && strings.Trim(bracketed, bracketed[:1]) == "" && strings.ContainsAny(bracketed[:1], "hms")
}
