package sync

import (
	"os"
	"path/filepath"
	"time"
)

// What a run asks the record of the one that it continues.

// Done is how many rows need not be tried again.
func (r *Record) Done() int {
	n := 0
	for _, s := range r.lines.all() {
		if s.is&isDone != 0 {
			n++
		}
	}
	return n
}

// Ended reports whether the run has done what it could: no row is left that running
// again is for, and its files are written.
func (r *Record) Ended() bool {
	if _, err := os.Stat(filepath.Join(r.Folder, SummaryName)); err != nil || r.lines.len < r.Header.Input.Rows {
		return false
	}
	for _, s := range r.lines.all() {
		if s.is&isLeft != 0 {
			return false
		}
	}
	return true
}

// done returns how a row ended, if it needs no further try. A run that continues none
// has no record.
func (r *Record) done(row int) (Status, bool) {
	if r == nil {
		return "", false
	}
	s, _ := r.lines.of(row)
	return Statuses[s.status], s.is&isDone != 0
}

// noted returns the result of a row that is done.
func (r *Record) noted(row int) (Result, error) {
	s, _ := r.lines.of(row)
	return r.result(row, s)
}

// earlier returns what is known of a row that is not done and for which a call was made.
// Of another one it may be unsure whether there was a call.
func (r *Record) earlier(row int) (result Result, unsure bool) {
	if r == nil {
		return Result{}, false
	}
	if sent, ok := r.sent[row]; ok {
		return sent, r.unsure
	}
	s, _ := r.lines.of(row)
	return Result{Attempts: int(s.attempts)}, r.unsure
}

// outdate takes back that rows are done whose items other runs have written since.
func (r *Record) outdate(written map[string]time.Time) error {
	for row, s := range r.lines.all() {
		if s.is&isDone == 0 {
			continue
		}
		result, err := r.result(row, s)
		if err != nil {
			return err
		}
		if at, ok := written[result.key()]; ok && at.After(result.FinishedAt) {
			s.is &^= isDone
			r.lines.put(row, s)
			r.sent[row] = result // what it had before is still to be brought back
		}
	}
	return nil
}
