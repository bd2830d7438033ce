package sync

import (
	"os"
	"path/filepath"
	"slices"
	"time"
)

// What a run asks the record of the one that it continues.

// Done is how many rows need not be tried again.
func (r *Record) Done() int {
	done := 0
	for _, s := range r.lines {
		if s.done {
			done++
		}
	}
	return done
}

// Ended reports whether the run has done what it could: no row is left that running
// again is for, and its files are written.
func (r *Record) Ended() bool {
	if _, err := os.Stat(filepath.Join(r.Folder, SummaryName)); err != nil || len(r.lines) < r.Header.Input.Rows {
		return false
	}
	return !slices.ContainsFunc(r.lines, func(s span) bool { return s.left })
}

// done returns how a row ended, if it needs no further try. A run that continues none
// has no record.
func (r *Record) done(row int) (Status, bool) {
	if r == nil {
		return "", false
	}
	s, found := r.find(row)
	return Statuses[s.status], found && s.done
}

// noted returns the result of a row that is done.
func (r *Record) noted(row int) (Result, error) {
	s, _ := r.find(row)
	return r.result(s)
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
	s, _ := r.find(row)
	return Result{Attempts: int(s.attempts)}, r.unsure
}

// outdate takes back that rows are done whose items other runs have written since.
func (r *Record) outdate(written map[string]time.Time) error {
	for i, s := range r.lines {
		if !s.done {
			continue
		}
		result, err := r.result(s)
		if err != nil {
			return err
		}
		if at, ok := written[result.key()]; ok && at.After(result.FinishedAt) {
			r.lines[i].done = false
			r.sent[int(s.row)] = result // what it had before is still to be brought back
		}
	}
	return nil
}
