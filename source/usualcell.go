package source

// usualCell reads a whole cell in one go if it is spelled as nearly every program
// spells it:
//
//	<c r="A1" s="2" t="s"><v>0</v></c>
//
// It makes reading a third faster. Whatever is odd about a cell, it is left alone and
// read token by token, and refused there if it must be.
func (s *sheetReader) usualCell() (read bool, err error) {
	if s.emptyTag || len(s.rootPrefix) > 0 {
		return false, nil
	}
	column, row, rest, ok := usualName(s.buf[s.pos:s.end])
	if !ok || row != s.row.number || s.cells >= maxCells || len(s.seen) >= maxColumn || column >= maxColumn {
		return false, nil
	}
	c := stored{start: len(s.values)}
	if rest, ok = s.usualKind(&c, rest); !ok {
		return false, nil
	}
	if rest, ok = s.usualEnd(&c, rest); !ok {
		return false, nil
	}
	s.pos = s.end - len(rest)
	if err := s.place(column); err != nil {
		return false, err
	}
	return true, s.addCell(column, &c)
}

// usualName reads the beginning of a cell up to its name; the column counts from 0 and
// the row from 1.
func usualName(b []byte) (column, row int, rest []byte, ok bool) {
	const mostLetters, mostDigits = 3, 7
	if rest, ok = cutText(b, `<c r="`); !ok {
		return 0, 0, nil, false
	}
	i := 0
	for ; i < len(rest) && i < mostLetters && 'A' <= rest[i] && rest[i] <= 'Z'; i++ {
		column = column*26 + int(rest[i]-'A') + 1
	}
	letters := i
	for ; i < len(rest) && i < letters+mostDigits && '0' <= rest[i] && rest[i] <= '9'; i++ {
		row = row*10 + int(rest[i]-'0')
	}
	if letters == 0 || i == len(rest) || rest[i] != '"' {
		return 0, 0, nil, false
	}
	return column - 1, row, rest[i+1:], true
}

// usualKind reads what a cell says of its style and kind.
func (s *sheetReader) usualKind(c *stored, rest []byte) (behind []byte, ok bool) {
	if style, after, given := cutAttribute(rest, ` s="`); given {
		const longest = 4
		c.style, ok = parseCount(style)
		if !ok && string(style) != "0" || len(style) > longest || c.style >= max(len(s.formats), 1) {
			return nil, false
		}
		rest = after
	}
	if kind, after, given := cutAttribute(rest, ` t="`); given {
		if c.kind, ok = kindOf(kind); !ok {
			return nil, false
		}
		rest = after
	}
	return rest, true
}

// usualEnd reads a cell from behind its attributes, with the text of its value if it has
// one, and returns what is behind the cell.
func (s *sheetReader) usualEnd(c *stored, rest []byte) (behind []byte, ok bool) {
	if after, empty := cutText(rest, `/>`); empty {
		return after, true
	}
	if c.kind == storedInline {
		rest, ok = cutText(rest, `><is><t>`)
	} else {
		rest, ok = cutText(rest, `><v>`)
	}
	if !ok {
		return nil, false
	}
	n, escapes := 0, false
	for ; n < len(rest); n++ {
		if b := rest[n]; marked[b] {
			if b != '_' {
				break
			}
			escapes = true
		}
	}
	if c.kind == storedInline {
		behind, ok = cutText(rest[n:], `</t></is></c>`)
	} else {
		behind, ok = cutText(rest[n:], `</v></c>`)
	}
	if !ok {
		return nil, false
	}
	s.values = append(s.values, rest[:n]...)
	if escapes && c.kind == storedInline {
		s.values = s.values[:c.start+len(decodeEscapes(s.values[c.start:]))]
	}
	c.hasValue = true
	return behind, true
}

// marked are the bytes that end a text, and the one with which an escape begins.
var marked = [256]bool{'<': true, '&': true, '_': true}

// cutText takes a text off the front of b.
func cutText(b []byte, text string) (rest []byte, ok bool) {
	if len(b) < len(text) || string(b[:len(text)]) != text {
		return b, false
	}
	return b[len(text):], true
}

// cutAttribute takes an attribute off the front of b, whose name and first quotation mark
// are given. What it returns as the value may have entities in it.
func cutAttribute(b []byte, name string) (value, rest []byte, ok bool) {
	if rest, ok = cutText(b, name); !ok {
		return nil, b, false
	}
	for i, c := range rest {
		if c == '"' {
			return rest[:i], rest[i+1:], true
		}
	}
	return nil, b, false
}
