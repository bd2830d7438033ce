package report

import (
	"encoding/json"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"
)

var dawn = time.Date(2026, 11, 25, 6, 0, 0, 0, time.UTC)

func TestTimeline(t *testing.T) {
	for name, c := range map[string]struct {
		calls []time.Duration
		step  float64
		want  []int
	}{
		"none":               {},
		"one":                {[]time.Duration{0}, 1.0 / 256, []int{1}},
		"before it begins":   {[]time.Duration{-time.Hour, 0}, 1.0 / 256, []int{2}},
		"a gap":              {[]time.Duration{0, 10 * time.Millisecond}, 1.0 / 256, []int{1, 0, 1}},
		"the last that fits": {[]time.Duration{0, 120*firstStep - 1}, 1.0 / 256, append(append([]int{1}, make([]int, 118)...), 1)},
		"one too many":       {[]time.Duration{0, firstStep, 2 * firstStep, 120 * firstStep}, 1.0 / 128, append(append([]int{2, 1}, make([]int, 58)...), 1)},
		"an hour later":      {[]time.Duration{0, time.Second, time.Hour}, 32, append(append([]int{2}, make([]int, 111)...), 1)},
	} {
		t.Run(name, func(t *testing.T) {
			line := NewTimeline(dawn)
			for _, d := range c.calls {
				line.Call(dawn.Add(d))
			}
			h := line.History()
			if h == nil {
				if c.want != nil {
					t.Error("no history")
				}
				return
			}
			if h.StepSeconds != c.step || !slices.Equal(h.Calls, c.want) || !h.From.Equal(dawn) {
				t.Errorf("%+v", h)
			}
		})
	}
}

// TestTimelineIsBounded counts the calls of a run of ten days and loses none.
func TestTimelineIsBounded(t *testing.T) {
	line, calls := NewTimeline(dawn), 0
	for at := dawn; at.Before(dawn.Add(240 * time.Hour)); at = at.Add(37 * time.Second) {
		line.Call(at)
		calls++
	}
	h := line.History()
	total := 0
	for _, n := range h.Calls {
		total += n
	}
	if total != calls || len(h.Calls) > mostSteps || len(h.Calls) < mostSteps/2 {
		t.Errorf("%d of %d calls in %d steps", total, calls, len(h.Calls))
	}
}

func TestTimelineAtOnce(t *testing.T) {
	line := NewTimeline(dawn)
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for n := range 1000 {
				line.Call(dawn.Add(time.Duration(n*(i+1)) * 10 * time.Millisecond))
				line.Pause(dawn, time.Second, "99991400")
				line.History()
			}
		})
	}
	all.Wait()
	total := 0
	for _, n := range line.History().Calls {
		total += n
	}
	if total != 8000 {
		t.Errorf("%d calls", total)
	}
}

func TestTimelinePauses(t *testing.T) {
	line := NewTimeline(dawn)
	line.Call(dawn)
	line.Pause(dawn, 5*time.Second, "a")
	line.Pause(dawn.Add(4*time.Second), 5*time.Second, "a") // goes on
	line.Pause(dawn.Add(5*time.Second), time.Second, "a")   // is over before that
	line.Pause(dawn.Add(5*time.Second), time.Second, "b")
	want := []Rest{{At: dawn, Seconds: 9, Code: "a"}, {At: dawn.Add(5 * time.Second), Seconds: 1, Code: "b"}}
	h := line.History()
	if !reflect.DeepEqual(h.Pauses, want) || h.PausesLeftOut != 0 {
		t.Errorf("%+v", h)
	}
	for i := range 100 {
		line.Pause(dawn.Add(time.Duration(i+1)*time.Hour), time.Duration(i+2)*time.Second, "c")
	}
	h = line.History()
	if len(h.Pauses) != mostRests || h.PausesLeftOut != 42 || h.Pauses[0].Seconds != 42 || h.Pauses[mostRests-1].Seconds != 101 {
		t.Errorf("%d kept, %d left out, from %v", len(h.Pauses), h.PausesLeftOut, h.Pauses[0])
	}
	content, err := json.Marshal(h)
	if err != nil {
		t.Fatal(err)
	}
	var back History
	if err := json.Unmarshal(content, &back); err != nil || !reflect.DeepEqual(back, *h) {
		t.Errorf("%+v, %v", back, err)
	}
}
