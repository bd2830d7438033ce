package report

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"okrsync/sync"
)

// A state is a status with the sign by which it is known without its colour.
type state struct {
	Name  sync.Status
	Sign  string
	Words sync.Text
}

var signs = map[sync.Status]string{
	sync.Updated: "✓", sync.Unchanged: "=", sync.Planned: "○", sync.Ignored: "–",
	sync.Rejected: "!", sync.Failed: "×", sync.Unprocessed: "…",
}

func stateOf(s sync.Status) state { return state{Name: s, Sign: signs[s], Words: s.Words()} }

// fieldWords is what people call one of the fields, nothing for one that is not there.
func fieldWords(i int) sync.Text {
	if i < 0 {
		return sync.Text{}
	}
	return fields[i].name
}

// say is a sentence in Chinese and English with places for what follows.
func say(zh, en string, details ...any) sync.Text {
	if len(details) == 0 {
		return sync.Text{ZH: zh, EN: en}
	}
	return sync.Text{ZH: fmt.Sprintf(zh, details...), EN: fmt.Sprintf(en, details...)}
}

// clock writes a time as people read it, in UTC; the script of the page makes it theirs.
func clock(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }

// grouped writes a number with commas between its thousands.
func grouped(n int) string {
	digits := strconv.Itoa(n)
	for i := len(digits) - 3; i > 0 && n > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// several is a number of things in English.
func several(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return grouped(n) + " " + thing + "s"
}

// lasting is a length of time in words, exact to its second part.
func lasting(d time.Duration) sync.Text {
	d = max(d, 0)
	if 0 < d && d < 50*time.Millisecond {
		return sync.Text{ZH: "不到 0.1 秒", EN: "less than 0.1 s"}
	}
	if d < 10*time.Second {
		s := strings.TrimSuffix(strconv.FormatFloat(d.Seconds(), 'f', 1, 64), ".0")
		return sync.Text{ZH: s + " 秒", EN: s + " s"}
	}
	seconds := int(d.Round(time.Second).Seconds())
	parts := []struct {
		n      int
		zh, en string
	}{{seconds / 86400, "天", "d"}, {seconds / 3600 % 24, "小时", "h"}, {seconds / 60 % 60, "分", "min"}, {seconds % 60, "秒", "s"}}
	for len(parts) > 1 && parts[0].n == 0 {
		parts = parts[1:]
	}
	var zh, en []string
	for _, p := range parts[:min(2, len(parts))] {
		if p.n > 0 {
			zh, en = append(zh, fmt.Sprint(p.n, " ", p.zh)), append(en, fmt.Sprint(p.n, " ", p.en))
		}
	}
	return sync.Text{ZH: strings.Join(zh, " "), EN: strings.Join(en, " ")}
}
