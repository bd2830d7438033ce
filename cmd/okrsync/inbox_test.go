package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"okrsync/feishu/feishutest"
	"okrsync/source/inbox"
)

// A droppedBox is an inbox beside a simulator that knows some items of the sample table.
type droppedBox struct {
	t      *testing.T
	sim    *feishutest.Server
	server *httptest.Server
	during func(*http.Request) // what people do while a call is on its way
}

func newDroppedBox(t *testing.T, script string) *droppedBox {
	t.Helper()
	t.Chdir(t.TempDir())
	b := &droppedBox{t: t, sim: feishutest.New(feishutest.Config{}), during: func(*http.Request) {}}
	b.sim.Sample(100)
	if err := b.sim.Script(strings.NewReader(script)); err != nil {
		t.Fatal(err)
	}
	b.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b.during(r)
		b.sim.ServeHTTP(w, r)
	}))
	t.Cleanup(b.server.Close)
	b.drop("okrsync.yaml", fmt.Sprintf("target: {metric_source_id: %q, metric_table_id: %q}\n", feishutest.SampleSource, feishutest.SampleTable))
	return b
}

func (b *droppedBox) drop(name, content string) {
	b.t.Helper()
	path := filepath.Join("box", filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		b.t.Fatal(err)
	}
	write(b.t, path, content)
}

// values is a file that sets items, from the first to the last, to a number.
func values(first, last, number int) string {
	var s strings.Builder
	s.WriteString("metric_item_id,metric_current_value\n")
	for i := first; i <= last; i++ {
		fmt.Fprintf(&s, "%s,%d\n", feishutest.SampleItem(i), number)
	}
	return s.String()
}

// pass runs okrsync inbox and returns what it said, and its exit code.
func (b *droppedBox) pass(ctx context.Context, args ...string) (string, int) {
	b.t.Helper()
	var said bytes.Buffer
	environ := []string{
		"OKRSYNC_FEISHU_BASE_URL=" + b.server.URL, "FEISHU_APP_ID=a", "FEISHU_APP_SECRET=b", "OKRSYNC_SYNC_RATE=100000/1s",
		"OKRSYNC_SYNC_RETRY_INITIAL=1ms", "OKRSYNC_SYNC_RETRY_MAX=1ms", "OKRSYNC_SYNC_RETRY_ATTEMPTS=3",
		"OKRSYNC_SYNC_QUOTA_COOLDOWN=1ms", "OKRSYNC_LOG_FORMAT=console", "OKRSYNC_INBOX_SETTLE=0s",
		"OKRSYNC_REPORT_WEBHOOK_URL=" + b.server.URL + "/open-apis/bot/v2/hook/any",
	}
	code := run(ctx, append([]string{"inbox", "box"}, args...), environ, strings.NewReader(""), &said, &said)
	return said.String(), code
}

// wantPass holds a pass against its exit code.
func (b *droppedBox) wantPass(want int, args ...string) string {
	b.t.Helper()
	said, code := b.pass(b.t.Context(), args...)
	if code != want {
		b.t.Errorf("exit code %d, want %d; it said\n%s", code, want, said)
	}
	return said
}

// files lists what is in the inbox, without okrsync's own; DATE is today.
func (b *droppedBox) files() []string {
	b.t.Helper()
	var names []string
	err := filepath.WalkDir("box", func(path string, e os.DirEntry, err error) error {
		if err == nil && e.IsDir() && e.Name() == inbox.StateFolder {
			return filepath.SkipDir
		}
		if err == nil && !e.IsDir() && e.Name() != inbox.SettingsName {
			name, _ := strings.CutPrefix(filepath.ToSlash(path), "box/")
			names = append(names, strings.ReplaceAll(name, time.Now().Format(time.DateOnly), "DATE"))
		}
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return names
}

// wantFiles holds the inbox against what is to be in it.
func (b *droppedBox) wantFiles(want ...string) {
	b.t.Helper()
	got := b.files()
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		b.t.Errorf("in the inbox are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// with is a file on a shelf with its answers.
func with(path string) []string {
	stem := strings.TrimSuffix(path, filepath.Ext(path))
	return []string{path, stem + ".result.xlsx", stem + ".report.html"}
}

// patched counts the updates that the server has taken of each item.
func (b *droppedBox) patched() map[string]int {
	items := map[string]int{}
	for _, r := range b.sim.Requests() {
		if r.Call == feishutest.Patch && r.Status == http.StatusOK {
			items[r.Path[strings.LastIndexByte(r.Path, '/')+1:]]++
		}
	}
	return items
}

// wantFirst holds what the server has of the first item.
func (b *droppedBox) wantFirst(want string) {
	b.t.Helper()
	item, ok := b.sim.Item(feishutest.SampleSource, feishutest.SampleTable, feishutest.SampleItem(1))
	if !ok || item.Current.String() != want {
		b.t.Errorf("it has %s, want %s", item.Current, want)
	}
}

// TestInbox drops all kinds of files while a pass runs: after the next one each is where
// it belongs, with its answer.
func TestInbox(t *testing.T) {
	b := newDroppedBox(t, "")
	hostile := "-rf $(touch pwned);\n=cmd.csv"
	if runtime.GOOS == "windows" {
		hostile = "-rf $(touch pwned); =cmd.csv"
	}
	b.drop("first.csv", values(1, 9, 1001))
	drop := sync.OnceFunc(func() {
		b.drop("good.csv", values(10, 19, 1002))
		b.drop("again.csv", values(10, 19, 1002))
		b.drop("rows.csv", values(20, 21, 1003)+"7100000000000000022,many\n")
		b.drop("broken.xlsx", "PK\x03\x04 no more")
		b.drop("locked.csv", values(23, 23, 1004))
		b.drop(".~lock.locked.csv#", "somebody")
		b.drop("half.csv.part", values(24, 24, 1005))
		b.drop(hostile, values(25, 25, 1006))
		b.drop("empty.csv", "")
		b.drop("letter.docx", "Dear all")
		b.drop("team/okrsync.yaml", read(t, "box/okrsync.yaml"))
		b.drop("team/ours.csv", values(26, 29, 1007))
	})
	b.during = func(r *http.Request) {
		if r.Method == http.MethodPatch {
			drop()
		}
	}
	b.wantPass(exitOK)
	b.wantPass(exitInput)
	want := []string{"locked.csv", ".~lock.locked.csv#", "half.csv.part", "letter.docx"}
	for _, name := range []string{"first.csv", "good.csv", "again.csv", hostile} {
		want = append(want, with("done/DATE/"+name)...)
	}
	for _, name := range []string{"rows.csv", "broken.xlsx", "empty.csv"} {
		want = append(want, with("attention/DATE/"+name)...)
	}
	b.wantFiles(append(want, with("team/done/DATE/ours.csv")...)...)

	if err := os.Remove("box/.~lock.locked.csv#"); err != nil {
		t.Fatal(err)
	}
	b.wantPass(exitOK)
	if got := b.files(); slices.Contains(got, "locked.csv") || !slices.Contains(got, "done/DATE/locked.csv") {
		t.Errorf("in the inbox are %q", got)
	}
	if said := b.wantPass(exitOK); strings.Contains(said, "done") && strings.Contains(said, "files") {
		t.Errorf("a pass with nothing to do says\n%s", said)
	}
	patched := b.patched()
	for i := 1; i <= 29; i++ {
		want := 1
		if i == 22 || i == 24 {
			want = 0
		}
		if n := patched[feishutest.SampleItem(i)]; n != want {
			t.Errorf("item %d was sent %d times", i, n)
		}
	}
	if _, err := os.Stat("pwned"); err == nil {
		t.Error("a name was run")
	}
}

// TestInboxSameContent answers the same content each time, and sends it once: also
// where the command would not compare.
func TestInboxSameContent(t *testing.T) {
	b := newDroppedBox(t, "")
	for range 3 {
		b.drop("values.csv", values(1, 5, 1001))
		write(t, "config.yaml", "sync: {diff: off}\n")
		b.wantPass(exitOK)
	}
	b.wantFiles(slices.Concat(with("done/DATE/values.csv"), with("done/DATE/values (2).csv"), with("done/DATE/values (3).csv"))...)
	for item, n := range b.patched() {
		if n != 1 {
			t.Errorf("%s was sent %d times", item, n)
		}
	}
}

// TestInboxContinues leaves what a quota stopped where it is, and goes on with it before
// anything that came later.
func TestInboxContinues(t *testing.T) {
	b := newDroppedBox(t, "patch from:6 code:99991403 x1")
	b.drop("early.csv", values(1, 20, 1001))
	b.wantPass(exitQuota)
	b.wantFiles("early.csv")
	b.drop("a-later.csv", values(1, 20, 1002))
	b.wantPass(exitOK)
	b.wantFiles(slices.Concat(with("done/DATE/early.csv"), with("done/DATE/a-later.csv"))...)
	items := b.patched()
	for i := 1; i <= 20; i++ {
		if n := items[feishutest.SampleItem(i)]; n != 2 {
			t.Errorf("item %d was sent %d times", i, n)
		}
	}
	b.wantFirst("1002")
}
