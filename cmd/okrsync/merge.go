package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"okrsync/sync"
	"okrsync/sync/report"
)

// merge puts the runs of shards together into a run of the whole file in the folder out,
// and tells of it as of any other. If there is one of the very same runs already, that is
// told again. It returns the run's folder.
func (s *session) merge(out string, d division) (folder string, err error) {
	locks, err := lockAll(d, out)
	defer func() { _ = locks.Close() }() // they end with the process anyway
	if err != nil {
		return "", err
	}
	var parts []*sync.Record
	for _, r := range d.runs {
		part, err := sync.OpenRecord(r.folder)
		if err != nil {
			return "", fault{doing: readingJournal, err: err}
		}
		defer part.Close()
		parts = append(parts, part)
	}
	record, err := mergedRecord(out, parts)
	if err != nil {
		return "", err
	}
	defer record.Close()
	a := account{session: s, folder: record.Folder, summary: summaryOf(record)}
	a.count(record)
	continued := record.Rows() > answeredIn(parts) // by a run of the whole file
	if a.summary.Outcome == "" && !continued {
		a.summary, err = mergedSummary(record, parts, d.missing())
	} else {
		err = a.conclude(record)
	}
	if err != nil {
		return record.Folder, fault{doing: readingJournal, where: a.folder, err: err}
	}
	if err := a.rewrite(record); err != nil {
		return record.Folder, err
	}
	for _, r := range d.old {
		s.say(fmt.Sprintf("%s 有更新的运行，没有采用 %s", r.header.Part.Words().ZH, r.folder),
			fmt.Sprintf("%s has a newer run: %s is left out", r.header.Part.Words().EN, r.folder))
	}
	if continued {
		return record.Folder, a.tellRest(record)
	}
	left := s.tellLeft(d, parts)
	if i := slices.IndexFunc(parts, func(r *sync.Record) bool { return r.Damaged > 0 }); i >= 0 {
		return record.Folder, fault{doing: readingJournal, err: damage(parts[i])}
	}
	return record.Folder, left
}

// lockAll takes the locks of all output folders that a division has runs in, and of the one
// that it gets another in.
func lockAll(d division, out string) (closers, error) {
	folders := []string{out}
	for _, r := range d.runs {
		folders = append(folders, filepath.Dir(r.folder))
	}
	slices.Sort(folders)
	var locks closers
	for _, folder := range slices.Compact(folders) {
		lock, err := lockExisting(folder)
		if err != nil {
			return locks, err
		}
		locks = append(locks, io.Closer(lock))
	}
	return locks, nil
}

// openMerged opens a run that was put together earlier.
func openMerged(folder string) (*sync.Record, error) {
	record, err := sync.OpenRecord(folder)
	if err != nil {
		return nil, fault{doing: readingJournal, where: folder, err: err}
	}
	return record, nil
}

// mergedRecord opens the run that is put together from the parts, or an earlier one that a
// run of the whole file has continued beyond them. If there is none it makes it.
func mergedRecord(out string, parts []*sync.Record) (*sync.Record, error) {
	header, runs := sync.MergedHeader(parts), sync.ReadRuns(out)
	if folder := runs.Find(header); folder != "" {
		return openMerged(folder)
	}
	if answeredIn(parts) < header.Input.Rows {
		for _, folder := range runs.Earlier(header) {
			record, err := openMerged(folder)
			if err != nil || record.Rows() == header.Input.Rows {
				return record, err // a run of the whole file has done what the shards had left
			}
			_ = record.Close() // it was only read
		}
	}
	folder, err := mergeInto(out, header, parts)
	if err != nil {
		return nil, err
	}
	return openMerged(folder)
}

// mergeInto makes the run that is put together from the parts, whole or not at all: half of
// one would be a run like others.
func mergeInto(out string, header sync.Header, parts []*sync.Record) (string, error) {
	state := filepath.Join(out, sync.StateFolder)
	if err := os.MkdirAll(state, 0o700); err != nil {
		return "", fault{doing: makingFolder, where: out, err: err}
	}
	scratch, err := sync.Scratch(state)
	if err != nil {
		return "", fault{doing: makingFolder, where: out, err: err}
	}
	defer func() { _ = os.RemoveAll(scratch) }() // else the next run sweeps it
	if err := sync.Merge(scratch, header, parts); err != nil {
		return "", fault{doing: journaling, where: out, err: err}
	}
	folder, err := sync.CreateFolder(out, header.Input.Path, time.Now())
	if err != nil {
		return "", fault{doing: makingFolder, where: out, err: err}
	}
	err = os.Remove(folder) // of which the name is kept, and a folder replaces no other one everywhere
	if err == nil {
		err = os.Rename(scratch, folder)
	}
	if err != nil {
		return "", fault{doing: makingFolder, where: folder, err: err}
	}
	return folder, nil
}

// answeredIn is how many rows have an answer in some record of several.
func answeredIn(parts []*sync.Record) int {
	rows := 0
	for _, r := range parts {
		rows += r.Rows()
	}
	return rows
}

// mergedSummary adds up the summaries of the parts. Rows that none of them has an answer to
// count as unprocessed.
func mergedSummary(record *sync.Record, parts []*sync.Record, missing []int) (report.Summary, error) {
	whole := account{summary: summaryOf(record)}
	whole.count(record)
	s := &whole.summary
	s.Calls, s.Shards = new(report.Calls), &report.Shards{Count: parts[0].Header.Part.Count, Missing: missing}
	var codes []int
	for _, part := range parts {
		a := account{folder: part.Folder, summary: summaryOf(part)}
		a.count(part)
		if err := a.conclude(part); err != nil {
			return *s, err
		}
		if a.summary.ExitCode == exitKilled {
			a.summary.ExitCode = exitTrouble
		}
		codes = append(codes, a.summary.ExitCode)
		if a.summary.Stop != nil && gravest(codes...) == a.summary.ExitCode {
			s.Stop = a.summary.Stop
		}
		s.Add(a.summary)
	}
	if len(missing) > 0 {
		codes = append(codes, exitTrouble)
		s.Notices = append(s.Notices, report.Notice{Code: "shards_missing", Text: missingText(missing, s.Shards.Count)})
	}
	s.Counts[sync.Unprocessed] += s.Input.Rows - s.Counts.Total()
	s.ExitCode = gravest(codes...)
	s.Outcome = outcomes[s.ExitCode]
	return *s, nil
}

// missingText says which shards have no run.
func missingText(missing []int, count int) sync.Text {
	list := strings.Trim(strings.Join(strings.Fields(fmt.Sprint(missing)), ", "), "[]")
	if len(missing) == 1 {
		return sync.Textf("缺少分片 %[1]s（共 %[2]d 个）的结果", "the run of shard %[1]s of %[2]d is missing", list, count)
	}
	return sync.Textf("缺少分片 %[1]s（共 %[2]d 个）的结果", "the runs of shards %[1]s of %[2]d are missing", list, count)
}

// tellLeft tells which shards are missing or have rows left, and what to do about it. That
// some are missing is a failure: there is no answer to the whole file.
func (s *session) tellLeft(d division, parts []*sync.Record) error {
	header, missing := d.runs[0].header, d.missing()
	rows, unfinished := header.Part.Rows, slices.Clone(missing)
	for _, r := range d.runs {
		rows -= r.header.Input.Rows
	}
	if len(missing) > 0 {
		text := missingText(missing, header.Part.Count)
		s.program.complain(phrase(s.config.lang, text.ZH+fmt.Sprintf("：%d 行没有处理", rows), text.EN+": "+plural(rows, "row")+" without an answer"))
	}
	for _, r := range parts {
		if part := r.Header.Part; !r.Ended() {
			unfinished = append(unfinished, part.Index)
			s.say(part.Words().ZH+"没有全部完成", part.Words().EN+" has not finished")
		}
	}
	if len(unfinished) > 0 && !s.flags.quiet {
		first := sync.Shard{Index: slices.Min(unfinished), Count: header.Part.Count}
		others := sync.Text{}
		if n := len(unfinished) - 1; n > 0 {
			others = sync.Textf("，另外 %d 个分片也这样运行", ", likewise the other %d", n)
		}
		s.program.sayNext(step{command: phrase(s.config.lang,
			fmt.Sprintf("用同样的设置运行 okrsync sync --shard %s %s%s，然后再运行 okrsync report", first, shellWord(header.Input.Path), others.ZH),
			fmt.Sprintf("okrsync sync --shard %s %s with the same settings%s, then okrsync report again", first, shellWord(header.Input.Path), others.EN))})
	}
	if len(missing) > 0 {
		return told{exitTrouble}
	}
	return nil
}

// say tells something that is no error.
func (s *session) say(zh, en string) {
	if !s.flags.quiet {
		s.program.say(phrase(s.config.lang, zh, en))
	}
}
