package main

import (
	"context"
	"fmt"
	"math"
	"time"
)

// A limited server is one that takes only so many calls.
type limited struct {
	what   string
	rows   int
	batch  int
	server []string // how the simulator counts
	told   string   // the limits, as okrsync is told
	pace   float64  // what an even pace at the limit is, in calls a second
	best   time.Duration
	share  float64 // of the best that is asked for
	most   time.Duration
	long   bool // it takes more than a minute
}

// roundTrip is what a call takes at least, with the mean of the jitter.
const roundTrip = 20*time.Millisecond + 15*time.Millisecond/2

// fastest is the least time that a limit allows for calls: all of a window at once, and
// so on.
func fastest(calls, n int, window time.Duration) time.Duration {
	return time.Duration(math.Ceil(float64(calls)/float64(n))-1) * window
}

var scenes = []limited{
	{what: "100 per 6 s, sliding", rows: 1000, batch: 1, server: []string{"--limit=100/6s"}, told: "100/6s", pace: 100.0 / 6, best: fastest(1000, 100, 6*time.Second), share: 0.98},
	{what: "100 per 6 s, fixed", rows: 1000, batch: 1, server: []string{"--limit=100/6s", "--window=fixed"}, told: "100/6s", pace: 100.0 / 6, best: fastest(1000, 100, 6*time.Second), share: 0.98, long: true},
	{what: "100 per 6 s, batches", rows: 20_000, batch: 100, server: []string{"--limit=100/6s"}, told: "100/6s", pace: 100.0 / 6, best: fastest(200, 100, 6*time.Second), most: 6400 * time.Millisecond},
	{what: "50 per 1 s, sliding", rows: 1000, batch: 1, server: []string{"--limit=50/1s"}, told: "50/1s", pace: 50, best: fastest(1000, 50, time.Second), share: 0.95},
	{what: "50 per 1 s, token bucket", rows: 1000, batch: 1, server: []string{"--limit=50/1s", "--window=bucket"}, told: "50/1s", pace: 50, best: 950 * time.Second / 50, share: 0.97},
	{what: "50 per 1 s and 1000 per 1 min", rows: 2000, batch: 1, server: []string{"--limit=50/1s,1000/1m"}, told: "50/1s,1000/1m", pace: 1000.0 / 60, best: time.Minute + 19*time.Second, share: 0.93, long: true},
}

// limits sends as fast as limits allow, with jitter on the way to the server.
func (b *bench) limits(ctx context.Context) error {
	t := newTable("Sending, as fast as a limit allows (latency 20 ms, 15 ms of jitter before a call is counted)",
		"limit", "rows", "rows in a call", "program", "seconds", "share of the best", "refused calls", "target", "")
	for _, s := range scenes {
		if b.short && s.long {
			continue
		}
		for _, p := range []program{floor, okrsync} {
			file, err := b.sheet(ctx, s.rows, "csv")
			if err != nil {
				return err
			}
			j := job{file: file, rows: s.rows, batch: s.batch, workers: 7, limits: s.told, pace: s.pace}
			if s.batch > 1 {
				j.workers = 32
			}
			r, err := b.once(ctx, p, j, append(s.server, "--latency=20ms", "--inbound-jitter=15ms")...)
			if err != nil {
				return fmt.Errorf("%s: %s: %w", s.what, p.name, err)
			}
			share := (s.best + roundTrip).Seconds() / r.wall.Seconds()
			row := []string{s.what, fmt.Sprint(s.rows), fmt.Sprint(s.batch), p.name, fmt.Sprintf("%.2f", r.wall.Seconds()), fmt.Sprintf("%.1f %%", 100*share), fmt.Sprint(r.refused)}
			target, met := "", true
			switch {
			case p.name != okrsync.name:
			case s.most > 0:
				target, met = fmt.Sprintf("≤ %s, none refused", s.most), r.wall <= s.most && r.refused == 0
			default:
				target, met = fmt.Sprintf("≥ %.0f %%, none refused", 100*s.share), share >= s.share && r.refused == 0
			}
			t.add(b.judged(row, target, met)...)
		}
	}
	return b.print(t)
}
