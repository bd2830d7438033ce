// Command bench measures the built program against the simulator, beside programs that do
// the least there is to do, in one run: what counts are ratios, and seconds of the
// processor, since absolute times are the machine's.
//
//	go run -C bench .                    all groups
//	go run -C bench . -only send,start   some of them
//
// It builds what it measures, writes its tables to standard output, and ends with 1 if a
// target of docs/performance.md is missed. It needs Linux, for the peak of memory.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
)

// errMissed is a target that was missed.
var errMissed = errors.New("a target was missed")

// groups are what can be measured.
var groups = []struct {
	name string
	run  func(*bench, context.Context) error
}{
	{"send", (*bench).send}, {"diff", (*bench).diff}, {"limits", (*bench).limits}, {"read", (*bench).read}, {"start", (*bench).start},
}

func main() {
	var b bench
	only := flag.String("only", "", "the groups to measure: send, diff, limits, read, start, with commas (default: all)")
	flag.IntVar(&b.runs, "runs", 3, "how often each is measured; medians are shown")
	tolerant := flag.Bool("tolerant", false, "a target that is missed is shown, and no failure")
	flag.BoolVar(&b.short, "short", false, "files of 20,000 rows and no latency only, and the shorter limits")
	flag.BoolVar(&b.long, "long", false, "also 200,000 rows with latency, which take a quarter of an hour")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := b.all(ctx, *only); err != nil && !(*tolerant && errors.Is(err, errMissed)) {
		fmt.Fprintln(os.Stderr, "bench:", err)
		defer os.Exit(1) //nolint:forbidigo // this is main
	}
}

// A bench is what all measurements share.
type bench struct {
	runs   int
	short  bool
	long   bool
	folder string // with what is built and written
	missed bool   // some target
}

func (b *bench) all(ctx context.Context, only string) (err error) {
	if b.folder, err = os.MkdirTemp("", "okrsync-bench-"); err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(b.folder) }()
	if err := b.build(ctx); err != nil {
		return err
	}
	for _, g := range groups {
		if only == "" || strings.Contains(","+only+",", ","+g.name+",") {
			if err := g.run(b, ctx); err != nil {
				return fmt.Errorf("%s: %w", g.name, err)
			}
		}
	}
	if b.missed {
		return errMissed
	}
	return nil
}

// build builds the program and those beside it.
func (b *bench) build(ctx context.Context) error {
	for name, where := range map[string][2]string{
		"okrsync": {"..", "./cmd/okrsync"}, "floor": {".", "./floor"}, "sdk": {".", "./sdk"}, "sheets": {".", "./sheets"},
	} {
		cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", b.path(name), where[1])
		cmd.Dir = where[0]
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0") // as it is released
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("building %s: %w\n%s", name, err, out)
		}
	}
	return nil
}

func (b *bench) path(name string) string { return filepath.Join(b.folder, name) }

// sheet writes a sheet, unless it is there, and returns its path.
func (b *bench) sheet(ctx context.Context, rows int, format string, more ...string) (string, error) {
	name := b.path(fmt.Sprintf("%d%s.%s", rows, strings.Join(more, ""), format))
	if _, err := os.Stat(name); err == nil {
		return name, nil
	}
	args := append(append([]string{fmt.Sprintf("-rows=%d", rows)}, more...), name)
	out, err := exec.CommandContext(ctx, b.path("sheets"), args...).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w\n%s", err, out)
	}
	return name, nil
}
