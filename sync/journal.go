package sync

import (
	"errors"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// The files of a run's folder that say how far it is.
const (
	// JournalName is the truth about the run: what became of which row.
	JournalName = "journal.jsonl"

	// SummaryName is written last. A run without it did not end.
	SummaryName = "summary.json"

	// StateFolder stands beside the folders of the runs and has what only the next run is
	// to read.
	StateFolder = ".okrsync"
)

// JournalFormat is the version of the journal's format. It rises when a reader
// of the version before would misunderstand a line.
const JournalFormat = 2

// A Header is the first line of a journal: what the run was made of.
type Header struct {
	Format    int       `json:"journal"` // JournalFormat
	Version   string    `json:"okrsync"` // the program's version
	Input     Input     `json:"input"`
	Account   Account   `json:"account"`
	Source    string    `json:"metric_source_id,omitempty"` // of rows that name none
	Table     string    `json:"metric_table_id,omitempty"`
	StartedAt time.Time `json:"started_at"`

	// Part is the shard whose run it is; zero where the run has all rows of the file.
	Part Part `json:"shard,omitzero"`

	// Merged are the runs that this one was put together from; none if it was a run itself.
	Merged []Merged `json:"merged,omitempty"`

	// Settings are those that decide what is read from the file and sent for a row.
	Settings map[string]string `json:"settings,omitempty"`
}

// An Account is who the calls are made for; the limits are each account's own.
type Account struct {
	BaseURL string `json:"base_url"`
	AppID   string `json:"app_id,omitempty"` // "" where only a token is known
}

// Same reports whether two runs are of the same content with the same target, so that one
// can continue the other.
func (h Header) Same(other Header) bool {
	return h.Part == other.Part && h.Input.same(other.Input) && h.Account == other.Account &&
		h.Source == other.Source && h.Table == other.Table && maps.Equal(h.Settings, other.Settings)
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

// same reports whether two inputs have the same rows, whatever they are called.
func (i Input) same(other Input) bool {
	i.Path = other.Path
	return i == other
}

// A Journal is the truth about a run: an append-only file with a header line
// and one line of JSON per finished row, written as it happens. Beside it a second one
// takes each call before it goes out.
type Journal struct {
	folder string
	opened time.Time // zero if it was not by this process that it was begun
	unsure bool      // there were notes that are gone
	header *Header   // nil where it is another run's
	lines  spans     // of the rows that were added
	added  int       // lines of rows, of which one may have several
	whole  bool      // when it was closed, all of them were there as they were written
	rows   *appender
	calls  *appender
}

// CreateJournal creates the files of a journal in the folder of a new run, readable by
// their owner only. A journal has its header from the moment that it has its name. It is
// an error if there is one already.
func CreateJournal(folder string, h Header) (*Journal, error) {
	h.Format = JournalFormat
	header, err := sealed(nil, marshalled(h))
	if err != nil {
		return nil, err
	}
	name := filepath.Join(folder, JournalName)
	if _, err := os.Lstat(name); !errors.Is(err, fs.ErrNotExist) {
		return nil, errors.Join(err, &fs.PathError{Op: "create", Path: name, Err: fs.ErrExist})
	}
	j := &Journal{folder: folder, opened: time.Now(), header: &h}
	if j.calls, err = openCalls(folder, os.O_EXCL, -1); err != nil {
		return nil, err
	}
	err = WriteFile(name, func(w io.Writer) error {
		_, err := w.Write(header)
		return err
	})
	if err == nil {
		err = syncFolder(filepath.Dir(folder))
	}
	if err == nil {
		j.rows, err = openAppender(name, 0, -1)
	}
	if err != nil {
		return nil, errors.Join(err, j.calls.close(), os.Remove(j.calls.file.Name()))
	}
	return j, nil
}

// ContinueJournal opens the journal of an unfinished run to go on with it. What a kill
// cut off at its end is dropped, with files that were being written then, and so is the
// summary of the part that ended, if it did: the run has none until it ends again.
func ContinueJournal(r *Record) (*Journal, error) {
	if err := os.Remove(filepath.Join(r.Folder, SummaryName)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	notes := callsOf(r.Folder)
	err := Sweep(r.Folder)
	if r.Header.Part.Divided() {
		err = errors.Join(err, sweepOf(notes)) // other shards write there meanwhile
	} else {
		err = errors.Join(err, Sweep(filepath.Dir(notes)))
	}
	if err != nil {
		return nil, err
	}
	j := &Journal{folder: r.Folder, unsure: r.unsure}
	if j.calls, err = openCalls(r.Folder, 0, r.callsEnd); err != nil {
		return nil, err
	}
	if j.rows, err = openAppender(filepath.Join(r.Folder, JournalName), 0, r.end); err != nil {
		return nil, errors.Join(err, j.calls.close())
	}
	err = j.calls.put(marshalled(note{Attempt: Attempt{At: time.Now().UTC()}, Start: true}))
	if err == nil && r.unsure {
		err = j.calls.put(marshalled(note{Attempt: Attempt{At: time.Now().UTC()}, Lost: true}))
	}
	if err != nil {
		return nil, errors.Join(err, j.rows.close(), j.calls.close())
	}
	return j, nil
}

func openCalls(folder string, flags int, end int64) (*appender, error) {
	name := callsOf(folder)
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return nil, err
	}
	return openAppender(name, os.O_CREATE|flags, end)
}

// openAppender opens a file to append to it. What stands behind its end, unless that is
// negative, is cut off.
func openAppender(name string, flags int, end int64) (*appender, error) {
	if end >= 0 { // before it is opened to append, when not every system cuts a file
		if err := os.Truncate(name, end); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_APPEND|flags, 0o600)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return newAppender(file, info.Size()), nil
}

// Append adds the line of one row, which Flush writes. After an error nothing more is
// written, and every further call returns that error.
func (j *Journal) Append(r Result) error {
	start, length, err := j.rows.add(r.appendTo)
	if s, ok := spanOf(&r, start, length); ok && j.header != nil {
		j.lines.put(r.Row, s)
		j.added++
	}
	return err
}

// Flush hands the lines that were added to the operating system: the death of the process
// does not lose them any more. Rows whose lines it does lose are looked at by the next
// run, since their calls were noted.
func (j *Journal) Flush() error { return j.rows.flush() }

// Sending notes an attempt that is about to go out; after an error it must not.
func (j *Journal) Sending(a Attempt) error { return j.calls.put(a.appendTo) }

// Resting notes that nobody sends before a time.
func (j *Journal) Resting(until time.Time) error {
	return j.calls.put(marshalled(note{Attempt: Attempt{At: time.Now().UTC()}, Quiet: until.UTC()}))
}

// Close brings everything to the disk and closes the journal of a run that has ended, as
// far as it could. It returns the first error the journal had. If there was none, the
// attempts make way for what the pacer still counts of them.
func (j *Journal) Close(p *Pacer) error {
	if err := j.closeRows(); err != nil {
		return errors.Join(err, j.calls.close())
	}
	if err := j.calls.abandon(); err != nil {
		return err
	}
	past := p.past(j.opened)
	past.lost = j.unsure
	return forget(j.folder, past)
}

// closeRows closes the journal itself. While the disk takes it in, it is read once more.
func (j *Journal) closeRows() error {
	_ = j.rows.flush() // the appender keeps the error
	var reading sync.WaitGroup
	reading.Go(func() { j.whole = j.header != nil && intact(filepath.Join(j.folder, JournalName), 1+j.added) })
	defer reading.Wait()
	return j.rows.close()
}

// Record opens a closed journal for reading. What this process has written it knows, and
// need not take apart again, if that is what was there.
func (j *Journal) Record() (*Record, error) {
	if !j.whole || errors.Join(j.rows.failure(), j.calls.failure()) != nil {
		return OpenRecord(j.folder)
	}
	file, err := openRegular(filepath.Join(j.folder, JournalName))
	if err != nil {
		return nil, err
	}
	return &Record{Header: *j.header, Folder: j.folder, file: file, lines: j.lines}, nil
}

// intact reports whether a file has so many lines, and each is what was written.
func intact(name string, want int) bool {
	file, err := openRegular(name)
	if err != nil {
		return false
	}
	defer file.Close()
	lines := newLineReader(file)
	for n := 0; ; n++ {
		line, err := lines.next()
		if errors.Is(err, io.EOF) {
			return n == want
		}
		if err != nil || unseal(line) != nil {
			return false
		}
	}
}
