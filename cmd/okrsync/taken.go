package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"okrsync/feishu"
	"okrsync/source"
	"okrsync/source/inbox"
	"okrsync/sync"
	"okrsync/sync/report"
)

// mostBegun is how many processes may die on a file before it has to be looked at.
const mostBegun = 5

// longestWait is how long a file waits for Feishu to take its rows, from the beginning of its
// run; then somebody has to look.
const longestWait = 24 * time.Hour

// taken is a file of the inbox that was taken, and what came of it.
type taken struct {
	drop    inbox.Drop
	fate    fate
	code    int
	stopped bool            // trouble ended the run, and not only some rows
	answer  *report.Message // for the group; nil where there is nothing to tell
	folder  string          // that has the answers
	scratch bool            // and is no run's
	bug     bool            // okrsync's own
}

// through reports whether Feishu has taken the file's rows.
func (t taken) through() bool {
	return !t.scratch && t.folder != "" && (t.code == exitOK || t.code == exitRows || t.code == exitGuard)
}

// dropped is what a run has to know of the file's being from an inbox.
type dropped struct {
	folder  string // to which it goes back when it is mended
	running func(folder string, rows int)
}

// take reads a file of the inbox and sends it. It leaves it where it is.
func (n *intake) take(ctx context.Context, d inbox.Drop) (t taken) {
	t = taken{drop: d, fate: toLeave}
	defer func() {
		if bug := recover(); bug != nil { // one file must not keep the others from coming
			n.program.complain(fmt.Sprintf(n.program.phrase("%s：程序内部错误，请把以下内容交给开发者：%v\n%s", "%s: internal error: %v\n%s"), n.path(d.Path()), bug, debug.Stack()))
			t.fate, t.code, t.answer, t.bug = toLeave, exitInternal, nil, true
		}
	}()
	c, err := n.settingsOf(d.Folder)
	if err != nil {
		t.code = n.complainOnce(err)
		return t
	}
	n.config = c
	if d.Begun >= mostBegun {
		return n.giveUp(t)
	}
	if err := n.box.Begin(&t.drop); err != nil {
		return n.refuse(t, fault{doing: readingInbox, where: n.dir, err: err})
	}
	input, err := n.openDrop(&t.drop)
	if errors.Is(err, inbox.ErrChanged) {
		n.inform(phrase(n.base.lang, "刚刚改变，留到下次：", "changed just now, left for the next pass: ") + n.path(d.Path()))
		return t
	}
	if err != nil {
		return n.refuse(t, err)
	}
	defer input.Close()
	if n.endedBefore(&t, input) {
		return t
	}
	return n.send(ctx, t, input)
}

// openDrop opens a file whose rows have somewhere to go.
func (n *intake) openDrop(d *inbox.Drop) (*source.File, error) {
	name := n.path(d.Path())
	file, err := n.box.Open(d)
	if errors.Is(err, inbox.ErrChanged) {
		return nil, err
	}
	if err != nil {
		return nil, &source.FileError{Code: source.CodeFileUnreadable, File: name, Found: err.Error(), Err: err}
	}
	input, err := source.New(file, name, n.config.sourceOptions())
	if err != nil {
		return nil, err
	}
	leanCollector(input.Size())
	if err := checkTarget(n.config, input); err != nil {
		return nil, errors.Join(err, input.Close())
	}
	return input, nil
}

// endedBefore finds the answer of a process that had done with the file and died before
// it had moved it.
func (n *intake) endedBefore(t *taken, input *source.File) bool {
	record := n.recordOf(t.drop)
	if record == nil {
		return false // it is sent again, after a look at what Feishu has
	}
	defer record.Close()
	if !record.Ended() || record.Header.Input.SHA256 != input.SHA256() {
		return false
	}
	s := summaryOf(record)
	t.folder, t.code = record.Folder, s.ExitCode
	t.fate = n.fateOf(s, nil)
	t.answer = &report.Message{Summary: s, Folder: t.folder}
	return t.fate == toDone || t.fate == toAttention
}

// send runs the file.
func (n *intake) send(ctx context.Context, t taken, input *source.File) taken {
	n.dropped = &dropped{folder: n.path(t.drop.Folder), running: func(folder string, rows int) {
		_ = n.box.Running(&t.drop, filepath.Base(folder), rows) // without it the answer says "unchanged" after a kill
	}}
	run := n.run(ctx, input, nil, time.Now().UTC())
	n.dropped = nil
	message := run.message()
	t.answer, t.code, t.folder = &message, run.summary.ExitCode, run.folder
	t.fate = n.fateOf(run.summary, run.stop)
	t.stopped = run.stop != nil
	_, spent := errors.AsType[*sync.BudgetError](run.stop)
	n.spent = n.spent || spent
	if t.folder == "" && t.fate == toAttention {
		return n.scratchAnswer(t)
	}
	return t
}

// fateOf decides what becomes of a file.
func (n *intake) fateOf(s report.Summary, stop error) fate {
	switch s.ExitCode {
	case exitOK:
		return toDone
	case exitInput:
		if refusal, ok := errors.AsType[*source.FileError](stop); ok && refusal.Code == source.CodeFileChanged {
			return toLeave // somebody saves it just now
		}
		return toAttention
	case exitRows, exitGuard:
		return toAttention
	case exitUsage:
		if _, ok := errors.AsType[*usageError](stop); ok {
			return toAttention // its rows have nowhere to go
		}
	case exitApp:
		if refusal, ok := errors.AsType[*feishu.Error](stop); ok && refusal.Class == feishu.ClassRow {
			return toWait // its table may be the wrong one, and others right
		}
	case exitTrouble:
		if s.FinishedAt.Sub(s.StartedAt) > longestWait {
			return toAttention
		}
		return toWait
	}
	return toStop
}

// recordOf opens the journal of a file's run, nil if there is none that can be read.
func (n *intake) recordOf(d inbox.Drop) *sync.Record {
	if d.Run == "" || d.Run == ".." || filepath.Base(d.Run) != d.Run {
		return nil
	}
	record, err := sync.OpenRecord(filepath.Join(n.config.out, d.Run))
	if err != nil {
		return nil
	}
	return record
}

// complainOnce tells about the settings of a folder, unless the pass before has, or this
// one for another of its files.
func (n *intake) complainOnce(err error) int {
	if !n.news(explain(err, n.base.lang)) {
		return exitCode(err)
	}
	return n.program.tell(err)
}

// answersIn are the files of a run's folder that go with the spreadsheet: those for people,
// or the one for machines if there are no others; both of a run that was given up.
func (t taken) answersIn() []inbox.Answer {
	var list []inbox.Answer
	if t.folder == "" {
		return nil
	}
	for _, name := range []string{report.XLSXName, report.HTMLName, report.CSVName} {
		from := filepath.Join(t.folder, name)
		if _, err := os.Stat(from); err == nil && (name != report.CSVName || len(list) == 0 || t.scratch) {
			list = append(list, inbox.Answer{Suffix: "." + name, From: from})
		}
	}
	return list
}
