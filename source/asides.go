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
	known, same := 0, true
	for _, c := range r.cells {
		column := l.names.of(c)
		if column != "" {
			known++
		}
		same = same && column == l.field(c.column)
	}
	const certain = 2 // names in one row
	switch {
	case same && known == l.known():
		return AsideHeader, nil
	case known >= certain, known > 0 && r.number == l.header+1 && !idSeen:
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

// checkLines refuses a row of several lines in which one begins like a row of its
// own: a quotation mark is missing or too many, and a row would be swallowed.
func (l *layout) checkLines(r *row) error {
	const shortest = 15 // digits of what can only be an id
	_, rest, more := bytes.Cut(r.raw, []byte{'\n'})
	for n := 1; more; n++ {
		var line []byte
		line, rest, more = bytes.Cut(rest, []byte{'\n'})
		cells := bytes.Split(line, []byte(l.delimiter))
		if len(cells) < 2 || l.item >= len(cells) {
			continue
		}
		if id := unwrapID(string(bytes.Trim(cells[l.item], `"`))); len(id) >= shortest && isDigits(id) {
			return &FileError{Code: CodeCSVQuotes, Line: r.line + n, Found: show(id) + "…"}
		}
	}
	return nil
}
