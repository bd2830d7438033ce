package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"

	"golang.org/x/perf/benchfmt"
)

// A check is a sheet that okrsync checks.
type check struct {
	rows    int
	format  string
	seconds float64 // that it may take; 0 for any
}

var checks = []check{
	{rows: 20_000, format: "csv"}, {rows: 20_000, format: "xlsx"},
	{rows: 1_000_000, format: "csv", seconds: 2}, {rows: 1_000_000, format: "xlsx", seconds: 6},
	{rows: 2_000_000, format: "csv"},
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
	t := newTable("Checking a sheet of two columns (`okrsync check`, with result.csv)", "rows", "sheet", "MB", "seconds", "CPU seconds", "peak MiB", "target", "")
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
	file, err := b.sheet(ctx, c.rows, c.format)
	if err != nil {
		return err
	}
	info, err := os.Stat(file)
	if err != nil {
		return err
	}
	var took []result
	for range b.runs {
		u, err := measure(ctx, b.folder, []string{"OKRSYNC_REPORT_FORMATS=csv"}, b.path("okrsync"), "check", "-q", "--source=1", "--table=2", file)
		if err != nil {
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
		fmt.Sprint(c.rows), c.format, fmt.Sprintf("%.1f", float64(info.Size())/1e6),
		fmt.Sprintf("%.2f", m.wall), fmt.Sprintf("%.2f", m.cpu*float64(c.rows)/10_000), fmt.Sprintf("%.1f", m.peak),
	}, target, met)...)
	return nil
}

// workbooks runs the benchmarks of reading 100,000 rows of 6 cells, typed and checked, beside
// inflating and checksumming them.
func (b *bench) workbooks(ctx context.Context) error {
	cmd := exec.CommandContext(ctx, "go", "test", "-run=^$", "-bench=XLSXRows", "-cpu=2", fmt.Sprintf("-count=%d", b.runs), "./source")
	cmd.Dir, cmd.Stderr = "..", os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("%w\n%s", err, out)
	}
	seconds := map[string][]float64{}
	for r := benchfmt.NewReader(bytes.NewReader(out), "XLSXRows"); r.Scan(); {
		if rec, ok := r.Result().(*benchfmt.Result); ok {
			if s, ok := rec.Value("sec/op"); ok {
				seconds[string(rec.Name)] = append(seconds[string(rec.Name)], s)
			}
		}
	}
	t := newTable("Reading a workbook of 100,000 rows and 6 columns (`go test -bench XLSXRows ./source`)", "texts", "inflating alone, s", "reading, s", "ratio", "target", "")
	for texts, names := range map[string][2]string{"in the cells": {"XLSXRows/floor-2", "XLSXRows/inline-2"}, "shared": {"XLSXRows/sharedFloor-2", "XLSXRows/shared-2"}} {
		alone, reading := middle(seconds[names[0]]), middle(seconds[names[1]])
		t.add(b.judged([]string{texts, fmt.Sprintf("%.3f", alone), fmt.Sprintf("%.3f", reading), fmt.Sprintf("%.2f", reading/alone)}, "≤ 3", reading <= 3*alone)...)
	}
	return b.print(t)
}

// middle is the median of some values, 0 of none.
func middle(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	slices.Sort(values)
	return (values[(len(values)-1)/2] + values[len(values)/2]) / 2
}
