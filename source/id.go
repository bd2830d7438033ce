package source

import (
	"slices"
	"strings"
)

// readID reads a cell that holds an id of Feishu's: 1 to 20 digits, as text.
// An id that Excel has damaged is refused and never repaired.
func readID(c *cell) (string, Code) {
	switch c.kind {
	case textCell:
		return parseID(c.text)
	case numberCell:
		id, code := integerText(c.text)
		if id == "0" {
			return "", CodeIDInvalid
		}
		return id, code
	case percentCell, pointsCell, mixedCell, unitCell, paddedCell, zeroCell:
		return "", CodeIDNotText
	}
	return "", refused[c.kind]
}

// parseID reads an id from text, without the traces that spreadsheets leave
// around it.
func parseID(text string) (string, Code) {
	const longest = 20
	id := unwrapID(text)
	switch {
	case !isDigits(id):
		return "", refusedID(id)
	case len(id) > longest || id[0] == '0':
		return "", CodeIDInvalid
	case isRounded(id):
		return "", CodeIDRounded
	}
	return id, ""
}

// refusedID says why a text is no id.
func refusedID(text string) Code {
	switch {
	case isScientific(text):
		return CodeIDDamaged
	case isErrorName(text):
		return CodeCellIsError
	case strings.Trim(text, "#") == "" && text != "":
		return CodeCellTooNarrow
	}
	return CodeIDInvalid
}

// isRounded recognises what Excel makes of an id that was typed as a number and
// turned into text afterwards: the first 15 digits, then zeros. One id in a
// thousand or ten thousand is like that by itself, and cannot be told apart.
func isRounded(id string) bool {
	const kept, doubtful = 15, 18
	return len(id) >= doubtful && strings.Trim(id[kept:], "0") == ""
}

// unwrapID removes invisible characters, an apostrophe and a ="…" wrapper
// around an id, and makes full-width digits ASCII ones.
func unwrapID(text string) string {
	id := trim(text)
	if isDigits(id) {
		return id
	}
	id = trim(withoutFormula(id))
	for _, apostrophe := range []string{"'", "’"} {
		if rest, ok := strings.CutPrefix(id, apostrophe); ok {
			id = trim(rest)
			break
		}
	}
	return strings.Map(func(r rune) rune {
		if '０' <= r && r <= '９' {
			return narrow(r)
		}
		return r
	}, id)
}

// isScientific reports whether a text is a number with an exponent, which is
// what Excel makes of an id: 7.04E+18.
func isScientific(text string) bool {
	if !strings.ContainsAny(text, "eE") {
		return false
	}
	_, ok := parseDecimal(text, true)
	return ok
}

func isDigits(text string) bool {
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
	}
	return text != ""
}

// integerText reads an id from a number cell. Only a whole number of at most
// 15 digits is certain to be what was typed.
func integerText(stored string) (string, Code) {
	const certain = 15
	d, ok := parseDecimal(trim(stored), true)
	switch {
	case !ok || d.negative:
		return "", CodeIDInvalid
	case d.point > certain:
		return "", CodeIDNotText
	case len(d.digits) > max(d.point, 0):
		return "", CodeIDInvalid // a fraction
	}
	return d.canonical(), ""
}

// readUserID reads the id of a person: whatever letters Feishu's several kinds
// of user ids consist of, but not a name.
func readUserID(c *cell) (string, Code) {
	switch c.kind {
	case textCell:
		return parseUserID(c.text)
	case numberCell:
		id, code := integerText(c.text)
		if code == CodeIDInvalid || code == "" && isPlaceholder(id) {
			return "", CodeTextInvalid
		}
		return id, code
	case percentCell, pointsCell, mixedCell, unitCell, paddedCell, zeroCell:
		return "", CodeTextInvalid
	}
	return "", refused[c.kind]
}

func parseUserID(text string) (string, Code) {
	const longest = 64
	id := trim(text)
	for i := range len(id) {
		if !isUserIDByte(id[i]) {
			return "", CodeTextInvalid
		}
	}
	numeric := id != "" && isDigits(id[:1])
	damaged := numeric && (isDigits(id) && isRounded(id) || isScientific(id))
	if id == "" || len(id) > longest || id[0] == '-' || damaged || isPlaceholder(id) {
		return "", CodeTextInvalid
	}
	return id, ""
}

// isPlaceholder recognises what people write where there is nobody to name.
func isPlaceholder(id string) bool {
	const longest = len("2023-07-16")
	if len(id) > longest {
		return false
	}
	switch strings.ToLower(id) {
	case "0", "ou_", "on_", "na", "nil", "no", "none", "null", "tbd", "true", "false", "unknown":
		return true
	}
	return strings.Trim(id, "-_xX") == "" || isDate(id)
}

// isDate recognises 2023-07-16.
func isDate(text string) bool {
	parts := strings.Split(text, "-")
	return len(parts) == 3 && !slices.ContainsFunc(parts, func(p string) bool { return !isDigits(p) || len(p) > len("2023") })
}

func isUserIDByte(b byte) bool {
	return 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z' || '0' <= b && b <= '9' || b == '_' || b == '-'
}
