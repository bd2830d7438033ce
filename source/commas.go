package source

import (
	"bytes"
	"errors"
	"io"
	"strings"
)

// 1,234 and 1.234 are the same number to some people and different ones to others.
// A file tells which people wrote it: where 1,5 stands, a comma is the decimal
// point, and then neither of the two is certain.

// isDecimalComma recognises 1,5 and 1.234,50.
func isDecimalComma(text string) bool {
	const longest = 64
	if len(text) > longest || !strings.ContainsAny(text, ",，") {
		return false
	}
	w, ok := takeApart(foldNumber(trim(text)))
	if !ok {
		return false
	}
	if _, grouped := ungroup(w.digits); grouped {
		return false
	}
	whole, fraction, _ := strings.Cut(w.digits, ",")
	return isDigits(fraction) && isDigits(strings.ReplaceAll(whole, ".", ""))
}

// isCommaNumber recognises 1,234, which may be 1.234.
func isCommaNumber(text string) bool {
	if !strings.ContainsAny(text, ",，") {
		return false
	}
	w, ok := takeApart(foldNumber(trim(text)))
	return ok && strings.Count(w.digits, ",") == 1 && !strings.Contains(w.digits, ".")
}

// isPointNumber recognises 1.234, which may be 1234.
func isPointNumber(text string) bool {
	const group = 3
	if strings.IndexByte(text, '.') < 0 && isASCII(text) {
		return false
	}
	w, ok := takeApart(foldNumber(trim(text)))
	whole, fraction, pointed := strings.Cut(w.digits, ".")
	return ok && pointed && len(fraction) == group && isDigits(fraction) && len(whole) <= group && isDigits(whole) && whole[0] != '0'
}

// isDoubtful reports whether a text in a column is a number that depends on who
// wrote the file, or on whether 万 in the cell comes on top of 万 in the heading.
func (l *layout) isDoubtful(column int, text string) bool {
	if strings.ContainsAny(text, "万亿萬億") && namesUnit(l.heads[column]) {
		return true
	}
	return (l.commas || l.delimiter == ";") && isCommaNumber(text) || l.commas && isPointNumber(text)
}

// usesDecimalCommas looks through the number columns of a text for a decimal comma.
// Where the comma delimits, a number with one stands in quotation marks.
func (f *File) usesDecimalCommas() (bool, error) {
	if f.dialect.delimiter == "," {
		const mark, wide = `"`, "，"
		seen, err := search(f.charset.decode(f.textFrom(f.charset)), func([]byte) {}, mark, wide)
		if err != nil || !seen[mark] && !seen[wide] {
			return false, err
		}
	}
	p := &pass{file: f, reader: newCSVReader(f.textFrom(f.charset), f.charset, f.dialect)}
	if err := p.header(p.reader); err != nil {
		return false, nil //nolint:nilerr // reading the rows will come upon it again
	}
	for {
		r, err := p.reader.next()
		if errors.Is(err, io.EOF) {
			return false, nil
		}
		if err != nil {
			return false, nil //nolint:nilerr // as above
		}
		for _, c := range r.cells {
			if isNumberColumn(p.layout.field(c.column)) && isDecimalComma(c.text) {
				return true, nil
			}
		}
	}
}

// hasDecimalComma looks for one in the XML of a sheet, where nothing but texts has
// commas: <t>1,5</t>.
func hasDecimalComma(piece []byte) bool {
	const longest = 64 // bytes of a number on either side of its comma
	for {
		i := bytes.IndexByte(piece, ',')
		if i < 0 {
			return false
		}
		before, after := piece[max(0, i-longest):i], piece[i:min(i+longest, len(piece))]
		start, end := bytes.LastIndexByte(before, '>'), bytes.IndexByte(after, '<')
		if start >= 0 && end >= 0 && isDecimalComma(string(before[start+1:])+string(after[:end])) {
			return true
		}
		piece = piece[i+1:]
	}
}

// useDecimalCommas is usesDecimalCommas for the texts that the cells of a workbook
// share.
func (t *sharedStrings) useDecimalCommas() bool {
	for i := range t.ends {
		if text, _ := t.at(i); bytes.IndexByte(text, ',') >= 0 && isDecimalComma(string(text)) {
			return true
		}
	}
	return false
}
