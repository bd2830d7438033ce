package main

import (
	"cmp"
	"fmt"
	stdsync "sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"okrsync/feishu"
	"okrsync/sync"
)

// How often a terminal gets a new bar while rows are done, and while nothing happens; and
// how often a log gets a line: the same, but not more often than there is news.
const (
	drawEvery  = 100 * time.Millisecond
	countEvery = time.Second
	plainEvery = 10 * time.Second
	quietEvery = time.Minute
)

// What --progress can be. Auto is the bar on a terminal, and lines of the log elsewhere.
const (
	progressAuto  = "auto"
	progressBar   = "bar"
	progressPlain = "plain"
	progressNone  = "none"
)

var progressModes = []string{progressAuto, progressBar, progressPlain, progressNone}

// A progress tells people how far a run is, and what it waits for.
type progress struct {
	screen  *screen
	lang    string
	mode    string // progressBar, progressPlain or progressNone
	tell    func(text string, fields ...zap.Field)
	pacer   *sync.Pacer
	workers int
	retries *atomic.Int64 // calls made again

	mu       stdsync.Mutex
	glance   glance // what is known without the pacer
	before   int    // rows that an earlier run has done
	planned  int    // rows that are to be sent, and
	sent     int    // that were
	calls    map[feishu.Call]int
	began    time.Time // when the first was
	stopAt   time.Time // until when calls that are out are waited for
	drawn    time.Time // the last bar or line
	lastDone int       // rows, at the last line

	over    chan struct{} // closed when there is nothing more to show; nil before the beginning
	drawing stdsync.WaitGroup
}

// newProgress returns the progress of a run whose size is not known yet. Lines of the log
// go to log.
func (s *session) newProgress(log func(text string, fields ...zap.Field), retries *atomic.Int64) *progress {
	p := &progress{
		screen: s.program.stderr, lang: s.config.lang, mode: s.config.progress, pacer: s.pacer,
		workers: cmp.Or(s.config.workers, sync.DefaultWorkers(s.config.batchSize)), retries: retries,
		tell: func(text string, _ ...zap.Field) { fmt.Fprintln(s.program.stderr, text) },
	}
	alive := s.program.stderr.terminal() && s.program.getenv("TERM") != "dumb"
	switch {
	case p.mode == progressAuto && alive:
		p.mode = progressBar
	case p.mode == progressAuto, p.mode == progressPlain && s.program.json != nil:
		p.mode, p.tell = progressPlain, log
	}
	return p
}

// begin begins to show, when it is known how many rows there are, and how many are done
// already.
func (p *progress) begin(rows, done int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.glance.total, p.glance.done, p.before, p.lastDone, p.drawn = rows, done, done, done, time.Now()
	if p.mode == progressNone || p.over != nil {
		return
	}
	over := make(chan struct{})
	p.over = over
	p.draw()
	p.drawing.Go(func() {
		ticker := time.NewTicker(countEvery)
		defer ticker.Stop()
		for {
			select {
			case <-over:
				return
			case <-ticker.C:
				p.mu.Lock()
				p.draw()
				p.mu.Unlock()
			}
		}
	})
}

// looked is the news of live items that were read, before the first row is done.
func (p *progress) looked(items int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.glance.looked = items
	p.drawSoon()
}

// sends is the news that reading is over and what is planned is sent.
func (p *progress) sends(plan sync.Plan) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.glance.sending, p.began, p.planned, p.calls = true, time.Now(), plan.Counts[sync.Planned], plan.Calls
	p.drawSoon()
}

// step is the news of a finished row, and whether it was sent.
func (p *progress) step(sent bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.glance.done++
	if sent {
		p.sent++
	}
	p.drawSoon()
}

// stops is the news that the run is to end, and waits for calls for so long at most.
func (p *progress) stops(most time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stopAt = time.Now().Add(most)
	p.draw()
}

// finish takes the bar away, and leaves nothing behind that runs.
func (p *progress) finish() {
	p.mu.Lock()
	over := p.over
	p.over, p.mode = nil, progressNone
	p.mu.Unlock()
	if over != nil {
		close(over)
		p.drawing.Wait()
		p.screen.show("")
	}
}

// drawSoon draws, unless that was only just done.
func (p *progress) drawSoon() {
	if p.over != nil && time.Since(p.drawn) >= drawEvery {
		p.draw()
	}
}

// draw brings the bar to where the run is, or writes a line if one is due.
func (p *progress) draw() {
	switch {
	case p.over == nil:
	case p.mode == progressBar:
		p.drawn = time.Now()
		p.screen.show(p.now().line(p.lang, cmp.Or(p.screen.width(), lineWidth)-1))
	case p.due():
		g := p.now()
		p.drawn, p.lastDone = time.Now(), g.done
		p.tell(g.sentence(p.lang), zap.Dict(fieldProgress,
			zap.Int("done", g.done), zap.Int("rows", g.total), zap.Float64("left_seconds", g.Left.Round(time.Second).Seconds())))
	}
}

// due reports whether it is time for a line.
func (p *progress) due() bool {
	since := time.Since(p.drawn)
	return since >= quietEvery || since >= plainEvery && p.glance.done > p.lastDone
}

// now is how far the run is.
func (p *progress) now() glance {
	g := p.glance
	g.retries = int(p.retries.Load())
	if !p.stopAt.IsZero() {
		g.stopping = max(time.Until(p.stopAt), 1)
	}
	if ran := time.Since(p.began); g.sending && ran >= time.Second && g.stopping == 0 {
		g.rate = float64(p.sent) / ran.Seconds()
	}
	g.Outlook = p.pacer.Outlook(p.callsLeft(), p.workers)
	return g
}

// callsLeft are the calls that are still to be made: of the updates those whose rows are
// not done, before that whichever is used for reading.
func (p *progress) callsLeft() map[feishu.Call]int {
	left := map[feishu.Call]int{}
	if !p.glance.sending {
		made := p.pacer.Tally().Calls
		left[feishu.CallList], left[feishu.CallGet] = min(made[feishu.CallList], 1), min(made[feishu.CallGet], 1)
		return left
	}
	rows := min(p.planned-p.sent, p.glance.total-p.glance.done)
	for call, n := range p.calls {
		left[call] = (n*rows + p.planned - 1) / max(p.planned, 1)
	}
	return left
}
