package main

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
)

// How often a log gets a line of progress, and a terminal a new bar.
const (
	plainEvery = 10 * time.Second
	drawEvery  = 100 * time.Millisecond
)

// A progress tells people how far a run is. What else is written to the
// terminal meanwhile goes through it, so that lines and bar do not mix.
type progress struct {
	out  io.Writer
	lang string

	mu    sync.Mutex
	mode  string                   // bar, plain or none
	bar   *progressbar.ProgressBar // nil without one
	total int
	done  int
	last  time.Time // when the last of them was written
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
	return &progress{out: out, lang: lang, mode: mode, last: time.Now()}
}

// begin draws the bar, when it is known how many rows there are, and how many are done
// already.
func (p *progress) begin(rows, done int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.total, p.done, p.last = rows, done, time.Now()
	if p.mode == "bar" {
		p.bar = progressbar.NewOptions(rows,
			progressbar.OptionSetWriter(p.out),
			progressbar.OptionShowCount(),
			progressbar.OptionSetPredictTime(false), // it knows nothing of limits
			progressbar.OptionClearOnFinish(),
			progressbar.OptionSetWidth(20),
		)
		p.draw()
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
	if p.mode == "plain" && time.Since(p.last) >= plainEvery {
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
	if p.bar != nil && time.Since(p.last) >= drawEvery {
		p.draw()
	}
	if p.mode == "plain" && time.Since(p.last) >= plainEvery {
		p.last = time.Now()
		fmt.Fprintln(p.out, phrase(p.lang,
			fmt.Sprintf("已完成 %d / %d 行", p.done, p.total),
			fmt.Sprintf("%d of %d rows done", p.done, p.total)))
	}
}

// draw brings the bar to where the run is.
func (p *progress) draw() {
	p.last = time.Now()
	_ = p.bar.Set(p.done) // a bar that cannot be drawn must not end a run
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
