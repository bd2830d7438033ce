package sync

import (
	"bufio"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"slices"
)

// A Record is a journal opened for reading: its header and where each row's
// last line stands.
type Record struct {
	Header Header
	file   *os.File
	lines  []span // by row
}

// span is the place of one line.
type span struct {
	row    int
	start  int64
	length int
}

// maxLine bounds a journal's line; the longest honest one, a row with many
// problems in two languages, is a hundredth of it.
const maxLine = 4 << 20

// OpenRecord opens a journal for reading. A last line without its end is the
// trace of a run that was killed, and is left out; any other damage is an error
// that names the line.
func OpenRecord(name string) (*Record, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	r := &Record{file: file}
	if err := r.index(); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", name, err), file.Close())
	}
	return r, nil
}

// index reads the header and notes where the rows' lines are; the last line of
// a row counts.
func (r *Record) index() error {
	lines := bufio.NewReaderSize(r.file, 1<<16)
	var offset int64
	for n := 1; ; n++ {
		line, err := readLine(lines)
		if errors.Is(err, io.EOF) {
			break // what stands behind the last line's end was cut by a kill
		}
		if err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
		if err := r.note(n, line, offset); err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
		offset += int64(len(line)) + 1
	}
	if r.Header.Format == 0 {
		return errors.New("the journal has no header")
	}
	slices.SortStableFunc(r.lines, func(a, b span) int { return cmp.Compare(a.row, b.row) })
	r.lines = lastOfEach(r.lines)
	return nil
}

// note takes in one line: the first is the header, the others are rows.
func (r *Record) note(n int, line []byte, offset int64) error {
	if n == 1 {
		if err := json.Unmarshal(line, &r.Header); err != nil {
			return err
		}
		if r.Header.Format != JournalFormat {
			return fmt.Errorf("format %d is not one this version of okrsync reads", r.Header.Format)
		}
		return nil
	}
	var row struct {
		Row int `json:"row"`
	}
	if err := json.Unmarshal(line, &row); err != nil {
		return err
	}
	if row.Row < 1 {
		return errors.New("a line without a row")
	}
	r.lines = append(r.lines, span{row: row.Row, start: offset, length: len(line)})
	return nil
}

// readLine returns the next line without its end. io.EOF means that there is no
// further whole line.
func readLine(r *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := r.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case err == nil:
			return line[:len(line)-1], nil
		case !errors.Is(err, bufio.ErrBufferFull):
			return nil, err
		case len(line) > maxLine:
			return nil, errors.New("the line is longer than any okrsync writes")
		}
	}
}

// lastOfEach keeps the last of the spans of each row.
func lastOfEach(sorted []span) []span {
	kept := sorted[:0]
	for i, s := range sorted {
		if i+1 == len(sorted) || sorted[i+1].row != s.row {
			kept = append(kept, s)
		}
	}
	return kept
}

// Rows is how many rows have a line.
func (r *Record) Rows() int { return len(r.lines) }

// Results gives the rows' results in file order. An error is the last thing
// yielded.
func (r *Record) Results() iter.Seq2[Result, error] {
	return func(yield func(Result, error) bool) {
		var line []byte
		for _, s := range r.lines {
			line = slices.Grow(line[:0], s.length)[:s.length]
			var result Result
			if _, err := r.file.ReadAt(line, s.start); err != nil {
				yield(Result{}, err)
				return
			}
			if err := json.Unmarshal(line, &result); err != nil {
				yield(Result{}, fmt.Errorf("the line of row %d: %w", s.row, err))
				return
			}
			if !yield(result, nil) {
				return
			}
		}
	}
}

// Close closes the journal.
func (r *Record) Close() error { return r.file.Close() }
