package kubernetes

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
	"time"
)

// secretKeys are the keys that a page tells to put into the secret.
func secretKeys(t *testing.T, page string) []string {
	t.Helper()
	keys := map[string]bool{}
	for _, key := range regexp.MustCompile(`--from-(?:literal|file)=(\w+)=`).FindAllStringSubmatch(files(t, page)[page], -1) {
		keys[key[1]] = true
	}
	return slices.Sorted(maps.Keys(keys))
}

// TestRun runs the containers of every installation against a simulated Feishu: with the
// arguments, variables, users, volumes and roots of the manifests, so that a flag, key or
// path that the program does not have any more ends it with exit code 2 or 1.
func TestRun(t *testing.T) {
	keys := secretKeys(t, "README.md")
	if zh := secretKeys(t, "README.zh-CN.md"); !slices.Equal(keys, zh) {
		t.Errorf("the pages put %q and %q into the secret", keys, zh)
	}
	for name, in := range installations(t) {
		t.Run(name, func(t *testing.T) {
			feishu := simulate(t)
			secret := map[string]string{}
			for _, key := range keys {
				secret[key] = "any"
			}
			secret["webhook_url"] = feishu + "/open-apis/bot/v2/hook/any"
			m := newMachine(t, in, secret)
			env := []string{"OKRSYNC_FEISHU_BASE_URL=" + feishu}
			if in.job(t).cron == nil {
				m.run(t, nil, env)
			} else {
				m.pass(t, env)
			}
			m.checkRuns(t)
			if in.claims["okrsync-metrics"] != nil {
				m.lies(t, "metrics/*.prom")
			}
		})
	}
}

// pass drops a file into the inbox and makes a pass over it, where it is another day than
// in UTC: an image has no files with time zones.
func (m machine) pass(t *testing.T, env []string) {
	t.Helper()
	zone := "Pacific/Kiritimati" // fourteen hours ahead
	if time.Now().UTC().Hour() < 11 {
		zone = "Etc/GMT+12" // twelve hours behind
	}
	place, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	p := m.in.job(t)
	m.write(t, p, "/inbox/finance/okrsync.yaml", "report:\n  lang: en\n")
	m.write(t, p, "/inbox/finance/values.csv", files(t, "values.csv")["import/values.csv"])
	day := func() string { return "inbox/finance/done/" + time.Now().In(place).Format(time.DateOnly) }
	done := day()
	m.run(t, []string{"--settle=0s"}, append(env, "TZ="+zone)) // nobody writes to it any more
	if !m.has(done) {
		done = day() // in case it was midnight there
	}
	m.lies(t, done+"/values.csv")
	m.lies(t, done+"/values.result.xlsx")
}

// has reports whether a file that matches a pattern lies in the containers.
func (m machine) has(pattern string) bool {
	found, err := filepath.Glob(filepath.Join(m.root, pattern))
	return err == nil && len(found) == 1
}

// lies demands it.
func (m machine) lies(t *testing.T, pattern string) {
	t.Helper()
	if !m.has(pattern) {
		t.Errorf("there is no %s", pattern)
	}
}

// checkRuns looks at the summaries of the runs: together they have brought all four rows.
func (m machine) checkRuns(t *testing.T) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(m.root, "runs/*/summary.json"))
	if err != nil {
		t.Fatal(err)
	}
	counts := map[string]int{}
	for _, name := range names {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var summary struct{ Counts map[string]int }
		if err := json.Unmarshal(content, &summary); err != nil {
			t.Fatal(err)
		}
		for status, count := range summary.Counts {
			counts[status] += count
		}
	}
	maps.DeleteFunc(counts, func(_ string, count int) bool { return count == 0 })
	if !maps.Equal(counts, map[string]int{"updated": 4}) {
		t.Errorf("%d runs: %v", len(names), counts)
	}
}
