package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"

	"okrsync/feishu"
	"okrsync/sync"
)

// A glance is how far a run is at a moment.
type glance struct {
	total, done int           // rows
	looked      int           // items that are read, before the first row is sent
	sending     bool          // reading is over
	rate        float64       // rows a second since the first was sent, 0 if that is too soon to say
	retries     int           // calls made again
	stopping    time.Duration // how long the calls that are out are waited for at most; 0 if the run goes on

	sync.Outlook // Left is of no meaning before sending
}

// line is the glance as one line of at most so many columns. Where they do not do, the bar
// becomes shorter, then what matters less than it is left out, then the bar, then the rest.
func (g glance) line(lang string, columns int) string {
	for facts := g.facts(lang); ; {
		for _, width := range []int{20, 10} {
			if line := g.bar(width, joined(facts, lang)); terminal.StringWidth(line) <= columns {
				return line
			}
		}
		bare := joined(append([]fact{{text: fmt.Sprintf("%d/%d", g.done, g.total)}}, facts...), lang)
		least := slices.MaxFunc(append(facts, fact{}), func(a, b fact) int { return a.rank - b.rank })
		if least.rank <= rankBar && terminal.StringWidth(bare) <= columns || len(facts) == 0 {
			return terminal.Truncate(bare, columns, "")
		}
		facts = slices.DeleteFunc(facts, func(f fact) bool { return f == least })
	}
}

// bar draws the bar with the number of rows, and a text behind it. It is drawn in ASCII:
// blocks take two columns on some Chinese terminals.
func (g glance) bar(width int, text string) string {
	bar := progressbar.NewOptions(max(g.total, 1),
		progressbar.OptionSetWriter(io.Discard),
		progressbar.OptionSetTheme(progressbar.ThemeASCII),
		progressbar.OptionSetWidth(width),
		progressbar.OptionShowCount(),
		progressbar.OptionSetElapsedTime(false),
		progressbar.OptionSetPredictTime(false), // it knows nothing of limits
		progressbar.OptionShowDescriptionAtLineEnd(),
		progressbar.OptionSetDescription(text),
	)
	_ = bar.Set(g.done) // a bar that cannot be drawn must not end a run
	return strings.TrimSpace(bar.String())
}

// sentence is the glance as a plain line.
func (g glance) sentence(lang string) string {
	done := phrase(lang, fmt.Sprintf("已完成 %d / %d 行", g.done, g.total), fmt.Sprintf("%d of %d rows done", g.done, g.total))
	if facts := g.facts(lang); len(facts) > 0 {
		done += phrase(lang, "，", ", ") + joined(facts, lang)
	}
	return done
}

// A fact is one thing that a glance shows, the more important the lower its rank.
type fact struct {
	rank int
	text string
}

// The ranks of the facts, and of the bar among them.
const (
	rankWait = iota + 1
	rankLooked
	rankLeft
	rankBar
	rankRate
	rankRetries
)

// facts are what there is to show besides the number of rows, in the order in which it
// is shown.
func (g glance) facts(lang string) []fact {
	var facts []fact
	add := func(rank int, zh, en string) { facts = append(facts, fact{rank, phrase(lang, zh, en)}) }
	if !g.sending && g.looked > 0 {
		add(rankLooked, fmt.Sprintf("已读取 %d 个指标项", g.looked), plural(g.looked, "live item")+" read")
	} else if !g.sending && g.stopping == 0 {
		add(rankLooked, "正在读取指标项", "reading the live items")
	}
	if perMinute := 60 * g.rate; g.rate >= 1 {
		add(rankRate, fmt.Sprintf("%.1f 行/秒", g.rate), fmt.Sprintf("%.1f rows/s", g.rate))
	} else if perMinute > 0 {
		add(rankRate, fmt.Sprintf("%.1f 行/分", perMinute), fmt.Sprintf("%.1f rows/min", perMinute))
	}
	if left := clock(g.Left); g.sending && g.Left > 0 && g.Pause.Try == 0 && g.stopping == 0 {
		add(rankLeft, "还需 "+spell("zh", left), spell("en", left)+" left")
	}
	if n := g.retries; n > 0 {
		add(rankRetries, fmt.Sprintf("重试 %d 次", n), retriesOf(n))
	}
	if zh, en := g.awaits(); en != "" {
		add(rankWait, zh, en)
	}
	return facts
}

// awaits is what the run waits for, with the time that is left of it; "" if it is under way.
func (g glance) awaits() (zh, en string) {
	left := clock(g.stopping)
	waitZH, wait := spell("zh", clock(g.Wait)), spell("en", clock(g.Wait))
	switch {
	case g.stopping > 0 && g.Flying > 0:
		return fmt.Sprintf("正在停止：等待 %d 个调用，最多 %s", g.Flying, spell("zh", left)), fmt.Sprintf("stopping: %s out, at most %s", areCalls(g.Flying), spell("en", left))
	case g.stopping > 0:
		return "正在停止", "stopping"
	case g.Wait < time.Second/2: // shorter than people can read
		return "", ""
	case g.Pause.Try > 0:
		return fmt.Sprintf("飞书没有回应，%s 后再试", waitZH), "Feishu does not answer, next try in " + wait
	case g.Pause.Code == feishu.CodeUpdateLimit:
		return "更新数量达到上限，暂停 " + waitZH, "update limit, pausing " + wait
	case g.Pause != (sync.Pause{}):
		return "飞书要求暂停，" + waitZH, "Feishu asks for a pause, " + wait
	}
	return "等待频率限制，" + waitZH, "waiting for the limit, " + wait
}

func joined(facts []fact, lang string) string {
	var texts []string
	for _, f := range facts {
		texts = append(texts, f.text)
	}
	return strings.Join(texts, phrase(lang, "，", ", "))
}

// clock is a time that is counted down: in whole seconds, and never zero.
func clock(d time.Duration) string {
	d = max(d.Round(time.Second), time.Second)
	if d >= time.Hour {
		return strings.TrimSuffix(d.Round(time.Minute).String(), "0s")
	}
	return d.String()
}

func retriesOf(n int) string {
	if n == 1 {
		return "1 retry"
	}
	return fmt.Sprintf("%d retries", n)
}

func areCalls(n int) string {
	if n == 1 {
		return "1 call is"
	}
	return fmt.Sprintf("%d calls are", n)
}
