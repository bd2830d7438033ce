package chaos

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"okrsync/feishu"
	"okrsync/feishu/feishutest"
	okrsync "okrsync/sync"
	"okrsync/sync/report"
)

// TestKills is the proof of promises 1 and 2 on real processes: they are killed at random
// moments, and at each step of a call, until as many have died as -kills says. Each file
// is run again until a run ends by itself, and then everything is looked at.
func TestKills(t *testing.T) {
	from := *seed
	if from == 0 {
		from = rand.Uint64()
	}
	t.Logf("-seed %d", from)
	var died atomic.Int64
	for n := uint64(0); died.Load() < int64(*kills) && !t.Failed(); n += atATime {
		t.Run(fmt.Sprintf("from %d", n), func(t *testing.T) {
			for i := range uint64(atATime) {
				t.Run(strconv.FormatUint(n+i, 10), func(t *testing.T) {
					t.Parallel()
					r := newRound(t, rand.New(rand.NewPCG(from, n+i)))
					died.Add(int64(r.run()))
					r.check()
				})
			}
		})
	}
}

// atATime is how many rounds go on at a time: they mostly wait.
const atATime = 4

// A round is one file that is synced by processes that are killed.
type round struct {
	*stage
	t      *testing.T
	random *rand.Rand
	rows   int
	args   []string
	clean  bool // neither server nor network do anything wrong
	about  string
	died   int
	before []feishutest.Item
}

const (
	limitN      = 60
	limitPeriod = time.Second
	others      = 20 // items that no row names
)

// newRound draws a file, what is wrong with the world, and how the program is called.
func newRound(t *testing.T, random *rand.Rand) *round {
	t.Helper()
	r := &round{t: t, random: random, rows: 40 + random.IntN(200)}
	batch := []int{1, 1, 1, 20, 100}[random.IntN(5)]
	r.args = []string{"sync", "--batch-size", strconv.Itoa(batch), "--rate", fmt.Sprintf("%d/%s", limitN, limitPeriod), "--yes", "rows.csv"}
	if random.IntN(3) == 0 {
		r.args = append(r.args, "--no-diff")
	}
	c := feishutest.Config{
		NotifyUnchanged: true,
		Latency:         time.Duration(random.IntN(10)) * time.Millisecond, Jitter: 5 * time.Millisecond, Seed: random.Uint64(), ListTotal: true,
		Limit: feishutest.Limit{N: limitN, Period: limitPeriod},
	}
	r.clean = random.IntN(2) == 0
	if !r.clean {
		c.Faults = map[feishutest.Fault]float64{"500": 0.03, "reset": 0.03, "reset-after": 0.03, "500-after": 0.02, "cut": 0.03, "html502": 0.02}
	}
	r.about = fmt.Sprintf("%d rows, %q, clean %v", r.rows, r.args, r.clean)
	r.stage = newStage(t, c, r.rows+others)
	for i := range r.rows + others {
		item, _ := r.sim.Item(feishutest.SampleSource, feishutest.SampleTable, feishutest.SampleItem(i+1))
		r.before = append(r.before, item)
	}
	if !r.clean {
		r.toxic(t, `{"type":"latency","stream":"downstream","toxicity":0.3,"attributes":{"latency":15,"jitter":15}}`)
		r.toxic(t, `{"type":"reset_peer","stream":"upstream","toxicity":0.05,"attributes":{"timeout":30}}`)
		r.toxic(t, `{"type":"limit_data","stream":"downstream","toxicity":0.05,"attributes":{"bytes":3000}}`)
	}
	r.write()
	return r
}

// write writes the file: every tenth row is not certain, the others give what differs.
func (r *round) write() {
	var b strings.Builder
	b.WriteString("metric_item_id,metric_current_value,metric_target_value\n")
	for i := range r.rows {
		fmt.Fprintf(&b, "%s,%s,%s\n", feishutest.SampleItem(i+1), r.value(i), r.target(i))
	}
	if err := os.WriteFile(filepath.Join(r.folder, "rows.csv"), []byte(b.String()), 0o600); err != nil {
		r.t.Fatal(err)
	}
}

// value is what the i-th row gives.
func (r *round) value(i int) string {
	if i%10 == 7 {
		return "about 12"
	}
	return strconv.Itoa(100_000+i) + ".25"
}

// target is the target that the i-th row gives, "" for most: Feishu messages people about
// it.
func (r *round) target(i int) string {
	if i%4 != 2 {
		return ""
	}
	return strconv.Itoa(200_000 + i)
}

// run runs the program until it ends by itself, and returns how many of its processes
// were killed before.
func (r *round) run() int {
	for {
		cmd := r.command(r.args...)
		var said bytes.Buffer
		cmd.Stderr = &said
		started := make(chan struct{})
		stop := r.murder(cmd, started)
		if err := cmd.Start(); err != nil {
			r.t.Fatal(err)
		}
		close(started)
		err := cmd.Wait()
		stop()
		if strings.Contains(said.String(), "sesame-secret") || strings.Contains(said.String(), "DATA RACE") {
			r.t.Fatal(said.String())
		}
		switch code := cmd.ProcessState.ExitCode(); {
		case code == 3:
			return r.died
		case code == 143, code == -1, code == 7 && !r.clean: // killed, or worn down
			r.died++
			if code == -1 && r.ended() {
				return r.died // between its last file and its exit
			}
		default:
			r.t.Fatalf("%s: exit code %d, %v\n%s", r.about, code, err, said.String())
		}
		if cmd.ProcessState.ExitCode() == 143 && strings.Contains(said.String(), "results: ") {
			r.checkFiles(143) // it had begun, and drained
		}
	}
}

// ended reports whether the run has done all it could.
func (r *round) ended() bool {
	summaries, err := filepath.Glob(filepath.Join(r.folder, "okrsync-out", "*", okrsync.SummaryName))
	if err != nil {
		r.t.Fatal(err)
	}
	if len(summaries) == 0 {
		return false
	}
	record, err := okrsync.OpenRecord(filepath.Dir(summaries[0]))
	if err != nil {
		r.t.Fatal(err)
	}
	defer record.Close()
	return record.Ended()
}

// murder arranges for the death of a process: by SIGKILL or SIGTERM, after some time or
// at some step of some call. It returns what calls it off.
func (r *round) murder(cmd *exec.Cmd, started <-chan struct{}) (stop func()) {
	signal := syscall.SIGKILL
	if r.random.IntN(4) == 0 {
		signal = syscall.SIGTERM
	}
	var once sync.Once
	kill := func() {
		once.Do(func() {
			<-started
			_ = cmd.Process.Signal(signal) // it may have ended by itself
		})
	}
	r.arrived.Store(nil)
	r.answered.Store(nil)
	switch calls := int64(1 + r.random.IntN(r.rows)); r.random.IntN(4) {
	case 0:
		r.arrived.Store(countdown(calls, kill))
	case 1:
		r.answered.Store(countdown(calls, kill))
	default:
		timer := time.AfterFunc(time.Duration(r.random.IntN(1200))*time.Millisecond, kill)
		return func() { timer.Stop() }
	}
	return func() {}
}

// countdown returns a function that calls another when it is called for the n-th time.
func countdown(n int64, do func()) *func() {
	var calls atomic.Int64
	return new(func() {
		if calls.Add(1) == n {
			do()
		}
	})
}

// check looks at everything that is left when the round is over.
func (r *round) check() {
	r.t.Helper()
	if r.t.Failed() {
		return
	}
	results := r.results()
	for i := range r.rows {
		r.checkRow(i, results[i+2])
	}
	r.checkOthers()
	r.checkMessages()
	r.checkLines()
	if len(results) != r.rows {
		r.t.Errorf("%s: %d rows have an answer", r.about, len(results))
	}
	if stats := r.sim.Stats(); r.clean {
		if want := r.rows - r.bad(); stats.Updates != want || stats.Refused != 0 {
			r.t.Errorf("%s: %d updates where %d rows differed, %d refusals", r.about, stats.Updates, want, stats.Refused)
		}
	}
	r.checkFiles(3)
}

// bad is how many rows are not certain.
func (r *round) bad() int { return (r.rows + 2) / 10 }

// results are the rows of the journal, of which there is one.
func (r *round) results() map[int]okrsync.Result {
	journals, err := filepath.Glob(filepath.Join(r.folder, "okrsync-out", "*", okrsync.JournalName))
	if err != nil || len(journals) != 1 {
		r.t.Fatalf("%s: journals %q, %v", r.about, journals, err)
	}
	record, err := okrsync.OpenRecord(filepath.Dir(journals[0]))
	if err != nil {
		r.t.Fatal(err)
	}
	defer record.Close()
	all := map[int]okrsync.Result{}
	for result, err := range record.Results() {
		if err != nil {
			r.t.Fatal(err)
		}
		all[result.Row] = result
	}
	if record.Damaged > 0 {
		r.t.Errorf("%s: %d lines of the journal are damaged", r.about, record.Damaged)
	}
	return all
}

// checkRow holds a row's answer against what Feishu has.
func (r *round) checkRow(i int, result okrsync.Result) {
	item, _ := r.sim.Item(feishutest.SampleSource, feishutest.SampleTable, feishutest.SampleItem(i+1))
	applied := string(item.Current) == r.value(i)
	want := okrsync.Updated
	if i%10 == 7 {
		want = okrsync.Rejected
	}
	if result.Status != want || applied != (want == okrsync.Updated) {
		r.t.Errorf("%s: row %d has %s, and the answer is %+v", r.about, i+2, item.Current, result)
	}
	compared := !slices.Contains(r.args, "--no-diff")
	if was := r.before[i].Current; compared && applied && !feishu.SameNumber(result.Before.Current, was) {
		r.t.Errorf("%s: row %d was %s, and rollback.csv has %s", r.about, i+2, was, result.Before.Current)
	}
}

// checkOthers looks at the items that no row names.
func (r *round) checkOthers() {
	for i := r.rows; i < r.rows+others; i++ {
		if item, _ := r.sim.Item(feishutest.SampleSource, feishutest.SampleTable, feishutest.SampleItem(i+1)); item != r.before[i] {
			r.t.Errorf("%s: item %d has become %+v", r.about, i+1, item)
		}
	}
}

// checkMessages looks at whom Feishu has messaged: nobody twice about the same item.
func (r *round) checkMessages() {
	told := map[string]int{}
	for _, n := range r.sim.Notifications() {
		if told[n.ItemID]++; told[n.ItemID] > 1 {
			r.t.Errorf("%s: people were messaged %d times about item %s", r.about, told[n.ItemID], n.ItemID)
		}
	}
}

// checkLines looks at the journal itself: each row has been done once.
func (r *round) checkLines() {
	journals, _ := filepath.Glob(filepath.Join(r.folder, "okrsync-out", "*", okrsync.JournalName))
	done := map[int]int{}
	for line := range bytes.Lines(content(r.t, journals[0])) {
		var result okrsync.Result
		if err := json.Unmarshal(line, &result); err != nil {
			r.t.Errorf("%s: %q: %v", r.about, line, err)
		}
		if result.Status == okrsync.Updated || result.Status == okrsync.Rejected {
			done[result.Row]++
		}
	}
	for row := 2; row < r.rows+2; row++ {
		if done[row] != 1 {
			r.t.Errorf("%s: row %d was done %d times", r.about, row, done[row])
		}
	}
}

// checkFiles looks at the folders: the views have every row once, and nothing else is left.
func (r *round) checkFiles(code int) {
	r.t.Helper()
	runs, err := filepath.Glob(filepath.Join(r.folder, "okrsync-out", "2*"))
	if err != nil {
		r.t.Fatal(err)
	}
	runs = slices.DeleteFunc(runs, r.neverBegan)
	if len(runs) != 1 {
		r.t.Fatalf("%s: runs %q", r.about, runs)
	}
	wanted := []string{okrsync.JournalName, report.CSVName, report.XLSXName, report.HTMLName, okrsync.SummaryName}
	if !slices.Contains(r.args, "--no-diff") {
		wanted = append(wanted, report.RollbackName)
	}
	files, err := os.ReadDir(runs[0])
	if err != nil {
		r.t.Fatal(err)
	}
	for _, f := range files {
		info, err := f.Info()
		if err != nil || !slices.Contains(wanted, f.Name()) || info.Mode() != 0o600 {
			r.t.Errorf("%s: %s is left, %v, %v", r.about, f.Name(), info.Mode(), err)
		}
	}
	if len(files) != len(wanted) {
		r.t.Errorf("%s: %d files", r.about, len(files))
	}
	lines, err := csv.NewReader(bytes.NewReader(content(r.t, filepath.Join(runs[0], report.CSVName)))).ReadAll()
	if err != nil || len(lines) != r.rows+1 {
		r.t.Errorf("%s: %d lines in %s, %v", r.about, len(lines), report.CSVName, err)
	}
	var s report.Summary
	if err := json.Unmarshal(content(r.t, filepath.Join(runs[0], okrsync.SummaryName)), &s); err != nil {
		r.t.Fatal(err)
	}
	if s.Check() != nil || s.Counts[okrsync.Rejected] != r.bad() || s.ExitCode != code {
		r.t.Errorf("%s: summary %+v", r.about, s)
	}
}

// neverBegan reports whether a folder is that of a process that was killed before it had
// written the header of its journal.
func (r *round) neverBegan(folder string) bool {
	files, err := os.ReadDir(folder)
	if err != nil {
		r.t.Fatal(err)
	}
	return !slices.ContainsFunc(files, func(f os.DirEntry) bool { return !strings.HasPrefix(f.Name(), ".tmp-") })
}

func content(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
