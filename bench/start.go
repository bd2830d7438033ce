package main

import (
	"context"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"time"
)

// start measures the time to the first byte of help.
func (b *bench) start(ctx context.Context) error {
	const starts, most = 21, 20 * time.Millisecond
	var took []time.Duration
	for range starts {
		d, err := b.firstByte(ctx, "--help")
		if err != nil {
			return err
		}
		took = append(took, d)
	}
	slices.Sort(took)
	middle := took[len(took)/2]
	t := newTable("Starting", "what", "median", "target", "")
	t.add(b.judged([]string{"first byte of `okrsync --help`", fmt.Sprintf("%.1f ms", middle.Seconds()*1000)}, fmt.Sprintf("≤ %s", most), middle <= most)...)
	return b.print(t)
}

// firstByte is how long a process takes to its first byte.
func (b *bench) firstByte(ctx context.Context, args ...string) (time.Duration, error) {
	cmd := exec.CommandContext(ctx, b.path("okrsync"), args...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return 0, err
	}
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	_, err = out.Read(make([]byte, 1))
	took := time.Since(began)
	if err != nil {
		return 0, err
	}
	if _, err := io.Copy(io.Discard, out); err != nil {
		return 0, err
	}
	return took, cmd.Wait()
}
