// Command stages holds the allocations of each stage of okrsync against those that are on
// record in stages.txt: they are the same on every machine, as times are not.
//
//	go run -C bench ./stages           fails if a stage allocates more than it did
//	go run -C bench ./stages -update   records what it allocates now
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strings"

	"golang.org/x/perf/benchfmt"
)

const (
	// record is the file with the figures, in the format of Go's benchmarks.
	record = "stages.txt"

	// more is how much more than on record is too much: less than the fifth that must
	// not go by, and more than the runtime's own unevenness.
	more = 1.12

	// less is below what the record is out of date, and would let a regression by.
	less = 0.75
)

// Packages with stages. Those of the simulator are no part of a run.
var packages = []string{"okrsync/source", "okrsync/feishu", "okrsync/sync", "okrsync/sync/report"}

func main() {
	update := flag.Bool("update", false, "record what the stages allocate now")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *update); err != nil {
		fmt.Fprintln(os.Stderr, "stages:", err)
		defer os.Exit(1) //nolint:forbidigo // this is main
	}
}

func run(ctx context.Context, update bool) error {
	out, err := benchmarks(ctx)
	if err != nil {
		return err
	}
	now, err := figures(bytes.NewReader(out))
	if err != nil {
		return err
	}
	if update {
		return write(now)
	}
	file, err := os.Open(record)
	if err != nil {
		return err
	}
	defer file.Close()
	then, err := figures(file)
	if err != nil {
		return err
	}
	return compare(then, now)
}

// benchmarks runs all benchmarks and returns their output.
func benchmarks(ctx context.Context) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "go", append([]string{"test", "-run=^$", "-bench=.", "-benchmem", "-benchtime=0.2s", "-cpu=2", "-p=1"}, packages...)...)
	cmd.Dir, cmd.Stderr = "..", os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%s: %w\n%s", cmd, err, out)
	}
	return out, nil
}

// A stage is a benchmark's name, and what one operation allocates.
type stage struct{ allocs, bytes float64 }

// figures reads the output of benchmarks.
func figures(r io.Reader) (map[string]stage, error) {
	all := map[string]stage{}
	reader := benchfmt.NewReader(r, record)
	for reader.Scan() {
		switch rec := reader.Result().(type) {
		case *benchfmt.SyntaxError:
			return nil, rec
		case *benchfmt.Result:
			allocs, ok1 := rec.Value("allocs/op")
			size, ok2 := rec.Value("B/op")
			if !ok1 || !ok2 {
				return nil, fmt.Errorf("%s does not tell its allocations", rec.Name)
			}
			if name := string(rec.Name); !strings.Contains(strings.ToLower(name), "floor") { // which are none of ours
				all[name] = stage{allocs, size}
			}
		}
	}
	return all, reader.Err()
}

// write records figures.
func write(all map[string]stage) error {
	var b bytes.Buffer
	for _, name := range slices.Sorted(maps.Keys(all)) {
		fmt.Fprintf(&b, "Benchmark%s 1 %.0f B/op %.0f allocs/op\n", name, all[name].bytes, all[name].allocs)
	}
	return os.WriteFile(record, b.Bytes(), 0o644) //nolint:gosec // it is part of the repository
}

// compare reports the stages that are not as they are on record.
func compare(then, now map[string]stage) error {
	var wrong []error
	say := func(format string, args ...any) { wrong = append(wrong, fmt.Errorf(format, args...)) }
	for _, name := range slices.Sorted(maps.Keys(now)) {
		was, ok := then[name]
		if !ok {
			say("%s is not on record", name)
			continue
		}
		for _, figure := range []struct {
			unit     string
			was, now float64
		}{{"allocations", was.allocs, now[name].allocs}, {"bytes", was.bytes, now[name].bytes}} {
			line := fmt.Sprintf("%-34s %12.0f %s, on record %.0f", name, figure.now, figure.unit, figure.was)
			switch {
			case figure.now > figure.was*more+few(figure.unit):
				say("%s: more", line)
			case figure.now < figure.was*less-few(figure.unit):
				say("%s: less, which is to be recorded", line)
			default:
				fmt.Fprintln(os.Stdout, line)
			}
		}
	}
	for name := range then {
		if _, ok := now[name]; !ok {
			say("%s is on record and is gone", name)
		}
	}
	if len(wrong) > 0 {
		wrong = append(wrong, errors.New("mend it, or record it with: go run -C bench ./stages -update"))
	}
	return errors.Join(wrong...)
}

// few is a difference that means nothing: of a stage that allocates nothing, what the
// runtime does besides.
func few(unit string) float64 {
	if unit == "bytes" {
		return 16
	}
	return 0
}
