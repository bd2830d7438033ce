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
		named = named || column == ColumnItemID
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

// checkLines refuses a row of several lines in which one looks like a row of its
// own: a quotation mark is missing or too many, and a row would be swallowed. Such
// a line has an id in the id column, or in any column where that is not known.
func (r *row) checkLines(item int) error {
	_, rest, more := bytes.Cut(r.raw, []byte{'\n'})
	for n := 1; more; n++ {
		var line []byte
		line, rest, more = bytes.Cut(rest, []byte{'\n'})
		cells := strings.Split(string(line), r.delimiter)
		for i, text := range cells {
			text = strings.Trim(text, "\"\r")
			if len(cells) > 1 && (i == item || item < 0) && (cell{text: text}).looksLikeID() {
				return &FileError{Code: CodeCSVQuotes, Line: r.line + n, Found: show(text) + "…"}
			}
		}
	}
	return nil
}
