package main

import (
	"bytes"
	"context"
	"io"
	"net/http/httptest"
	"os"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"okrsync/feishu/feishutest"
	"okrsync/sync"
	"okrsync/sync/report"
)

func TestWhenTheGroupIsTold(t *testing.T) {
	did := report.Counts{sync.Updated: 1}
	tests := []struct {
		when   string
		code   int
		counts report.Counts
		want   bool
	}{
		{whenAlways, exitOK, nil, true},
		{whenAlways, exitUsage, nil, true},
		{whenAlways, exitHeld, nil, false},
		{whenChange, exitOK, nil, false},
		{whenChange, exitOK, did, true},
		{whenChange, exitTrouble, nil, true},
		{whenChange, exitHeld, nil, false},
		{whenFailure, exitOK, did, false},
		{whenFailure, exitRows, did, true},
		{whenFailure, exitHeld, nil, false},
	}
	for _, test := range tests {
		c := config{WebhookURL: "https://open.feishu.cn/hook/x", webhookWhen: test.when}
		s := report.Summary{ExitCode: test.code, Counts: test.counts}
		if got := c.tells(s); got != test.want {
			t.Errorf("%s, exit code %d, %v: %v", test.when, test.code, test.counts, got)
		}
		if (config{webhookWhen: test.when}).tells(s) {
			t.Errorf("%s: told without a webhook", test.when)
		}
	}
}

// hookedRun is okrsync sync on a file of one row, with a bot that has a script and with
// further arguments. It returns what it said, its exit code and the simulator.
func hookedRun(ctx context.Context, t *testing.T, script string, args ...string) (string, int, *feishutest.Server) {
	t.Helper()
	sim := feishutest.New(feishutest.Config{})
	sim.Sample(1)
	if err := sim.Script(strings.NewReader(script)); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(sim)
	defer server.Close()
	write(t, "one.csv", "metric_item_id,metric_current_value\n"+feishutest.SampleItem(1)+",5\n")
	environ := []string{
		"OKRSYNC_FEISHU_BASE_URL=" + server.URL, "FEISHU_APP_ID=a", "FEISHU_APP_SECRET=b", "OKRSYNC_LOG_FORMAT=json",
		"OKRSYNC_REPORT_WEBHOOK_URL=" + server.URL + "/open-apis/bot/v2/hook/any",
	}
	var said bytes.Buffer
	args = append([]string{"sync", "--source", feishutest.SampleSource, "--table", feishutest.SampleTable, "one.csv"}, args...)
	code := run(ctx, args, environ, strings.NewReader(""), io.Discard, &said)
	return said.String(), code, sim
}

// TestGroupThatCannotBeTold ends the run as it would have ended, and gives up in the end.
func TestGroupThatCannotBeTold(t *testing.T) {
	for script, calls := range map[string]int{"bot * code:19001": 1, "bot * reset": 3} {
		t.Chdir(t.TempDir())
		said, code, sim := hookedRun(t.Context(), t, script)
		if n := sim.Stats().Calls[feishutest.Bot]; code != exitOK || n != calls {
			t.Errorf("%s: exit code %d, %d calls of the bot", script, code, n)
		}
		if strings.Count(said, "the group was not told") != 1 || strings.Contains(said, "hook/any") {
			t.Errorf("%s: it said\n%s", script, said)
		}
	}
}

// TestHeldFolderIsNotTold leaves it to the run that holds the folder.
func TestHeldFolderIsNotTold(t *testing.T) {
	t.Chdir(t.TempDir())
	lock, err := lockFolder("okrsync-out")
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Close()
	_, code, sim := hookedRun(t.Context(), t, "", "--metrics-file", "m.prom")
	if code != exitHeld || len(sim.Messages()) != 0 {
		t.Errorf("exit code %d, the group reads %v", code, sim.Messages())
	}
	if text := read(t, "m.prom"); !strings.Contains(text, `okrsync_last_run_exit_code{task="m"} 8`) {
		t.Error(text)
	}
}

// TestInterruptedRunIsTold tells the group although the command's context is over.
func TestInterruptedRunIsTold(t *testing.T) {
	t.Chdir(t.TempDir())
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(interrupted{syscall.SIGTERM})
	_, code, sim := hookedRun(ctx, t, "")
	if got := sim.Messages(); code != exitTerminated || len(got) != 1 {
		t.Errorf("exit code %d, the group reads %v", code, got)
	}
}

// TestMetricsFile looks at the file itself: who may read it, what it replaces, and what
// is kept of the one before.
func TestMetricsFile(t *testing.T) {
	t.Chdir(t.TempDir())
	success := func() string {
		for line := range strings.Lines(read(t, "m.prom")) {
			if value, ok := strings.CutPrefix(line, `okrsync_last_success_timestamp_seconds{task="m"} `); ok {
				return strings.TrimSpace(value)
			}
		}
		return ""
	}
	if _, code, _ := hookedRun(t.Context(), t, "", "--metrics-file", "m.prom"); code != exitOK {
		t.Fatalf("exit code %d", code)
	}
	first := success()
	if _, code, _ := hookedRun(t.Context(), t, "list * code:99991672", "--metrics-file", "m.prom", "--fresh"); code != exitApp {
		t.Fatalf("exit code %d", code)
	}
	if first == "0" || first == "" || success() != first {
		t.Errorf("the last success was %s and is %s", first, success())
	}
	info, err := os.Stat("m.prom")
	if err != nil || runtime.GOOS != "windows" && info.Mode() != 0o644 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

// TestMetricsFileElsewhere leaves alone what is not a file.
func TestMetricsFileElsewhere(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "precious", "as it was")
	if err := os.Symlink("precious", "m.prom"); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir("folder.prom", 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"m.prom", "folder.prom"} {
		said, code, _ := hookedRun(t.Context(), t, "", "--metrics-file", name)
		if code != exitOK || !strings.Contains(said, "the metrics file cannot be written") {
			t.Errorf("%s: exit code %d; it said\n%s", name, code, said)
		}
	}
	if got := read(t, "precious"); got != "as it was" {
		t.Errorf("the file behind the link has %q", got)
	}
}
