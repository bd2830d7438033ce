// Package source reads spreadsheets: the rows of a CSV or XLSX file become
// updates of Feishu OKR metric items.
//
// Its one rule: a value that is certain is passed on exactly, a value that is
// not is refused with its cell, what was found there and how to mend it. A
// blank cell is never a zero.
package source

import (
	"bytes"
	"cmp"
	"errors"
	"io"
	"io/fs"
	"iter"
	"os"
	"slices"
	"sync"
)

// A Number is a decimal exactly as it was written in the file: no sign but
// "-", no leading or trailing zeros, no exponent, and never "-0". Its
// magnitude is below 1e15 and a float64 holds it exactly as written, so that
// no JSON reader can change it. "" is a blank cell, which is never a zero.
type Number string

// An Update is one row that could be read: which metric item it names and
// which of its fields the row gives.
type Update struct {
	// Row is the row's number as Excel shows it; the first row of a sheet is 1.
	// In a CSV file it is the number Excel would show after opening it.
	Row int

	// SourceID and TableID are the row's own metric source and table, or ""
	// where the row leaves them to the configuration.
	SourceID, TableID string

	// ItemID is the metric item: 1 to 20 digits. It is empty only for an aside, and
	// where UserID stands for it.
	ItemID string

	// UserID is the item's owner, or "" if the row does not say. Beside an ItemID it
	// must be that item's owner; without one it means the only item of that owner.
	UserID string

	// Initial, Target and Current are the values the row gives; "" means the
	// cell is blank and the field must be left alone.
	Initial, Target, Current Number

	// SupportedUserID is the supported superior, or "" to leave it alone.
	SupportedUserID string

	// Aside says why the row is part of the sheet and not of the data; such a row
	// has no id and no values. It is "" for a row of data.
	Aside Aside
}

// An Aside is a row that is not meant to be data.
type Aside string

// The rows that are not data.
const (
	AsideTotal  Aside = "total"  // a total line without an id: 合计, 小计, Total …
	AsideHeader Aside = "header" // the header once more, as in sheets pasted together
)

// Empty reports whether the row gives no field at all, so that there is
// nothing to send.
func (u Update) Empty() bool {
	return u.Initial == "" && u.Target == "" && u.Current == "" && u.SupportedUserID == ""
}

// Rows is a stream of rows in file order with strictly rising row numbers.
// An error that is a *RowError concerns one row, and the stream goes on; any
// other error is a *FileError and the last thing yielded.
//
// The checksum and the end of a file are only seen by ranging to the end:
// whoever acts on rows should first range over all of them and find no
// *FileError. The strings of an Update share one allocation with the rest of
// the row's text, and in a CSV file with up to a kibibyte of the rows around it; clone
// those that are kept for long.
type Rows = iter.Seq2[Update, error]

// A PercentMode says what a percentage in a number column means: 85% can be
// sent as 0.85 or as 85, and only the metric's unit can tell which.
type PercentMode string

const (
	// PercentAuto refuses percentages with [CodePercentUndecided]; it is what
	// an empty mode means.
	PercentAuto PercentMode = "auto"
	// PercentRatio reads 85% as 0.85.
	PercentRatio PercentMode = "ratio"
	// PercentPoints reads 85% as 85.
	PercentPoints PercentMode = "points"
)

// Options are what the person decides about reading a file. The zero value is
// right for most files.
type Options struct {
	// Sheet is the sheet of an XLSX workbook to read, whether visible or not,
	// compared without regard to case; "" is the only visible worksheet that has
	// the header.
	Sheet string
	// HeaderRow is the number of the header row as Excel shows it; 0 is the
	// first row that can be one, of the first 30 with something in them.
	HeaderRow int
	// Encoding and Delimiter are those of a text file: one of the Encoding
	// constants, and auto, comma, semicolon, tab, pipe or the character itself.
	// Where they are empty, the file's content decides.
	Encoding  Encoding
	Delimiter string
	// Columns adds header names to the built-in ones. A name given here wins
	// over a built-in name of another column.
	Columns map[Column][]string
	// Percent is the meaning of percentages.
	Percent PercentMode
}

// Check reports a mistake in the options: an unknown percent mode, encoding,
// delimiter or column, or a header name that is empty or given to two columns.
func (o Options) Check() error {
	modes := []PercentMode{"", PercentAuto, PercentRatio, PercentPoints}
	switch {
	case !slices.Contains(modes, o.Percent):
		return optionErrorf("百分数的含义“%s”须是 auto、ratio 或 points", "percent mode %q is not auto, ratio or points", o.Percent)
	case !slices.Contains(encodings, o.Encoding):
		return optionErrorf("编码“%s”须是 %s 之一", "encoding %q is not one of %s", o.Encoding, encodings[1:])
	case o.HeaderRow < 0 || o.HeaderRow > maxRow:
		return optionErrorf("表头行 %d 不是有效的行号", "header row %d is not the number of a row", o.HeaderRow)
	}
	if _, err := parseDelimiter(o.Delimiter); err != nil {
		return err
	}
	_, err := newNames(o.Columns)
	return err
}

// A File is an open spreadsheet. Its methods may be used by several
// goroutines at once, except Close.
type File struct {
	name       string
	file       *os.File
	info       fs.FileInfo
	bytes      *pinned
	options    Options
	names      names
	percent    PercentMode
	headerRow  int
	wantsSheet bool      // by its name
	book       *workbook // nil for a text
	charset    charset   // of a text
	dialect    dialect   // of a text
	commas     bool      // the file has decimal commas

	mu    sync.Mutex
	found census // of the last reading to the end
}

// Open opens the spreadsheet at path, whose format is decided by its content
// and not by its name. A file that cannot be used is refused with a
// *FileError; any other error is a mistake in o.
//
// A folder, pipe or device is refused before it is opened, so that Open never
// waits for a writer.
func Open(path string, o Options) (*File, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, &FileError{Code: CodeFileMissing, File: path, Err: err}
	case err != nil:
		return nil, &FileError{Code: CodeFileUnreadable, File: path, Found: osReason(err), Err: err}
	case !info.Mode().IsRegular():
		return nil, notRegular(path, info)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, &FileError{Code: CodeFileUnreadable, File: path, Found: osReason(err), Err: err}
	}
	return New(file, path, o)
}

// New is Open for a regular file that is open already; name is what errors
// call it. The File owns file from here on, and it is closed if New fails.
func New(file *os.File, name string, o Options) (*File, error) {
	f := &File{name: name, file: file, options: o, percent: cmp.Or(o.Percent, PercentAuto), headerRow: o.HeaderRow, wantsSheet: o.Sheet != ""}
	if err := f.open(o); err != nil {
		file.Close()
		return nil, f.refusal(err)
	}
	return f, nil
}

func (f *File) open(o Options) (err error) {
	defer refusePanic(&err)
	if err := o.Check(); err != nil {
		return err
	}
	if f.names, err = newNames(o.Columns); err != nil {
		return err
	}
	if f.info, err = f.file.Stat(); err != nil {
		return err
	}
	if !f.info.Mode().IsRegular() {
		return notRegular(f.name, f.info)
	}
	form, err := sniff(f.file, f.info.Size())
	if err != nil {
		return err
	}
	if f.bytes, err = pin(f.file, f.info.Size()); err != nil {
		return err
	}
	switch form {
	case zipForm:
		return f.openBook(f.bytes, f.info.Size(), o.Sheet)
	case encryptedForm:
		archive, err := f.decrypt()
		if err != nil {
			return err
		}
		return f.openBook(bytes.NewReader(archive), int64(len(archive)), o.Sheet)
	}
	return f.openText(o)
}

// openText finds out how a text is written. An encoding that was concluded must
// show at least one name of a column that is known.
func (f *File) openText(o Options) (err error) {
	if isLockFile(f.name) {
		return &FileError{Code: CodeFileCompanion, Found: "a lock file"}
	}
	if f.isRollback() { // which we wrote, whatever the other files are like
		o.Encoding, o.Delimiter, f.headerRow = "", "", 0
	}
	wanted, err := parseDelimiter(o.Delimiter)
	if err != nil {
		return err
	}
	if f.charset, err = detectCharset(f.bytes, f.info.Size(), o.Encoding); err != nil {
		return err
	}
	var known int
	f.dialect, known, err = f.detectDialect(f.charset, wanted)
	switch {
	case err != nil:
		return err
	case f.charset.guess && (known == 0 || f.dialect.swallowed(f.charset)):
		return &FileError{Code: CodeEncodingUnknown, Offset: f.charset.bad}
	}
	f.commas, err = f.usesDecimalCommas()
	return err
}

// isRollback recognises the rollback.csv of a run by its first line.
func (f *File) isRollback() bool {
	const longest = 256
	head := make([]byte, longest)
	n, _ := f.bytes.ReadAt(head, 0)
	line, _, _ := bytes.Cut(head[:n], []byte("\r\n"))
	return bytes.HasPrefix(line, []byte("\uFEFF"+ColumnSource)) && bytes.HasSuffix(line, []byte(","+RollbackNote))
}

// textFrom is the text of the file behind its byte order mark, read without
// moving the offset that other readers of the same file use.
func (f *File) textFrom(c charset) *io.SectionReader {
	return io.NewSectionReader(f.bytes, c.skip, f.info.Size()-c.skip)
}

// Close releases the file. It must not be called while Rows is ranged over.
func (f *File) Close() error { return f.file.Close() }

// Name is the name the file was opened by.
func (f *File) Name() string { return f.name }

// Size is how large the file was when it was opened, in bytes.
func (f *File) Size() int64 { return f.info.Size() }

// Format is what the content turned out to be: "csv" or "xlsx".
func (f *File) Format() string {
	if f.book == nil {
		return "csv"
	}
	return "xlsx"
}

// Sheet is the name of the sheet that is read, "" for CSV.
func (f *File) Sheet() string {
	if f.book == nil {
		return ""
	}
	return f.book.sheet.name
}

// Encoding is how a text file writes its characters, "" for XLSX.
func (f *File) Encoding() Encoding { return f.charset.encoding }

// Delimiter is what stands between the cells of a text file, "" for XLSX.
func (f *File) Delimiter() string { return f.dialect.delimiter }

// SHA256 is the checksum of the whole file as it was when it was opened, in
// lower-case hexadecimal.
func (f *File) SHA256() string { return f.bytes.sha256 }
