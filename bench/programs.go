package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
)

// A job is what the programs are to do.
type job struct {
	file    string
	rows    int
	batch   int
	workers int
	limits  string  // that okrsync is told, as it takes them
	pace    float64 // calls a second of the others, evenly; 0 for no bound
}

// A result is what a program took, and what it made of the job.
type result struct {
	usage
	refused int // calls, for their frequency
}

// A program does jobs.
type program struct {
	name string
	run  func(ctx context.Context, b *bench, s *server, j job) (result, error)
}

var (
	floor   = program{"floor", least("floor")}
	sdk     = program{"SDK", least("sdk")}
	okrsync = program{"okrsync", synced("csv")}
	allOf   = program{"okrsync, all files", synced("csv,xlsx,html")}
)

// least runs one of the programs that do the least.
func least(name string) func(context.Context, *bench, *server, job) (result, error) {
	return func(ctx context.Context, b *bench, s *server, j job) (result, error) {
		u, err := measure(ctx, b.folder, nil, b.path(name), "-url", s.url, "-workers", strconv.Itoa(j.workers), "-batch", strconv.Itoa(j.batch),
			"-pace", strconv.FormatFloat(j.pace, 'f', -1, 64), j.file)
		if err != nil {
			return result{}, err
		}
		var said struct{ Taken, Refused int }
		if err := json.Unmarshal(u.out, &said); err != nil {
			return result{}, err
		}
		if calls := (j.rows + j.batch - 1) / j.batch; said.Taken+said.Refused != calls {
			return result{}, fmt.Errorf("%s made %+v of %d calls", name, said, calls)
		}
		return result{u, said.Refused}, nil
	}
}

// synced runs okrsync with the given files of results, and without comparing: every row
// is sent, as by the others.
func synced(formats string) func(context.Context, *bench, *server, job) (result, error) {
	return func(ctx context.Context, b *bench, s *server, j job) (result, error) {
		u, said, err := b.sync(ctx, s, j, formats, "--no-diff")
		if err != nil {
			return result{}, err
		}
		if said.Counts.Updated != j.rows {
			return result{}, fmt.Errorf("okrsync updated %d of %d rows", said.Counts.Updated, j.rows)
		}
		return result{u, said.RateLimited}, nil
	}
}

// A summary is what okrsync says of a run.
type summary struct {
	Counts      struct{ Updated, Unchanged int }
	RateLimited int `json:"rate_limited"`
	Calls       struct {
		List, Patch int
		BatchUpdate int `json:"batch_update"`
	}
}

// sync runs okrsync.
func (b *bench) sync(ctx context.Context, s *server, j job, formats string, flags ...string) (usage, summary, error) {
	out, err := os.MkdirTemp(b.folder, "out-")
	if err != nil {
		return usage{}, summary{}, err
	}
	defer func() { _ = os.RemoveAll(out) }()
	environ := []string{"OKRSYNC_FEISHU_BASE_URL=" + s.url, "FEISHU_APP_ID=a", "FEISHU_APP_SECRET=b", "OKRSYNC_REPORT_FORMATS=" + formats}
	args := append([]string{
		"sync", "--json", "--progress=none", "--log-level=error", "--out", out, "--rate", j.limits,
		"--workers", strconv.Itoa(j.workers), "--batch-size", strconv.Itoa(j.batch), "--source=7000000000000000001", "--table=7050000000000000001",
	}, flags...)
	u, err := measure(ctx, b.folder, environ, b.path("okrsync"), append(args, j.file)...)
	if err != nil {
		return usage{}, summary{}, err
	}
	var said summary
	return u, said, json.Unmarshal(u.out, &said)
}
