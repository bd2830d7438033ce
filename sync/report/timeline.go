package report

import (
	"slices"
	"sync"
	"time"
)

const (
	// mostSteps is how many steps a history has at most: a chart of the width of a page
	// shows no more.
	mostSteps = 120

	// firstStep is how long a step is at first. It is doubled as a run grows longer, and
	// from one second on it is a whole number of them.
	firstStep = time.Second / 256

	// mostRests is how many pauses are kept.
	mostRests = 60
)

// A Timeline counts the calls of a run as they go out, and notes its pauses, in a space
// that does not grow with the run. It may be used by several goroutines at once.
type Timeline struct {
	mu    sync.Mutex
	from  time.Time
	step  time.Duration
	calls []int
	rests []Rest
	left  int
}

// NewTimeline returns a timeline that begins at a time.
func NewTimeline(from time.Time) *Timeline {
	return &Timeline{from: from, step: firstStep}
}

// Call counts a call that goes out. One from before the beginning counts as the first.
func (t *Timeline) Call(at time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for at.Sub(t.from) >= mostSteps*t.step {
		t.widen()
	}
	i := int(max(0, at.Sub(t.from)) / t.step)
	if i >= len(t.calls) {
		t.calls = append(t.calls, make([]int, i+1-len(t.calls))...)
	}
	t.calls[i]++
}

// widen makes one step of each two.
func (t *Timeline) widen() {
	t.step *= 2
	for i, n := range t.calls {
		if i%2 == 0 {
			t.calls[i/2] = n
		} else {
			t.calls[i/2] += n
		}
	}
	t.calls = t.calls[:(len(t.calls)+1)/2]
}

// Pause notes that everybody is silent from a time on, for Feishu's code. One that goes
// on while the last is not over makes that longer. Of too many the longest are kept.
func (t *Timeline) Pause(at time.Time, length time.Duration, code string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if n := len(t.rests); n > 0 {
		last := &t.rests[n-1]
		if last.Code == code && !at.After(last.end()) {
			last.Seconds = max(last.Seconds, at.Add(length).Sub(last.At).Seconds())
			return
		}
	}
	t.rests = append(t.rests, Rest{At: at.UTC(), Seconds: length.Seconds(), Code: code})
	if len(t.rests) <= mostRests {
		return
	}
	shortest := 0
	for i, r := range t.rests {
		if r.Seconds < t.rests[shortest].Seconds {
			shortest = i
		}
	}
	t.rests = slices.Delete(t.rests, shortest, shortest+1)
	t.left++
}

// History returns what is known so far, nil if no call went out.
func (t *Timeline) History() *History {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.calls) == 0 {
		return nil
	}
	return &History{
		From: t.from.UTC(), StepSeconds: t.step.Seconds(), Calls: slices.Clone(t.calls),
		Pauses: slices.Clone(t.rests), PausesLeftOut: t.left,
	}
}

// A History is how the calls of a run were spread over its time: at most 120 numbers,
// whatever it took.
type History struct {
	From        time.Time `json:"from"`
	StepSeconds float64   `json:"step_seconds"` // for which each number of Calls stands
	Calls       []int     `json:"calls"`        // that went out in each step, up to the last one with any

	// Pauses are those in which everybody was silent, in the order of their beginning, and
	// PausesLeftOut is how many shorter ones there were besides.
	Pauses        []Rest `json:"pauses,omitempty"`
	PausesLeftOut int    `json:"pauses_left_out,omitempty"`
}

// A Rest is a time of silence.
type Rest struct {
	At      time.Time `json:"at"`
	Seconds float64   `json:"seconds"`
	Code    string    `json:"code,omitempty"` // Feishu's reason for it
}

func (r Rest) end() time.Time {
	return r.At.Add(time.Duration(r.Seconds * float64(time.Second)))
}
