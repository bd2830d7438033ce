package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"

	"golang.org/x/perf/benchfmt"
)

// A check is a sheet that okrsync checks.
type check struct {
	rows    int
	wide    bool // six columns, else two
	format  string
	seconds float64 // that it may take; 0 for any
}

var checks = []check{
	{rows: 20_000, format: "csv"}, {rows: 20_000, format: "xlsx"},
	{rows: 1_000_000, format: "csv", seconds: 2}, {rows: 1_000_000, format: "xlsx", seconds: 6},
	{rows: 1_000_000, wide: true, format: "csv", seconds: 2}, {rows: 1_000_000, wide: true, format: "xlsx", seconds: 6},
	{rows: 2_000_000, format: "csv"},
}

// columns is how many columns the sheet has, and how it is made.
func (c check) columns() (n int, flags []string) {
	if c.wide {
		return 6, []string{"-wide"}
	}
	return 2, nil
}

// peakOf is how many MiB a sheet may take: its index has 24 bytes for each row.
func peakOf(rows int) float64 {
	if rows <= 20_000 {
		return 24
	}
	return 32 + 24*float64(rows)/(1<<20)
}

// read checks sheets without sending anything, and reads workbooks beside a program that only
// inflates them.
func (b *bench) read(ctx context.Context) error {
	t := newTable("Checking a sheet (`okrsync check`, with result.csv)", "rows", "columns", "sheet", "MB", "seconds", "CPU seconds", "peak MiB", "target", "")
	for _, c := range checks {
		if b.short && c.rows > 20_000 {
			continue
		}
		if err := b.checkOne(ctx, t, c); err != nil {
			return err
		}
	}
	if err := b.print(t); err != nil {
		return err
	}
	return b.workbooks(ctx)
}

func (b *bench) checkOne(ctx context.Context, t *table, c check) error {
	columns, flags := c.columns()
	file, err := b.sheet(ctx, c.rows, c.format, flags...)
	if err != nil {
		return err
	}
	info, err := os.Stat(file)
	if err != nil {
		return err
	}
	var took []result
	for range b.runs {
		u, err := measure(ctx, b.folder, []string{"OKRSYNC_REPORT_FORMATS=csv"}, b.path("okrsync"), "check", "-q", "--source=1", "--table=2", "--out=checked", file)
		if err != nil {
			return err
		}
		if err := os.RemoveAll(b.path("checked")); err != nil { // before it is more than the system likes to keep from the disk
			return err
		}
		took = append(took, result{usage: u})
	}
	m := mediansOf(took, c.rows)
	target, met := fmt.Sprintf("≤ %.0f MiB", peakOf(c.rows)), m.peak <= peakOf(c.rows)
	if c.seconds > 0 {
		target, met = fmt.Sprintf("≤ %g s, %s", c.seconds, target), met && m.wall <= c.seconds
	}
	t.add(b.judged([]string{
		fmt.Sprint(c.rows), fmt.Sprint(columns), c.format, fmt.Sprintf("%.1f", float64(info.Size())/1e6),
		fmt.Sprintf("%.2f", m.wall), fmt.Sprintf("%.2f", m.cpu*float64(c.rows)/10_000), fmt.Sprintf("%.1f", m.peak),
	}, target, met)...)
	return nil
}

// workbooks runs the benchmarks of reading 100,000 rows of 6 cells, typed and checked, beside
// inflating and checksumming them: all of them once, and again, since a machine's pace
// changes from minute to minute.
func (b *bench) workbooks(ctx context.Context) error {
	build := exec.CommandContext(ctx, "go", "test", "-c", "-o", b.path("source.test"), "./source")
	build.Dir = ".."
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("%w\n%s", err, out)
	}
	seconds := map[string][]float64{}
	for range b.runs {
		if err := b.timeWorkbooks(ctx, seconds); err != nil {
			return err
		}
	}
	t := newTable("Reading a workbook of 100,000 rows and 6 columns (`go test -bench XLSXRows ./source`)", "texts", "inflating alone, s", "reading, s", "ratio", "target", "")
	for _, kind := range []struct{ texts, floor, reading string }{{"in the cells", "XLSXRows/floor-2", "XLSXRows/inline-2"}, {"shared", "XLSXRows/sharedFloor-2", "XLSXRows/shared-2"}} {
		alone, reading := seconds[kind.floor], seconds[kind.reading]
		var ratios []float64
		for i := range reading {
			ratios = append(ratios, reading[i]/alone[i])
		}
		ratio := middle(ratios)
		t.add(b.judged([]string{kind.texts, fmt.Sprintf("%.3f", middle(alone)), fmt.Sprintf("%.3f", middle(reading)), fmt.Sprintf("%.2f", ratio)}, "≤ 3", ratio <= 3)...)
	}
	return b.print(t)
}

// timeWorkbooks runs each of the benchmarks once and adds what they took.
func (b *bench) timeWorkbooks(ctx context.Context, seconds map[string][]float64) error {
	cmd := exec.CommandContext(ctx, b.path("source.test"), "-test.run=^$", "-test.bench=XLSXRows", "-test.cpu=2")
	cmd.Dir, cmd.Stderr = filepath.Join("..", "source"), os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("%w\n%s", err, out)
	}
	for r := benchfmt.NewReader(bytes.NewReader(out), "XLSXRows"); r.Scan(); {
		if rec, ok := r.Result().(*benchfmt.Result); ok {
			if s, ok := rec.Value("sec/op"); ok {
				seconds[string(rec.Name)] = append(seconds[string(rec.Name)], s)
			}
		}
	}
	return nil
}

// middle is the median of some values, 0 of none.
func middle(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	values = slices.Sorted(slices.Values(values))
	return (values[(len(values)-1)/2] + values[len(values)/2]) / 2
}
