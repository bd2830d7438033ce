package main

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"okrsync/feishu/feishutest"
	"okrsync/source/inbox"
)

// TestInboxPoisoned sends to attention a file whose calls fail while those of a later one
// come through, so that it neither blocks the inbox nor comes after its successor.
func TestInboxPoisoned(t *testing.T) {
	for name, script := range map[string]string{
		"some rows":  "patch item:" + feishutest.SampleItem(3) + " 500",
		"no such":    "list 1 code:1001004",
		"forbidden":  "list 1 code:1001002",
		"the server": "list from:1 500 x3",
	} {
		b := newDroppedBox(t, script)
		b.drop("a-first.csv", values(1, 5, 1001))
		said, code := b.pass(t.Context())
		if got := b.files(); !slices.Equal(got, []string{"a-first.csv"}) || code != exitTrouble && code != exitApp {
			t.Errorf("%s: alone it ended with %d, and in the inbox are %q; it said\n%s", name, code, got, said)
		}
		if err := b.sim.Script(strings.NewReader(strings.NewReplacer("list 1 ", "list 2 ", "from:1", "from:2").Replace(script))); err != nil {
			t.Fatal(err)
		}
		b.drop("b-second.csv", values(11, 15, 1002))
		b.pass(t.Context())
		t.Log(name)
		b.wantFiles(append(with("attention/DATE/a-first.csv"), with("done/DATE/b-second.csv")...)...)
	}
}

// TestInboxOutage leaves everything where it is while nothing gets through.
func TestInboxOutage(t *testing.T) {
	for script, want := range map[string]int{
		"list * 500":                exitTrouble,
		"list * reset":              exitTrouble,
		"token * code:10014":        exitApp,
		"list * code:1001002":       exitApp,
		"* * code:99991403":         exitQuota,
		"patch * code:1001005":      exitQuota,
		"list * code:99991672":      exitApp,
		"patch from:2 code:1001005": exitQuota,
	} {
		b := newDroppedBox(t, script)
		for _, name := range []string{"a.csv", "b.csv", "c.csv"} {
			b.drop(name, values(1, 5, 1001))
		}
		t.Log(script)
		b.wantPass(want)
		b.wantFiles("a.csv", "b.csv", "c.csv")
		if err := b.sim.Script(strings.NewReader("")); err != nil {
			t.Fatal(err)
		}
	}
}

// TestInboxGuard leaves what a guard stops to people.
func TestInboxGuard(t *testing.T) {
	b := newDroppedBox(t, "")
	b.drop("many.csv", values(1, 5, 1001))
	b.wantPass(exitGuard, "--max-changed-rows", "3")
	b.wantFiles(with("attention/DATE/many.csv")...)
	b.wantFirst("62.25")
	b.drop("many.csv", values(1, 5, 1001))
	b.wantPass(exitOK, "--max-changed-rows", "3", "--yes")
	b.wantPass(exitUsage, "--yes", "--watch")
}

// TestInboxSettings reads what a folder may say, and lets it say nothing else: least of
// all where the secret goes.
func TestInboxSettings(t *testing.T) {
	target := "target: {metric_source_id: \"" + feishutest.SampleSource + "\", metric_table_id: \"" + feishutest.SampleTable + "\"}\n"
	for settings, want := range map[string]string{
		target + "report: {lang: zh, formats: [html]}":                "",
		target + "input: {columns: {metric_current_value: [完成]}}":     "",
		target + "sync: {guards: {max_changed_rows: 50}}":             "",
		target + "sync: {guards: {max_changed_rows: 200}}":            "sync.guards.max_changed_rows can only be stricter than the 100",
		target + "sync: {guards: {max_changed_rows: 0}}":              "sync.guards.max_changed_rows can only be stricter than the 100",
		target + "feishu: {base_url: \"https://evil.example\"}":       "okrsync.yaml:2: feishu cannot be set for a folder",
		target + "report: {webhook: {url: \"https://evil.example\"}}": "okrsync.yaml:2: report.webhook cannot be set for a folder",
		target + "sync: {rate: 1000000/1s}":                           "okrsync.yaml:2: sync.rate cannot be set for a folder",
		target + "report: {out: /tmp}":                                "okrsync.yaml:2: report.out cannot be set for a folder",
		target + "tarket: {}":                                         "unknown key tarket; did you mean target?",
		target + "input: {percent: maybe}":                            "okrsync.yaml:2: input.percent",
		"target: [":                                                   "okrsync.yaml:",
	} {
		b := newDroppedBox(t, "")
		b.drop("team/okrsync.yaml", settings)
		b.drop("team/a.csv", values(1, 5, 1001))
		b.drop("other.csv", values(11, 15, 1001))
		code := exitOK
		left := with("team/done/DATE/a.csv")
		if strings.Contains(settings, "[html]") {
			left = []string{"team/done/DATE/a.csv", "team/done/DATE/a.report.html"}
		}
		if want != "" {
			code, left = exitUsage, []string{"team/a.csv"}
		}
		said := b.wantPass(code, "--max-changed-rows", "100")
		if want != "" && !strings.Contains(said, want) {
			t.Errorf("it does not say %q but\n%s", want, said)
		}
		b.wantFiles(append(left, with("done/DATE/other.csv")...)...)
	}
}

// TestInboxSettingsWin holds that what a folder says of its files wins over the flags.
func TestInboxSettingsWin(t *testing.T) {
	b := newDroppedBox(t, "")
	b.drop("a.csv", values(1, 5, 1001))
	b.wantPass(exitOK, "--table", "7050000000000000009", "--source", "1")
	b.wantFirst("1001")
}

// TestInboxNowhere answers a file whose rows have nowhere to go.
func TestInboxNowhere(t *testing.T) {
	b := newDroppedBox(t, "")
	if err := os.Remove("box/okrsync.yaml"); err != nil {
		t.Fatal(err)
	}
	b.drop("a.csv", values(1, 5, 1001))
	b.wantPass(exitUsage)
	b.wantFiles(with("attention/DATE/a.csv")...)
	page := read(t, "box/attention/"+time.Now().Format(time.DateOnly)+"/a.report.html")
	if !strings.Contains(page, "the metric table is missing") {
		t.Error("the answer does not say why")
	}
}

// TestInboxHeld leaves an inbox alone that another run is at, and an output folder.
func TestInboxHeld(t *testing.T) {
	b := newDroppedBox(t, "")
	b.drop("a.csv", values(1, 5, 1001))
	for folder, words := range map[string]string{"box": "another run is at the inbox box (pid ", "okrsync-out": "another run holds the output folder okrsync-out (pid "} {
		lock, err := lockFolder(folder)
		if err != nil {
			t.Fatal(err)
		}
		if said := b.wantPass(exitHeld); !strings.Contains(said, words) {
			t.Errorf("it said\n%s", said)
		}
		if err := lock.Close(); err != nil {
			t.Fatal(err)
		}
	}
	b.wantPass(exitOK)
}

func TestInboxUsage(t *testing.T) {
	b := newDroppedBox(t, "")
	write(t, "file", "")
	for _, args := range [][]string{{"inbox"}, {"inbox", "box"}, {"inbox", "box", "box"}, {"inbox", "nowhere"}, {"inbox", "file"}, {"inbox", "box", "--settle", "soon"}, {"inbox", "box", "--interval", "1ms"}} {
		environ := []string{"OKRSYNC_FEISHU_BASE_URL=" + b.server.URL, "FEISHU_APP_ID=a", "FEISHU_APP_SECRET=b"}
		if len(args) == 2 && args[1] == "box" {
			environ = append(environ, "OKRSYNC_SYNC_SHARD=1/2")
		}
		var said strings.Builder
		if code := run(t.Context(), args, environ, nil, &said, &said); code != exitUsage {
			t.Errorf("%q: exit code %d; it said\n%s", args, code, &said)
		}
	}
	if _, err := os.Stat("nowhere"); err == nil {
		t.Error("a folder with a typing mistake was made")
	}
}

// remembered changes what the inbox remembers of a file.
func (b *droppedBox) remembered(name string, change func(map[string]any)) {
	b.t.Helper()
	path := filepath.Join("box", inbox.StateFolder, "inbox.json")
	all := map[string]map[string]any{}
	if err := json.Unmarshal([]byte(read(b.t, path)), &all); err != nil || all[name] == nil {
		b.t.Fatalf("%v, %v", all, err)
	}
	change(all[name])
	content, err := json.Marshal(all)
	if err != nil {
		b.t.Fatal(err)
	}
	write(b.t, path, string(content))
}

// TestInboxDied moves a file away on which process after process has died.
func TestInboxDied(t *testing.T) {
	b := newDroppedBox(t, "list 1 code:99991403")
	b.drop("a.csv", values(1, 5, 1001))
	b.wantPass(exitQuota)
	b.remembered("a.csv", func(m map[string]any) { m["begun"] = mostBegun })
	b.drop("b.csv", values(11, 15, 1001))
	b.wantPass(exitInternal)
	b.wantFiles(append(append(with("attention/DATE/a.csv"), with("done/DATE/b.csv")...), "attention/DATE/a.result.csv")...)
	b.wantFirst("62.25")
}

// TestInboxAnotherContent does not take the answer of another content, although name, size
// and time are the same.
func TestInboxAnotherContent(t *testing.T) {
	b := newDroppedBox(t, "")
	b.drop("a.csv", values(1, 5, 1001))
	b.drop("done", "in the way")
	b.wantPass(exitInternal)
	info, err := os.Stat("box/a.csv")
	if err != nil {
		t.Fatal(err)
	}
	b.drop("a.csv", values(1, 5, 1002))
	if err := errors.Join(os.Chtimes("box/a.csv", info.ModTime(), info.ModTime()), os.Remove("box/done")); err != nil {
		t.Fatal(err)
	}
	b.wantPass(exitOK)
	b.wantFirst("1002")
	b.wantFiles(with("done/DATE/a.csv")...)
}

// TestInboxTellsOnce tells the group once of a file that cannot be moved, and the log once
// of what is left alone.
func TestInboxTellsOnce(t *testing.T) {
	b := newDroppedBox(t, "")
	b.drop("a.csv", values(1, 5, 1001))
	b.drop("done", "in the way")
	for range 3 {
		b.wantPass(exitInternal)
	}
	if n := len(b.sim.Messages()); n != 1 {
		t.Errorf("the group was told %d times", n)
	}
	n := &intake{session: &session{program: &program{stderr: newScreen(io.Discard), lang: "en"}}, said: map[string]bool{}}
	var told []bool
	for range 3 {
		n.known, n.said = n.said, map[string]bool{}
		told = append(told, n.news("x"), n.news("x"))
	}
	if want := []bool{true, false, false, false, false, false}; !slices.Equal(told, want) {
		t.Errorf("told %v", told)
	}
}

// TestInboxState leaves alone what somebody has put in the place of okrsync's own files.
func TestInboxState(t *testing.T) {
	b := newDroppedBox(t, "")
	b.drop("a.csv", values(1, 5, 1001))
	if err := errors.Join(os.Mkdir("precious", 0o700), os.Symlink("../precious", "box/.okrsync")); err != nil {
		t.Fatal(err)
	}
	b.wantPass(exitUsage)
	if entries, err := os.ReadDir("precious"); err != nil || len(entries) > 0 {
		t.Errorf("%v, %v", entries, err)
	}
	if err := errors.Join(os.Remove("box/.okrsync"), os.Mkdir("box/.okrsync", 0o700), os.Mkdir("box/.okrsync/inbox.json", 0o700)); err != nil {
		t.Fatal(err)
	}
	b.wantPass(exitInternal)
	if err := os.Remove("box/.okrsync/inbox.json"); err != nil {
		t.Fatal(err)
	}
	b.wantPass(exitOK)
}

// TestInboxDelivers gives the answer of a process that died before it had moved the file:
// without a call, and with what that one has done.
func TestInboxDelivers(t *testing.T) {
	b := newDroppedBox(t, "")
	b.drop("a.csv", values(1, 5, 1001))
	b.drop("done", "in the way")
	b.wantPass(exitInternal)
	b.wantFiles("a.csv", "done")
	if err := os.Remove("box/done"); err != nil {
		t.Fatal(err)
	}
	b.sim.ResetLog()
	b.wantPass(exitOK)
	b.wantFiles(with("done/DATE/a.csv")...)
	for _, r := range b.sim.Requests() {
		if r.Call != feishutest.Bot {
			t.Errorf("%s %s", r.Method, r.Path)
		}
	}
	if page := read(t, "box/done/"+time.Now().Format(time.DateOnly)+"/a.report.html"); !strings.Contains(page, "All 5 rows are done") {
		t.Error("the answer is another one")
	}
}

// TestInboxBug is that of one file, and not of the others.
func TestInboxBug(t *testing.T) {
	var said strings.Builder
	n := &intake{session: &session{program: &program{stderr: newScreen(&said), lang: "en"}}}
	got := n.take(t.Context(), inbox.Drop{Folder: ".", Name: "a.csv"})
	if got.code != exitInternal || got.fate != toLeave || !got.bug || !strings.Contains(said.String(), "a.csv: internal error") {
		t.Errorf("%+v; it said\n%s", got, &said)
	}
}
