package report

import (
	"cmp"
	"fmt"
	"iter"
	"path/filepath"
	"strings"
	"unicode"

	"okrsync/feishu"
	"okrsync/sync"
)

// A Message tells a group of people how the run of a file went, for those who were not
// looking: in a card that has the verdict, the counts, what to do and the first rows to
// mend. It has the word okrsync in its title, so that a bot can have it for a keyword.
//
// Much of its text comes out of the sheet, by way of reasons that quote cells. A card is
// plain text throughout (see feishu.Card); what might still be taken for a mention or
// become a link is broken up besides, and every text has a bound, so that the whole stays
// below what a bot takes.
type Message struct {
	Summary Summary
	Folder  string // of the run's results, as people know it; "" if there is none
	Host    string // where the folder is
	ToMend  []sync.Result
}

// MostToMend is how many rows a message shows.
const MostToMend = 5

// ToMend returns the first rows of a run that somebody has to mend, for a Message.
func ToMend(results iter.Seq2[sync.Result, error]) ([]sync.Result, error) {
	var first []sync.Result
	for r, err := range results {
		if err != nil || len(first) == MostToMend {
			return first, err
		}
		if r.ToMend() {
			first = append(first, r)
		}
	}
	return first, nil
}

// The bounds of a message's texts, in characters.
const (
	mostItem   = 30
	mostName   = 120
	mostReason = 200
)

// Card returns the message in the given language ("zh" or "en").
func (m Message) Card(lang string) feishu.Card {
	parts := []string{strings.Join(m.outcome(lang), "\n")}
	if rows := m.rows(lang); len(rows) > 0 {
		parts = append(parts, strings.Join(rows, "\n"))
	}
	return feishu.Card{
		Title: tame("okrsync"+sync.Text{ZH: "：", EN: ": "}.In(lang)+filepath.Base(m.Summary.Input.Path), mostName),
		Color: m.color(),
		Parts: append(parts, strings.Join(m.place(lang), "\n")),
	}
}

// color is green when nothing is left to do, orange when the run has finished and rows
// are to be mended, and red when it has not.
func (m Message) color() feishu.Color {
	s := m.Summary
	switch {
	case s.ExitCode == 0:
		return feishu.Green
	case s.Stop == nil && s.Outcome != outcomeTrouble && s.Counts[sync.Unprocessed] == 0 && s.Counts.Total() == s.Input.Rows:
		return feishu.Orange
	}
	return feishu.Red
}

// outcome says what came of the run and what to do.
func (m Message) outcome(lang string) []string {
	s := m.Summary
	var lines []string
	if s.Stop == nil || s.Counts.Total() > 0 { // else nothing is known of the file
		lines = append(lines, s.Verdict().In(lang))
	}
	var counts []string
	for _, status := range sync.Statuses {
		if n := s.Counts[status]; n > 0 {
			counts = append(counts, fmt.Sprintf("%s %d", status.Words().In(lang), n))
		}
	}
	if len(counts) > 0 {
		lines = append(lines, strings.Join(counts, sync.Text{ZH: "，", EN: ", "}.In(lang)))
	}
	if s.Stop != nil {
		lines = append(lines, named(lang, "原因", "reason", tame(s.Stop.Reason.In(lang), mostReason)))
	}
	return append(lines, named(lang, "接下来", "next", tame(s.Todo().In(lang), mostReason)))
}

// rows are the first rows to mend.
func (m Message) rows(lang string) []string {
	var lines []string
	for _, r := range m.ToMend[:min(len(m.ToMend), MostToMend)] {
		line := fmt.Sprintf(sync.Text{ZH: "第 %d 行", EN: "row %d"}.In(lang), r.Row)
		reason := r.Reason.In(lang)
		reason = strings.TrimPrefix(reason, line+sync.Text{ZH: "，", EN: ", "}.In(lang)) // as that of a cell begins
		if item := tame(r.Item, mostItem); item != "" {
			line += fmt.Sprintf(sync.Text{ZH: "（%s）", EN: " (%s)"}.In(lang), item)
		}
		lines = append(lines, line+sync.Text{ZH: "：", EN: ": "}.In(lang)+tame(reason, mostReason), "→ "+tame(r.Advice.In(lang), mostReason))
	}
	if rest := m.Summary.Counts[sync.Rejected] + m.Summary.Counts[sync.Failed] - len(m.ToMend); len(lines) > 0 && rest > 0 {
		lines = append(lines, fmt.Sprintf(sync.Text{ZH: "另有 %d 行，见结果文件", EN: "and %d more: see the result files"}.In(lang), rest))
	}
	return lines
}

// place says which file it was and where its results are.
func (m Message) place(lang string) []string {
	lines := []string{named(lang, "文件", "file", tame(cmp.Or(m.Summary.Input.Path, "-"), mostName))}
	if m.Summary.Shard.Divided() {
		lines = append(lines, named(lang, "分片", "shard", m.Summary.shardText().In(lang)))
	}
	if m.Folder != "" {
		lines = append(lines, named(lang, "结果文件夹", "results", tame(m.Folder, mostReason)))
	}
	if m.Host != "" {
		lines = append(lines, named(lang, "主机", "host", tame(m.Host, mostName)))
	}
	return lines
}

func named(lang, zh, en, text string) string {
	return sync.Text{ZH: zh + "：", EN: en + ": "}.In(lang) + text
}

// untrusted breaks up what a client might read in a plain text: tags such as <at …>,
// @ before a name, and addresses.
var untrusted = strings.NewReplacer("<", "＜", ">", "＞", "@", "＠", "://", ":∕∕")

// tame makes a text harmless and at most so many characters long.
func tame(s string, most int) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	s = strings.TrimSpace(untrusted.Replace(s))
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return s
}
