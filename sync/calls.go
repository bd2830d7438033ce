package sync

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"time"
)

// A note is a line about calls: an attempt, or something else that the next run is to
// know of.
type note struct {
	Attempt

	Over  int       `json:"over,omitempty"`       // so many calls had their answers by then
	Start bool      `json:"start,omitempty"`      // another process goes on
	Lost  bool      `json:"lost,omitempty"`       // there were notes before that are gone
	Quiet time.Time `json:"quiet_until,omitzero"` // nobody sends before
}

// readNotes reads the notes of a run in the order in which they were made. end is where
// the last whole line ends. They are not complete if the file is missing or damaged: then
// any row may have been on its way.
func readNotes(folder string, each func(note)) (end int64, complete bool, err error) {
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
		var n note
		if unseal(line, &n) != nil || n.Lost {
			complete = false
			continue
		}
		each(n)
	}
}

// read takes in the notes of the run in a folder.
func (p *Past) read(folder string) error {
	var notes []note
	_, _, err := readNotes(folder, func(n note) {
		n.Rows = nil
		notes = append(notes, n)
	})
	p.add(notes, time.Now())
	return err
}

// forget replaces the notes of a run that ended: no row is on its way any more, and only
// what the limits still count matters.
func forget(folder string, past Past) error {
	return WriteFile(callsOf(folder), func(w io.Writer) error {
		for n := range past.notes() {
			line, err := sealed(n)
			if err == nil {
				_, err = w.Write(line)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// Recent reads which calls the runs in the folder out have made for an account since a
// time. A folder that cannot be read has none.
func Recent(out string, account Account, since time.Time) Past {
	past := newPast()
	for run := range runs(out) {
		info, err := os.Stat(callsOf(run.folder))
		switch {
		case err != nil || run.header.Account != account:
		case info.ModTime().Before(since):
			outgrow(run.folder)
		default:
			_ = past.read(run.folder)
		}
	}
	return past
}

// outgrow deletes the attempts of a run that ended long ago: those that no row was left in.
func outgrow(folder string) {
	rows := 0
	if _, complete, err := readNotes(folder, func(n note) { rows += len(n.Rows) }); err == nil && complete && rows == 0 {
		_ = os.Remove(callsOf(folder)) // the next run tries again
	}
}
