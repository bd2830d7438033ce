package source

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// A rowReader yields the rows of a sheet from top to bottom, blank ones
// optional, and io.EOF once it knows that the file is sound to its end. No
// other error of its may wrap io.EOF: the rows below would be lost in silence.
type rowReader interface {
	// next returns a row that is good until the following call.
	next() (*row, error)
	close()
}

// A pass is one reading of a file from its start.
type pass struct {
	file   *File
	reader rowReader
	layout *layout // nil until the header row was seen
	update Update  // of the last row
	census census
}

// Rows reads the rows below the header. It may be ranged over several times,
// and each range reads the file anew; stopping early is fine. The header is
// looked for here, so a file without a usable one yields a single *FileError.
func (f *File) Rows() Rows {
	return func(yield func(Update, error) bool) {
		p, err := f.start()
		if err != nil {
			yield(Update{}, f.refusal(err))
			return
		}
		defer p.reader.close()
		for {
			u, err := p.next()
			if err != nil && !concernsRow(err) {
				if !errors.Is(err, io.EOF) {
					yield(Update{}, f.refusal(err))
				}
				return
			}
			if !yield(u, err) {
				return
			}
		}
	}
}

// concernsRow tells the refusal of a row from the end of the pass.
func concernsRow(err error) bool {
	_, ok := errors.AsType[*RowError](err)
	return ok
}

func (f *File) start() (*pass, error) { return f.begin(false) }

// begin starts a reading of the file; whole is with what only a copy of it needs.
func (f *File) begin(whole bool) (p *pass, err error) {
	defer refusePanic(&err)
	if err := f.unchanged(); err != nil {
		return nil, err
	}
	p = &pass{file: f}
	if f.book == nil {
		p.reader = newCSVReader(f.textFrom(f.charset), f.charset, f.dialect)
		return p, nil
	}
	p.reader, err = f.book.open(f.book.sheet, whole)
	return p, err
}

// next reads the next row of data.
func (p *pass) next() (Update, error) {
	if p.layout == nil {
		if err := p.header(p.reader); err != nil {
			return Update{}, err
		}
	}
	_, err := p.row()
	return p.update, err
}

// row is the one place where foreign bytes are turned into rows of data. It is kept
// apart from the caller's loop body, whose panics must not be caught. The row is good
// until the following call, as is the pass's update, which is what the row says.
func (p *pass) row() (r *row, err error) {
	defer refusePanic(&err)
	for {
		r, err := p.reader.next()
		if err != nil {
			p.update = Update{}
			return nil, p.finish(err)
		}
		if p.layout.dropOwn(r); len(r.cells) == 0 && r.fault == nil {
			continue
		}
		if err := p.layout.checkLines(r); err != nil {
			p.update = Update{}
			return nil, err
		}
		p.census.count(p.layout, r)
		return r, p.file.placed(p.layout.update(r, &p.update))
	}
}

// header reads up to and including the header row, from the pass's reader or one
// around it.
func (p *pass) header(from rowReader) (err error) {
	defer refusePanic(&err)
	search := p.file.headerSearch()
	l, err := search.run(from)
	if err != nil {
		return p.file.placed(err)
	}
	l.percent, l.commas = p.file.percent, p.file.commas
	l.answered = slices.ContainsFunc(l.heads, func(head string) bool { return strings.HasPrefix(head, OwnHead) })
	switch r := p.reader.(type) {
	case *sheetReader:
		if err := l.merge(p.file.book.sheet.merges); err != nil {
			return err
		}
		p.census.columns = l.hidden(r.hiding)
	case *csvReader:
		l.fixedWidth, l.delimiter = true, p.file.dialect.delimiter
	}
	p.layout = l
	p.census.header, p.census.titles = l.header, search.seen-1
	p.census.unread, p.census.remarks = l.unread(), l.remarked()
	p.census.units = slices.Concat(search.units, l.inUnits())
	return nil
}

// placed names the sheet where a header refuses the file.
func (f *File) placed(err error) error {
	if refused, ok := errors.AsType[*FileError](err); ok && f.book != nil {
		switch refused.Code {
		case CodeFileEmpty:
			refused.Place = show(f.Sheet())
		case CodeHeaderMissing, CodeHeaderMisspelt, CodeHeaderDuplicate, CodeHeaderNoValue, CodeHeaderSecond:
			refused.Place = show(f.Sheet()) + "!" + refused.Place
		}
	}
	return err
}

// finish returns what the reader's last error comes to: its io.EOF stands only
// if the file is still what it was.
func (p *pass) finish(err error) error {
	if !errors.Is(err, io.EOF) {
		return err
	}
	if err := p.file.unchanged(); err != nil {
		return err
	}
	p.file.tell(p.census)
	return io.EOF
}

// unchanged tells a file that somebody is writing to from one that is what it
// was when it was opened.
func (f *File) unchanged() error {
	info, err := f.file.Stat()
	if err != nil {
		return err
	}
	if info.Size() != f.info.Size() || !info.ModTime().Equal(f.info.ModTime()) {
		return &FileError{Code: CodeFileChanged}
	}
	return nil
}

// refusal makes err a *FileError that names the file.
func (f *File) refusal(err error) error {
	if _, ok := errors.AsType[optionError](err); ok {
		return err
	}
	refused, ok := errors.AsType[*FileError](err)
	if !ok {
		refused = &FileError{Code: CodeFileUnreadable, Found: osReason(err), Err: err}
	}
	if refused.File == "" {
		refused.File = f.name
	}
	if refused.Code == CodeFileChanged && refused.Found == "" && f.bytes != nil {
		refused.Found = "SHA-256 " + f.bytes.sha256 + " → " + f.bytes.now()
	}
	return refused
}

// refusePanic turns a panic of the function that defers it into a refusal of
// the file: a file that trips us up is no reason to take the program down.
func refusePanic(err *error) {
	if p := recover(); p != nil {
		*err = &FileError{Code: CodeFileDamaged, Found: "internal", Err: fmt.Errorf("panic: %v", p)}
	}
}

// An optionError is a mistake in Options: the caller's, not the file's. It is said
// in both languages, since somebody has written the option into a configuration.
type optionError struct{ zh, en string }

func (e optionError) Error() string { return e.en }

// In says the mistake in Chinese for "zh" and in English otherwise.
func (e optionError) In(lang string) string {
	if lang == "zh" {
		return e.zh
	}
	return e.en
}

func optionErrorf(zh, en string, args ...any) error {
	return optionError{fmt.Sprintf(zh, args...), fmt.Sprintf(en, args...)}
}
