package sync_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	stdsync "sync"
	"testing"
	"time"

	"okrsync/feishu"
	"okrsync/feishu/feishutest"
	"okrsync/source"
	"okrsync/sync"
)

// A scene is a job against a simulated Feishu.
type scene struct {
	t   *testing.T
	sim *feishutest.Server
	job sync.Job

	mu      stdsync.Mutex
	pauses  []sync.Pause
	retries int
}

// newScene returns a job of one update for each of the given number of items.
func newScene(t *testing.T, server feishutest.Config, items int) *scene {
	t.Helper()
	s := &scene{t: t, sim: feishutest.New(server)}
	s.sim.Sample(items)
	pacer := sync.NewPacer([]sync.Limit{{N: 1000, Period: time.Second}}, 0)
	pacer.OnPause = func(p sync.Pause) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.pauses = append(s.pauses, p)
	}
	client, err := feishu.NewClient(feishu.Config{
		BaseURL: "https://open.feishu.cn", AppID: "cli_a", AppSecret: "sesame",
		Transport: s.sim.Transport(), Admit: pacer.Admit,
	})
	if err != nil {
		t.Fatal(err)
	}
	var updates []source.Update
	for i := range items {
		updates = append(updates, update(i+2, i+1, fmt.Sprint(i+1)))
	}
	s.job = sync.Job{
		Rows: rows(updates...), Client: client, Pacer: pacer,
		Table: feishu.Table{SourceID: feishutest.SampleSource, ID: feishutest.SampleTable},
		OnRetry: func(sync.Repeat) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.retries++
		},
		Workers: 1,
	}
	return s
}

func update(row, item int, current string) source.Update {
	return source.Update{Row: row, ItemID: feishutest.SampleItem(item), Current: source.Number(current)}
}

func rows(updates ...source.Update) source.Rows {
	return func(yield func(source.Update, error) bool) {
		for _, u := range updates {
			if !yield(u, nil) {
				return
			}
		}
	}
}

func (s *scene) script(lines string) {
	s.t.Helper()
	if err := s.sim.Script(strings.NewReader(lines)); err != nil {
		s.t.Fatal(err)
	}
}

// run returns the results by row, and the error at the end.
func (s *scene) run(ctx context.Context) (map[int]sync.Result, error) {
	s.t.Helper()
	results := map[int]sync.Result{}
	for r, err := range s.job.Run(ctx) {
		if err != nil {
			return results, err
		}
		if _, twice := results[r.Row]; twice {
			s.t.Errorf("row %d has two results", r.Row)
		}
		results[r.Row] = r
	}
	if s.job.Begin == nil { // no row was done before
		wantPlaces(s.t, results)
	}
	return results, nil
}

// wantPlaces holds that each result says which of the answered rows it is.
func wantPlaces(t *testing.T, results map[int]sync.Result) {
	t.Helper()
	for place, row := range slices.Sorted(maps.Keys(results)) {
		if results[row].Place != place {
			t.Errorf("row %d has place %d, want %d", row, results[row].Place, place)
		}
	}
}

// statuses lists the results' statuses in row order, with their codes.
func statuses(results map[int]sync.Result) string {
	var list []string
	for _, row := range slices.Sorted(maps.Keys(results)) {
		r := results[row]
		list = append(list, strings.TrimSpace(string(r.Status)+" "+r.Code))
	}
	return strings.Join(list, ", ")
}

func counts(results map[int]sync.Result) map[sync.Status]int {
	n := map[sync.Status]int{}
	for _, r := range results {
		n[r.Status]++
	}
	return n
}
