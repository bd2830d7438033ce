package report

import (
	"iter"
	"path/filepath"

	"okrsync/sync"
)

// A Draft is result.csv while the run goes: it has the lines of the first rows already, as
// far as all of them are done, so that the journal is read for the others only. A row that
// takes longer than some thousand behind it ends the drawing up; so does trouble with the
// file, which is then made of the journal alone.
type Draft struct {
	folder, lang string
	people       People // of the results that were taken in

	file  *sync.File // nil if there is none
	rows  int        // that are in the file
	last  int        // of them, as its number
	line  csvLine
	early []*earlyLine // by place modulo mostEarly; nil where no more are taken in
	spare []*earlyLine // for further ones
}

// An earlyLine is that of a row behind one that is not done.
type earlyLine struct {
	row  int
	line []byte
}

// mostEarly is how many rows from the first that is not done on are taken in. 32 batches of
// 100 rows on their way at a time were seen to be up to 9,500 rows apart.
const mostEarly = 16384

// NewDraft begins result.csv in the folder, with reason and advice in the given language
// ("zh" or "en").
func NewDraft(folder, lang string) *Draft {
	d := &Draft{folder: folder, lang: lang, people: People{}, early: make([]*earlyLine, mostEarly)}
	var err error
	if d.file, err = sync.CreateFile(filepath.Join(folder, CSVName)); err != nil {
		d.Abandon()
	} else if err = d.line.writeHead(d.file, columns); err != nil {
		d.Abandon()
	}
	return d
}

// Add takes in a result that [sync.Job.Run] yielded.
func (d *Draft) Add(r *sync.Result) {
	d.people.note(r)
	switch {
	case d.early == nil:
		return
	case r.Place-d.rows >= mostEarly:
		d.stop()
		return
	}
	d.line.begin()
	if err := d.line.result(r, d.lang); err != nil {
		d.Abandon()
		return
	}
	if r.Place != d.rows {
		early := d.room()
		early.row, early.line = r.Row, append(early.line[:0], d.line.end()...)
		d.early[r.Place%mostEarly] = early
		return
	}
	d.write(r.Row, d.line.end())
	for d.early != nil && d.early[d.rows%mostEarly] != nil {
		slot := d.rows % mostEarly
		next := d.early[slot]
		d.early[slot], d.spare = nil, append(d.spare, next)
		d.write(next.row, next.line)
	}
}

// room is where a line that is early can be put.
func (d *Draft) room() *earlyLine {
	if len(d.spare) == 0 {
		return new(earlyLine)
	}
	last := len(d.spare) - 1
	room := d.spare[last]
	d.spare = d.spare[:last]
	return room
}

func (d *Draft) write(row int, line []byte) {
	if _, err := d.file.Write(line); err != nil {
		d.Abandon()
		return
	}
	d.rows, d.last = d.rows+1, row
}

// stop takes no more results in.
func (d *Draft) stop() { d.early, d.spare = nil, nil }

// Complete completes result.csv with the results of the rows behind the last one that it
// has, and returns the people of all that were added.
func (d *Draft) Complete(behind func(last int) iter.Seq2[sync.Result, error]) (People, error) {
	d.stop()
	if d.file != nil && d.line.writeAll(d.file, behind(d.last), resultIn(d.lang)) == nil {
		file := d.file
		if d.file = nil; file.Complete() == nil {
			return d.people, nil
		}
	}
	d.Abandon()
	return d.people, CSV(d.folder, d.lang, behind(0))
}

// Abandon deletes what is there of a file that is not to be completed as it is.
func (d *Draft) Abandon() {
	if d.file != nil {
		_ = d.file.Abandon()
	}
	d.file = nil
	d.stop()
}
