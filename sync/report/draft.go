package report

import (
	"errors"
	"iter"
	"path/filepath"

	"okrsync/sync"
)

// A Draft is result.csv while the run goes: it has the lines of the first rows already, as
// far as all of them are done, so that the journal is read for the others only. A row that
// takes longer than some thousand behind it ends the drawing up; so does trouble with the
// file, of which none is kept then.
type Draft struct {
	folder, lang string
	people       People

	file  *sync.File // nil if there is none
	rows  int        // that are in the file
	line  csvLine
	early [][]byte // lines by place modulo mostEarly, of rows behind one that is not done; nil where no more are taken in
	spare [][]byte // for further ones
}

// mostEarly is how many rows from the first that is not done on are taken in. 32 batches of
// 100 rows on their way at a time were seen to be up to 9,500 rows apart.
const mostEarly = 16384

// NewDraft begins result.csv in the folder, with reason and advice in the given language
// ("zh" or "en").
func NewDraft(folder, lang string) *Draft {
	d := &Draft{folder: folder, lang: lang, people: People{}, early: make([][]byte, mostEarly)}
	var err error
	if d.file, err = sync.CreateFile(filepath.Join(folder, CSVName)); err != nil {
		d.drop()
	} else if err = d.line.writeHead(d.file, columns); err != nil {
		d.drop()
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
		d.drop()
		return
	}
	if r.Place != d.rows {
		d.early[r.Place%mostEarly] = append(d.room(), d.line.end()...)
		return
	}
	d.write(d.line.end())
	for d.early != nil && d.early[d.rows%mostEarly] != nil {
		slot := &d.early[d.rows%mostEarly]
		d.spare = append(d.spare, *slot)
		*slot = nil
		d.write(d.spare[len(d.spare)-1])
	}
}

// room is where a line that is early can be put.
func (d *Draft) room() []byte {
	if len(d.spare) == 0 {
		return nil
	}
	last := len(d.spare) - 1
	room := d.spare[last]
	d.spare = d.spare[:last]
	return room[:0]
}

func (d *Draft) write(line []byte) {
	if _, err := d.file.Write(line); err != nil {
		d.drop()
		return
	}
	d.rows++
}

// stop takes no more results in.
func (d *Draft) stop() { d.early, d.spare = nil, nil }

// drop does without the file: whatever the trouble with it is, Complete meets it again.
func (d *Draft) drop() {
	if d.file != nil {
		_ = d.file.Abandon()
	}
	d.file, d.rows = nil, 0
	d.stop()
}

// Complete completes result.csv with the results of the rows behind the first ones, and
// returns the people of all.
func (d *Draft) Complete(behind func(first int) iter.Seq2[sync.Result, error]) (People, error) {
	if d.file == nil {
		return d.people, CSV(d.folder, d.lang, d.people.Of(behind(0)))
	}
	file := d.file
	d.file = nil
	d.stop()
	if err := d.line.writeAll(file, d.people.Of(behind(d.rows)), resultIn(d.lang)); err != nil {
		return nil, errors.Join(err, file.Abandon())
	}
	return d.people, file.Complete()
}

// Abandon deletes what is there of a file that is not to be completed.
func (d *Draft) Abandon() { d.drop() }
