package main

import (
	"bytes"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"

	"okrsync/feishu"
	"okrsync/sync"
)

// looking returns a session whose standard error is kept: a terminal of so many columns,
// or none.
func looking(columns int) (*session, *bytes.Buffer) {
	var seen bytes.Buffer
	screen := newScreen(&seen)
	if columns > 0 {
		screen.columns = func() int { return columns }
	}
	c := defaults()
	c.lang, c.workers = "en", 1
	return &session{
		program: &program{stderr: screen, lang: "en"}, config: c,
		pacer: sync.NewPacer([]sync.Limit{{N: 1, Period: time.Minute}}, 0),
	}, &seen
}

// spend makes a call, so that the limit is used up.
func spend(t *testing.T, p *sync.Pacer) {
	t.Helper()
	done, err := p.Admit(t.Context(), feishu.CallPatch)
	if err != nil {
		t.Fatal(err)
	}
	done(nil)
}

// planOf is the plan of so many single updates.
func planOf(n int) sync.Plan {
	return sync.Plan{Counts: map[sync.Status]int{sync.Planned: n}, Calls: map[feishu.Call]int{feishu.CallPatch: n}}
}

// TestCountdown looks at a terminal on which nothing happens but that time goes by: each
// second there is another line, and at the end none is left.
func TestCountdown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, seen := looking(80)
		show := s.newProgress(nil, new(atomic.Int64))
		show.begin(2, 0)
		spend(t, s.pacer)
		show.sends(planOf(2))
		show.step(true)
		time.Sleep(10500 * time.Millisecond)
		if _, err := s.program.stderr.Write([]byte("a line of the log\n")); err != nil {
			t.Fatal(err)
		}
		show.finish()
		show.finish() // which is the same

		said := seen.String()
		for _, want := range []string{"waiting for the limit, 59s", "waiting for the limit, 58s", "waiting for the limit, 50s", "6.0 rows/min"} {
			if !strings.Contains(said, want) {
				t.Errorf("nothing says %q:\n%q", want, said)
			}
		}
		if lines := display(said, 80); strings.Join(lines, "|") != "a line of the log|" {
			t.Errorf("this is left: %q", lines)
		}
	})
}

// TestNarrowed shows that the live line is wiped in whole where the terminal has become
// narrower and has wrapped it.
func TestNarrowed(t *testing.T) {
	s, seen := looking(80)
	s.program.stderr.show(strings.Repeat("x", 79))
	s.program.stderr.columns = func() int { return 40 }
	s.program.stderr.show("")
	if got := seen.String(); !strings.HasSuffix(got, "x\x1b[1A\r\x1b[J") {
		t.Errorf("it wrote %q", got)
	}
}

// TestPlainProgress looks at a log: a line every ten seconds while rows are done, one a
// minute while none is.
func TestPlainProgress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, seen := looking(0)
		var logged []string
		show := s.newProgress(func(text string, _ ...zap.Field) { logged = append(logged, text) }, new(atomic.Int64))
		show.begin(100, 88)
		show.sends(planOf(12))
		time.Sleep(500 * time.Millisecond) // not at the moment of a line
		for range 30 {
			time.Sleep(time.Second)
			if show.glance.done < 100 {
				show.step(true)
			}
		}
		time.Sleep(2 * time.Minute)
		show.finish()
		if len(logged) != 4 || !strings.HasPrefix(logged[0], "97 of 100 rows done, 54.0 rows/min, ") {
			t.Errorf("it logged %d lines: %q", len(logged), logged)
		}
		if seen.Len() > 0 {
			t.Errorf("it wrote %q", seen)
		}
	})
}

// TestDumbTerminal shows that a terminal that cannot go back in a line gets none that lives.
func TestDumbTerminal(t *testing.T) {
	s, _ := looking(80)
	s.program.environ = []string{"TERM=dumb"}
	if got := s.newProgress(nil, new(atomic.Int64)).mode; got != progressPlain {
		t.Errorf("the progress is %s", got)
	}
}

// display is what a terminal shows of an output that uses no escape codes.
func display(output string, columns int) []string {
	lines, at := [][]rune{nil}, 0
	for _, r := range output {
		last := len(lines) - 1
		switch r {
		case '\n':
			lines, at = append(lines, nil), 0
		case '\r':
			at = 0
		default:
			if at == columns {
				lines, at, last = append(lines, nil), 0, last+1
			}
			lines[last] = append(lines[last][:min(at, len(lines[last]))], append([]rune{r}, lines[last][min(at+1, len(lines[last])):]...)...)
			at++
		}
	}
	var shown []string
	for _, line := range lines {
		shown = append(shown, strings.TrimRight(string(line), " "))
	}
	return shown
}
