package sync

import (
	"errors"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// A run is one that the output folder holds.
type run struct {
	folder string
	header Header
	latest time.Time // when its journal was written last
}

// runs gives the runs in the folder out whose journal has a header, and with an error
// those whose journal cannot be read. There are none where there is no such folder.
func runs(out string) iter.Seq2[run, error] {
	return func(yield func(run, error) bool) {
		folders, _ := os.ReadDir(out)
		for _, f := range folders {
			r := run{folder: filepath.Join(out, f.Name())}
			if !f.IsDir() {
				continue
			}
			if err := r.open(); !errors.Is(err, fs.ErrNotExist) && !yield(r, err) {
				return
			}
		}
	}
}

// open reads the header.
func (r *run) open() error {
	file, err := os.Open(filepath.Join(r.folder, JournalName))
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	r.latest = info.ModTime()
	const most = 1 << 20 // of a header, whose paths and names are each shorter than this
	line, err := newLineReader(io.LimitReader(file, most)).next()
	if err != nil {
		return err
	}
	return r.header.read(line)
}

// Unreadable gives the journals in the folder out that cannot be read, and why, of runs
// of an input of that name: whether they are unfinished ones of the same content, nobody
// can say.
func Unreadable(out, input string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for r, err := range runs(out) {
			if err == nil || !strings.Contains(filepath.Base(r.folder), "-"+safeName(input)) {
				continue
			}
			if !yield(filepath.Join(r.folder, JournalName), err) {
				return
			}
		}
	}
}

// Unfinished opens the newest run in the folder out that is the same as the one that is
// about to begin, unless it has ended. It is nil if there is none to continue. Rows whose
// items a later run of the account has written are not done in it any more.
func Unfinished(out string, h Header) (*Record, error) {
	var same run
	var others []run
	for r, err := range runs(out) {
		switch {
		case err != nil:
		case r.header.Account != h.Account:
		case !r.header.Same(h):
			others = append(others, r)
		case same.folder == "" || r.header.StartedAt.After(same.header.StartedAt):
			same = r
		}
	}
	if same.folder == "" {
		return nil, nil
	}
	record, err := OpenRecord(same.folder)
	if err != nil {
		return nil, err
	}
	if record.Ended() {
		return nil, record.Close()
	}
	written, err := writtenBy(others, same.header.StartedAt)
	if err == nil && len(written) > 0 {
		err = record.outdate(written)
	}
	if err != nil {
		return nil, errors.Join(err, record.Close())
	}
	return record, nil
}

// writtenBy says which items runs have written, or may have, after a time, and when each
// of them was written last.
func writtenBy(runs []run, since time.Time) (map[string]time.Time, error) {
	written := map[string]time.Time{}
	for _, r := range runs {
		if r.latest.Before(since) {
			continue
		}
		record, err := OpenRecord(r.folder)
		if errors.Is(err, fs.ErrNotExist) {
			continue // it was deleted meanwhile
		}
		if err != nil {
			return nil, err
		}
		for result, err := range record.Results() {
			if err != nil {
				return nil, errors.Join(err, record.Close())
			}
			if result.MayHaveChanged() {
				written[result.key()] = later(written[result.key()], result.FinishedAt)
			}
		}
		if err := record.Close(); err != nil {
			return nil, err
		}
	}
	return written, nil
}
