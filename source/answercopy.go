package source

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
)

// The bounds of a sheet that is copied. Copies are for people to read; and none may take
// more of the disk than some hundred megabytes while it is made.
const (
	mostColumns = 200     // with the answer's the sheet must stay one that is read
	mostCells   = 5 << 20 // rows times columns
	mostTexts   = 64 << 20
	mostTitles  = 1_000 // rows above the header
)

// WriteAnswer writes an answer beside a copy of the sheet. The copy has the values and
// the looks of the cells, and nothing that a spreadsheet would run: formulas are
// replaced by their values. Other sheets are copied too, as far as their size allows.
//
// Read as a file, the copy gives the updates that the file gives, and refuses what the
// file refuses. That is not left to care: the copy is read before it is handed out. Where
// it does not, or where the sheet is too large or too odd to be copied, the answer is
// one without the sheet. An error is one of the rows, of w or of the folder Temp.
func (f *File) WriteAnswer(w io.Writer, a Answer) error {
	file, err := os.CreateTemp(a.Temp, "copy-*.xlsx")
	if err != nil {
		return err
	}
	defer func() { _ = errors.Join(file.Close(), os.Remove(file.Name())) }() // it was copied on, or there is nothing to lose
	sheet, err := f.writeCopy(file, a)
	if err != nil && !isOdd(err) {
		return err
	}
	if err != nil || !f.isCopy(file.Name(), sheet) {
		return WriteAnswer(w, a)
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	_, err = io.Copy(w, file)
	return err
}

// isOdd reports whether an error of writing a copy is about what is copied.
func isOdd(err error) bool {
	if errors.As(err, new(rowsError)) {
		return false
	}
	_, ofDisk := errors.AsType[*fs.PathError](err)
	_, ofFile := errors.AsType[*FileError](err)
	return ofFile || !ofDisk
}

// writeCopy writes an answer beside a copy of the sheet, whose name it returns.
func (f *File) writeCopy(w io.Writer, a Answer) (sheet string, err error) {
	defer refusePanic(&err)
	width, err := f.width()
	if err != nil {
		return "", err
	}
	p, err := newPacking(a.Temp)
	if err != nil {
		return "", err
	}
	defer func() { _ = p.close() }() // the file is written by then, or there is nothing to lose
	if f.book != nil {
		if err := adopt(p.book, f.book); err != nil {
			return "", err
		}
	}
	next, stop := iter.Pull2(a.Rows)
	defer stop()
	writing := &answering{Answer: a, packing: p, from: f, width: width, next: next}
	if err := writing.write(); err != nil {
		return "", err
	}
	return writing.title, p.writeTo(w)
}

// width reads the sheet to its end to find out how many columns are in use, and refuses
// one that is too large to be copied.
func (f *File) width() (int, error) {
	p, err := f.start()
	if err != nil {
		return 0, err
	}
	defer p.reader.close()
	titles := &recorder{rowReader: p.reader}
	if err := p.header(titles); err != nil {
		return 0, err
	}
	columns, texts, rows := 0, 0, len(titles.rows)
	if rows > mostTitles {
		return 0, fmt.Errorf("%d rows above the data are too much to be copied", rows)
	}
	for i := range titles.rows {
		columns = max(columns, p.layout.reach(&titles.rows[i]))
	}
	for ; ; rows++ {
		r, err := p.row()
		if errors.Is(err, io.EOF) {
			return columns, nil
		}
		if err != nil && !concernsRow(err) {
			return 0, err
		}
		for i := range r.cells {
			texts += len(r.cells[i].text)
		}
		columns = max(columns, p.layout.reach(r))
		if columns > mostColumns || rows*columns > mostCells || texts > mostTexts {
			return 0, fmt.Errorf("%d rows of %d columns are too much to be copied", rows, columns)
		}
	}
}

// isCopy reads a copy and reports whether it gives the updates that the file gives, and
// refuses the rows that the file refuses.
func (f *File) isCopy(name, sheet string) bool {
	o := f.options
	o.Sheet = sheet
	read, err := Open(name, o)
	if err != nil {
		return false
	}
	defer read.Close()
	again, stop := iter.Pull2(read.Rows())
	defer stop()
	for want, wanted := range f.Rows() {
		got, err, ok := again()
		if !ok || !sameRow(want, wanted, got, err) {
			return false
		}
	}
	_, _, more := again()
	return !more
}

// sameRow reports whether two readings of a row came to the same.
func sameRow(u Update, err error, v Update, other error) bool {
	if err == nil || other == nil {
		return err == nil && other == nil && u == v
	}
	refused, ok1 := errors.AsType[*RowError](err)
	also, ok2 := errors.AsType[*RowError](other)
	return ok1 && ok2 && refused.Row == also.Row
}
