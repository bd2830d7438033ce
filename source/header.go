package source

import (
	"errors"
	"io"
	"slices"
)

// maxTitleRows is how many rows, blank ones not counted, the header is looked for
// in: titles, notes and what payment services write above their bills.
const maxTitleRows = 30

// maxBlankRows is the last row that is looked at: among many sheets, blank ones of
// a million rows each must not be read to their ends.
const maxBlankRows = 10_000

// A headerSearch looks for the header row of a sheet. The rows above it are
// titles; so nothing is taken for one that could be a header or data.
type headerSearch struct {
	names  names
	wanted int // the number of the header row, 0 for the first that can be it

	units   []string   // titles that name a unit
	seen    int        // rows with something in them
	known   int        // the most known columns of any of them
	likely  bool       // the row before had known columns, but could not be the header
	refusal *FileError // of the row that comes nearest to a header
}

func (f *File) headerSearch() *headerSearch {
	return &headerSearch{names: f.names, wanted: f.headerRow}
}

// run reads up to and including the header row.
func (s *headerSearch) run(r rowReader) (l *layout, err error) {
	defer refusePanic(&err)
	for {
		row, err := r.next()
		switch {
		case errors.Is(err, io.EOF):
			return nil, s.end()
		case err != nil:
			return nil, err
		case s.wanted == 0 && row.number > maxBlankRows && s.refusal == nil:
			return nil, &FileError{Code: CodeHeaderMissing, Place: cellName(0, row.number), Found: "—", Wanted: s.names.idNames()}
		case s.wanted == 0 && row.number > maxBlankRows:
			return nil, s.refusal
		case len(row.cells) == 0 && row.fault == nil:
			continue
		}
		if l, err := s.offer(row); l != nil || err != nil {
			return l, err
		}
	}
}

// end is the refusal of a sheet that ends before its header.
func (s *headerSearch) end() error {
	switch {
	case s.refusal != nil:
		return s.refusal
	case s.wanted > 0:
		return s.blankHeader()
	}
	return &FileError{Code: CodeFileEmpty}
}

// blankHeader refuses a header row that was named and has nothing in it.
func (s *headerSearch) blankHeader() error {
	return &FileError{Code: CodeHeaderMissing, Place: cellName(0, s.wanted), Found: "—", Wanted: s.names.idNames()}
}

// offer looks at one row. It returns the layout if the row is the header, an
// error if there is no use in looking further, and neither otherwise.
func (s *headerSearch) offer(r *row) (*layout, error) {
	s.seen++
	switch {
	case r.number < s.wanted:
		return nil, nil
	case s.wanted > 0 && r.number > s.wanted:
		return nil, s.blankHeader()
	case r.fault != nil:
		return nil, s.decline(r, &FileError{Code: CodeCSVQuotes, Line: r.fault.line})
	}
	l, err := s.names.layout(r)
	if swallowed := s.names.checkTitle(r, err == nil); swallowed != nil {
		return nil, swallowed
	}
	if err != nil {
		return nil, s.decline(r, err)
	}
	s.known = len(l.read)
	return l, nil
}

// decline remembers why a row is not the header. It ends the search where rows
// would be lost by going on: below a row that was nearly a header, save for one
// more row of names, and at a row of data.
func (s *headerSearch) decline(r *row, err error) error {
	refused, ok := errors.AsType[*FileError](err)
	if !ok {
		return err
	}
	for _, c := range r.cells {
		if c.kind == textCell && namesUnitOf(c.text) {
			s.units = append(s.units, show(trim(c.text)))
		}
	}
	known := s.names.count(r)
	if s.refusal == nil || known > s.known {
		s.refusal = refused
	}
	s.known = max(s.known, known)
	last := s.likely || s.wanted > 0 || s.seen == maxTitleRows || slices.ContainsFunc(r.cells, cell.looksLikeID)
	if last {
		return s.refusal
	}
	s.likely = known > 0 || refused.Code != CodeHeaderMissing
	return nil
}

// looksLikeID recognises a cell that only a row of data has.
func (c cell) looksLikeID() bool {
	const shortest = 15
	if c.kind == numberCell {
		d, ok := parseDecimal(c.text, true)
		return ok && d.point >= shortest
	}
	id := unwrapID(c.text)
	return len(id) >= shortest && isDigits(id) || isScientific(id)
}

// Given reads the header alone and returns the columns that it has, in their
// order. It refuses a file without a usable header, as Rows does.
func (f *File) Given() ([]Column, error) {
	p, err := f.start()
	if err != nil {
		return nil, f.refusal(err)
	}
	defer p.reader.close()
	if err := p.header(p.reader); err != nil {
		return nil, f.refusal(err)
	}
	return slices.DeleteFunc(slices.Clone(p.layout.columns), func(c Column) bool { return c == "" }), nil
}
