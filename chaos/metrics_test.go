package chaos

import (
	"bytes"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	"github.com/prometheus/common/expfmt"

	"okrsync/feishu/feishutest"
)

// TestMetrics reads the metrics file of a process that was terminated as Prometheus does,
// and asks what promtool check metrics asks.
func TestMetrics(t *testing.T) {
	const rows = 300
	s := newStage(t, feishutest.Config{Latency: 20 * time.Millisecond}, rows)
	if err := s.sim.Script(strings.NewReader("patch 3 500\npatch 4 reset\npatch 5 code:4711:500\n")); err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(s.folder, "rows.csv"), rowsOf(rows))
	cmd := s.command("sync", "--rate", "100000/1s", "--metrics-file", "job \"1\".prom", "rows.csv")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	s.arrived.Store(countdown(20, func() { _ = cmd.Process.Signal(syscall.SIGTERM) }))
	if err := cmd.Wait(); cmd.ProcessState.ExitCode() != 143 {
		t.Fatalf("it ended with %v", err)
	}
	text := content(t, filepath.Join(s.folder, "job \"1\".prom"))
	problems, err := promlint.New(bytes.NewReader(text)).Lint()
	if err != nil || len(problems) > 0 {
		t.Errorf("%v, %v in\n%s", problems, err, text)
	}
	var parser expfmt.TextParser
	families, err := parser.TextToMetricFamilies(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	exit := families["okrsync_last_run_exit_code"].GetMetric()[0]
	if got := exit.GetLabel()[0].GetValue(); exit.GetGauge().GetValue() != 143 || got != `job "1"` {
		t.Errorf("exit code %v of %s", exit.GetGauge().GetValue(), got)
	}
	codes := map[string]float64{}
	for _, m := range families["okrsync_last_run_refused_calls"].GetMetric() {
		codes[m.GetLabel()[2].GetValue()] = m.GetGauge().GetValue()
	}
	if codes["1009999"] != 1 || codes["no_reply"] != 1 || codes["other"] != 1 {
		t.Errorf("refused calls by code: %v", codes)
	}
}
