package source

import (
	"bytes"
	"slices"
	"strings"
)

// aside recognises a row without an item id that is not meant to be data. A
// header in the middle of a sheet is one if it says the same as the one above;
// otherwise it refuses the file, for the rows below belong to it.
func (l *layout) aside(r *row, idSeen bool) (Aside, error) {
	known, same, named := 0, true, false
	for _, c := range r.cells {
		column := l.names.of(c)
		if column != "" {
			known++
		}
		same = same && column == l.field(c.column)
		named = named || column == ColumnItemID || column == ColumnUser
	}
	const certain = 2 // names in one row
	switch {
	case same && known == len(l.read):
		return AsideHeader, nil
	case named, known >= certain, known > 0 && r.number == l.header+1 && !idSeen:
		return "", &FileError{Code: CodeHeaderSecond, Line: r.line, Place: cellName(0, r.number), Found: foundIn(r)}
	case !idSeen && slices.ContainsFunc(r.cells, cell.isTotal):
		return AsideTotal, nil
	}
	return "", nil
}

// foundIn lists the cells of a row for a message.
func foundIn(r *row) string {
	const most = 6
	var texts []string
	for i, c := range r.cells {
		if i == most {
			texts = append(texts, "…")
			break
		}
		texts = append(texts, show(trim(c.text)))
	}
	return strings.Join(texts, ", ")
}

// checkLines refuses a row of several lines if one of them looks like a row of its
// own: a quotation mark is missing or too many, and a row would be swallowed.
func (l *layout) checkLines(r *row) error {
	if r.raw == nil {
		return nil
	}
	own := ""
	for _, c := range r.cells {
		if c.column == l.key {
			own = unwrapID(c.text)
		}
	}
	return r.eachLine(func(cells []string) bool {
		if l.key >= len(cells) {
			return false
		}
		id := unwrapID(cells[l.key])
		alike := isDigits(id) && len(id) == len(own) && len(cells) == l.width
		return id != own && (alike || cell{text: id}.looksLikeID())
	})
}

// checkTitle is checkLines for a row above the header, which may have swallowed
// rows, and the header with them, or for the header itself.
func (n names) checkTitle(r *row, header bool) error {
	return r.eachLine(func(cells []string) bool {
		known := 0
		for _, text := range cells {
			if c := (cell{text: text}); n.of(c) != "" {
				known++
			} else if c.looksLikeID() {
				return true
			}
		}
		return !header && known > 1
	})
}

// eachLine asks for each line of a row that has several whether it was swallowed,
// given its cells as if it were a row of its own, and refuses the file if so.
func (r *row) eachLine(swallowed func(cells []string) bool) error {
	if r.raw == nil {
		return nil
	}
	n := -1
	for line := range bytes.SplitSeq(r.raw, []byte{'\n'}) {
		if n++; !bytes.Contains(line, []byte(r.delimiter)) {
			continue // no row of several cells
		}
		text := strings.ReplaceAll(strings.TrimSuffix(string(line), "\r"), `""`, `"`)
		cells := strings.Split(text, r.delimiter)
		for i := range cells {
			cells[i] = strings.Trim(cells[i], `"`)
		}
		if swallowed(cells) {
			return &FileError{Code: CodeCSVQuotes, Line: r.line + n, Found: show(text)}
		}
	}
	return nil
}
