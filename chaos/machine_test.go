package chaos

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"okrsync/feishu/feishutest"
	okrsync "okrsync/sync"
	"okrsync/sync/report"
)

// TestFullDisk runs into the end of a file system of 1 MiB, and goes on when there is
// room: nothing is sent that cannot be noted, nothing that was is sent again.
func TestFullDisk(t *testing.T) {
	const rows = 3000
	s := newStage(t, feishutest.Config{ListTotal: true}, rows)
	writeFile(t, filepath.Join(s.folder, "rows.csv"), rowsOf(rows))
	script := `
		mkdir full && mount -t tmpfs -o size=1m,mode=700 tmpfs full || exit 99
		"$0" sync --out full --rate 100000/1s rows.csv 2> first.log; echo $? > first
		cp full/2*/journal.jsonl first.jsonl
		mount -o remount,size=32m full || exit 99
		mount -o remount,ro full || exit 99
		"$0" sync --out full --rate 100000/1s rows.csv 2> readonly.log; echo $? > readonly
		mount -o remount,rw full || exit 99
		"$0" sync --out full --rate 100000/1s rows.csv 2> second.log; echo $? > second
		cp full/2*/* .`
	args := []string{"--mount", "sh", "-c", script, program}
	if os.Getuid() != 0 {
		args = append([]string{"--user", "--map-root-user"}, args...)
	}
	cmd := exec.CommandContext(t.Context(), "unshare", args...)
	cmd.Dir = s.folder
	cmd.Env = append(os.Environ(), s.environ()...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("a small file system cannot be mounted here: %v\n%s", err, out)
	}
	read := func(name string) string { return string(content(t, filepath.Join(s.folder, name))) }
	if first := read("first.log"); read("first") != "1\n" || !strings.Contains(first, "no space left on device; make room on the disk, then run again") {
		t.Errorf("it ended with %s and said\n%s", read("first"), first)
	}
	for line := range strings.Lines(read("first.jsonl")) {
		if !json.Valid([]byte(line)) {
			t.Errorf("the journal has %q", line)
		}
	}
	if said := read("readonly.log"); read("readonly") != "1\n" || !strings.Contains(said, "read-only file system") {
		t.Errorf("read-only: it ended with %s and said\n%s", read("readonly"), said)
	}
	if read("second") != "0\n" || s.sim.Stats().Updates != rows {
		t.Errorf("it ended with %s, after %d updates, and said\n%s", read("second"), s.sim.Stats().Updates, read("second.log"))
	}
	var sum report.Summary
	if err := json.Unmarshal([]byte(read(okrsync.SummaryName)), &sum); err != nil {
		t.Fatal(err)
	}
	if sum.Counts[okrsync.Updated] != rows || sum.RowsBefore < 500 || strings.Count(read(report.CSVName), "\r\n") != rows+1 {
		t.Errorf("%+v", sum)
	}
}

// TestTwoAtOnce starts a second process, which leaves at once, kills the first, and
// starts a third, which the lock of the dead one does not keep out.
func TestTwoAtOnce(t *testing.T) {
	const rows = 300
	s := newStage(t, feishutest.Config{Latency: 20 * time.Millisecond}, rows)
	writeFile(t, filepath.Join(s.folder, "rows.csv"), rowsOf(rows))
	began := make(chan struct{})
	s.arrived.Store(countdown(20, func() { close(began) }))
	first := s.command("sync", "--rate", "100000/1s", "rows.csv")
	if err := first.Start(); err != nil {
		t.Fatal(err)
	}
	await(t, began)
	second := s.command("sync", "--rate", "100000/1s", "rows.csv")
	out, _ := second.CombinedOutput()
	if code := second.ProcessState.ExitCode(); code != 8 || !strings.Contains(string(out), strconv.Itoa(first.Process.Pid)) {
		t.Errorf("the second ended with %d and said %s", code, out)
	}
	if err := first.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = first.Wait()
	third := s.command("sync", "--rate", "100000/1s", "rows.csv")
	if out, err := third.CombinedOutput(); err != nil || s.sim.Stats().Updates != rows {
		t.Errorf("the third: %v, %d updates, and it said %s", err, s.sim.Stats().Updates, out)
	}
}

// TestStopped stops a process for some time, as a machine does that goes to sleep: when it
// goes on it makes no more calls than the limit allows.
func TestStopped(t *testing.T) {
	const rows = 150
	limit := feishutest.Limit{N: 20, Period: 500 * time.Millisecond}
	s := newStage(t, feishutest.Config{Latency: 10 * time.Millisecond, Limit: limit}, rows)
	writeFile(t, filepath.Join(s.folder, "rows.csv"), rowsOf(rows))
	cmd := s.command("sync", "--rate", "20/500ms", "rows.csv")
	halfWay := make(chan struct{})
	s.arrived.Store(countdown(35, func() { close(halfWay) }))
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	await(t, halfWay)
	if err := cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	<-time.After(1300 * time.Millisecond)
	if err := cmd.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
	if stats := s.sim.Stats(); stats.Refused != 0 || stats.Updates != rows {
		t.Errorf("%d refusals, %d updates", stats.Refused, stats.Updates)
	}
}

// await waits for a process to come to a point, which takes a moment.
func await(t *testing.T, point <-chan struct{}) {
	t.Helper()
	select {
	case <-point:
	case <-time.After(time.Minute):
		t.Fatal("the process has not come so far")
	}
}

func writeFile(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// rowsOf is a file of rows that all give what differs.
func rowsOf(n int) string {
	var b strings.Builder
	b.WriteString("metric_item_id,metric_current_value\n")
	for i := range n {
		b.WriteString(feishutest.SampleItem(i+1) + "," + strconv.Itoa(100_000+i) + ".25\n")
	}
	return b.String()
}
