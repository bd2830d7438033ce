package sync

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Runs are those that an output folder holds, as their journals' headers tell.
type Runs []run

// A run is one of them.
type run struct {
	folder string
	header Header
	err    error     // why the header cannot be read
	latest time.Time // when the journal was written last
}

// ReadRuns reads which runs the folder out holds. There are none where there is no such
// folder.
func ReadRuns(out string) Runs {
	folders, _ := os.ReadDir(out)
	var runs Runs
	for _, f := range folders {
		if !f.IsDir() {
			continue
		}
		r := run{folder: filepath.Join(out, f.Name())}
		if r.err = r.open(); !errors.Is(r.err, fs.ErrNotExist) {
			runs = append(runs, r)
		}
	}
	return runs
}

// open reads the header.
func (r *run) open() error {
	file, err := openRegular(filepath.Join(r.folder, JournalName))
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	r.latest = info.ModTime()
	const most = 64 << 10 // of a header: names and paths are each much shorter
	beginning := make([]byte, min(info.Size(), 4<<10))
	for {
		n, err := file.ReadAt(beginning, 0)
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		line, _, whole := bytes.Cut(beginning[:n], []byte("\n"))
		if whole {
			return r.header.read(line)
		}
		if n < len(beginning) || int64(n) == info.Size() || n >= most {
			return Errorf("第 %d 行：%v", "line %d: %v", 1, errDamaged)
		}
		beginning = make([]byte, most)
	}
}

// ReadHeader reads the first line of the journal in a run's folder.
func ReadHeader(folder string) (Header, error) {
	r := run{folder: folder}
	err := r.open()
	return r.header, err
}

// Unreadable gives the journals that cannot be read, and why, of runs of an input of that
// name: whether they are unfinished ones of the same content, nobody can say.
func (rs Runs) Unreadable(input string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for _, r := range rs {
			if r.err == nil || !strings.Contains(filepath.Base(r.folder), "-"+safeName(input)) {
				continue
			}
			if !yield(filepath.Join(r.folder, JournalName), r.err) {
				return
			}
		}
	}
}

// Unfinished opens the newest run that is the same as the one that is about to begin,
// unless it has ended. It is nil if there is none to continue. Rows whose items a later
// run has written, by whatever app, are not done in it any more.
func (rs Runs) Unfinished(h Header) (*Record, error) {
	var same run
	var others Runs
	for _, r := range rs {
		switch {
		case r.err != nil:
		case r.header.Account.BaseURL != h.Account.BaseURL:
		case !r.header.Same(h):
			others = append(others, r)
		case same.folder == "" || !r.header.StartedAt.Before(same.header.StartedAt): // of those put together from the same runs, the latest
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
	written, err := others.writtenSince(same.header.StartedAt)
	if err == nil && len(written) > 0 {
		err = record.outdate(written)
	}
	if err != nil {
		return nil, errors.Join(err, record.Close())
	}
	return record, nil
}

// writtenSince says which items runs have written, or may have, after a time, and when
// each of them was written last.
func (rs Runs) writtenSince(since time.Time) (map[string]time.Time, error) {
	written := map[string]time.Time{}
	for _, r := range rs {
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
