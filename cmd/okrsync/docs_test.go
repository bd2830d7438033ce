package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"okrsync/feishu"
	"okrsync/source"
	"okrsync/sync"
	"okrsync/sync/report"
)

// pagesForPeople gives the READMEs and the pages of docs by their path from here.
func pagesForPeople(t *testing.T) map[string]string {
	t.Helper()
	names, err := filepath.Glob("../../docs/*.md")
	if err != nil || len(names) == 0 {
		t.Fatalf("no docs: %v", err)
	}
	texts := map[string]string{}
	for _, name := range append(names, "../../README.md", "../../README.zh-CN.md") {
		texts[name] = read(t, name)
	}
	return texts
}

// fences are the blocks of a page in which commands and files stand.
var fences = regexp.MustCompile("(?ms)^```.*?^```$")

// TestDocsLinks holds that what a page links to is there, down to the heading, and that
// every page is linked from both READMEs or from a page that is.
func TestDocsLinks(t *testing.T) {
	texts := pagesForPeople(t)
	linked := map[string]bool{}
	for name, text := range texts {
		for _, match := range regexp.MustCompile(`\]\(([^)\s]+)\)`).FindAllStringSubmatch(fences.ReplaceAllString(text, ""), -1) {
			if strings.HasPrefix(match[1], "https://") {
				continue
			}
			path, heading, _ := strings.Cut(match[1], "#")
			target := name
			if path != "" {
				target = filepath.Join(filepath.Dir(name), path)
			}
			linked[target] = linked[target] || target != name
			if _, err := os.Stat(target); err != nil {
				t.Errorf("%s links to %s: %v", name, match[1], err)
			} else if heading != "" && !slices.Contains(anchors(read(t, target)), heading) {
				t.Errorf("%s links to %s, which has no such heading", name, match[1])
			}
		}
	}
	for name := range texts {
		if !linked[name] {
			t.Errorf("nothing links to %s", name)
		}
	}
}

// anchors are the names by which the headings of a page are linked to on GitHub: in small
// letters, without punctuation, with hyphens for spaces.
func anchors(text string) []string {
	var names []string
	for _, match := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(fences.ReplaceAllString(text, ""), -1) {
		name := regexp.MustCompile(`[^\p{L}\p{N}_ -]`).ReplaceAllString(strings.ToLower(match[1]), "")
		names = append(names, strings.ReplaceAll(name, " ", "-"))
	}
	return names
}

// TestDocsInBothLanguages holds that a page and its Chinese twin are laid out alike: the
// same headings by level, tables of as many rows, and the same pictures and blocks.
func TestDocsInBothLanguages(t *testing.T) {
	for _, page := range []string{"operations", "security", "feishu-app", "finance", "limits"} {
		english, chinese := read(t, "../../docs/"+page+".md"), read(t, "../../docs/"+page+".zh-CN.md")
		for what, pattern := range map[string]string{
			"headings": `(?m)^#+ `, "rows of tables": `(?m)^\|`, "blocks": "(?m)^```", "pictures": `(?m)^!\[`, "points of lists": `(?m)^(-|\d\.) `,
		} {
			marks := regexp.MustCompile(pattern)
			if en, zh := marks.FindAllString(english, -1), marks.FindAllString(chinese, -1); !slices.Equal(en, zh) {
				t.Errorf("%s: %s differ: %d and %d", page, what, len(en), len(zh))
			}
		}
	}
}

// TestDocsExitCodes holds that the operators' page says of every exit code what it asks
// for, and of no other.
func TestDocsExitCodes(t *testing.T) {
	for _, name := range []string{"../../docs/operations.md", "../../docs/operations.zh-CN.md"} {
		_, section, _ := strings.Cut(read(t, name), "okrsync help exit-codes")
		section, _, _ = strings.Cut(section, "\n## ")
		var told []int
		for _, match := range regexp.MustCompile(`(?m)^\| (\d[\d, 、]*) \|`).FindAllStringSubmatch(section, -1) {
			for _, digits := range regexp.MustCompile(`\d+`).FindAllString(match[1], -1) {
				code, _ := strconv.Atoi(digits)
				told = append(told, code)
			}
		}
		slices.Sort(told)
		if want := slices.Sorted(slices.Values(gravity)); !slices.Equal(told, want) {
			t.Errorf("%s tells of %v, want %v", name, told, want)
		}
	}
}

// TestDocsKeys holds that the keys and variables that the pages name exist.
func TestDocsKeys(t *testing.T) {
	c := defaults()
	keys, variables := map[string]bool{}, map[string]bool{"OKRSYNC_CONFIG": true}
	for _, s := range settings(&c) {
		keys[s.key], variables[s.variable()], variables[s.env] = true, true, true
	}
	for name, text := range pagesForPeople(t) {
		for _, match := range regexp.MustCompile("`((?:feishu|target|input|sync|inbox|report|log)\\.[a-z_.]+[a-z_])").FindAllStringSubmatch(text, -1) {
			if match[1] != report.HTMLName && !keys[match[1]] && !slices.Contains(groupsOf(keys), match[1]) {
				t.Errorf("%s: there is no key %s", name, match[1])
			}
		}
		for _, variable := range regexp.MustCompile(`\b(?:OKRSYNC|FEISHU)_[A-Z_]+\b`).FindAllString(text, -1) {
			if !variables[variable] {
				t.Errorf("%s: there is no variable %s", name, variable)
			}
		}
	}
}

// groupsOf are the beginnings of keys, such as "sync.guards" of "sync.guards.max_factor".
func groupsOf(keys map[string]bool) []string {
	var groups []string
	for key := range keys {
		for i, r := range key {
			if r == '.' {
				groups = append(groups, key[:i])
			}
		}
	}
	return groups
}

// TestDocsMetrics holds that every metric is explained, and that no page and no alert
// names one that is not there.
func TestDocsMetrics(t *testing.T) {
	var written bytes.Buffer
	m := report.Metrics{Tally: sync.Tally{Refusals: map[sync.Refusal]int{{Call: feishu.CallPatch, Code: "1001004"}: 1}}, Inbox: map[string]int{"done": 1}}
	if err := m.Write(&written); err != nil {
		t.Fatal(err)
	}
	names := regexp.MustCompile(`\bokrsync_[a-z_]*[a-z]\b`)
	metrics := slices.Compact(slices.Sorted(slices.Values(names.FindAllString(written.String(), -1))))
	texts := pagesForPeople(t)
	for _, alerts := range []string{"../../docs/prometheus/okrsync.rules.yml", "../../docs/prometheus/okrsync.test.yml"} {
		texts[alerts] = read(t, alerts)
	}
	for name, text := range texts {
		told := names.FindAllString(text, -1)
		for _, metric := range told {
			if !slices.Contains(metrics, metric) {
				t.Errorf("%s: there is no metric %s", name, metric)
			}
		}
		for _, metric := range metrics {
			if strings.Contains(name, "operations") && !slices.Contains(told, metric) {
				t.Errorf("%s does not tell of %s", name, metric)
			}
		}
	}
}

// TestDocsAlerts holds that both pages tell of each alert, and that each has a case.
func TestDocsAlerts(t *testing.T) {
	alerts := regexp.MustCompile(`alert: (\w+)`).FindAllStringSubmatch(read(t, "../../docs/prometheus/okrsync.rules.yml"), -1)
	if len(alerts) == 0 {
		t.Fatal("no alerts")
	}
	for _, name := range []string{"operations.md", "operations.zh-CN.md", "prometheus/okrsync.test.yml"} {
		text := read(t, "../../docs/"+name)
		for _, alert := range alerts {
			if !strings.Contains(text, alert[1]) {
				t.Errorf("%s does not tell of %s", name, alert[1])
			}
		}
	}
}

// TestDocsRejections holds that the page for finance quotes the program: the words about a
// cell, with "…" for what is found in it. Of what is found out by comparing rows and items
// it has the codes.
func TestDocsRejections(t *testing.T) {
	compared := []string{string(sync.StartIsTarget), string(sync.ItemUnknown), string(sync.ConflictsWithRow)}
	for lang, name := range map[string]string{"zh": "../../docs/finance.zh-CN.md", "en": "../../docs/finance.md"} {
		rows := regexp.MustCompile("(?m)^\\| (.*?)[（(]`([a-z_]+)`[)）] \\|").FindAllStringSubmatch(read(t, name), -1)
		if len(rows) != 10 {
			t.Errorf("%s tells of %d rejections", name, len(rows))
		}
		for _, row := range rows {
			if slices.Contains(compared, row[2]) {
				continue
			}
			says := source.Problem{Code: source.Code(row[2]), Row: 1, Found: "…"}.Reason(lang)
			if !strings.HasSuffix(says, strings.TrimSpace(row[1])) {
				t.Errorf("%s has %q for %s, okrsync says %q", name, row[1], row[2], says)
			}
		}
	}
}
