package source

import (
	"bytes"
	"errors"
	"io"
	"strings"
)

// A dialect is how a text delimits its cells and rows.
type dialect struct {
	delimiter string
	named     bool // by a first line sep=; which is no row
	returns   bool // rows end with carriage returns alone
	ascii     bool // every known name of the header is ASCII
}

// swallowed reports whether delimiters may have become parts of characters: a
// vertical bar is the second half of some in GBK. A header in Chinese would not
// have been found then; one in English proves nothing.
func (d dialect) swallowed(c charset) bool {
	return d.delimiter == "|" && c.encoding == EncodingGB18030 && d.ascii
}

// delimiters are those that are looked for, in order of preference. The last
// one is what a Chinese keyboard types for a comma.
var delimiters = []string{",", "\t", ";", "|", "，"}

// delimiterNames are what a person may call them.
var delimiterNames = map[string]string{"comma": ",", "tab": "\t", "semicolon": ";", "pipe": "|", `\t`: "\t", ",": ",", "\t": "\t", ";": ";", "|": "|", "，": "，"}

// parseDelimiter finds a delimiter by its name; "" is to be found out.
func parseDelimiter(name string) (string, error) {
	if name == "" || name == "auto" {
		return "", nil
	}
	if d, ok := delimiterNames[name]; ok {
		return d, nil
	}
	return "", optionErrorf("分隔符“%s”须是 auto、comma、semicolon、tab 或 pipe", "delimiter %q is not auto, comma, semicolon, tab or pipe", name)
}

// detectDialect finds the delimiter that shows the most columns okrsync knows.
// known says how many, 0 for a text without any.
func (f *File) detectDialect(c charset, wanted string) (d dialect, known int, err error) {
	start, err := f.firstPiece(c)
	if err != nil {
		return d, 0, err
	}
	d.returns = endsWithReturns(start)
	d.delimiter, d.named = namedDelimiter(start)
	candidates := delimiters
	switch {
	case wanted != "":
		candidates = []string{wanted}
	case d.named:
		candidates = []string{d.delimiter}
	}
	d.delimiter = candidates[0]
	for _, delimiter := range candidates {
		try := d
		try.delimiter = delimiter
		n, ascii := f.knownColumns(newCSVReader(f.textFrom(c), c, try))
		if n > known {
			d, known = try, n
			d.ascii = ascii
		}
	}
	return d, known, nil
}

// knownColumns is how many columns of the row are known that comes nearest to a
// header, and whether all their names are ASCII. A header that can be used counts
// more than any that cannot; why it cannot, reading the rows will tell.
func (f *File) knownColumns(r rowReader) (known int, ascii bool) {
	search := f.headerSearch()
	l, err := search.run(r)
	if err != nil {
		return search.known, true
	}
	chinese := l.headsOf(func(i int) bool { return l.columns[i] != "" && !isASCII(l.heads[i]) })
	return len(columnNames) + len(l.read), len(chinese) == 0
}

// firstPiece is the beginning of a text in UTF-8, as far as it can be read.
func (f *File) firstPiece(c charset) ([]byte, error) {
	start := make([]byte, textPiece)
	n, err := io.ReadFull(newTextReader(c.decode(f.textFrom(c)), CodeEncodingUnknown), start)
	if refused, ok := errors.AsType[*FileError](err); ok && refused.Code != CodeEncodingUnknown {
		return nil, err
	}
	return start[:n], nil
}

// endsWithReturns reports whether the first line of a text ends with a carriage
// return alone.
func endsWithReturns(start []byte) bool {
	quoted := false
	for i, b := range start {
		switch {
		case b == '"':
			quoted = !quoted
		case b == '\n' && !quoted:
			return false
		case b == '\r' && !quoted:
			return i+1 < len(start) && start[i+1] != '\n'
		}
	}
	return false
}

// namedDelimiter reads the first line with which Excel names the delimiter.
func namedDelimiter(start []byte) (string, bool) {
	line, _, _ := bytes.Cut(start, []byte{'\n'})
	line, _, _ = bytes.Cut(line, []byte{'\r'})
	name := strings.Trim(string(line), `"`)
	if len(name) < len("sep=") || !strings.EqualFold(name[:len("sep=")], "sep=") {
		return "", false
	}
	d, ok := delimiterNames[strings.TrimRight(name[len("sep="):], " ")]
	return d, ok
}
