package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"okrsync/feishu/feishutest"
	"okrsync/sync"
	"okrsync/sync/report"
)

var update = flag.Bool("update", false, "write what the cases produce as what is wanted of them")

// TestCases runs the whole program once for each folder of testdata/cases. A
// case's folder holds
//
//	args      the command line; lines that begin with # say what the case is about
//	*         input files: copied to the folder in which the program runs
//	env       further variables, one a line
//	stdin     what is on standard input
//	simulate  flags of okrsync simulate, for a server that is not plain
//	faults    a script of what goes wrong there
//
// and what must come of it, under want/: stdout, stderr, result.csv, requests
// (each as the server saw it, with its answer) and exit. Times, folders and
// trace ids are replaced by words. The server's address is http://SERVER in env; a
// file metrics.prom and what a group was told are compared too. To accept what a change makes of the cases:
//
//	go test ./cmd/okrsync -run TestCases -update
func TestCases(t *testing.T) {
	folders, err := filepath.Glob("../../testdata/cases/*")
	if err != nil || len(folders) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, folder := range folders {
		t.Run(filepath.Base(folder), func(t *testing.T) {
			folder, err := filepath.Abs(folder)
			if err != nil {
				t.Fatal(err)
			}
			got := runCase(t, folder)
			for name, content := range got {
				compare(t, filepath.Join(folder, "want", name), content)
			}
		})
	}
}

// runCase runs a case and returns what came of it by file name; "" means that
// there must be no such file.
func runCase(t *testing.T, folder string) map[string]string {
	t.Helper()
	sim := caseServer(t, folder)
	server := httptest.NewServer(sim)
	defer server.Close()

	copyInputs(t, folder, t.TempDir())
	environ := []string{
		"OKRSYNC_FEISHU_BASE_URL=" + server.URL, "FEISHU_APP_ID=cli_case", "FEISHU_APP_SECRET=sesame-secret",
		"OKRSYNC_SYNC_WORKERS=1", "OKRSYNC_SYNC_RATE=10000/1s", "OKRSYNC_SYNC_RETRY_INITIAL=1ms",
		"OKRSYNC_SYNC_QUOTA_COOLDOWN=1ms", "LANG=en_US.UTF-8", "OKRSYNC_LOG_FORMAT=console",
	}
	environ = append(environ, strings.Fields(strings.ReplaceAll(read(t, filepath.Join(folder, "env")), "http://SERVER", server.URL))...)
	var stdout, stderr bytes.Buffer
	code := run(t.Context(), caseArgs(t, folder), environ, strings.NewReader(read(t, filepath.Join(folder, "stdin"))), &stdout, &stderr)

	results, err := filepath.Glob("okrsync-out/*/result.csv")
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(results, func(a, b string) int { // by input, since two runs may begin in one second or in two
		return strings.Compare(a[strings.IndexByte(a, 'Z'):], b[strings.IndexByte(b, 'Z'):])
	})
	var result strings.Builder
	for _, name := range results {
		result.WriteString(read(t, name))
		wantAsInJournal(t, name)
	}
	messages := groupLog(sim.Messages())
	everything := stdout.String() + stderr.String() + result.String() + messages + read(t, "metrics.prom")
	if strings.Contains(everything, "sesame-") {
		t.Error("the secret was shown")
	}
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	same := func(s string) string {
		return neutral(strings.NewReplacer(server.URL, "http://SERVER", here, "HERE").Replace(s))
	}
	return map[string]string{
		"stdout":     same(stdout.String()),
		"stderr":     same(stderr.String()),
		"result.csv": same(strings.ReplaceAll(result.String(), "\r\n", "\n")),
		"requests":   same(requestLog(sim.Requests())),
		"messages":   same(messages),
		"metrics":    same(read(t, "metrics.prom")),
		"exit":       fmt.Sprintln(code),
	}
}

// wantAsInJournal holds that a result.csv, which was drawn up while the run went, says what
// the journal does, and its summary whom Feishu messages.
func wantAsInJournal(t *testing.T, name string) {
	t.Helper()
	record, err := sync.OpenRecord(filepath.Dir(name))
	if errors.Is(err, fs.ErrNotExist) {
		return // of a check or plan
	}
	if err != nil {
		t.Fatal(err)
	}
	defer record.Close()
	people := report.People{}
	if err := people.Add(record.Results()); err != nil {
		t.Fatal(err)
	}
	var summary report.Summary
	if text := read(t, filepath.Join(filepath.Dir(name), sync.SummaryName)); text != "" {
		if err := json.Unmarshal([]byte(text), &summary); err != nil {
			t.Fatal(err)
		}
	}
	if summary.Notified != nil && *summary.Notified != len(people) {
		t.Errorf("%s: %d people are notified, and the summary has %d", name, len(people), *summary.Notified)
	}
	folder, said := t.TempDir(), read(t, name)
	for _, lang := range []string{"en", "zh"} {
		if err := report.CSV(folder, lang, record.Results()); err != nil {
			t.Fatal(err)
		}
		if read(t, filepath.Join(folder, report.CSVName)) == said {
			return
		}
	}
	t.Errorf("%s says something else than the journal", name)
}

// caseServer builds the simulator that the case's flags and faults describe.
func caseServer(t *testing.T, folder string) *feishutest.Server {
	t.Helper()
	var s simulation
	flags := pflag.NewFlagSet("simulate", pflag.ContinueOnError)
	s.flags(flags)
	if err := flags.Parse(strings.Fields(read(t, filepath.Join(folder, "simulate")))); err != nil {
		t.Fatal(err)
	}
	s.log = "kept"
	if s.data != "" {
		s.data = filepath.Join(folder, s.data)
	}
	sim, err := s.server()
	if err != nil {
		t.Fatal(err)
	}
	if err := sim.Script(strings.NewReader(read(t, filepath.Join(folder, "faults")))); err != nil {
		t.Fatal(err)
	}
	return sim
}

// caseArgs reads the command line, without its comments.
func caseArgs(t *testing.T, folder string) []string {
	t.Helper()
	var args []string
	for line := range strings.Lines(read(t, filepath.Join(folder, "args"))) {
		if !strings.HasPrefix(line, "#") {
			args = append(args, strings.Fields(line)...)
		}
	}
	return args
}

// copyInputs copies the case's files to a folder and goes there.
func copyInputs(t *testing.T, from, to string) {
	t.Helper()
	entries, err := os.ReadDir(from)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Type().IsRegular() {
			if err := os.WriteFile(filepath.Join(to, e.Name()), []byte(read(t, filepath.Join(from, e.Name()))), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	t.Chdir(to)
}

// read returns a file's content, "" if there is none.
func read(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile(name)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return string(content)
}

// compare holds a content against the file that has what is wanted.
func compare(t *testing.T, name, got string) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		if got == "" {
			_ = os.Remove(name)
		}
		return
	}
	if want := read(t, name); got != want {
		t.Errorf("%s:\n--- got\n%s\n--- want\n%s", filepath.Base(name), got, want)
	}
}

// requestLog writes requests as the server saw them, one a line.
func requestLog(requests []feishutest.Request) string {
	var b strings.Builder
	for _, r := range requests {
		fmt.Fprintf(&b, "%s %s", r.Method, r.Path)
		if len(r.Query) > 0 {
			fmt.Fprintf(&b, "?%s", r.Query.Encode())
		}
		if r.Call != feishutest.Token {
			fmt.Fprintf(&b, " %s", r.Body)
		}
		fmt.Fprintf(&b, " → %d %d\n", r.Status, r.Code)
	}
	return b.String()
}

// groupLog is what a group was told.
func groupLog(messages []feishutest.Message) string {
	var b strings.Builder
	for _, m := range messages {
		fmt.Fprintf(&b, "[%s] %s\n%s\n", m.Color, m.Title, m.Text)
	}
	return b.String()
}

var changing = []struct {
	pattern *regexp.Regexp
	word    string
}{
	{regexp.MustCompile(`\d{8}T\d{6}Z-`), "STAMP-"},
	{regexp.MustCompile(`\d{4}-\d\d-\d\dT[0-9:.]+Z`), "TIME"},
	{regexp.MustCompile(`(?m)^\d\d:\d\d:\d\d `), "CLOCK "},
	{regexp.MustCompile(`\b\d{14}[0-9a-fA-F]{6,}\b`), "LOGID"},
	{regexp.MustCompile(`(about|约需|共约) (<1s|\d\.\ds|不到1秒|\d\.\d秒)`), "$1 SHORT"},
	{regexp.MustCompile(`wait=[0-9.]+[a-zµ]*`), `wait=WAIT`},
	{regexp.MustCompile(`"(paused_|batch_)?seconds":[0-9.e-]+`), `"${1}seconds":SECONDS`},
	{regexp.MustCompile(`127\.0\.0\.1:\d+->127\.0\.0\.1:\d+`), "CLIENT->SERVER"},
	{regexp.MustCompile(`"timestamp":"\d{10}"`), `"timestamp":"SECONDS"`},
	{regexp.MustCompile(`(host: |主机：)[^"\n]+`), "${1}HOST"},
	{regexp.MustCompile(`(?m)^(okrsync_last_run_(duration|start_timestamp|end_timestamp)_seconds\{.*\}) [0-9.]+$`), "$1 SECONDS"},
	{regexp.MustCompile(`"timeline":\{[^{}]*(\{[^{}]*\}[^{}]*)*\}`), `"timeline":TIMELINE`},
	{regexp.MustCompile(`"okrsync/[^"]*"`), `"okrsync/VERSION"`},
	{regexp.MustCompile(`"version":"[^"]*"`), `"version":"VERSION"`},
	{regexp.MustCompile(`,version="[^"]*"`), `,version="VERSION"`},
}

// neutral replaces what differs from run to run.
func neutral(s string) string {
	for _, c := range changing {
		s = c.pattern.ReplaceAllString(s, c.word)
	}
	return s
}
