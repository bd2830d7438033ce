package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"go.uber.org/zap"

	"okrsync/sync"
	"okrsync/sync/report"
)

// hold takes the lock of the output folder for the rest of the command, and reads which
// runs are in it, and from them at first which permits are not good yet.
func (s *session) hold() (sync.Runs, error) {
	if s.lock != nil {
		return sync.ReadRuns(s.config.out), nil
	}
	var err error
	if s.config.shard.Divided() {
		s.lock, err = lockShard(s.config.out, s.config.shard)
	} else {
		s.lock, err = lockFolder(s.config.out)
	}
	if err != nil {
		s.lock = nil // which a typed nil is not
		return nil, err
	}
	runs := sync.ReadRuns(s.config.out)
	s.silence = s.pacer.Remember(runs.Recent(s.config.account(), s.config.shard, time.Now().Add(-s.pacer.Horizon())))
	return runs, nil
}

// close ends the session.
func (s *session) close() {
	s.client.Close()
	if s.lock != nil {
		_ = s.lock.Close() // it ends with the process anyway
	}
}

// account is who the configured calls are made for.
func (c config) account() sync.Account {
	return sync.Account{BaseURL: strings.TrimRight(c.baseURL, "/"), AppID: c.appID}
}

// Settings that a journal keeps: whether the run compares, and how it read the file.
const (
	settingDiff      = "sync.diff"
	settingColumns   = "input.columns"
	settingHeaderRow = "input.header_row"
	settingPercent   = "input.percent"
)

// deciding are the settings that decide what is read from a file and sent for a row: a
// run is not continued with other ones.
func (c config) deciding() (map[string]string, error) {
	columns, err := json.Marshal(c.columns)
	return map[string]string{
		"feishu.user_id_type": c.userIDType,
		settingColumns:        string(columns),
		"input.duplicates":    string(c.duplicates),
		settingHeaderRow:      strconv.Itoa(c.headerRow),
		settingPercent:        string(c.percent),
		settingDiff:           c.diff,
	}, err
}

// begin takes up the run's folder and journal, when the file has turned out to be good
// and before the first call: those of the unfinished run of the same file, whose record
// it then returns, or new ones.
func (t *transfer) begin(rows, of int) (*sync.Record, error) {
	t.noted(t.input, rows, of)
	runs, err := t.hold()
	if err != nil {
		return nil, err
	}
	header, err := t.header()
	if err != nil {
		return nil, err
	}
	before, err := t.unfinished(runs, header)
	if err != nil {
		return nil, err
	}
	for name, err := range runs.Unreadable(t.input.Name()) {
		t.logger.Warn(phrase(t.config.lang,
			"无法读取一次较早运行的记录，不会继续它：", "the journal of an earlier run cannot be read, so that it is not continued: ")+name, zap.Error(err))
	}
	if before == nil {
		err = t.create(header)
	} else {
		err = t.resume(before)
	}
	if err != nil {
		return nil, err
	}
	if t.silence > 0 {
		t.logger.Warn(phrase(t.config.lang, "飞书在上次运行中要求的暂停还剩 ", "the pause that Feishu asked an earlier run for lasts another ") + roughly(t.config.lang, t.silence))
		t.silence = 0
	}
	for _, n := range t.summary.Notices {
		t.logger.Info(n.In(t.config.lang), zap.String("code", n.Code))
	}
	t.show.begin(rows, t.summary.RowsBefore)
	return before, nil
}

// header is the header of the run's journal, were it to begin now.
func (a *account) header() (sync.Header, error) {
	deciding, err := a.config.deciding()
	return sync.Header{
		Version:   a.summary.Version,
		Input:     a.summary.Input,
		Account:   a.config.account(),
		Source:    a.config.target.SourceID,
		Table:     a.config.target.ID,
		Settings:  deciding,
		StartedAt: a.summary.StartedAt,
		Part:      a.summary.Shard,
	}, err
}

// unfinished opens the record of the run that this one continues, nil for none.
func (a *account) unfinished(runs sync.Runs, header sync.Header) (*sync.Record, error) {
	if a.flags.fresh {
		return nil, nil
	}
	before, err := runs.Unfinished(header)
	if err != nil {
		return nil, fault{doing: readingBefore, where: a.config.out, err: err}
	}
	if a.before = before; before != nil {
		s := &a.summary
		s.RowsBefore, s.ResumedAt, s.StartedAt = before.Done(), s.StartedAt, before.Header.StartedAt
	}
	return before, nil
}

// continuing tells that the run goes on, or in a plan that it would.
func (a *account) continuing(zh, en string) string {
	s := a.summary
	at, anew := s.StartedAt.Format(time.RFC3339), sync.Text{ZH: "（--fresh 可重新开始）", EN: " (--fresh starts anew)"}
	if a.dropped != nil {
		anew = sync.Text{} // people drop it, and give no flags
	}
	return phrase(a.config.lang,
		fmt.Sprintf("%s %s 开始的运行：%d 行中已完成 %d 行%s", zh, at, s.Input.Rows, s.RowsBefore, anew.ZH),
		fmt.Sprintf("%s the run of %s: %d of %s are done%s", en, at, s.RowsBefore, plural(s.Input.Rows, "row"), anew.EN))
}

// create makes a new run's folder and journal.
func (t *transfer) create(header sync.Header) error {
	name := t.input.Name()
	if shard := t.config.shard; shard.Divided() {
		name = fmt.Sprintf("shard-%d-of-%d-%s", shard.Index, shard.Count, filepath.Base(name))
	}
	folder, err := sync.CreateFolder(t.config.out, name, t.summary.StartedAt)
	if err != nil {
		return fault{doing: makingFolder, where: t.config.out, err: err}
	}
	if t.journal, err = sync.CreateJournal(folder, header); err != nil {
		_ = os.Remove(folder) // there is nothing in it, and the first reason is the one to tell
		return fault{doing: journaling, where: folder, err: err}
	}
	t.in(folder)
	if t.config.has(formatCSV) {
		t.draft = report.NewDraft(folder, t.config.lang)
	}
	return nil
}

// resume goes on with the journal of an unfinished run.
func (t *transfer) resume(before *sync.Record) error {
	journal, err := sync.ContinueJournal(before)
	if err != nil {
		return fault{doing: journaling, where: before.Folder, err: err}
	}
	if err := report.Remove(before.Folder); err != nil {
		return errors.Join(fault{doing: writingFiles, where: before.Folder, err: err}, journal.Close(t.pacer))
	}
	t.journal = journal
	t.in(before.Folder)
	t.logger.Info(t.continuing("继续", "continuing"))
	if before.Damaged > 0 {
		t.logger.Warn(damage(before).In(t.config.lang))
	}
	return nil
}

// damage tells about lines of a journal that are not what was written.
func damage(r *sync.Record) *sync.TextError {
	return sync.Errorf("%[1]s 有 %[2]d 行损坏（第一处在第 %[4]d 行），这些行视为没有结果",
		"%[1]s: %[3]s damaged, the first is line %[4]d; what they said counts as not done",
		filepath.Join(r.Folder, sync.JournalName), r.Damaged, areLines(r.Damaged), r.FirstDamaged)
}

func areLines(n int) string {
	if n == 1 {
		return "1 line is"
	}
	return fmt.Sprintf("%d lines are", n)
}

// in is the news of the run's folder.
func (t *transfer) in(folder string) {
	t.folder = folder
	if t.dropped != nil {
		t.dropped.running(folder, t.summary.RowsBefore)
	}
	t.logger = t.logger.With(zap.String("run", filepath.Base(folder)))
}

// sending notes a call before it goes out. There is none before the journal.
func (t *transfer) sending(a sync.Attempt) error {
	if err := t.journal.Sending(a); err != nil {
		return fault{doing: journaling, where: t.folder, err: err}
	}
	t.timeline.Call(a.At)
	return nil
}

// resting notes a silence that Feishu asked for, for a run that continues this one.
func (t *transfer) resting(p sync.Pause) {
	if p.Try > 0 {
		return // an outage: that it is over is found out at once
	}
	_ = t.journal.Resting(time.Now().Add(p.Length)) // the next note fails too, and ends the run
}
