package report

import (
	"bytes"
	"encoding/json"
	"html"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"okrsync/feishu"
	"okrsync/sync"
)

// attacks are texts that would do something in a page that took them for its own.
var attacks = []string{
	`<script>window.__pwned=1</script>`, `"><img src=x onerror=window.__pwned=1>`, `</script><script>window.__pwned=1</script>`,
	`<!--<script>`, `]]>`, `javascript:window.__pwned=1`, `' onmouseover='window.__pwned=1`, "a\u2028b\u2029c", "\x00<svg onload=x>", "\u202Egnp.exe",
	`{{.Version}}`, `</title></textarea></style>`, `&lt;b&gt;`, "\xff\xfe",
}

// everywhere is a run in which a text stands wherever text from elsewhere can.
func everywhere(s string) (Summary, sync.Result) {
	text := sync.Text{ZH: s, EN: s}
	summary := summaryOf()
	summary.Version, summary.Outcome, summary.Files = s, s, []string{s}
	summary.Input = sync.Input{Path: s, Sheet: s, SHA256: s, Rows: 1}
	summary.Counts[sync.Failed] = 1
	summary.Notices = []Notice{{Code: s, Text: text}}
	summary.Stop = &Stop{Code: s, Reason: text, Advice: text}
	summary.Timeline = &History{From: dawn, StepSeconds: 1, Calls: []int{1}, Pauses: []Rest{{At: dawn, Seconds: 1, Code: s}}}
	fields := feishu.Fields{Initial: json.Number(s), Target: json.Number(s), Current: json.Number(s), SupportedUserID: s}
	return summary, sync.Result{
		Row: 2, Source: s, Table: s, Item: s, Status: sync.Failed, Code: s, Reason: text, Advice: text,
		Sent: fields, Before: fields, After: fields, LogID: s, FinishedAt: dawn,
	}
}

// TestHostileCells shows that no text from elsewhere becomes a part of the page: it has
// the elements that it has with a harmless one.
func TestHostileCells(t *testing.T) {
	tags := func(page string) (n [3]int) {
		for i, of := range []string{"<", ">", "<script"} {
			n[i] = strings.Count(page, of)
		}
		return n
	}
	summary, result := everywhere("x")
	harmless := tags(pageOf(t, "en", summary, result))
	for _, attack := range attacks {
		summary, result := everywhere(attack)
		page := pageOf(t, "zh", summary, result)
		if got := tags(page); got != harmless {
			t.Errorf("%q: %v, harmless %v", attack, got, harmless)
		}
		if strings.ContainsAny(page, "\x00\u202e") || !utf8.ValidString(page) {
			t.Errorf("%q stands in the page", attack)
		}
		if !strings.Contains(html.UnescapeString(page), visible(attack)) {
			t.Errorf("%q cannot be seen", attack)
		}
	}
}

func TestVisible(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "目标值\n1\t2": "目标值\n1\t2", "a\x00b\x1bc\x7f": "a␀b␛c␡", "x\u202Ey\u2069z\u200f": "x\uFFFDy\uFFFDz\uFFFD", "\u0085": "\uFFFD", "👩‍💻": "👩‍💻",
	} {
		if got := visible(in); got != want {
			t.Errorf("%q: %q", in, got)
		}
	}
}

// FuzzRows holds that a text comes out of the page's data as it went in, made visible,
// and cannot end the element that it is in.
func FuzzRows(f *testing.F) {
	for _, attack := range attacks {
		f.Add(attack, attack)
	}
	f.Fuzz(func(t *testing.T, one, two string) {
		_, r := everywhere(one)
		r.Reason, r.Before.SupportedUserID = sync.Text{ZH: two}, two
		var b bytes.Buffer
		p := newPage("zh", summaryOf(r))
		if err := p.writeRows(&b, results(r)); err != nil {
			t.Fatal(err)
		}
		content := b.String()
		if strings.Count(content, "<") != 2 || strings.ContainsAny(content, "\u2028\u2029") {
			t.Fatalf("the element ends elsewhere: %s", content)
		}
		got, want := listed(t, content)[0], lineOf(r)
		if got.Item != want.Item || got.Reason != want.Reason || !slices.Equal(got.Changes, want.Changes) || got.Item != visible(got.Item) {
			t.Errorf("%q came back as %q", one, got.Item)
		}
	})
}
