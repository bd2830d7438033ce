package main

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
)

// plainEvery is how often a log gets a line of progress.
const plainEvery = 10 * time.Second

// A progress tells people how far a run is. What else is written to the
// terminal meanwhile goes through it, so that lines and bar do not mix.
type progress struct {
	out  io.Writer
	lang string

	mu    sync.Mutex
	bar   *progressbar.ProgressBar // nil without one
	plain bool
	total int
	done  int
	last  time.Time // of the last plain line
}

// newProgress returns the progress of a run whose size is not known yet. The
// mode is auto, bar, plain or none.
func newProgress(out io.Writer, mode, lang string, terminal bool) *progress {
	if mode == "auto" {
		mode = "plain"
		if terminal {
			mode = "bar"
		}
	}
	p := &progress{out: out, lang: lang, plain: mode == "plain", last: time.Now()}
	if mode == "bar" {
		p.bar = progressbar.NewOptions(0,
			progressbar.OptionSetWriter(out),
			progressbar.OptionShowCount(),
			progressbar.OptionSetPredictTime(true),
			progressbar.OptionThrottle(100*time.Millisecond),
			progressbar.OptionClearOnFinish(),
			progressbar.OptionSetWidth(20),
		)
	}
	return p
}

// begin sets how many rows there are, and how many are done already.
func (p *progress) begin(rows, done int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.total, p.done, p.last = rows, done, time.Now()
	if p.bar != nil {
		p.bar.ChangeMax(rows)
		_ = p.bar.Add(done) // a bar that cannot be drawn must not end a run
	}
}

// looked is the news of live items that were read, before the first row is done.
func (p *progress) looked(items int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	text := phrase(p.lang, fmt.Sprintf("已读取 %d 个指标项", items), fmt.Sprintf("%d live items read", items))
	if p.bar != nil {
		p.bar.Describe(text)
	}
	if p.plain && time.Since(p.last) >= plainEvery {
		p.last = time.Now()
		fmt.Fprintln(p.out, text)
	}
}

// sends is the news that reading is over and the first row is sent.
func (p *progress) sends() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar != nil {
		p.bar.Describe("")
	}
}

// step is the news of a finished row.
func (p *progress) step() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done++
	if p.bar != nil {
		_ = p.bar.Add(1) // a bar that cannot be drawn must not end a run
	}
	if p.plain && time.Since(p.last) >= plainEvery {
		p.last = time.Now()
		fmt.Fprintln(p.out, phrase(p.lang,
			fmt.Sprintf("已完成 %d / %d 行", p.done, p.total),
			fmt.Sprintf("%d of %d rows done", p.done, p.total)))
	}
}

// finish takes the bar away.
func (p *progress) finish() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar != nil {
		_ = p.bar.Finish()
		p.bar = nil
	}
}

// Write writes lines of somebody else's, above the bar.
func (p *progress) Write(line []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar != nil {
		_ = p.bar.Clear()
		defer func() { _ = p.bar.RenderBlank() }()
	}
	return p.out.Write(line)
}
