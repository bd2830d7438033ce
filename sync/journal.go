package sync

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"
)

// JournalFormat is the version of the journal's format. It rises when a reader
// of the version before would misunderstand a line.
const JournalFormat = 1

// syncEvery is how long a line may be on its way to the disk.
const syncEvery = time.Second

// A Header is the first line of a journal: what the run was made of.
type Header struct {
	Format    int       `json:"journal"` // JournalFormat
	Version   string    `json:"okrsync"` // the program's version
	Input     Input     `json:"input"`
	Source    string    `json:"metric_source_id,omitempty"` // of rows that name none
	Table     string    `json:"metric_table_id,omitempty"`
	StartedAt time.Time `json:"started_at"`
}

// An Input is the file of a run.
type Input struct {
	Path   string `json:"path"`
	SHA256 string `json:"sha256"`
	Sheet  string `json:"sheet"` // of a workbook
	Rows   int    `json:"rows"`

	Encoding  string `json:"encoding,omitempty"`  // of a text
	Delimiter string `json:"delimiter,omitempty"` // of a text
}

// A Journal is the truth about a run: an append-only file with a header line
// and one line of JSON per finished row, written as it happens. A line is with
// the operating system when Append returns, so that the death of the process
// does not lose it, and on the disk within a second, so that only the death of
// the machine can lose the lines of that second.
type Journal struct {
	mu    sync.Mutex
	file  *os.File
	err   error // the first failure; nothing is written after it
	timer *time.Timer
	dirty bool
}

// CreateJournal creates the file, readable by its owner only, and writes the
// header. It is an error if there is a file of that name already.
func CreateJournal(name string, h Header) (*Journal, error) {
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	j := &Journal{file: file}
	j.timer = time.AfterFunc(syncEvery, j.sync)
	j.timer.Stop()
	h.Format = JournalFormat
	if err := errors.Join(j.write(h), j.file.Sync()); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return j, nil
}

// Append writes the line of one row. After an error nothing more is written,
// and every further call returns that error.
func (j *Journal) Append(r Result) error { return j.write(r) }

func (j *Journal) write(v any) error {
	line, err := json.Marshal(v)
	if err != nil {
		return err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.err != nil {
		return j.err
	}
	if len(line) >= maxLine {
		return fmt.Errorf("the line would be %d bytes long", len(line))
	}
	if _, err := j.file.Write(append(line, '\n')); err != nil {
		j.err = err
		return j.err
	}
	if !j.dirty {
		j.dirty = true
		j.timer.Reset(syncEvery)
	}
	return nil
}

// sync brings what was written to the disk.
func (j *Journal) sync() {
	j.mu.Lock()
	defer j.mu.Unlock()
	if !j.dirty || j.err != nil {
		return
	}
	j.dirty = false
	if err := j.file.Sync(); err != nil {
		j.err = err
	}
}

// Close brings everything to the disk and closes the file. It returns the first
// error the journal had.
func (j *Journal) Close() error {
	j.timer.Stop()
	j.sync()
	j.mu.Lock()
	defer j.mu.Unlock()
	return errors.Join(j.err, j.file.Close())
}
