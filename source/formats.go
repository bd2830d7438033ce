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
	unitFormat           // another number is shown: 5.5 as 5.5万, 5 as -5, or none
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
	code = strings.ReplaceAll(strings.ToLower(code), "general", "0")
	var all []section
	for rest, more := code, true; more; {
		var s section
		s, rest, more = parseSection(rest)
		all = append(all, s)
	}
	numbers := slices.DeleteFunc(slices.Clone(all), func(s section) bool { return s.digits == 0 && !s.date })
	has := func(holds func(section) bool) bool { return slices.ContainsFunc(numbers, holds) }
	switch {
	case has(func(s section) bool { return s.date }):
		return dateFormat
	case all[0].minus, has(section.changes), hidesAll(all):
		return unitFormat
	case has(section.isPercent) || has(section.isPoints):
		return percentages(numbers)
	case has(func(s section) bool { return s.zeros > 1 }):
		return paddedFormat
	case hidesZero(all):
		return zeroFormat
	}
	return plainFormat
}

// percentages tells apart formats of which some section shows a percentage.
func percentages(sections []section) format {
	not := func(holds func(section) bool) func(section) bool {
		return func(s section) bool { return !holds(s) }
	}
	switch {
	case !slices.ContainsFunc(sections, not(section.isPercent)):
		return percentFormat
	case !slices.ContainsFunc(sections, not(section.isPoints)):
		return pointsFormat
	}
	return mixedFormat
}

// hidesAll reports whether a format shows no number, but nothing or always the same.
func hidesAll(all []section) bool {
	none := !slices.ContainsFunc(all, func(s section) bool { return s.digits > 0 || s.any })
	return none && (len(all) > 1 || all[0].text != "")
}

// hidesZero reports whether a format shows a zero as nothing, or as words. A dash
// is how accounting shows it.
func hidesZero(all []section) bool {
	const zero = 2 // the section for it
	switch {
	case all[0].digits == 0:
		return false
	case len(all) > zero:
		return all[zero].digits == 0 && !strings.ContainsAny(all[zero].text, "-—")
	}
	return all[0].zeros == 0 && !all[0].point && !all[0].any // #,###
}
