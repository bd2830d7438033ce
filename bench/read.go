package main

import (
	"context"
	"fmt"
	"os"
)

// A check is a sheet that okrsync checks.
type check struct {
	rows    int
	format  string
	wide    bool
	seconds float64 // that it may take; 0 for any
	ratio   float64 // to inflating and checksumming the file alone; 0 for any
	peak    float64 // MiB that it may take beside the index; 0 for any
}

var checks = []check{
	{rows: 20_000, format: "csv", peak: 24},
	{rows: 100_000, format: "xlsx", wide: true, ratio: 3, peak: 32},
	{rows: 1_000_000, format: "csv", seconds: 2, peak: 32},
	{rows: 1_000_000, format: "xlsx", seconds: 6, peak: 32},
	{rows: 2_000_000, format: "csv", peak: 32},
}

const index = 24 // bytes of memory for each row, for what is named twice

// read checks sheets without sending anything.
func (b *bench) read(ctx context.Context) error {
	t := newTable("Reading and checking a sheet (okrsync check)", "rows", "cells in a row", "sheet", "MB", "seconds", "CPU seconds", "peak MiB", "inflating it alone, s", "target", "")
	for _, c := range checks {
		if b.short && c.rows > 100_000 {
			continue
		}
		if err := b.checkOne(ctx, t, c); err != nil {
			return err
		}
	}
	return b.print(t)
}

func (b *bench) checkOne(ctx context.Context, t *table, c check) error {
	cells, more := 2, []string(nil)
	if c.wide {
		cells, more = 6, []string{"-wide"}
	}
	file, err := b.sheet(ctx, c.rows, c.format, more...)
	if err != nil {
		return err
	}
	info, err := os.Stat(file)
	if err != nil {
		return err
	}
	var took, inflated []result
	for range b.runs {
		u, err := measure(ctx, b.folder, nil, b.path("okrsync"), "check", "-q", "--source=1", "--table=2", file)
		if err != nil {
			return err
		}
		took = append(took, result{usage: u})
		if c.format == "xlsx" {
			if u, err = measure(ctx, b.folder, nil, b.path("floor"), "-inflate", file); err != nil {
				return err
			}
		}
		inflated = append(inflated, result{usage: u})
	}
	m, least := mediansOf(took, c.rows), mediansOf(inflated, c.rows)
	alone := ""
	if c.format == "xlsx" {
		alone = fmt.Sprintf("%.3f", least.wall)
	}
	row := []string{
		fmt.Sprint(c.rows), fmt.Sprint(cells), c.format, fmt.Sprintf("%.1f", float64(info.Size())/1e6),
		fmt.Sprintf("%.2f", m.wall), fmt.Sprintf("%.2f", m.cpu*float64(c.rows)/10_000), fmt.Sprintf("%.1f", m.peak), alone,
	}
	peak := c.peak
	if c.rows > 20_000 {
		peak += index * float64(c.rows) / (1 << 20)
	}
	target, met := fmt.Sprintf("≤ %.0f MiB", peak), m.peak <= peak
	if c.seconds > 0 {
		target, met = fmt.Sprintf("≤ %g s, %s", c.seconds, target), met && m.wall <= c.seconds
	}
	if c.ratio > 0 {
		target, met = fmt.Sprintf("≤ %g × inflating, %s", c.ratio, target), met && m.wall <= c.ratio*least.wall
	}
	t.add(b.judged(row, target, met)...)
	return nil
}
