package sync_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	stdsync "sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"okrsync/feishu"
	"okrsync/feishu/feishutest"
	"okrsync/source"
	"okrsync/sync"
)

// A mortal is a process that dies at one of the moments in which it touches the world: as
// it gets a permit, notes a call, sends it, hears the answer, or notes a result. From
// then on it reaches neither the disk nor the server.
type mortal struct {
	mu    stdsync.Mutex
	left  int // moments until it dies; below zero it lives
	dead  bool
	death context.CancelFunc
}

var errDead = errors.New("the process is dead")

// live does something in one moment, if the process still lives by then.
func (m *mortal) live(do func() error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.left--; m.left == 0 {
		m.dead = true
		m.death()
	}
	if m.dead {
		return errDead
	}
	return do()
}

// through sends a request, unless the process is dead, and gives back the answer,
// unless it has died meanwhile.
func (m *mortal) through(wire http.RoundTripper) http.RoundTripper {
	nothing := func() error { return nil }
	return roundTrip(func(r *http.Request) (*http.Response, error) {
		if err := m.live(nothing); err != nil {
			return nil, err
		}
		response, err := wire.RoundTrip(r)
		if dead := m.live(nothing); dead != nil {
			return nil, dead
		}
		return response, err
	})
}

// A saga is the sync of one file by processes that die.
type saga struct {
	sim     *feishutest.Server
	out     string
	rows    []source.Update
	limit   sync.Limit
	batch   int
	workers int
	compare bool
}

// life is one of the processes. It dies after so many moments, and lives to the end with
// none. It returns why the run did not end, nil if it did.
func (s saga) life(moments int) error {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	m := &mortal{left: moments, death: cancel}
	pacer := sync.NewPacer([]sync.Limit{s.limit}, 0)
	client, err := feishu.NewClient(feishu.Config{
		BaseURL: "https://open.feishu.cn", AppID: "cli_a", AppSecret: "sesame", Transport: m.through(s.sim.Transport()), Admit: pacer.Admit,
	})
	if err != nil {
		return err
	}
	defer client.Close()
	var journal *sync.Journal
	var before *sync.Record
	defer func() {
		if before != nil {
			before.Close()
		}
	}()
	pacer.OnAttempt = func(a sync.Attempt) error { return m.live(func() error { return journal.Sending(a) }) }
	job := sync.Job{
		Rows: rows(s.rows...), Client: client, Pacer: pacer, Compare: s.compare, BatchSize: s.batch, Workers: s.workers, Confirmed: true,
		Table: feishu.Table{SourceID: feishutest.SampleSource, ID: feishutest.SampleTable},
	}
	job.Begin = func(n, _ int) (_ *sync.Record, err error) {
		before, journal, err = s.begin(pacer, n)
		return before, err
	}
	job.OnCommit = func() error {
		if journal == nil {
			return nil
		}
		return m.live(journal.Flush)
	}
	var ended error
	for r, err := range job.Run(ctx) {
		if ended = err; err == nil {
			ended = m.live(func() error { return journal.Append(r) })
		}
		if ended != nil {
			break
		}
	}
	if journal == nil || m.dead {
		return ended
	}
	return errors.Join(ended, journal.Close(pacer), s.end())
}

// end writes the summary, as the program does when all else is written.
func (s saga) end() error {
	folder, err := s.folder()
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, sync.SummaryName), nil, 0o600)
}

// folder is that of the run: there is one, however many processes it took.
func (s saga) folder() (string, error) {
	journals, err := filepath.Glob(filepath.Join(s.out, "*", sync.JournalName))
	if err != nil || len(journals) != 1 {
		return "", fmt.Errorf("journals %q, %w", journals, err)
	}
	return filepath.Dir(journals[0]), nil
}

// results are those that the journal has in the end, by row, without what differs from
// run to run.
func (s saga) results() (map[int]sync.Result, error) {
	folder, err := s.folder()
	if err != nil {
		return nil, err
	}
	record, err := sync.OpenRecord(folder)
	if err != nil {
		return nil, err
	}
	defer record.Close()
	all := map[int]sync.Result{}
	for r, err := range record.Results() {
		if err != nil {
			return nil, err
		}
		r.FinishedAt, r.Attempts, r.HTTPStatus, r.LogID, r.Uncertain = time.Time{}, 0, 0, "", false
		all[r.Row] = r
	}
	return all, nil
}

// harm does to the files of the run what a disk may do to them while no process lives:
// it tears the last line, flips a bit of the journal behind its header or of the notes, or
// loses them.
func (s saga) harm(random *rand.Rand, badly bool) error {
	folder, err := s.folder()
	if err != nil {
		return err
	}
	name := filepath.Join(folder, sync.JournalName)
	content, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	header := bytes.IndexByte(content, '\n') + 1
	switch random.IntN(5) {
	case 0:
		content = append(content, content[:random.IntN(header)]...) // of a line that did not get further
	case 1:
		if badly && len(content) > header {
			content[header+random.IntN(len(content)-header)] ^= 1 << random.IntN(8)
		}
	case 2:
		if badly {
			return os.Remove(calls(folder))
		}
	case 3:
		if notes, err := os.ReadFile(calls(folder)); badly && err == nil && len(notes) > 0 {
			notes[random.IntN(len(notes))] ^= 1 << random.IntN(8)
			return os.WriteFile(calls(folder), notes, 0o600)
		}
	}
	return os.WriteFile(name, content, 0o600)
}

// run lets processes die until one does not.
func (s saga) run(random *rand.Rand, deaths int, badly bool) error {
	for range deaths {
		err := s.life(1 + random.IntN(6*len(s.rows)+10))
		if err == nil {
			return nil
		}
		if !errors.Is(err, errDead) && !errors.Is(err, context.Canceled) {
			return err
		}
		if err := s.harm(random, badly); err != nil {
			return err
		}
		<-time.After(time.Duration(random.IntN(3000)) * time.Millisecond)
	}
	return s.life(0)
}

// TestKilledAnywhere is the model check of promises 1 and 2: whatever sheet is synced by
// processes that are killed at whatever moments, while the disk may damage what they
// leave, the end is that of a run that nobody killed: the same answers with the same
// values before, the same store, no item written twice, and no limit exceeded unless the
// notes of the calls were damaged.
func TestKilledAnywhere(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var (
			seed    = rapid.Uint64().Draw(rt, "seed")
			items   = rapid.IntRange(1, 30).Draw(rt, "items")
			limit   = sync.Limit{N: rapid.IntRange(1, 40).Draw(rt, "limit"), Period: time.Duration(rapid.IntRange(200, 5000).Draw(rt, "period")) * time.Millisecond}
			batch   = rapid.SampledFrom([]int{1, 1, 7, 100}).Draw(rt, "batch")
			workers = rapid.SampledFrom([]int{1, 6, 30}).Draw(rt, "workers")
			compare = rapid.Bool().Draw(rt, "compare")
			deaths  = rapid.IntRange(1, 8).Draw(rt, "deaths")
			badly   = rapid.Bool().Draw(rt, "badly")
			given   = rapid.SliceOfN(rapid.Custom(drawRow(items)), 1, 30).Draw(rt, "rows")
		)
		for i := range given {
			given[i].Row = i + 2
		}
		var problem string
		synctest.Test(t, func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 0))
			var results [2]map[int]sync.Result
			var stores [2]string
			var updates [2]int
			for i := range 2 {
				s := saga{out: t.TempDir(), rows: given, limit: limit, batch: batch, workers: workers, compare: compare}
				s.sim = feishutest.New(feishutest.Config{
					Latency: 20 * time.Millisecond, Jitter: 30 * time.Millisecond, Seed: seed, ListTotal: true,
					Limit: feishutest.Limit{N: limit.N, Period: limit.Period},
				})
				s.sim.Sample(items)
				err := s.run(random, i*deaths, badly)
				var found error
				results[i], found = s.results()
				stores[i] = stored(s.sim)
				if err := errors.Join(err, found); err != nil {
					problem = fmt.Sprintf("run %d: %v", i, err)
					return
				}
				if n := s.sim.Stats().Refused; n > 0 && !badly {
					problem = fmt.Sprintf("run %d: %d calls were refused for their frequency", i, n)
					return
				}
				updates[i] = s.sim.Stats().Updates
			}
			if problem = difference(results, stores, badly); problem == "" && updates[1] > updates[0] {
				problem = fmt.Sprintf("%d items were updated, and %d without kills", updates[1], updates[0])
			}
		})
		if problem != "" {
			rt.Fatal(problem)
		}
	})
}

// drawRow draws a row about one of the items, or about one that is not there.
func drawRow(items int) func(*rapid.T) source.Update {
	return func(t *rapid.T) source.Update {
		u := source.Update{ItemID: feishutest.SampleItem(rapid.IntRange(1, items+1).Draw(t, "item"))}
		number := rapid.SampledFrom([]source.Number{"", "", "1", "0.5", "-7", "1201"})
		u.Current, u.Target, u.Initial = number.Draw(t, "current"), number.Draw(t, "target"), number.Draw(t, "initial")
		return u
	}
}

// stored is what the simulator's items are, however a number is written.
func stored(sim *feishutest.Server) string {
	var text strings.Builder
	for _, i := range sim.Snapshot().Sources[0].Tables[0].Items {
		fmt.Fprint(&text, i.ID)
		for _, n := range []json.Number{i.Initial, i.Target, i.Current} {
			f, err := n.Float64()
			fmt.Fprint(&text, " ", f, err == nil)
		}
		fmt.Fprintln(&text)
	}
	return text.String()
}

// difference tells in which row the second of two runs ended otherwise than the first.
// Where the notes of what was sent are damaged, a row that Feishu has already may be
// unchanged instead of updated.
func difference(results [2]map[int]sync.Result, stores [2]string, damaged bool) string {
	for _, row := range slices.Sorted(maps.Keys(results[0])) {
		want, got := results[0][row], results[1][row]
		if damaged && want.Status == sync.Updated && got.Status == sync.Unchanged {
			continue
		}
		if fmt.Sprint(want) != fmt.Sprint(got) {
			return fmt.Sprintf("row %d\n  want %+v\n   got %+v", row, want, got)
		}
	}
	if len(results[0]) != len(results[1]) {
		return fmt.Sprintf("%d and %d results", len(results[0]), len(results[1]))
	}
	if stores[0] != stores[1] {
		return "other values in the store:\n" + stores[0] + "\n" + stores[1]
	}
	return ""
}

// begin takes up the run as the program does.
func (s saga) begin(pacer *sync.Pacer, n int) (*sync.Record, *sync.Journal, error) {
	header := sync.Header{Input: sync.Input{Path: "rows.csv", SHA256: "1", Rows: n}, StartedAt: time.Now()}
	pacer.Remember(sync.ReadRuns(s.out).Recent(header.Account, sync.Shard{}, time.Now().Add(-pacer.Horizon())))
	before, err := sync.ReadRuns(s.out).Unfinished(header)
	if err != nil {
		return nil, nil, err
	}
	if before != nil {
		journal, err := sync.ContinueJournal(before)
		return before, journal, err
	}
	folder, err := sync.CreateFolder(s.out, "rows.csv", time.Now())
	if err != nil {
		return nil, nil, err
	}
	journal, err := sync.CreateJournal(folder, header)
	return nil, journal, err
}
