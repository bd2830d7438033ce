package sync

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// A Merged is one of the runs that another was put together from. Journals only grow, so
// that the size tells whether the run has gone on since.
type Merged struct {
	Shard  int    `json:"shard"`  // its index
	Folder string `json:"folder"` // its name, without where it stands
	Size   int64  `json:"size"`   // of its journal
}

// Siblings reports whether two runs are of shards of the same file, divided alike, with
// the same target: their rows are parts of one answer.
func (h Header) Siblings(other Header) bool {
	if !h.Part.Divided() {
		return false
	}
	other.Part.Index, other.Input.Rows = h.Part.Index, h.Input.Rows
	return h.Same(other)
}

// MergedHeader is the header of the run that the runs of shards come to. Not all need be
// there: the others' rows have no answer then. It began when the first of them did.
func MergedHeader(parts []*Record) Header {
	h := parts[0].Header
	h.Input.Rows, h.Part = h.Part.Rows, Part{}
	for _, r := range parts {
		h.StartedAt = earliest(h.StartedAt, r.Header.StartedAt)
		h.Merged = append(h.Merged, Merged{Shard: r.Header.Part.Index, Folder: filepath.Base(r.Folder), Size: r.end})
	}
	slices.SortFunc(h.Merged, func(a, b Merged) int { return cmp.Compare(a.Shard, b.Shard) })
	return h
}

// Find finds the run that was put together from the very same runs, in the folder of its
// name; "" if there is none.
func (rs Runs) Find(merged Header) string {
	for _, r := range rs {
		if r.err == nil && r.header.Same(merged) && len(merged.Merged) > 0 && slices.Equal(r.header.Merged, merged.Merged) {
			return r.folder
		}
	}
	return ""
}

// Earlier are the folders of the runs that were put together before, whichever shards had
// one by then, the newest first.
func (rs Runs) Earlier(merged Header) []string {
	var same Runs
	for _, r := range rs {
		if r.err == nil && len(r.header.Merged) > 0 && r.header.Same(merged) {
			same = append(same, r)
		}
	}
	slices.SortFunc(same, func(a, b run) int { return b.latest.Compare(a.latest) })
	folders := make([]string, len(same))
	for i, r := range same {
		folders[i] = r.folder
	}
	return folders
}

// Merge writes the journal of a run that is put together from those of shards, in file
// order, into a new folder. A run of the whole file can continue it. If it fails, there is
// none.
func Merge(folder string, h Header, parts []*Record) error {
	type line struct {
		from *Record
		place
	}
	var lines []line
	whole := len(parts) == parts[0].Header.Part.Count
	for _, r := range parts {
		whole = whole && !r.unsure
		for row, s := range r.lines.all() {
			lines = append(lines, line{r, place{row, s}})
		}
	}
	slices.SortFunc(lines, func(a, b line) int { return cmp.Compare(a.row, b.row) })
	j, err := CreateJournal(folder, h)
	if err != nil {
		return err
	}
	j.unsure = !whole // a row without an answer may have been sent
	for _, l := range lines {
		result, err := l.from.result(l.row, l.span)
		if err == nil {
			err = j.Append(result)
		}
		if err != nil {
			return errors.Join(err, j.rows.close(), j.calls.close(), remove(folder))
		}
	}
	return j.Close(NewPacer(nil, 0))
}

// remove removes the journal in a folder.
func remove(folder string) error {
	err := os.Remove(filepath.Join(folder, JournalName))
	if notes := os.Remove(callsOf(folder)); !errors.Is(notes, fs.ErrNotExist) {
		err = errors.Join(err, notes)
	}
	return err
}
