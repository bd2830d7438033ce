package source

import (
	"fmt"
	"io"
	"iter"
	"strings"
)

// An Answer is what a workbook says about the rows of a file: beside each of them, on
// a sheet with a summary, and on one with the rows to mend alone.
type Answer struct {
	// Columns are those that are added to the rows. Their heads begin with OwnHead. The
	// first MendColumns of them stand on the sheet of the rows to mend, too.
	Columns     []AnswerColumn
	MendColumns int
	// Rows are what is said, in the order of the file. An error ends the writing.
	Rows iter.Seq2[AnswerRow, error]
	// Empty is an answer without rows: the summary is what is seen first.
	Empty bool
	// Unreached is what is said beside rows of the file that have no answer.
	Unreached AnswerRow
	// Facts gives the lines of the summary, a label and a text each; the first is the
	// verdict. copied says whether the user's sheet is in the workbook.
	Facts func(copied bool) [][2]string

	// Sheet, Summary and Mend are the names of the sheets. The first is used where there
	// is nothing of the user's to copy. All begin with OwnHead.
	Sheet, Summary, Mend string
	// RowHead heads the column with the rows' numbers, Keys the columns with the ids
	// where there is no sheet of the user's.
	RowHead string
	Keys    []AnswerColumn
	// LeftOut is the label of the fact about sheets that are not copied for their size.
	LeftOut string

	// Temp is the folder for what does not fit into memory.
	Temp string
}

// OwnHead is how the heads of an answer's columns and the names of its sheets begin. In a
// file that is read they are passed over, so that an answer can be mended and read.
const OwnHead = "okrsync "

// An AnswerColumn is a column of an answer. Its width is in characters.
type AnswerColumn struct {
	Head  string
	Width float64
}

// An AnswerRow is what is said about a row.
type AnswerRow struct {
	Row   int // as Excel shows it
	Tone  Tone
	Mend  bool     // it stands on the sheet of the rows to mend, too
	Keys  []string // its ids, for the columns of the same name
	Cells []any    // for the columns: each a string, a Number or nil
}

// A Tone is how a row is coloured.
type Tone int

// The tones.
const (
	TonePlain Tone = iota // as the row was
	ToneDone              // green
	ToneMend              // red
	ToneLeft              // yellow
)

// WriteAnswer writes an answer without the user's sheet: the rows' numbers and ids, and
// what is said about them. An error is one of the rows, of w or of the folder Temp.
func WriteAnswer(w io.Writer, a Answer) error {
	p, err := newPacking(a.Temp)
	if err != nil {
		return err
	}
	defer func() { _ = p.close() }() // the file is written by then, or there is nothing to lose
	next, stop := iter.Pull2(a.Rows)
	defer stop()
	writing := &answering{Answer: a, packing: p, next: next}
	if err := writing.write(); err != nil {
		return err
	}
	return p.writeTo(w)
}

// answering is an answer on its way.
type answering struct {
	Answer
	*packing

	from   *File // nil without the user's sheet
	width  int   // columns of that sheet, those of an earlier answer left out
	styles *answerStyles

	next    func() (AnswerRow, error, bool)
	pending AnswerRow // that the sheet has not come to yet,
	waits   bool      // if there is one

	title string // of the sheet with all rows
	rows  *sheetWriter
	mend  *sheetWriter

	cells []sheetCell // of the row that is written, used again for the next one
	mends []sheetCell // the same of the sheet with the rows to mend
}

func (a *answering) write() error {
	if err := a.begin(); err != nil {
		return err
	}
	if a.from != nil {
		if err := a.copyRows(); err != nil {
			return err
		}
	} else if err := a.listRows(); err != nil {
		return err
	}
	switch row, ok, err := a.take(); {
	case err != nil:
		return err
	case ok:
		return fmt.Errorf("row %d has an answer and is not in the sheet", row.Row)
	}
	leftOut, err := a.copyOthers()
	if err != nil {
		return err
	}
	facts := a.Facts(a.from != nil)
	if len(leftOut) > 0 {
		facts = append(facts, [2]string{a.LeftOut, strings.Join(leftOut, ", ")})
	}
	return a.summarise(facts)
}

// begin makes the sheets, that with all rows first.
func (a *answering) begin() (err error) {
	if a.styles, err = newAnswerStyles(a.book); err != nil {
		return err
	}
	a.title = a.Sheet
	if a.from != nil {
		a.title = sheetName(a.from.title(), []string{a.Summary, a.Mend})
	}
	if err := a.book.SetSheetName(a.book.GetSheetName(0), a.title); err != nil {
		return err
	}
	for _, name := range []string{a.Summary, a.Mend} {
		if _, err := a.book.NewSheet(name); err != nil {
			return err
		}
	}
	if a.Empty {
		a.book.SetActiveSheet(1)
	}
	a.book.Pkg.Store("docProps/core.xml", []byte(coreProperties))
	if a.rows, err = a.sheet(a.title); err != nil {
		return err
	}
	a.mend, err = a.sheet(a.Mend)
	return err
}

// coreProperties say who wrote a workbook. Those that the library writes are spelled so that
// some programs do not read them.
const coreProperties = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n" +
	`<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/">` +
	`<dc:creator>okrsync</dc:creator></cp:coreProperties>`

// take returns the next of what is said; ok is false behind the last one.
func (a *answering) take() (row AnswerRow, ok bool, err error) {
	if a.waits {
		a.waits = false
		return a.pending, true, nil
	}
	row, err, ok = a.next()
	if err != nil {
		err = rowsError{err}
	}
	return row, ok, err
}

// A rowsError is why what is said about the rows ends before its end: nothing that another
// form of the answer would mend.
type rowsError struct{ error }

func (e rowsError) Unwrap() error { return e.error }

// about returns what is said about a row of the sheet.
func (a *answering) about(number int) (AnswerRow, error) {
	row, ok, err := a.take()
	if err != nil {
		return AnswerRow{}, err
	}
	if ok && row.Row == number {
		return row, nil
	}
	a.pending, a.waits = row, ok
	return a.Unreached, nil
}
