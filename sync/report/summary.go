package report

import (
	"encoding/json"
	"io"
	"iter"
	"path/filepath"
	"slices"
	"time"

	"okrsync/feishu"
	"okrsync/sync"
)

// A Summary is a run in numbers, for machines: summary.json.
type Summary struct {
	Version  string     `json:"version"`          // of the program
	Input    sync.Input `json:"input"`            // its rows are those that are counted here
	Shard    sync.Part  `json:"shard,omitzero"`   // if the run was one of several that share the file's rows
	Shards   *Shards    `json:"shards,omitempty"` // if it was put together from those of shards
	Inbox    string     `json:"inbox,omitempty"`  // the drop folder from which the input came
	Outcome  string     `json:"outcome"`          // the exit code as a word
	ExitCode int        `json:"exit_code"`
	Stop     *Stop      `json:"stop,omitempty"` // why the run ended before its last row
	Notices  []Notice   `json:"notices,omitempty"`
	Counts   Counts     `json:"counts"`
	Calls    *Calls     `json:"calls"` // null where only a journal is left of the run

	RateLimited   int     `json:"rate_limited"`   // calls refused for their frequency
	Retries       int     `json:"retries"`        // calls made again
	PausedSeconds float64 `json:"paused_seconds"` // in which everybody was silent

	// Notified is how many people Feishu messages about the rows that were updated;
	// null where the live items were not read, so that it is not known.
	Notified *int `json:"notified"`

	// RowsBefore is how many rows earlier parts of the run had done, which ended early, and
	// ResumedAt when this part began. The counts are those of the whole run, the calls,
	// retries and pauses those of this part.
	RowsBefore int       `json:"rows_before,omitempty"`
	ResumedAt  time.Time `json:"resumed_at,omitzero"`

	// Timeline is how the calls of this part were spread over its time; nil where none went
	// out, or only a journal is left of the run.
	Timeline *History `json:"timeline,omitempty"`

	StartedAt  time.Time `json:"started_at"` // of its first part
	FinishedAt time.Time `json:"finished_at"`
	Files      []string  `json:"files"` // in the run's folder
}

// Shards are those that a run was put together from.
type Shards struct {
	Count   int   `json:"count"`
	Missing []int `json:"missing"` // whose runs were not there
}

// A Stop says why a run ended early, and what to do.
type Stop struct {
	Code   string    `json:"code"`
	Reason sync.Text `json:"reason"`
	Advice sync.Text `json:"advice"`
}

// A Notice is what a person should know about the file although nothing of it was
// refused, such as hidden rows.
type Notice struct {
	Code string `json:"code"`
	sync.Text
}

// Counts is how many rows ended in each status; every status is there.
type Counts map[sync.Status]int

// NewCounts returns counts of nothing.
func NewCounts() Counts {
	counts := make(Counts, len(sync.Statuses))
	for _, s := range sync.Statuses {
		counts[s] = 0
	}
	return counts
}

// Of passes results on and counts them as they go by.
func (c Counts) Of(results iter.Seq2[sync.Result, error]) iter.Seq2[sync.Result, error] {
	return func(yield func(sync.Result, error) bool) {
		for r, err := range results {
			if err == nil {
				c[r.Status]++
			}
			if !yield(r, err) {
				return
			}
		}
	}
}

// People collects whom Feishu messages about a run.
type People map[string]bool

// Of passes results on and collects the people of those that were updated.
func (p People) Of(results iter.Seq2[sync.Result, error]) iter.Seq2[sync.Result, error] {
	return func(yield func(sync.Result, error) bool) {
		for r, err := range results {
			if err == nil {
				p.note(&r)
			}
			if !yield(r, err) {
				return
			}
		}
	}
}

func (p People) note(r *sync.Result) {
	if r.Status == sync.Updated && r.Notifies != "" {
		p[r.Notifies] = true
	}
}

// Add collects the people of results that nobody else ranges over.
func (p People) Add(results iter.Seq2[sync.Result, error]) error {
	for _, err := range p.Of(results) {
		if err != nil {
			return err
		}
	}
	return nil
}

// Total is how many rows were counted.
func (c Counts) Total() int {
	total := 0
	for _, n := range c {
		total += n
	}
	return total
}

// Calls is how many calls went out, by kind.
type Calls struct {
	Token       int `json:"token"`
	List        int `json:"list"`
	Get         int `json:"get"`
	Patch       int `json:"patch"`
	BatchUpdate int `json:"batch_update"`
}

func (c *Calls) add(other Calls) {
	c.Token += other.Token
	c.List += other.List
	c.Get += other.Get
	c.Patch += other.Patch
	c.BatchUpdate += other.BatchUpdate
}

// CallsOf takes the calls of a run from its pacer's tally.
func CallsOf(t sync.Tally) Calls {
	return Calls{
		Token:       t.Calls[feishu.CallToken],
		List:        t.Calls[feishu.CallList],
		Get:         t.Calls[feishu.CallGet],
		Patch:       t.Calls[feishu.CallPatch],
		BatchUpdate: t.Calls[feishu.CallBatchUpdate],
	}
}

// WriteSummary writes summary.json into the folder.
func WriteSummary(folder string, s Summary) error {
	return sync.WriteFile(filepath.Join(folder, sync.SummaryName), func(w io.Writer) error {
		encoder := json.NewEncoder(w)
		encoder.SetEscapeHTML(false)
		encoder.SetIndent("", "  ")
		return encoder.Encode(s)
	})
}

// Add adds the calls of another run, with what became of them, and its time. Of a run that
// was killed the calls are not known, and so those of both are not.
func (s *Summary) Add(other Summary) {
	if s.Calls != nil && other.Calls != nil {
		s.Calls.add(*other.Calls)
	} else {
		s.Calls = nil
	}
	s.RateLimited += other.RateLimited
	s.Retries += other.Retries
	s.PausedSeconds += other.PausedSeconds
	if other.FinishedAt.After(s.FinishedAt) {
		s.FinishedAt = other.FinishedAt
	}
	for _, n := range other.Notices {
		if !slices.Contains(s.Notices, n) {
			s.Notices = append(s.Notices, n)
		}
	}
}

// Check reports whether the counts add up to the rows that were read.
func (s Summary) Check() error {
	if total := s.Counts.Total(); total != s.Input.Rows {
		return sync.Errorf("读取了 %d 行，但有结果的是 %d 行", "%d rows were read, but %d have an answer", s.Input.Rows, total)
	}
	return nil
}
