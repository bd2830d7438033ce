package main

import (
	"context"
	"fmt"
)

// diff brings a sheet into a table that it changes all items of, and once more into the
// table that has them by then.
func (b *bench) diff(ctx context.Context) error {
	t := newTable("Comparing with the live items first, as okrsync does by default (batches of 100, no limit, no latency)",
		"rows", "differ", "reads", "writes", "seconds", "CPU s per 10,000 rows", "peak MiB", "target", "")
	for _, rows := range []int{20_000, 200_000} {
		if b.short && rows > 20_000 {
			continue
		}
		if err := b.diffOne(ctx, t, rows); err != nil {
			return err
		}
	}
	return b.print(t)
}

func (b *bench) diffOne(ctx context.Context, t *table, rows int) error {
	file, err := b.sheet(ctx, rows, "csv")
	if err != nil {
		return err
	}
	s, err := b.simulate(ctx, rows)
	if err != nil {
		return err
	}
	defer s.stop()
	j := job{file: file, rows: rows, batch: 100, workers: 32, limits: "auto"}
	for _, differ := range []int{rows, 0} {
		u, said, err := b.sync(ctx, s, j, "csv")
		if err != nil {
			return err
		}
		if said.Counts.Updated != differ || said.Counts.Unchanged != rows-differ {
			return fmt.Errorf("okrsync updated %d of %d rows", said.Counts.Updated, differ)
		}
		pages, batches := (rows+rows/9999+1+99)/100, (differ+99)/100
		reads, writes := said.Calls.List, said.Calls.Patch+said.Calls.BatchUpdate
		t.add(b.judged([]string{
			fmt.Sprint(rows), fmt.Sprint(differ), fmt.Sprint(reads), fmt.Sprint(writes),
			fmt.Sprintf("%.2f", u.wall.Seconds()), fmt.Sprintf("%.3f", u.cpu.Seconds()/float64(rows)*10_000), fmt.Sprintf("%.1f", u.peak),
		}, fmt.Sprintf("≤ %d reads, %d writes", pages, batches), reads <= pages && writes == batches)...)
	}
	return nil
}
