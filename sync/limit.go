package sync

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/time/rate"
)

// A Limit is a number of calls that the server allows within a period.
type Limit struct {
	N      int           // at least 1
	Period time.Duration // above zero
}

// String returns the limit in the form ParseLimits reads, such as "100/1m".
func (l Limit) String() string {
	period := l.Period.String()
	for _, none := range []string{"m0s", "h0m"} {
		if whole, ok := strings.CutSuffix(period, none); ok {
			period = whole + none[:1]
		}
	}
	return fmt.Sprintf("%d/%s", l.N, period)
}

// perSecond is the limit as an even pace.
func (l Limit) perSecond() rate.Limit { return rate.Limit(float64(l.N) / l.Period.Seconds()) }

// mostLimits is how many limits hold at once, at most.
const mostLimits = 8

// ParseLimits reads limits that hold at once, such as "100/1m" or
// "50/1s,1000/1m". A period may leave out its 1: "100/m".
func ParseLimits(s string) ([]Limit, error) {
	if strings.Count(s, ",") >= mostLimits {
		return nil, fmt.Errorf("%q has more than %d limits", s, mostLimits)
	}
	var limits []Limit
	for part := range strings.SplitSeq(s, ",") {
		count, period, ok := strings.Cut(strings.TrimSpace(part), "/")
		n, err := strconv.Atoi(strings.TrimSpace(count))
		if !ok || err != nil || n < 1 || n > 1_000_000_000 {
			return nil, fmt.Errorf("%q is not a rate: write calls/period, such as 100/1m or 50/1s,1000/1m", s)
		}
		period = strings.TrimSpace(period)
		if period != "" && period[0] >= 'a' {
			period = "1" + period
		}
		d, err := time.ParseDuration(period)
		if err != nil || d <= 0 || d > 24*time.Hour {
			return nil, fmt.Errorf("%q is not a rate: the period %q is not a time such as 1s or 1m", s, period)
		}
		limits = append(limits, Limit{N: n, Period: d})
	}
	return limits, nil
}
