package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"

	"okrsync/feishu"
	"okrsync/sync"
)

// The voice of the program. The rules are:
//
//   - Standard output carries data; everything that is said goes to standard error.
//   - An error starts with its place, says what was found and what to do.
//   - Everything is said once, in the reader's language.
//   - A run ends with its counts, its folder and the next command to type.
//
// Two kinds of lines are said. Sentences begin with "okrsync: ": errors, and the end of a
// run. What happens on the way is a line of the log: a row to mend, a pause, how far it
// is; log.format and log.level are about these. On a terminal they are for people, with a
// live line below them and broken between words; elsewhere they are JSON, one to a line.
// Whoever asks for log.format json gets sentences as JSON too, so that a program can
// read every line; whoever asks for console, and --progress plain, gets no JSON at all.

// phrase picks the sentence in the reader's language.
func phrase(lang, zh, en string) string { return sync.Text{ZH: zh, EN: en}.In(lang) }

// worded is an error that says its reason and its advice in both languages.
type worded interface {
	error
	Reason(lang string) string
	Advice(lang string) string
}

// explain says an error in the reader's language, where it has several.
func explain(err error, lang string) string {
	if w, ok := errors.AsType[worded](err); ok {
		advice := w.Advice(lang)
		if advice == "" {
			return w.Reason(lang)
		}
		return w.Reason(lang) + phrase(lang, "；", "; ") + advice
	}
	return sync.Said(err, lang)
}

// say writes sentences to standard error.
func (p *program) say(text string) {
	for line := range strings.SplitSeq(text, "\n") {
		if p.json != nil {
			p.json.Info(line)
		} else {
			p.line(line)
		}
	}
}

// complain writes what went wrong to standard error.
func (p *program) complain(text string) {
	for line := range strings.SplitSeq(text, "\n") {
		if p.json != nil {
			p.json.Error(line)
		} else {
			p.line(line)
		}
	}
}

// line writes a sentence.
func (p *program) line(text string) {
	for part := range hang("okrsync: ", printable(text), p.stderr.width()) {
		fmt.Fprintln(p.stderr, part)
	}
}

// printJSON writes a value to standard output as one line. What becomes of a
// failure to write, run decides for all commands.
func (p *program) printJSON(v any) {
	encoder := json.NewEncoder(inertLines{p.stdout})
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(v)
}

// pauseText tells about a pause.
func pauseText(p sync.Pause, lang string) string {
	if p.Try > 0 {
		return phrase(lang,
			fmt.Sprintf("飞书没有回应，%s 后再试（第 %d 次，共 %d 次）", spell("zh", p.Length.String()), p.Try, sync.Tries),
			fmt.Sprintf("Feishu does not answer; trying again in %s (%d of %d)", spell("en", p.Length.String()), p.Try, sync.Tries))
	}
	why := &feishu.Error{Code: p.Code}
	return phrase(lang,
		fmt.Sprintf("%s，暂停发送 %s", why.Reason("zh"), spell("zh", p.Length.String())),
		fmt.Sprintf("%s; sending pauses for %s", why.Reason("en"), spell("en", p.Length.String())))
}

// plural is a number of things in English.
func plural(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// people is a number of people in English.
func people(n int) string {
	switch n {
	case 0:
		return "nobody"
	case 1:
		return "1 person"
	}
	return fmt.Sprintf("%d people", n)
}

// notifiedZH says in Chinese how many people Feishu messages.
func notifiedZH(n int) string {
	if n == 0 {
		return "飞书不会通知任何人"
	}
	return fmt.Sprintf("飞书将通知 %d 人", n)
}

// roughly is a time as people say it.
func roughly(lang string, d time.Duration) string {
	return spell(lang, rounded(d))
}

// rounded writes a time to about two digits.
func rounded(d time.Duration) string {
	switch {
	case d < time.Second:
		return "<1s"
	case d < 10*time.Second:
		return fmt.Sprintf("%.1fs", d.Seconds())
	case d < time.Hour:
		return d.Round(time.Second).String()
	}
	return strings.TrimSuffix(d.Round(time.Minute).String(), "0s")
}

// spell says a time that is written as Go does in the reader's language, without parts
// that are zero.
func spell(lang, text string) string {
	for _, zero := range []string{"m0s", "h0m"} {
		if rest, ok := strings.CutSuffix(text, zero); ok {
			text = rest + zero[:1]
		}
	}
	if lang == "zh" {
		text = strings.NewReplacer("<", "不到", "h", "小时", "ms", "毫秒", "m", "分", "s", "秒").Replace(text)
	}
	return strings.TrimSpace(text)
}

// printable makes a text of somebody else's fit for a terminal.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, s)
}
