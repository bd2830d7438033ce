package main

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"okrsync/feishu/feishutest"
	"okrsync/sync"
	"okrsync/sync/report"
)

// asProgram is set for a test binary that is to be the program itself.
const asProgram = "OKRSYNC_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// TestSignals ends a real process in the middle of a run against a slow server:
// calls on the wire finish, the files are complete, the rest is unprocessed.
func TestSignals(t *testing.T) {
	for signal, want := range map[os.Signal]int{syscall.SIGTERM: exitTerminated, os.Interrupt: exitInterrupted} {
		t.Run(signal.String(), func(t *testing.T) {
			const rows = 200
			sim := feishutest.New(feishutest.Config{Latency: 100 * time.Millisecond})
			sim.Sample(rows)
			server := httptest.NewServer(sim)
			defer server.Close()
			folder := t.TempDir()
			writeRows(t, filepath.Join(folder, "rows.csv"), rows)

			cmd := exec.CommandContext(t.Context(), os.Args[0], "sync",
				"--source", feishutest.SampleSource, "--table", feishutest.SampleTable, "--rate", "1000/1s", "rows.csv")
			cmd.Dir = folder
			cmd.Env = append(os.Environ(), asProgram+"=1", "OKRSYNC_FEISHU_BASE_URL="+server.URL, "FEISHU_APP_ID=a", "FEISHU_APP_SECRET=b",
				"OKRSYNC_REPORT_WEBHOOK_URL="+server.URL+"/open-apis/bot/v2/hook/any", "OKRSYNC_REPORT_METRICS_FILE=metrics.prom")
			var stderr strings.Builder
			cmd.Stderr = &stderr
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			for sim.Stats().Calls[feishutest.Patch] < 10 && t.Context().Err() == nil {
				if _, err := server.Client().Get(server.URL + "/is-it-there-yet"); err != nil {
					t.Fatal(err)
				}
			}
			if err := cmd.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			_ = cmd.Wait()
			if got := cmd.ProcessState.ExitCode(); got != want {
				t.Errorf("exit code %d, want %d; it said\n%s", got, want, stderr.String())
			}
			checkInterrupted(t, folder, sim, rows)
			if got := sim.Messages(); len(got) != 1 || got[0].Color != "red" {
				t.Errorf("the group reads %+v", got)
			}
			if code := fmt.Sprintf("okrsync_last_run_exit_code{task=\"metrics\"} %d\n", want); !strings.Contains(read(t, filepath.Join(folder, "metrics.prom")), code) {
				t.Errorf("the metrics have no %s", code)
			}
		})
	}
}

func writeRows(t *testing.T, name string, rows int) {
	t.Helper()
	var b strings.Builder
	b.WriteString("metric_item_id,metric_current_value\n")
	for i := range rows {
		fmt.Fprintf(&b, "%s,%d.5\n", feishutest.SampleItem(i+1), i+1000)
	}
	if err := os.WriteFile(name, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
}

// checkInterrupted holds the answer of an interrupted run against what the
// server has seen.
func checkInterrupted(t *testing.T, folder string, sim *feishutest.Server, rows int) {
	t.Helper()
	counts := map[sync.Status]int{}
	for _, r := range journalOf(t, folder) {
		counts[r.Status]++
		if r.Status == sync.Unprocessed && (r.Code != string(sync.Interrupted) || r.Advice.ZH == "") {
			t.Errorf("row %d: %+v", r.Row, r)
		}
	}
	if updates := sim.Stats().Updates; counts[sync.Updated] != updates || updates < 10 || updates == rows || counts[sync.Unprocessed] != rows-updates {
		t.Errorf("%d updates at the server, and the journal has %v", updates, counts)
	}
	runs, err := filepath.Glob(filepath.Join(folder, "okrsync-out", "2*"))
	if err != nil || len(runs) != 1 {
		t.Fatalf("runs %q, %v", runs, err)
	}
	if lines := strings.Count(read(t, filepath.Join(runs[0], report.CSVName)), "\r\n"); lines != rows+1 {
		t.Errorf("result.csv has %d lines", lines)
	}
	var s report.Summary
	if err := json.Unmarshal([]byte(read(t, filepath.Join(runs[0], sync.SummaryName))), &s); err != nil {
		t.Fatal(err)
	}
	names, err := os.ReadDir(runs[0])
	if err != nil || len(names) != len(s.Files) {
		t.Errorf("files %v, %v; the summary has %q", names, err, s.Files)
	}
	if s.Input.Rows != rows || s.Counts[sync.Updated] != counts[sync.Updated] || s.Counts[sync.Unprocessed] != counts[sync.Unprocessed] || s.Outcome == "done" {
		t.Errorf("summary %+v", s)
	}
}
