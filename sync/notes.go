package sync

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// callsOf is the file with the notes about the calls of the run in a folder.
func callsOf(folder string) string {
	return filepath.Join(filepath.Dir(folder), StateFolder, filepath.Base(folder)+".calls.jsonl")
}

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
// the last whole line ends. They are not whole if the file is missing or damaged: then any
// row may have been on its way.
func readNotes(folder string, each func(note)) (end int64, whole bool, err error) {
	file, err := openRegular(callsOf(folder))
	if errors.Is(err, fs.ErrNotExist) {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, err
	}
	defer file.Close()
	whole = true
	lines := newLineReader(file)
	for {
		line, err := lines.next()
		if errors.Is(err, io.EOF) {
			return lines.end, whole, nil
		}
		if err != nil {
			return 0, false, err
		}
		var n note
		if err = unseal(line); err == nil {
			n, err = parseNote(string(line))
		}
		if err != nil || n.Lost || slices.ContainsFunc(n.Rows, Result.nowhere) {
			whole = false
			continue
		}
		n.landed()
		each(n)
	}
}

// forget replaces the notes of a run that ended: no row is on its way any more, and only
// what the limits still count matters.
func forget(folder string, past Past) error {
	return WriteFile(callsOf(folder), func(w io.Writer) error {
		for n := range past.notes() {
			line, err := sealed(nil, marshalled(n))
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

// outgrow empties the notes of a run that ended long ago: those that no row was left in.
// An empty file is one that is whole.
func outgrow(folder string) {
	rows := 0
	if _, whole, err := readNotes(folder, func(n note) { rows += len(n.Rows) }); err == nil && whole && rows == 0 {
		_ = os.Truncate(callsOf(folder), 0) // the next run tries again
	}
}
