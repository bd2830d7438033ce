package report

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"okrsync/feishu"
)

// A csvLine is a line of a CSV file on its way there, as encoding/csv writes it with \r\n
// at its end. There is one for each row of the input, so its cells are put behind each
// other without a string for each.
type csvLine struct {
	b     []byte
	cells int
	cell  []byte // of values that have to be put into text first

	at     time.Time // of the last time that was written
	atText []byte
	names  [16]string // cells with the names of fields, by which of the four are given
}

// begin begins the next line.
func (l *csvLine) begin() { l.b, l.cells = l.b[:0], 0 }

// end ends the line, which is good until the next one begins.
func (l *csvLine) end() []byte {
	l.b = append(l.b, "\r\n"...)
	return l.b
}

func (l *csvLine) comma() {
	if l.cells++; l.cells > 1 {
		l.b = append(l.b, ',')
	}
}

// text adds a cell.
func (l *csvLine) text(s string) {
	l.comma()
	l.b = appendCell(l.b, s)
}

// number adds a cell with a whole number.
func (l *csvLine) number(n int) {
	l.comma()
	l.b = strconv.AppendInt(l.b, int64(n), 10)
}

// omitNumber adds a cell with a whole number, nothing for 0.
func (l *csvLine) omitNumber(n int) {
	if l.comma(); n != 0 {
		l.b = strconv.AppendInt(l.b, int64(n), 10)
	}
}

// fieldNames adds a cell with the names of fields.
func (l *csvLine) fieldNames(f feishu.Fields) {
	l.comma()
	if f.Empty() {
		return
	}
	which := 0
	for i, given := range [...]bool{f.Initial != "", f.Target != "", f.Current != "", f.SupportedUserID != ""} {
		if given {
			which |= 1 << i
		}
	}
	if l.names[which] == "" {
		l.names[which] = string(appendCell(nil, strings.Join(f.Names(), ",")))
	}
	l.b = append(l.b, l.names[which]...)
}

// object adds a cell with fields as a JSON object, none as nothing.
func (l *csvLine) object(f feishu.Fields) (err error) {
	l.comma()
	if f.Empty() {
		return nil
	}
	l.cell, err = f.AppendJSON(l.cell[:0])
	l.b = appendCell(l.b, l.cell)
	return err
}

// time adds a cell with a time. Many rows in a row end at the same.
func (l *csvLine) time(t time.Time) {
	l.comma()
	if l.atText == nil || t != l.at {
		l.at, l.atText = t, t.AppendFormat(l.atText[:0], "2006-01-02T15:04:05.000Z07:00")
	}
	l.b = append(l.b, l.atText...)
}

// appendCell appends a cell, in quotation marks where encoding/csv has them.
func appendCell[T string | []byte](b []byte, text T) []byte {
	if !isQuoted(text) {
		return append(b, text...)
	}
	b = append(b, '"')
	plain := 0 // where begins what is not appended yet
	for i := range len(text) {
		c := text[i]
		if !special[c] || c == ',' {
			continue
		}
		b = append(b, text[plain:i]...)
		plain = i + 1
		switch c {
		case '"':
			b = append(b, `""`...)
		case '\n':
			b = append(b, "\r\n"...)
		} // and \r comes back with the line feed
	}
	b = append(b, text[plain:]...)
	return append(b, '"')
}

// special are the bytes that no cell without quotation marks has.
var special = [256]bool{',': true, '"': true, '\r': true, '\n': true}

func isQuoted[T string | []byte](text T) bool {
	if len(text) == 0 {
		return false
	}
	for i := range len(text) {
		if special[text[i]] {
			return true
		}
	}
	if text[0] > ' ' && text[0] < utf8.RuneSelf && text[0] != '\\' {
		return false
	}
	first, _ := utf8.DecodeRuneInString(string(text[:min(len(text), utf8.UTFMax)]))
	return unicode.IsSpace(first) || string(text) == `\.` // which ends a table in PostgreSQL
}
