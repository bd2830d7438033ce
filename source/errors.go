package source

import (
	"errors"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// A Code names a kind of refusal. The set is closed, and every code has words
// in English and Chinese; new codes may be added.
type Code string

// What can be wrong with a row.
const (
	CodeIDMissing           Code = "id_missing"            // values, but no item id
	CodeUserMissing         Code = "user_id_missing"       // values, but no owner in a sheet without ids
	CodeIDNotText           Code = "id_not_text"           // the id is a number of more than 15 digits
	CodeIDDamaged           Code = "id_damaged"            // Excel has replaced digits of the id
	CodeIDRounded           Code = "id_rounded"            // ends in zeros, as after Excel has rounded it
	CodeIDInvalid           Code = "id_invalid"            // not 1 to 20 digits
	CodeNumberInvalid       Code = "number_invalid"        // not a number
	CodeNumberAmbiguous     Code = "number_ambiguous"      // separators that may mean two things
	CodeNumberUnit          Code = "number_unit"           // a number of something
	CodeNumberRange         Code = "number_range"          // 1e15 or more, or too close to zero
	CodeNumberPrecision     Code = "number_precision"      // more digits than a float64 holds
	CodePercentUndecided    Code = "percent_undecided"     // a percentage under PercentAuto
	CodeCellIsDate          Code = "cell_is_date"          // a date where a number or id belongs
	CodeCellIsBoolean       Code = "cell_is_boolean"       // TRUE or FALSE
	CodeCellIsError         Code = "cell_is_error"         // #N/A and its like
	CodeCellTooNarrow       Code = "cell_too_narrow"       // ####
	CodeCellShown           Code = "cell_shown_otherwise"  // its format shows another number than it holds
	CodeCellMerged          Code = "cell_merged"           // under a merged cell that begins elsewhere
	CodeFormulaWithoutValue Code = "formula_without_value" // a formula nobody has computed yet
	CodeTextInvalid         Code = "text_invalid"          // not a user id
	CodeRowTooLong          Code = "row_too_long"          // CSV: more cells than the header
	CodeCSVQuotes           Code = "csv_quotes"            // CSV: of a row, or of the file if rows may be lost
)

// What can be wrong with a file.
const (
	CodeFileMissing         Code = "file_missing"
	CodeFileUnreadable      Code = "file_unreadable" // no permission, a folder, a device, a disk error
	CodeFileChanged         Code = "file_changed"    // written to while it was being read
	CodeFileNotASpreadsheet Code = "file_not_a_spreadsheet"
	CodeFileCompanion       Code = "file_companion" // what a program keeps beside a spreadsheet
	CodeFileEncrypted       Code = "file_encrypted"
	CodeFileDamaged         Code = "file_damaged"
	CodeFileEmpty           Code = "file_empty"
	CodeFileTooLarge        Code = "file_too_large"
	CodeHeaderMissing       Code = "header_missing"
	CodeHeaderDuplicate     Code = "header_duplicate"
	CodeHeaderNoValue       Code = "header_no_value" // columns, but none to update anything from
	CodeHeaderMisspelt      Code = "header_misspelt" // nearly a name that is known
	CodeHeaderSecond        Code = "header_second"   // another header below the header
	CodeSheetMissing        Code = "sheet_missing"
	CodeSheetNone           Code = "sheet_none"      // several sheets, none with the header
	CodeSheetAmbiguous      Code = "sheet_ambiguous" // several sheets that may be meant
	CodeEncodingUnknown     Code = "encoding_unknown"
	CodeCSVLineEnds         Code = "csv_line_ends"       // carriage returns among line feeds
	CodeCSVRecordTooLong    Code = "csv_record_too_long" // one row of more than a mebibyte
)

// A Problem is one thing that is wrong with a row.
type Problem struct { //nolint:errname // part of a RowError first, and an error by itself only second
	Code   Code
	Row    int    // as in Update
	Cell   string // as Excel names it, "C17", or "" for the row as a whole
	Field  Column // what the column stands for, "" if nothing okrsync reads
	Column string // the header as the file spells it, escaped as Found is
	Line   int    // CSV: the line of the file for quotation marks gone wrong, else 0
	// Found is what stands in the cell, cut to 40 characters, with quotation
	// marks and invisible characters escaped; "" for a blank cell.
	Found string
}

// A RowError refuses one row with everything that is wrong with it, in the
// order of the columns.
type RowError struct {
	Row int
	// Update is what could be read of the row: the ids and values that are
	// fine. It must not be sent.
	Update   Update
	Problems []Problem // at least one

	// Rounded is the item's id where it is refused with CodeIDRounded, else "".
	// Whoever has the list of all items can tell whether it is one of them, and if
	// nothing else is wrong, the row is fine.
	Rounded string
}

// A FileError refuses a file as a whole.
type FileError struct {
	Code   Code
	File   string // its name
	Place  string // the sheet, the part of the workbook or the cell, where known
	Line   int    // the line of a text file, counted from 1; 0 if unknown
	Offset int64  // the byte of the file or part, counted from 1; 0 if unknown
	Found  string // what was found, escaped as in Problem
	Wanted string // what would have been right: header names, sheets
	Err    error  // the cause, or nil

	finding finding // what Found says, in both languages; none if it is a name
}

// Unwrap returns the cause, such as an fs.ErrPermission.
func (e *FileError) Unwrap() error { return e.Err }

// Error is the English reason and advice.
func (p Problem) Error() string { return p.Reason("en") + "; " + p.Advice("en") }

// Error is the English reason and advice.
func (e *RowError) Error() string { return e.Reason("en") + "; " + e.Advice("en") }

// Error is the English reason and advice.
func (e *FileError) Error() string { return e.Reason("en") + "; " + e.Advice("en") }

// Reason says where the problem is and what was found there, in Chinese for
// "zh" and in English otherwise.
func (p Problem) Reason(lang string) string {
	return rowPlace(lang, p.Row, p.Cell != "") + p.finding(lang)
}

// Advice says what to do about the problem.
func (p Problem) Advice(lang string) string { return wordsOf(p.Code, lang).advice }

// finding is the reason without the row.
func (p Problem) finding(lang string) string {
	reason := wordsOf(p.Code, lang).reason
	if p.Found == "" {
		reason = withoutFound(reason)
	}
	text := strings.ReplaceAll(reason, "{found}", p.Found) + linePlace(lang, p.Line)
	if p.Cell == "" {
		return text
	}
	return cellPlace(lang, p.Column, p.Cell) + text
}

// Reason says where the row is and what is wrong with it, all problems at once.
func (e *RowError) Reason(lang string) string {
	findings := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		findings[i] = p.finding(lang)
	}
	inCell := len(e.Problems) > 0 && e.Problems[0].Cell != ""
	return rowPlace(lang, e.Row, inCell) + strings.Join(findings, semicolon(lang))
}

// Advice says what to do about each kind of problem once.
func (e *RowError) Advice(lang string) string {
	var advice []string
	for _, p := range e.Problems {
		if a := p.Advice(lang); !slices.Contains(advice, a) {
			advice = append(advice, a)
		}
	}
	return strings.Join(advice, semicolon(lang))
}

// Reason says which file is refused, at which place, and why.
func (e *FileError) Reason(lang string) string {
	reason, found := wordsOf(e.Code, lang).reason, e.Found
	switch {
	case found == "":
		reason = withoutFound(reason)
	case e.finding.format != "":
		found = e.finding.in(lang)
	default:
		found = e.translated(lang)
	}
	return filePlace(lang, e) + strings.NewReplacer("{found}", found, "{wanted}", e.Wanted).Replace(reason)
}

// Advice says what to do about the file.
func (e *FileError) Advice(lang string) string {
	return strings.ReplaceAll(wordsOf(e.Code, lang).advice, "{wanted}", e.Wanted)
}

// damaged is the refusal of a workbook that is not what a spreadsheet program
// would have written.
func damaged(part string, offset int64, format string, args ...any) *FileError {
	f := finding{format, args}
	return &FileError{Code: CodeFileDamaged, Place: part, Offset: offset, Found: f.in("en"), finding: f}
}

// tooLarge is the refusal of a file that would take too much memory or time.
func tooLarge(part string, format string, args ...any) *FileError {
	f := finding{format, args}
	return &FileError{Code: CodeFileTooLarge, Place: part, Found: f.in("en"), finding: f}
}

func notRegular(name string, info fs.FileInfo) *FileError {
	found := "not a regular file"
	if info.IsDir() {
		found = "a folder"
	}
	return &FileError{Code: CodeFileUnreadable, File: name, Found: found}
}

// osReason is the operating system's own word for err, without the operation
// and path that come before it.
func osReason(err error) string {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		err = e.Err
	}
	return err.Error()
}

// printable escapes a name that has characters which cannot be seen, or do
// something to a terminal.
func printable(name string) string {
	if !strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return name
	}
	quoted := strconv.Quote(name)
	return quoted[1 : len(quoted)-1]
}

// show makes foreign text fit for a message.
func show(text string) string {
	const most = 40
	cut := ""
	for i, n := 0, 0; i < len(text) && n <= most; n++ {
		if n == most {
			text, cut = text[:i], "…"
			break
		}
		i += runeLen(text[i:])
	}
	quoted := strconv.Quote(text)
	return quoted[1:len(quoted)-1] + cut
}
