package sync

import (
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
)

// A Record is a journal opened for reading: its header, where each row's last line
// stands, and which rows were on their way when the process died.
type Record struct {
	Header Header
	Folder string

	// Damaged is how many lines are not what was written, and FirstDamaged the number of
	// the first of them. No row is done by guess: theirs have no answer.
	Damaged, FirstDamaged int

	file     *os.File
	end      int64 // of the last whole line
	lines    spans
	sent     map[int]Result // rows that are not done, and for which a call was made
	callsEnd int64          // of the last whole line of the attempts
	unsure   bool           // the attempts are not complete: any row without an answer may have been sent
}

// OpenRecord opens the journal in a run's folder for reading. A last line without its
// end is the trace of a run that was killed, and is left out; other damage is counted. It
// is an error if the header cannot be read.
func OpenRecord(folder string) (*Record, error) {
	name := filepath.Join(folder, JournalName)
	file, err := openRegular(name)
	if err != nil {
		return nil, err
	}
	r := &Record{Folder: folder, file: file, sent: make(map[int]Result)}
	err = r.readLines()
	if err == nil {
		err = r.addInFlight()
	}
	if err != nil {
		return nil, errors.Join(Errorf("%s：%v", "%s: %v", name, err), file.Close())
	}
	return r, nil
}

// readLines reads the header and finds where the rows' lines are; the last line of
// a row counts.
func (r *Record) readLines() error {
	lines := newLineReader(r.file)
	for n := 1; ; n++ {
		line, err := lines.next()
		if errors.Is(err, io.EOF) && n > 1 {
			break
		}
		if errors.Is(err, io.EOF) {
			err = errDamaged // there is not even a header
		}
		if err != nil {
			return Errorf("第 %d 行：%v", "line %d: %v", n, err)
		}
		r.end = lines.end
		if n == 1 {
			err = r.Header.read(line)
		} else {
			err = r.takeIn(line, lines.start)
		}
		if err != nil && n == 1 {
			return Errorf("第 %d 行：%v", "line %d: %v", 1, err)
		}
		if err != nil {
			r.Damaged++
			r.FirstDamaged = cmp.Or(r.FirstDamaged, n)
		}
	}
	return nil
}

// read reads the first line of a journal.
func (h *Header) read(line []byte) error {
	var format struct {
		Format int `json:"journal"`
	}
	if err := json.Unmarshal(line, &format); err == nil && format.Format != JournalFormat && format.Format != 0 {
		return Errorf("记录的格式 %d 不是这个版本的 okrsync 能读取的", "format %d is not one this version of okrsync reads", format.Format)
	}
	if err := unseal(line); err != nil {
		return err
	}
	if err := json.Unmarshal(line, h); err != nil {
		return err
	}
	if h.Format != JournalFormat {
		return Errorf("运行记录没有开头的说明行", "the journal has no header")
	}
	return nil
}

// takeIn takes in the line of a row.
func (r *Record) takeIn(line []byte, start int64) error {
	if err := unseal(line); err != nil {
		return err
	}
	result, err := parseResult(string(line))
	if err != nil {
		return err
	}
	s, ok := spanOf(&result, start, len(line))
	if !ok {
		return errDamaged
	}
	delete(r.sent, result.Row)
	if result.again() && result.Attempts > 0 {
		r.sent[result.Row] = result
	}
	r.lines.put(result.Row, s)
	return nil
}

// addInFlight finds the rows whose last call has no answer in the journal: it was on its
// way when the process died.
func (r *Record) addInFlight() error {
	end, whole, err := readNotes(r.Folder, func(n note) {
		for _, row := range n.Rows {
			s, _ := r.lines.of(row.Row)
			if row.Attempts > max(int(s.attempts), r.sent[row.Row].Attempts) {
				r.sent[row.Row] = row.because(InFlight)
			}
		}
	})
	r.callsEnd, r.unsure = end, !whole || r.Damaged > 0
	for row, result := range r.sent {
		if result.Code == string(InFlight) {
			s, _ := r.lines.of(row)
			s.status, s.is = unprocessed, isThere|isLeft
			r.lines.put(row, s)
		}
	}
	return err
}

// Rows is how many rows have an answer, or were on their way to one.
func (r *Record) Rows() int { return r.lines.len }

// Counts says how many rows have which status.
func (r *Record) Counts() map[Status]int {
	counts := make(map[Status]int)
	for _, s := range r.lines.all() {
		counts[Statuses[s.status]]++
	}
	return counts
}

// Close closes the journal.
func (r *Record) Close() error { return r.file.Close() }
