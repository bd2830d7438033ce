package source

import "slices"

// Given reads the header alone and returns the columns that it has, in their
// order. It refuses a file without a usable header, as Rows does.
func (f *File) Given() ([]Column, error) {
	p, err := f.start()
	if err != nil {
		return nil, f.refusal(err)
	}
	defer p.reader.close()
	if err := p.seekHeader(); err != nil {
		return nil, f.refusal(err)
	}
	return slices.DeleteFunc(slices.Clone(p.layout.columns), func(c Column) bool { return c == "" }), nil
}

// seekHeader reads up to and including the header row.
func (p *pass) seekHeader() (err error) {
	defer refusePanic(&err)
	for p.layout == nil {
		r, err := p.reader.next()
		switch {
		case err != nil:
			return p.finish(err)
		case len(r.cells) > 0:
			if err := p.header(r); err != nil {
				return err
			}
		}
	}
	return nil
}
