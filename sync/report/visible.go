package report

import (
	"slices"
	"strings"

	"okrsync/sync"
)

// visible makes a text from elsewhere one that shows what it is: control characters get
// the signs that Unicode has for them, and those that turn the direction of what follows
// are replaced, for with them a text can look like another one (UAX #9, section 2).
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r < ' ':
			return '␀' + r
		case r == 0x7f:
			return '␡'
		case 0x80 <= r && r <= 0x9f, r == 0x061c, r == 0x200e, r == 0x200f,
			0x202a <= r && r <= 0x202e, 0x2066 <= r && r <= 0x2069:
			return '\uFFFD'
		}
		return r
	}, s)
}

func visibleText(t sync.Text) sync.Text {
	return sync.Text{ZH: visible(t.ZH), EN: visible(t.EN)}
}

// visible is the summary with its texts made visible: a run's folder may have been
// written to by others before its files are written again.
func (s Summary) visible() Summary {
	for _, text := range []*string{&s.Version, &s.Outcome, &s.Input.Path, &s.Input.Sheet, &s.Input.SHA256} {
		*text = visible(*text)
	}
	s.Files = slices.Clone(s.Files)
	for i, name := range s.Files {
		s.Files[i] = visible(name)
	}
	s.Notices = slices.Clone(s.Notices)
	for i, n := range s.Notices {
		s.Notices[i] = Notice{Code: visible(n.Code), Text: visibleText(n.Text)}
	}
	if s.Stop != nil {
		s.Stop = &Stop{Code: visible(s.Stop.Code), Reason: visibleText(s.Stop.Reason), Advice: visibleText(s.Stop.Advice)}
	}
	return s
}
