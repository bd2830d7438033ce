package main

import (
	"iter"
	"maps"
	"path/filepath"
	"time"

	"okrsync/sync"
	"okrsync/sync/report"
)

// refuse tells about a file that was not run.
func (n *intake) refuse(t taken, err error) taken {
	t = n.refusal(t, err)
	if t.fate != toAttention {
		return t
	}
	return n.scratchAnswer(t)
}

// refusal tells about a file that was not run, before there are answers.
func (n *intake) refusal(t taken, err error) taken {
	s := n.refused(n.path(t.drop.Path()), time.Now().UTC(), err)
	s.Inbox = n.path(t.drop.Folder)
	t.answer, t.code, t.fate = &report.Message{Summary: s}, s.ExitCode, n.fateOf(s, err)
	return t
}

// giveUp sends a file to attention on which process after process has died. What had been
// done of it by then stands in a result.csv, which takes no more memory than a row.
func (n *intake) giveUp(t taken) taken {
	t = n.refusal(t, fault{doing: dyingOf, where: n.path(t.drop.Path()), err: errDied})
	t.fate = toAttention
	record := n.recordOf(t.drop)
	if record == nil {
		return n.scratchAnswer(t)
	}
	defer record.Close()
	s := &t.answer.Summary
	s.Input, s.StartedAt = record.Header.Input, record.Header.StartedAt
	maps.Copy(s.Counts, record.Counts())
	if t = n.scratchAnswer(t); !t.scratch {
		return t
	}
	if err := report.CSV(t.folder, n.config.lang, record.Results()); err != nil {
		t.code, t.fate = n.program.tell(fault{doing: writingFiles, where: n.config.out, err: err}), toStop
	}
	return t
}

// scratchAnswer makes the answers of a file that has no run.
func (n *intake) scratchAnswer(t taken) taken {
	folder, err := sync.Scratch(filepath.Join(n.config.out, sync.StateFolder))
	if err == nil {
		t.folder, t.scratch = folder, true
		err = n.writeAnswers(folder, t.answer.Summary)
	}
	if err != nil {
		t.code = n.program.tell(fault{doing: writingFiles, where: n.config.out, err: err})
		t.fate = toStop
	}
	return t
}

// writeAnswers writes the answers for people about a file without rows.
func (n *intake) writeAnswers(folder string, s report.Summary) error {
	none := iter.Seq2[sync.Result, error](func(func(sync.Result, error) bool) {})
	if n.config.has(formatXLSX) || !n.config.has(formatHTML) {
		if err := report.XLSX(folder, n.config.lang, s, nil, none); err != nil {
			return err
		}
	}
	if n.config.has(formatHTML) {
		return report.HTML(folder, n.config.lang, s, none)
	}
	return nil
}
