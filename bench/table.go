package main

import (
	"fmt"
	"os"
	"strings"
)

// A table is what a group of measurements comes to, in Markdown.
type table struct {
	title string
	rows  [][]string
}

func newTable(title string, head ...string) *table {
	return &table{title: title, rows: [][]string{head}}
}

func (t *table) add(cells ...string) { t.rows = append(t.rows, cells) }

// print writes the table to standard output.
func (b *bench) print(t *table) error {
	var out strings.Builder
	fmt.Fprintf(&out, "\n### %s\n\n", t.title)
	for i, row := range t.rows {
		fmt.Fprintf(&out, "| %s |\n", strings.Join(row, " | "))
		if i == 0 {
			out.WriteString("|" + strings.Repeat(" --- |", len(row)) + "\n")
		}
	}
	_, err := os.Stdout.WriteString(out.String())
	return err
}

// judged adds a target to a row, and whether it is met; "" is none.
func (b *bench) judged(row []string, target string, met bool) []string {
	verdict := ""
	if target != "" {
		verdict = "met"
	}
	if !met {
		verdict, b.missed = "MISSED", true
	}
	return append(row, target, verdict)
}

// medians are the middle of several results.
type medians struct {
	rate  float64 // rows a second
	wall  float64 // seconds
	cpu   float64 // seconds for 10,000 rows
	peak  float64 // MiB
	calls int     // refused
}

func mediansOf(results []result, rows int) medians {
	of := func(figure func(result) float64) float64 {
		values := make([]float64, len(results))
		for i, r := range results {
			values[i] = figure(r)
		}
		return middle(values)
	}
	return medians{
		rate:  of(func(r result) float64 { return float64(rows) / r.wall.Seconds() }),
		wall:  of(func(r result) float64 { return r.wall.Seconds() }),
		cpu:   of(func(r result) float64 { return r.cpu.Seconds() / float64(rows) * 10_000 }),
		peak:  of(func(r result) float64 { return r.peak }),
		calls: int(of(func(r result) float64 { return float64(r.refused) })),
	}
}
