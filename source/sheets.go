package source

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"
)

// maxSheets is how many sheets a workbook may have.
const maxSheets = 256

// A sheet is a worksheet and what is known of it before its rows are read.
type sheet struct {
	name, part string
	hidden     bool
	merges     []area
	filtered   bool // rows may be hidden by a filter
	commas     bool // some text in it has a decimal comma
}

// openBook opens a workbook and chooses the sheet to read.
func (f *File) openBook(r io.ReaderAt, size int64, wanted string) (err error) {
	var sheets []sheet
	if f.book, sheets, err = openWorkbook(r, size); err != nil {
		return err
	}
	if len(sheets) > maxSheets {
		return tooLarge("", "more than %d sheets", maxSheets)
	}
	chosen, err := f.choose(sheets, wanted)
	if err != nil {
		return err
	}
	f.book.sheet = chosen
	err = f.book.survey(&f.book.sheet)
	f.commas = f.book.sheet.commas || f.book.texts.useDecimalCommas()
	return err
}

// worksheets lists the worksheets of a workbook, without charts and dialogs. One
// that leads nowhere is among them: it may be the one that people mean.
func worksheets(f *excelize.File, rels relationships) []sheet {
	var sheets []sheet
	for _, s := range f.WorkBook.Sheets.Sheet {
		if part, ok := rels.worksheet(s.ID); ok {
			sheets = append(sheets, sheet{name: s.Name, part: part, hidden: s.State == "hidden" || s.State == "veryHidden"})
		}
	}
	return sheets
}

// worksheet is the part that a relationship leads to, "" if there is none of that
// id, and false if it leads to something else than a worksheet.
func (r relationships) worksheet(id string) (string, bool) {
	for _, rel := range r {
		if rel.ID == id {
			if rel.Mode == "External" {
				return "", true
			}
			return rel.Target, strings.HasSuffix(rel.Type, "/worksheet")
		}
	}
	return "", true
}

// choose finds the sheet to read: the wanted one, else the only visible one, else
// the only visible one that has the header.
func (f *File) choose(sheets []sheet, wanted string) (sheet, error) {
	if wanted != "" {
		return named(sheets, wanted)
	}
	users := slices.DeleteFunc(slices.Clone(sheets), func(s sheet) bool { return strings.HasPrefix(s.name, OwnHead) })
	if len(users) > 0 {
		sheets = users // the others are an answer's
	}
	var visible []sheet
	for _, s := range sheets {
		if s.hidden {
			f.book.hidden = append(f.book.hidden, show(s.name))
		} else {
			visible = append(visible, s)
		}
	}
	switch len(visible) {
	case 0:
		return sheet{}, &FileError{Code: CodeSheetMissing, Found: "all sheets are hidden", Wanted: sheetNames(sheets)}
	case 1:
		return visible[0], nil
	}
	return f.withHeader(visible)
}

// named finds a sheet by its name: exactly, else without regard to case.
func named(sheets []sheet, wanted string) (sheet, error) {
	var same, alike []sheet
	for _, s := range sheets {
		if s.name == wanted {
			same = append(same, s)
		}
		if strings.EqualFold(trim(s.name), trim(wanted)) {
			alike = append(alike, s)
		}
	}
	if len(same) > 0 {
		alike = same
	}
	switch len(alike) {
	case 0:
		return sheet{}, &FileError{Code: CodeSheetMissing, Found: show(wanted), Wanted: sheetNames(sheets)}
	case 1:
		return alike[0], nil
	}
	return sheet{}, &FileError{Code: CodeSheetAmbiguous, Found: sheetNames(alike)}
}

// withHeader finds the only sheet that has the header.
func (f *File) withHeader(sheets []sheet) (sheet, error) {
	var found, near []sheet
	var refusal error
	for _, s := range sheets {
		has, err := f.hasHeader(s)
		switch refused, ok := errors.AsType[*FileError](err); {
		case has:
			found = append(found, s)
			continue
		case ok && refused.Code == CodeHeaderMissing, ok && refused.Code == CodeFileEmpty:
		case ok && refused.Code == CodeFileTooLarge:
			return sheet{}, err
		case err != nil:
			near, refusal = append(near, s), err
		}
		f.book.others = append(f.book.others, show(s.name))
	}
	switch {
	case len(found) > 1 || len(found) == 1 && len(near) > 0:
		return sheet{}, &FileError{Code: CodeSheetAmbiguous, Found: sheetNames(append(found, near...))}
	case len(found) == 1:
		return found[0], nil
	case len(near) == 1:
		f.book.sheet = near[0]
		return sheet{}, f.placed(refusal)
	}
	return sheet{}, &FileError{Code: CodeSheetNone, Found: sheetNames(sheets), Wanted: f.names.idNames()}
}

// hasHeader looks for the header in the first rows of a sheet. The error says why
// a sheet has none that can be used.
func (f *File) hasHeader(s sheet) (bool, error) {
	rows, err := f.book.rows(s)
	if err != nil {
		return false, err
	}
	defer rows.close()
	_, err = f.headerSearch().run(rows)
	if f.book.looked += rows.cells + rows.skipped; f.book.looked > maxCells {
		return false, tooLarge(show(s.part), "more than %d cells or elements", maxCells)
	}
	return err == nil, err
}

// sheetNames lists the names of sheets for a message.
func sheetNames(sheets []sheet) string {
	names := make([]string, len(sheets))
	for i, s := range sheets {
		names[i] = show(s.name)
	}
	return shown(names)
}

// shown lists escaped names for a message, the first ones if there are many.
func shown(names []string) string {
	const most = 10
	texts := make([]string, 0, most+1)
	for i, name := range names {
		if i == most {
			texts = append(texts, "…")
			break
		}
		texts = append(texts, "“"+name+"”")
	}
	return strings.Join(texts, ", ")
}

// survey finds out what is only told behind the rows of a sheet. Most sheets have
// no merged cells, and searching their bytes for the word is ten times faster than
// reading them.
func (w *workbook) survey(s *sheet) error {
	const merged, filter = "mergeCell", "autoFilter"
	part, err := w.container.inflate(s.part, maxSheet)
	if err != nil {
		return err
	}
	defer part.Close()
	commas := false
	seen, err := search(part, func(piece []byte) { commas = commas || hasDecimalComma(piece) }, merged, filter)
	if err != nil {
		return damagedBy(s.part, err)
	}
	s.filtered, s.commas = seen[filter], commas
	if seen[merged] {
		s.merges, err = w.readMerges(s.part)
	}
	return err
}

// search reads a part to its end and says which of the words are in it. look is
// shown each piece; the pieces overlap.
func search(r io.Reader, look func(piece []byte), words ...string) (map[string]bool, error) {
	const longest = 32
	seen := make(map[string]bool, len(words))
	buf := make([]byte, textPiece)
	kept := 0
	for {
		n, err := r.Read(buf[kept:])
		piece := buf[:kept+n]
		look(piece)
		for _, word := range words {
			seen[word] = seen[word] || bytes.Contains(piece, []byte(word))
		}
		switch {
		case errors.Is(err, io.EOF):
			return seen, nil
		case err != nil:
			return nil, err
		}
		kept = copy(buf, piece[max(0, len(piece)-longest):])
	}
}

// readMerges lists the merged cells of a sheet.
func (w *workbook) readMerges(name string) ([]area, error) {
	const most = 100_000
	part, err := w.container.open(name, maxSheet)
	if err != nil {
		return nil, err
	}
	defer part.Close()
	s := newScanner(part, name)
	if err := s.root("worksheet"); err != nil {
		return nil, err
	}
	var areas []area
	for s.depth() > 0 {
		tok, err := s.next()
		switch {
		case err != nil:
			return nil, err
		case tok == startTag && s.is("mergeCell"):
			ref, _ := s.attribute("ref")
			a, ok := parseArea(ref)
			if !ok {
				return nil, s.damaged("merged cells “%s”", show(string(ref)))
			}
			areas = append(areas, a)
		}
		if len(areas) > most {
			return nil, tooLarge(s.part, "more than %d merged cells", most)
		}
	}
	return areas, nil
}

// parseArea reads the name of a range, such as A1:B2.
func parseArea(ref []byte) (area, bool) {
	from, to, ok := bytes.Cut(ref, []byte{':'})
	if !ok {
		to = from
	}
	left, top, ok1 := parseReference(from)
	right, bottom, ok2 := parseReference(to)
	return area{left: left, right: right, top: top, bottom: bottom}, ok1 && ok2 && left <= right && top <= bottom
}
