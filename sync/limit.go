package sync

import (
	"errors"
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

// The bounds of what ParseLimits takes.
const (
	mostLimits    = 8 // that hold at once
	mostCalls     = 1_000_000_000
	longestPeriod = 24 * time.Hour
)

// ParseLimits reads limits that hold at once, such as "100/1m" or
// "50/1s,1000/1m". A period may leave out its 1: "100/m".
func ParseLimits(s string) ([]Limit, error) {
	if strings.Count(s, ",") >= mostLimits {
		return nil, Errorf("“%s”中的限制超过 %d 个", "%q has more than %d limits", s, mostLimits)
	}
	var limits []Limit
	for part := range strings.SplitSeq(s, ",") {
		count, period, ok := strings.Cut(strings.TrimSpace(part), "/")
		n, err := strconv.Atoi(strings.TrimSpace(count))
		if !ok || err != nil && !errors.Is(err, strconv.ErrRange) {
			return nil, Errorf("“%s”不是频率：请写“次数/时间”，例如 100/1m 或 50/1s,1000/1m",
				"%q is not a rate: write calls/period, such as 100/1m or 50/1s,1000/1m", s)
		}
		if n < 1 || n > mostCalls {
			return nil, Errorf("“%s”不是频率：次数须在 1 到 %d 之间", "%q is not a rate: the number of calls is from 1 to %d", s, mostCalls)
		}
		period = strings.TrimSpace(period)
		if period != "" && period[0] >= 'a' {
			period = "1" + period
		}
		d, err := time.ParseDuration(period)
		if err != nil {
			return nil, Errorf("“%s”不是频率：“%s”不是时间，请写 1s（秒）、1m（分钟）之类",
				"%q is not a rate: the period %q is not a time such as 1s or 1m", s, period)
		}
		if d <= 0 || d > longestPeriod {
			return nil, Errorf("“%s”不是频率：时间 %v 须大于 0，且不超过 %d 小时",
				"%q is not a rate: the period %v must be above 0 and at most %dh", s, d, int(longestPeriod.Hours()))
		}
		limits = append(limits, Limit{N: n, Period: d})
	}
	return limits, nil
}
