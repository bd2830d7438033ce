package source

import (
	"cmp"
	"path/filepath"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
)

// title is the name of the sheet, or of the file where there are no sheets.
func (f *File) title() string {
	if f.book != nil {
		return f.Sheet()
	}
	name := filepath.Base(f.name)
	return strings.TrimSuffix(name, filepath.Ext(name))
}

// sheetName makes a name one that a sheet can have, and that none of the others has.
func sheetName(name string, others []string) string {
	const most = 31 // UTF-16 units, as Excel counts
	name = strings.Map(func(r rune) rune {
		switch {
		case r == '\'':
			return '’' // which no formula has to escape
		case strings.ContainsRune(`:\/?*[]`, r), unicode.IsControl(r), r == unicode.ReplacementChar:
			return '_'
		}
		return r
	}, cmp.Or(strings.TrimSpace(strings.TrimPrefix(name, OwnHead)), "Sheet"))
	taken := func(name string) bool {
		for _, other := range append(others, "History") { // which is Excel's own
			if strings.EqualFold(name, other) {
				return true
			}
		}
		return false
	}
	for n := 1; ; n++ {
		suffix := ""
		if n > 1 {
			suffix = " (" + strconv.Itoa(n) + ")"
		}
		if candidate := cutUnits(name, most-len(suffix)) + suffix; !taken(candidate) {
			return candidate
		}
	}
}

// cutUnits cuts a text to at most so many UTF-16 units.
func cutUnits(s string, most int) string {
	units := 0
	for i, r := range s {
		if units += utf16.RuneLen(r); units > most {
			return s[:i]
		}
	}
	return s
}
