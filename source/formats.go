package source

import (
	"strings"

	"github.com/xuri/excelize/v2"
)

// A format is what a number format says about a number.
type format uint8

const (
	plainFormat format = iota
	percentFormat
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
// in the file. 27 to 36 and 50 to 58 are the dates of East Asian Excels.
func builtInFormat(id int) format {
	switch {
	case id == 9, id == 10:
		return percentFormat
	case 14 <= id && id <= 22, 27 <= id && id <= 36, 45 <= id && id <= 47, 50 <= id && id <= 58:
		return dateFormat
	}
	return plainFormat
}

// parseFormat reads a format code: a percent sign or a letter of a date count
// unless they are quoted, escaped or part of a colour or a condition.
func parseFormat(code string) format {
	found := plainFormat
	code = strings.ReplaceAll(strings.ToLower(code), "general", "")
	for i := 0; i < len(code); i++ {
		switch code[i] {
		case '"':
			quoted, _, _ := strings.Cut(code[i+1:], `"`)
			i += len(quoted) + 1
		case '[':
			bracketed, _, _ := strings.Cut(code[i+1:], "]")
			if isElapsed(bracketed) {
				return dateFormat
			}
			i += len(bracketed) + 1
		case '\\', '_', '*':
			i++ // the next character is shown as it is
		case '%':
			found = percentFormat
		case 'y', 'm', 'd', 'h', 's':
			return dateFormat
		}
	}
	if strings.Contains(code, "aaa") {
		return dateFormat // a weekday in Chinese and Japanese
	}
	return found
}

// isElapsed recognises [h], [mm] and [ss]: hours, minutes and seconds that go
// on counting.
func isElapsed(bracketed string) bool {
	return bracketed != "" && strings.Trim(bracketed, bracketed[:1]) == "" && strings.ContainsAny(bracketed[:1], "hms")
}
