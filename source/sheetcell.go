package source

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// A content is what a cell that is written holds. The zero value is nothing.
type content struct {
	kind   contentKind
	text   string  // of a text
	number float64 // of a number; 1 for true
}

type contentKind uint8

// The kinds of contents.
const (
	noContent contentKind = iota
	textContent
	numberContent
	truthContent
)

func textOf(text string) content      { return content{kind: textContent, text: text} }
func numberOf(number float64) content { return content{kind: numberContent, number: number} }

func truthOf(truth bool) content {
	if truth {
		return content{kind: truthContent, number: 1}
	}
	return content{kind: truthContent}
}

// A sheetCell is a cell that is written: what it holds and the number of its style. One
// that has neither is left out.
type sheetCell struct {
	content

	style int
}

// appendCell appends a cell as a sheet says it. Texts stand in the cell: nothing in
// them is run, whatever they begin with.
func appendCell(b []byte, column, row int, c *sheetCell) []byte {
	if c.kind == noContent && c.style == 0 {
		return b
	}
	b = append(b, `<c r="`...)
	b = appendCellName(b, column, row)
	if c.style > 0 {
		b = append(b, `" s="`...)
		b = strconv.AppendInt(b, int64(c.style), 10)
	}
	switch c.kind {
	case numberContent:
		b = append(b, `"><v>`...)
		b = strconv.AppendFloat(b, c.number, 'f', -1, 64)
		return append(b, `</v></c>`...)
	case truthContent:
		b = append(b, `" t="b"><v>`...)
		b = strconv.AppendFloat(b, c.number, 'f', -1, 64)
		return append(b, `</v></c>`...)
	case textContent:
		b = append(b, `" t="inlineStr"><is><t`...)
		b = appendText(b, cutUnits(c.text, mostUnits))
		return append(b, `</t></is></c>`...)
	}
	return append(b, `"/>`...)
}

// mostUnits is how many UTF-16 units a text in a cell has at most.
const mostUnits = 32_767

// appendText appends a text, and before it the end of the tag that it stands in.
func appendText(b []byte, text string) []byte {
	const spaces = " \t\n\r"
	if text != "" && (strings.IndexByte(spaces, text[0]) >= 0 || strings.IndexByte(spaces, text[len(text)-1]) >= 0) {
		b = append(b, ` xml:space="preserve"`...) // else they may be trimmed
	}
	b = append(b, '>')
	plain := 0 // where begins what is not appended yet, and needs no escape
	for i := 0; i < len(text); {
		escape, size := escapeOf(text[i:])
		if escape != "" {
			b = append(append(b, text[plain:i]...), escape...)
			plain = i + size
		}
		i += size
	}
	return append(b, text[plain:]...)
}

// escapeOf is what stands in XML for the first character of a text, "" for itself, and how
// many bytes that character has.
func escapeOf(text string) (escape string, size int) {
	switch c := text[0]; {
	case c >= utf8.RuneSelf:
		r, size := utf8.DecodeRuneInString(text)
		if r == utf8.RuneError || !isXMLRune(r) {
			return "\uFFFD", size
		}
		return "", size
	case c == '_' && isEscape(text):
		return "_x005F_", 1 // a spreadsheet would take what follows for a character
	case c == '&':
		return "&amp;", 1
	case c == '<':
		return "&lt;", 1
	case c == '>':
		return "&gt;", 1
	case c == '\r':
		return "&#xD;", 1 // a parser would make a line feed of it
	case c < ' ' && c != '\t' && c != '\n':
		return "\uFFFD", 1
	}
	return "", 1
}

// isEscape reports whether a text begins as a workbook writes characters that XML does not
// allow.
func isEscape(text string) bool {
	const length = len("_xHHHH_")
	if len(text) < length || text[1] != 'x' || text[length-1] != '_' {
		return false
	}
	for _, c := range []byte(text[2 : length-1]) {
		if !isHex(c) {
			return false
		}
	}
	return true
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

// appendCellName appends what cellName returns.
func appendCellName(b []byte, column, row int) []byte {
	const letters = 26
	if column >= letters*(letters+1) {
		return append(b, cellName(column, row)...)
	}
	if column >= letters {
		b = append(b, byte('A'+column/letters-1))
	}
	b = append(b, byte('A'+column%letters))
	return strconv.AppendInt(b, int64(row), 10)
}
