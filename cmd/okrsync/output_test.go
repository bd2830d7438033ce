package main

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"okrsync/feishu/feishutest"
	"okrsync/sync"
	"okrsync/sync/report"
)

// stage is a simulated Feishu and a folder with a file of rows, for runs of the
// whole program.
func stage(t *testing.T, server feishutest.Config, rows int) (environ []string, sim *feishutest.Server) {
	t.Helper()
	sim = feishutest.New(server)
	sim.Sample(rows)
	listening := httptest.NewServer(sim)
	t.Cleanup(listening.Close)
	t.Chdir(t.TempDir())
	writeRows(t, "rows.csv", rows)
	return []string{
		"OKRSYNC_FEISHU_BASE_URL=" + listening.URL, "FEISHU_APP_ID=a", "FEISHU_APP_SECRET=b", "OKRSYNC_SYNC_RATE=10000/1s",
		"OKRSYNC_TARGET_METRIC_SOURCE_ID=" + feishutest.SampleSource, "OKRSYNC_TARGET_METRIC_TABLE_ID=" + feishutest.SampleTable,
	}, sim
}

// broken is an output that nobody takes.
type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

// TestUnreadOutput shows that data that could not be written is a failure of
// the command, and that the run is complete all the same.
func TestUnreadOutput(t *testing.T) {
	environ, _ := stage(t, feishutest.Config{}, 3)
	var stderr bytes.Buffer
	if code := run(t.Context(), []string{"sync", "--json", "rows.csv"}, environ, strings.NewReader(""), broken{}, &stderr); code != exitInternal {
		t.Errorf("exit code %d; it said %s", code, stderr.String())
	}
	if got := len(journalOf(t, ".")); got != 3 {
		t.Errorf("%d rows in the journal", got)
	}
	for _, args := range [][]string{{"version"}, {"tables"}, {"demo"}} {
		if code := run(t.Context(), args, environ, strings.NewReader(""), broken{}, io.Discard); code != exitInternal {
			t.Errorf("%s: exit code %d", args, code)
		}
	}
}

// TestClosedPipe runs a real process whose standard error nobody reads any more.
func TestClosedPipe(t *testing.T) {
	environ, sim := stage(t, feishutest.Config{Latency: 5 * time.Millisecond}, 50)
	cmd := exec.CommandContext(t.Context(), os.Args[0], "sync", "--log-level", "debug", "rows.csv")
	cmd.Env = append(append(os.Environ(), environ...), asProgram+"=1")
	if err := sim.Script(strings.NewReader("patch item:" + feishutest.SampleItem(5) + " code:1001004")); err != nil {
		t.Fatal(err)
	}
	unread, stderr, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = stderr
	if err := errors.Join(cmd.Start(), stderr.Close(), unread.Close()); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != exitRows {
		t.Errorf("exit code %d, %s", code, cmd.ProcessState)
	}
	if got := len(journalOf(t, ".")); got != 50 {
		t.Errorf("%d rows in the journal", got)
	}
}

// TestFolders shows what is said of a folder that cannot take the results.
func TestFolders(t *testing.T) {
	environ, sim := stage(t, feishutest.Config{}, 3)
	var stderr bytes.Buffer
	code := run(t.Context(), []string{"sync", "--lang", "zh", "--out", "rows.csv", "rows.csv"}, environ, strings.NewReader(""), io.Discard, &stderr)
	if said := stderr.String(); code != exitUsage || !strings.Contains(said, "无法建立结果文件夹") || !strings.Contains(said, "--out") {
		t.Errorf("exit code %d; it said %s", code, said)
	}
	if n := len(sim.Requests()); n != 0 {
		t.Errorf("%d requests were sent", n)
	}
}

// TestFullDisk fills the disk in the middle of a run, by a limit on the size of
// files: the run ends, says so, and does not call its answer complete.
func TestFullDisk(t *testing.T) {
	if runtime.GOOS != "linux" {
		return // ulimit -f counts in other units elsewhere
	}
	environ, sim := stage(t, feishutest.Config{Latency: time.Millisecond}, 400)
	cmd := exec.CommandContext(t.Context(), "sh", "-c", `ulimit -f 16; trap '' XFSZ; exec "$0" "$@"`, os.Args[0], "sync", "rows.csv")
	cmd.Env = append(append(os.Environ(), environ...), asProgram+"=1")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	_ = cmd.Run()
	said := stderr.String()
	if code := cmd.ProcessState.ExitCode(); code != exitInternal || !strings.Contains(said, "the journal cannot be written") || !strings.Contains(said, "of 400 rows have a recorded answer") {
		t.Errorf("exit code %d; it said %s", code, said)
	}
	recorded := len(journalOf(t, "."))
	if updates := sim.Stats().Updates; updates == 0 || updates > recorded+sync.DefaultWorkers(1) {
		t.Errorf("%d updates, and %d rows have an answer: nothing is sent that cannot be recorded", updates, recorded)
	}
	if names, err := filepath.Glob("okrsync-out/*/result.csv"); err != nil || len(names) != 0 {
		t.Errorf("there is a result.csv that is not complete: %q, %v", names, err)
	}
	if names, err := filepath.Glob("okrsync-out/*/.tmp-*"); err != nil || len(names) != 0 {
		t.Errorf("what cannot be completed was left: %q, %v", names, err)
	}
}

// TestStandardInput shows what is said of an input that cannot be read.
func TestStandardInput(t *testing.T) {
	environ, sim := stage(t, feishutest.Config{}, 1)
	var stderr bytes.Buffer
	unreadable := io.MultiReader(strings.NewReader("metric_item_id,target\n"), brokenReader{})
	if code := run(t.Context(), []string{"sync", "-"}, environ, unreadable, io.Discard, &stderr); code != exitInput || !strings.Contains(stderr.String(), "stdin") {
		t.Errorf("exit code %d; it said %s", code, stderr.String())
	}
	if n := len(sim.Requests()); n != 0 {
		t.Errorf("%d requests were sent", n)
	}
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, errors.New("input/output error") }

// TestFileSavedDuringTheRun shows that a file that somebody saves into while it
// is being sent gives only what was checked.
func TestFileSavedDuringTheRun(t *testing.T) {
	const rows = 20_000
	environ, sim := stage(t, feishutest.Config{}, rows)
	calls := 0
	saving := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if calls++; calls == 100 { // by one worker, so one after the other
			if err := overwriteEnd("rows.csv", "77777.5\n"); err != nil {
				t.Error(err)
			}
		}
		sim.ServeHTTP(w, r)
	}))
	defer saving.Close()
	environ = append(environ, "OKRSYNC_FEISHU_BASE_URL="+saving.URL, "OKRSYNC_SYNC_WORKERS=1", "OKRSYNC_SYNC_RATE=1000000/1s")
	var stderr bytes.Buffer
	code := run(t.Context(), []string{"sync", "rows.csv"}, environ, strings.NewReader(""), io.Discard, &stderr)
	if code != exitInput || !strings.Contains(stderr.String(), "was changed while it was being read (SHA-256 ") {
		t.Errorf("exit code %d; it said %s", code, stderr.String())
	}
	for _, r := range journalOf(t, ".") {
		if r.Sent.Current == "77777.5" {
			t.Errorf("row %d was sent with a value that nobody checked", r.Row)
		}
	}
}

func overwriteEnd(name, end string) error {
	file, err := os.OpenFile(name, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	info, err := file.Stat()
	if err != nil {
		return errors.Join(err, file.Close())
	}
	_, err = file.WriteAt([]byte(end), info.Size()-int64(len(end)))
	return errors.Join(err, file.Close())
}

// TestNoRoomForTheFiles shows that a run whose result files cannot be written counts all
// its rows, and has not ended: the next one writes them, and sends nothing again.
func TestNoRoomForTheFiles(t *testing.T) {
	h := newHistory(t, feishutest.Config{}, 20)
	var once atomic.Bool
	h.served.Store(new(func() {
		if h.sim.Stats().Updates < 5 || once.Swap(true) {
			return
		}
		if err := os.Mkdir(filepath.Join(h.folders()[0], report.CSVName), 0o700); err != nil { // no file can have its name
			t.Error(err)
		}
	}))
	s := h.run(t.Context(), exitInternal, "sync", "--no-diff", "rows.csv")
	if s.Counts[sync.Updated] != 20 || !strings.Contains(h.stderr.String(), "the result files cannot be written") {
		t.Errorf("%+v; it said %s", s, h.stderr.String())
	}
	if err := os.Remove(filepath.Join(h.folders()[0], report.CSVName)); err != nil {
		t.Fatal(err)
	}
	if s := h.run(t.Context(), exitOK, "sync", "--no-diff", "rows.csv"); s.Counts[sync.Updated] != 20 || s.Calls.Patch != 0 || h.sim.Stats().Updates != 20 {
		t.Errorf("%+v", s)
	}
}
