package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	stdsync "sync"

	"golang.org/x/term"
)

// A screen is standard error: whole lines, and on a terminal one live line below them,
// which makes way for each of the others. Everything that is said goes through it, so that
// the two do not mix.
type screen struct {
	columns func() int // how wide the terminal is at the moment; nil where it is none

	mu      stdsync.Mutex
	out     io.Writer
	live    string // the live line as it stands there, "" for none
	parting string // what is said if the process is ended at once
}

// newScreen returns the screen on an output, which is itself if it is one already.
func newScreen(out io.Writer) *screen {
	if s, ok := out.(*screen); ok {
		return s
	}
	s := &screen{out: out}
	if file, ok := out.(*os.File); ok && term.IsTerminal(int(file.Fd())) {
		s.columns = func() int {
			width, _, err := term.GetSize(int(file.Fd()))
			if err != nil || width <= 0 {
				return lineWidth
			}
			return width
		}
	}
	return s
}

// terminal reports whether people look on.
func (s *screen) terminal() bool { return s.columns != nil }

// width is how many columns there are, 0 where lines may be of any length.
func (s *screen) width() int {
	if s.columns == nil {
		return 0
	}
	return s.columns()
}

// Write writes lines above the live line.
func (s *screen) Write(lines []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.live == "" {
		return s.out.Write(lines)
	}
	if _, err := io.WriteString(s.out, s.wiped()); err != nil {
		return 0, err
	}
	n, err := s.out.Write(lines)
	fmt.Fprint(s.out, s.live)
	return n, err
}

// show replaces the live line, which must fit; "" takes it away.
func (s *screen) show(line string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if line != s.live {
		fmt.Fprint(s.out, s.wiped()+line)
		s.live = line
	}
}

// wiped is what wipes the live line. It does so with spaces, which every terminal knows;
// only where the terminal has become narrower, and has wrapped the line, with escape codes.
func (s *screen) wiped() string {
	columns := terminal.StringWidth(s.live)
	if width := s.width(); width > 0 && columns > width {
		return fmt.Sprintf("\x1b[%dA\r\x1b[J", (columns-1)/width)
	}
	return "\r" + strings.Repeat(" ", columns) + "\r"
}

// atParting sets what is said if the process is ended at once.
func (s *screen) atParting(words string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.parting = words
}

// part takes the live line away and says the last words.
func (s *screen) part() {
	s.show("")
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.parting != "" {
		fmt.Fprintln(s.out, s.parting)
	}
}
