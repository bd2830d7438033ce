package chaos

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/text/width"

	"okrsync/feishu/feishutest"
)

// TestTerminal watches runs on real terminals of different widths: the time until the
// limit lets the next call out is counted down, no line is wider than the terminal but
// a word that is, and a command that is to be copied, and of the live line nothing is left.
func TestTerminal(t *testing.T) {
	counted := regexp.MustCompile(`(waiting for the limit, |等待频率限制，)\d+(s|秒)`)
	for _, lang := range []string{"en", "zh"} {
		for _, columns := range []int{50, 80} {
			t.Run(fmt.Sprint(lang, columns), func(t *testing.T) {
				t.Parallel()
				s := newStage(t, feishutest.Config{}, 30)
				writeFile(t, filepath.Join(s.folder, "rows.csv"), rowsOf(30)+"7100000000000000099,x\n")
				terminal, cmd := s.onTerminal(t, columns, "sync", "--lang", lang, "--rate", "10/4s", "rows.csv")
				said := readAll(t, terminal)
				if _ = cmd.Wait(); cmd.ProcessState.ExitCode() != 3 {
					t.Fatalf("%s; it said\n%s", cmd.ProcessState, said)
				}
				times := map[string]bool{}
				for _, text := range counted.FindAllString(said, -1) {
					times[text] = true
				}
				if len(times) < 3 {
					t.Errorf("the wait is not counted down: %v", times)
				}
				screen := display(said, columns)
				for _, line := range screen {
					if oneWord := !strings.Contains(strings.TrimSpace(line.text), " "); line.wrapped && !oneWord && !strings.HasPrefix(line.text, "  okrsync sync ") {
						t.Errorf("a line is wider than %d columns: %q", columns, line.text)
					}
				}
				if left := fmt.Sprint(screen); strings.Contains(left, "(30/31)") || !strings.Contains(left, "okrsync-out") || !strings.HasSuffix(left, "rows.csv false}]") {
					t.Errorf("this is left:\n%s", left)
				}
			})
		}
	}
}

// TestSecondInterrupt types Ctrl-C twice while calls are out: the first time the program
// says what it waits for, the second time it ends at once, and says where the results are.
func TestSecondInterrupt(t *testing.T) {
	s := newStage(t, feishutest.Config{Latency: time.Minute}, 30)
	writeFile(t, filepath.Join(s.folder, "rows.csv"), rowsOf(30))
	arrived := make(chan struct{}, 100)
	s.arrived.Store(new(func() { arrived <- struct{}{} }))
	terminal, cmd := s.onTerminal(t, 80, "sync", "--no-diff", "rows.csv")
	<-arrived // the token's, whose answer takes a minute
	var said strings.Builder
	until := func(words string) {
		t.Helper()
		buffer := make([]byte, 4096)
		for !strings.Contains(said.String(), words) {
			n, err := terminal.Read(buffer)
			said.Write(buffer[:n])
			if err != nil {
				t.Fatalf("%v; it said %q", err, said.String())
			}
		}
	}
	interrupt := func() {
		t.Helper()
		if _, err := terminal.WriteString("\x03"); err != nil {
			t.Fatal(err)
		}
	}
	interrupt()
	until("waiting up to 20s for 1 call; a second Ctrl-C ends at once")
	until("stopping: 1 call is out, at most 19s")
	interrupt()
	until("ended at once: the results are in journal.jsonl only; run it again to go on\r\n")
	if _ = cmd.Wait(); cmd.ProcessState.String() != "signal: interrupt" {
		t.Errorf("it ended with %s", cmd.ProcessState)
	}
}

// onTerminal starts a process on a terminal that is so wide.
func (s *stage) onTerminal(t *testing.T, columns int, args ...string) (*os.File, *exec.Cmd) {
	t.Helper()
	cmd := s.command(args...)
	cmd.Env = append(cmd.Env, "TERM=xterm", "OKRSYNC_FEISHU_TIMEOUT=20s")
	terminal, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 50, Cols: uint16(columns)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = terminal.Close() })
	return terminal, cmd
}

// readAll reads what a process writes until its end, which a terminal tells by an error.
func readAll(t *testing.T, terminal *os.File) string {
	t.Helper()
	var said strings.Builder
	_, _ = io.Copy(&said, terminal)
	return said.String()
}

// A shownLine is a line of a terminal.
type shownLine struct {
	text    string
	wrapped bool // it did not fit
}

// display is what a terminal shows of an output without escape codes. A wrapped line counts
// as one.
func display(output string, columns int) []shownLine {
	var lines []shownLine
	for line := range strings.SplitSeq(strings.TrimSuffix(output, "\r\n"), "\n") {
		var cells []string
		at, widest := 0, 0
		for _, r := range line {
			if r == '\r' {
				at = 0
				continue
			}
			cells = append(cells, make([]string, max(0, at+2-len(cells)))...)
			cells[at], cells[at+1] = string(r), ""
			if at++; isWide(r) {
				at++
			}
			widest = max(widest, at)
		}
		lines = append(lines, shownLine{strings.TrimRight(strings.Join(cells, ""), " "), widest > columns})
	}
	return lines
}

func isWide(r rune) bool {
	kind := width.LookupRune(r).Kind()
	return kind == width.EastAsianWide || kind == width.EastAsianFullwidth
}
