package chaos

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"okrsync/feishu/feishutest"
)

// TestInboxKills kills the passes over a drop folder at random moments, some by SIGTERM,
// until one ends by itself: each file is then where it belongs, once, with its answer, and
// each item was sent once.
func TestInboxKills(t *testing.T) {
	const files, rows, deaths = 6, 15, 25
	from := *seed
	if from == 0 {
		from = rand.Uint64()
	}
	t.Logf("-seed %d", from)
	random := rand.New(rand.NewPCG(from, 8))
	s := newStage(t, feishutest.Config{Latency: 10 * time.Millisecond, Jitter: 5 * time.Millisecond}, files*rows)
	if err := os.Mkdir(filepath.Join(s.folder, "box"), 0o700); err != nil {
		t.Fatal(err)
	}
	for f := range files {
		var b strings.Builder
		b.WriteString("metric_item_id,metric_current_value\n")
		for i := range rows {
			value := fmt.Sprint(100_000 + f*rows + i)
			if f == 3 && i == 7 {
				value = "about 12"
			}
			fmt.Fprintf(&b, "%s,%s\n", feishutest.SampleItem(f*rows+i+1), value)
		}
		writeFile(t, filepath.Join(s.folder, "box", fmt.Sprintf("f%d.csv", f)), b.String())
	}
	writeFile(t, filepath.Join(s.folder, "box", "g.xlsx"), "PK\x03\x04 broken")

	died := 0
	for code := -1; code != 4; {
		cmd := s.command("inbox", "box", "--settle", "0s", "--rate", "100000/1s", "--workers", "2")
		var said bytes.Buffer
		cmd.Stderr = &said
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		signal := syscall.SIGKILL
		if random.IntN(4) == 0 {
			signal = syscall.SIGTERM
		}
		if died < deaths {
			after := time.AfterFunc(time.Duration(random.IntN(300))*time.Millisecond, func() { _ = cmd.Process.Signal(signal) })
			defer after.Stop()
		}
		_ = cmd.Wait() // the exit code says it
		died++
		switch code = cmd.ProcessState.ExitCode(); code {
		case -1, 143, 4, 3, 0: // the last two: what was left for it
		default:
			t.Fatalf("exit code %d; it said\n%s", code, said.String())
		}
		if names, err := filepath.Glob(filepath.Join(s.folder, "box", "*.*")); err == nil && len(names) == 0 && code >= 0 {
			break
		}
	}
	t.Logf("%d passes", died)
	for f := range files {
		shelf := "done"
		if f == 3 {
			shelf = "attention"
		}
		checkDelivered(t, s, shelf, fmt.Sprintf("f%d", f), ".csv")
	}
	checkDelivered(t, s, "attention", "g", ".xlsx")
	if names, err := filepath.Glob(filepath.Join(s.folder, "box", "*", "*", "*")); err != nil || len(names) != 3*(files+1) {
		t.Errorf("%d files were delivered, %v: %q", len(names), err, names)
	}
	sent := map[string]int{}
	for _, r := range s.sim.Requests() {
		if r.Call == feishutest.Patch && r.Status == http.StatusOK {
			sent[r.Path]++
		}
	}
	if len(sent) != files*rows-1 {
		t.Errorf("%d items were sent", len(sent))
	}
	for path, n := range sent {
		if n != 1 {
			t.Errorf("%s was sent %d times", path, n)
		}
	}
}

// checkDelivered holds that a file lies on its shelf with its answers, which tell of what
// was done, by whichever process.
func checkDelivered(t *testing.T, s *stage, shelf, stem, ending string) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(s.folder, "box", shelf, "*", stem+".*"))
	if err != nil || len(names) != 3 {
		t.Fatalf("%s: %q, %v", stem, names, err)
	}
	page := string(content(t, filepath.Join(filepath.Dir(names[0]), stem+".report.html")))
	if ending == ".csv" && shelf == "done" && !strings.Contains(page, "All 15 rows are done") {
		t.Errorf("%s has another answer", stem)
	}
}
