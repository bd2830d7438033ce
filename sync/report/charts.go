package report

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"okrsync/feishu"
	"okrsync/sync"
)

// The size of the charts in their own units; the page stretches them to its width.
const (
	chartWidth  = 1200
	chartHeight = 140
)

// A share is a status with its part of the rows, as a piece of the bar.
type share struct {
	State    state
	Count    int
	Percent  string
	X, Width float64
}

// percent is a part in words: a few of many do not vanish.
func percent(n, of int) string {
	switch p := 100 * float64(n) / float64(of); {
	case p < 1:
		return "<1%"
	case p > 99 && n < of:
		return ">99%"
	default:
		return strconv.FormatFloat(p, 'f', 0, 64) + "%"
	}
}

// shares divides the bar among the statuses that there are. Each is wide enough to be
// seen, which the wide ones make room for.
func shares(counts Counts) []share {
	const least = 8.0
	var all []share
	wide, narrow := 0.0, 0.0
	for _, status := range sync.Statuses {
		n := counts[status]
		if n == 0 {
			continue
		}
		width := chartWidth * float64(n) / float64(counts.Total())
		if width < least {
			width = least
			narrow += least
		} else {
			wide += width
		}
		all = append(all, share{State: stateOf(status), Count: n, Percent: percent(n, counts.Total()), Width: width})
	}
	x := 0.0
	for i := range all {
		if s := &all[i]; s.Width > least && wide > 0 {
			s.Width *= (chartWidth - narrow) / wide
		}
		all[i].X, all[i].Width = tenth(x), tenth(all[i].Width)
		x += all[i].Width
	}
	return all
}

// A chart is the calls over time as pieces of a picture, and in words.
type chart struct {
	Bars, Rests []bar
	Most        int       // calls in the highest bar
	Total       int       // calls
	Step        sync.Text // for which a bar stands
	Length      sync.Text // of the whole
	Longest     []rest
	Others      int // pauses that are not listed
}

type bar struct{ X, Y, Width, Height float64 }

// A rest is a pause in words.
type rest struct {
	After, Length, Reason sync.Text
	Code                  string
}

// mostTold is how many pauses the page tells of one by one: the longest.
const mostTold = 5

// chartOf draws the history of a run, nil where there is none.
func chartOf(s Summary) *chart {
	h := s.Timeline
	if h == nil || len(h.Calls) == 0 || h.StepSeconds <= 0 {
		return nil
	}
	length := max(s.FinishedAt.Sub(h.From).Seconds(), h.StepSeconds*float64(len(h.Calls)))
	unit := chartWidth / length
	c := &chart{Most: max(1, slices.Max(h.Calls)), Step: exactly(h.StepSeconds), Length: lasting(duration(length))}
	for i, n := range h.Calls {
		c.Total += n
		if n <= 0 {
			continue
		}
		height := max(2, chartHeight*float64(n)/float64(c.Most))
		c.Bars = append(c.Bars, bar{
			X: tenth(float64(i) * h.StepSeconds * unit), Width: tenth(max(1, h.StepSeconds*unit*0.86)),
			Y: tenth(chartHeight - height), Height: tenth(height),
		})
	}
	for _, r := range h.Pauses {
		from := min(max(0, r.At.Sub(h.From).Seconds()), length)
		until := min(from+max(0, r.Seconds), length) // it may be cut short, by a signal
		c.Rests = append(c.Rests, bar{X: tenth(from * unit), Width: tenth(max(3, (until-from)*unit)), Height: chartHeight})
	}
	c.tell(h)
	return c
}

// tell lists the longest pauses in the order in which they were.
func (c *chart) tell(h *History) {
	longest := slices.Clone(h.Pauses)
	slices.SortStableFunc(longest, func(a, b Rest) int { return cmp.Compare(b.Seconds, a.Seconds) })
	longest = longest[:min(len(longest), mostTold)]
	slices.SortStableFunc(longest, func(a, b Rest) int { return a.At.Compare(b.At) })
	for _, r := range longest {
		why := &feishu.Error{Code: feishu.Code(r.Code)}
		c.Longest = append(c.Longest, rest{
			After: lasting(r.At.Sub(h.From)), Length: lasting(duration(r.Seconds)), Code: visible(r.Code),
			Reason: visibleText(sync.Text{ZH: why.Reason("zh"), EN: why.Reason("en")}),
		})
	}
	c.Others = len(h.Pauses) - len(longest) + h.PausesLeftOut
}

// exactly is a number of seconds in words, however short.
func exactly(n float64) sync.Text {
	if n >= 1 {
		return lasting(duration(n))
	}
	s := strings.TrimRight(strconv.FormatFloat(n, 'f', 3, 64), "0")
	return sync.Text{ZH: s + " 秒", EN: s + " s"}
}

func duration(n float64) time.Duration { return time.Duration(n * float64(time.Second)) }

// tenth rounds a place in a picture to what can be seen.
func tenth(x float64) float64 { return math.Round(x*10) / 10 }
