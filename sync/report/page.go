package report

import (
	"crypto/sha256"
	"encoding/base64"
	"html/template"

	"okrsync/sync"
)

// A page is what the template of report.html is filled with. The fields below Listed are
// known when the rows have been written, and so for the tail of the page only.
type page struct {
	Summary
	Lang       string // zh or en
	Style      template.CSS
	Script     template.JS
	StyleHash  string
	ScriptHash string
	Tone       string // good, mend or stopped
	Outcomes   []share
	Chart      *chart
	States     []state

	Listed        int // rows in the data of the page
	Seen          int // rows that there are results of
	ToMend        int
	Printed       []line
	roomForFirst  int // rows to mend or not processed that may still be listed
	roomForOthers int
}

func newPage(lang string, s Summary) *page {
	first := s.Counts[sync.Rejected] + s.Counts[sync.Failed] + s.Counts[sync.Unprocessed]
	p := &page{
		Summary: s.visible(), Lang: "en",
		Style: style, Script: script, StyleHash: hash(string(style)), ScriptHash: hash(string(script)),
		Tone: "good", Outcomes: shares(s.Counts), Chart: chartOf(s),
		roomForFirst: mostOnPage, roomForOthers: mostOnPage - min(first, mostOnPage),
	}
	if lang == "zh" {
		p.Lang = "zh"
	}
	p.Files = append(p.Files, sync.SummaryName) // which is written last
	for _, status := range sync.Statuses {
		p.States = append(p.States, stateOf(status))
	}
	switch {
	case s.Stop != nil || s.Counts[sync.Unprocessed] > 0 || s.Counts.Total() < s.Input.Rows:
		p.Tone = "stopped"
	case first > 0:
		p.Tone = "mend"
	}
	return p
}

// HTMLLang is the page's language as HTML names it.
func (p *page) HTMLLang() string {
	if p.Lang == "zh" {
		return "zh-CN"
	}
	return "en"
}

// FieldWords are what people call the fields.
func (p *page) FieldWords() []sync.Text {
	var words []sync.Text
	for _, f := range fields {
		words = append(words, f.name)
	}
	return words
}

// Mendable is how many rows are to be mended.
func (p *page) Mendable() int { return p.Counts[sync.Rejected] + p.Counts[sync.Failed] }

// Blank is a row with nothing in it, which the script fills.
func (p *page) Blank() line { return line{} }

// BlankChange is likewise a change.
func (p *page) BlankChange() change { return change{Field: -1} }

// Title is the name of the page in the language in which it opens.
func (p *page) Title() string { return p.Verdict().In(p.Lang) }

// hash is how a Content-Security-Policy names what may be in a page (CSP level 3,
// section 2.3.1).
func hash(content string) string {
	sum := sha256.Sum256([]byte(content))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}
