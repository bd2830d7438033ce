package sync

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"time"
)

// attempts reads the attempts of a run in the order in which they were made. end is
// where the last whole line ends. They are not complete if the file is missing or
// damaged: then any row may have been on its way.
func attempts(folder string, each func(Attempt)) (end int64, complete bool, err error) {
	file, err := os.Open(callsOf(folder))
	if errors.Is(err, fs.ErrNotExist) {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, err
	}
	defer file.Close()
	complete = true
	lines := newLineReader(file)
	for {
		line, err := lines.next()
		if errors.Is(err, io.EOF) {
			return lines.end, complete, nil
		}
		if err != nil {
			return 0, false, err
		}
		var a Attempt
		if unseal(line, &a) != nil || a.Lost {
			complete = false
			continue
		}
		each(a)
	}
}

// forget drops the attempts of a run that ended: no row is on its way any more, and only
// the calls since a time still count for the limits.
func forget(folder string, since time.Time) error {
	var kept []byte
	_, _, err := attempts(folder, func(a Attempt) {
		if a.Rows = nil; a.At.After(since) || a.Quiet.After(since) {
			line, _ := sealed(a) // it was one before
			kept = append(kept, line...)
		}
	})
	if err != nil {
		return err
	}
	return WriteFile(callsOf(folder), func(w io.Writer) error {
		_, err := w.Write(kept)
		return err
	})
}

// Recent reads which calls the runs in the folder out have made for an account since a
// time. A folder that cannot be read has none.
func Recent(out string, account Account, since time.Time) Past {
	var past Past
	now := time.Now()
	for run := range runs(out) {
		info, err := os.Stat(callsOf(run.folder))
		if err != nil || run.header.Account != account {
			continue
		}
		if info.ModTime().Before(since) {
			sweep(run.folder)
			continue
		}
		var made []Attempt
		if _, _, err := attempts(run.folder, func(a Attempt) {
			a.Rows = nil
			made = append(made, a)
		}); err == nil {
			past.add(made, now)
		}
	}
	return past
}

// sweep deletes the attempts of a run that ended long ago: those that no row was left in.
func sweep(folder string) {
	rows := 0
	if _, complete, err := attempts(folder, func(a Attempt) { rows += len(a.Rows) }); err == nil && complete && rows == 0 {
		_ = os.Remove(callsOf(folder)) // the next run tries again
	}
}
