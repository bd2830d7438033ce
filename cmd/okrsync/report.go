package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"github.com/gofrs/flock"
	"github.com/spf13/cobra"

	"okrsync/source"
	"okrsync/sync"
	"okrsync/sync/report"
)

// exitKilled stands in the summary of a run that did not end: by the shell's habit 128
// and the number of SIGKILL. The program itself never ends with it.
const exitKilled = 137

func (p *program) reportCommand() *cobra.Command {
	var f syncFlags
	cmd := &cobra.Command{
		Use:   "report RUN_DIR…",
		Short: p.phrase("根据运行记录重新生成结果文件，合并各分片的结果", "write a run's result files again from its journal, and merge shards"),
		Long:  p.page("report"),
		Example: `  okrsync report okrsync-out/20261125T081642Z-values.csv
  okrsync report --lang en okrsync-out/*`,
		RunE: func(cmd *cobra.Command, folders []string) error {
			if len(folders) == 0 {
				return usagef("没有给出运行文件夹：okrsync report RUN_DIR…", "no run given: okrsync report RUN_DIR…")
			}
			c, err := p.load(cmd)
			if err != nil {
				return err
			}
			s := &session{program: p, config: c, flags: f}
			return told{s.retellAll(folders)}
		},
	}
	cmd.Flags().BoolVar(&f.json, "json", false, "write the summary of each run to standard output as JSON")
	cmd.Flags().BoolVarP(&f.quiet, "quiet", "q", false, "say nothing but errors")
	return cmd
}

// retell writes the views of a run's journal again.
func (s *session) retell(folder string) error {
	lock, err := lockExisting(filepath.Dir(folder))
	if err != nil {
		return err
	}
	defer func() { _ = lock.Close() }() // it ends with the process anyway
	record, err := sync.OpenRecord(folder)
	if err != nil {
		return fault{doing: readingJournal, err: err}
	}
	defer record.Close()
	a := account{session: s, folder: record.Folder, summary: summaryOf(record)}
	a.count(record)
	if err := a.conclude(record); err != nil {
		return fault{doing: readingJournal, where: a.folder, err: err}
	}
	if err := a.rewrite(record); err != nil {
		return err
	}
	if err := a.tellRest(record); err != nil {
		return err
	}
	if record.Damaged > 0 {
		return fault{doing: readingJournal, err: damage(record)}
	}
	return nil
}

// rewrite writes the views of a journal, and tells of them.
func (a *account) rewrite(record *sync.Record) error {
	input := originalOf(record)
	if input != nil {
		defer input.Close()
	}
	err := sync.Sweep(a.folder)
	if err == nil {
		err = a.views(record, input)
	}
	if err != nil {
		return fault{doing: writingFiles, where: a.folder, err: err}
	}
	if a.flags.json {
		a.program.printJSON(a.summary)
	}
	a.tellEnd(step{})
	return nil
}

// tellRest tells what becomes of the rows that the run has left.
func (a *account) tellRest(record *sync.Record) error {
	if record.Ended() || a.flags.quiet {
		return nil
	}
	lang := a.config.lang
	switch n := record.Header.Input.Rows - record.Rows(); {
	case n > 0 && len(record.Header.Merged) > 0:
		a.program.say(phrase(lang, fmt.Sprintf("其中 %d 行属于没有结果的分片", n), plural(n, "row")+" of shards that gave no answer"))
	case n > 0:
		a.program.say(phrase(lang,
			fmt.Sprintf("其中 %d 行在程序停止时还没有轮到，没有结果", n),
			plural(n, "row")+" had not been reached when the program stopped: no answer"))
	}
	next, err := sync.ReadRuns(filepath.Dir(a.folder)).Unfinished(record.Header)
	switch {
	case err != nil:
		return fault{doing: readingJournal, where: a.folder, err: err}
	case next == nil || next.Folder != record.Folder:
		a.program.say(phrase(lang, "同一文件后来又有一次运行，这一次不会再继续", "a later run of the same file has taken its place: it is not continued"))
	default:
		a.program.sayNext(step{command: phrase(lang,
			"用同一文件和设置再运行 okrsync sync，会继续这次运行", "okrsync sync with the same file and settings continues it")})
	}
	if next != nil {
		return next.Close()
	}
	return nil
}

// originalOf opens the file of a run as the run did, if it is where it was and what it
// was; else the copy of its sheet in an earlier result.xlsx, if there is one.
func originalOf(record *sync.Record) *source.File {
	in, settings := record.Header.Input, record.Header.Settings
	o := source.Options{
		Sheet: in.Sheet, Encoding: source.Encoding(in.Encoding), Delimiter: in.Delimiter,
		Percent: source.PercentMode(settings[settingPercent]),
	}
	o.HeaderRow, _ = strconv.Atoi(settings[settingHeaderRow])
	if json.Unmarshal([]byte(settings[settingColumns]), &o.Columns) != nil {
		return nil
	}
	if file, err := source.Open(in.Path, o); err == nil {
		if file.SHA256() == in.SHA256 {
			return file
		}
		_ = file.Close() // it was only read
	}
	o.Sheet = ""
	file, err := source.Open(filepath.Join(record.Folder, report.XLSXName), o)
	if err != nil {
		return nil
	}
	return file
}

// summaryOf returns the summary that a run has left, or what its journal tells of one. A
// summary that cannot be read is as good as none: it is a view, and written again.
func summaryOf(record *sync.Record) report.Summary {
	h := record.Header
	none := report.Summary{Version: h.Version, Input: h.Input, StartedAt: h.StartedAt}
	s := none
	content, err := os.ReadFile(filepath.Join(record.Folder, sync.SummaryName))
	if err != nil || json.Unmarshal(content, &s) != nil {
		s = none
	}
	s.Counts = report.NewCounts() // the journal's count
	return s
}

// conclude fills in what the summary of a run that did not end lacks.
func (a *account) conclude(record *sync.Record) error {
	s := &a.summary
	if record.Damaged > 0 {
		s.Stop = stopOf(fault{doing: readingJournal, err: damage(record)})
		s.ExitCode, s.Outcome = exitInternal, outcomes[exitInternal]
		return nil
	}
	if len(record.Header.Merged) > 0 {
		s.Counts[sync.Unprocessed] += s.Input.Rows - s.Counts.Total() // of shards that are missing
	}
	if s.Outcome != "" && s.ExitCode != exitKilled {
		return nil
	}
	for r, err := range record.Results() {
		if err != nil {
			return err
		}
		if r.FinishedAt.After(s.FinishedAt) {
			s.FinishedAt = r.FinishedAt
		}
	}
	s.Counts[sync.Unprocessed] += s.Input.Rows - s.Counts.Total() // not reached
	switch counts := s.Counts; {
	case counts[sync.Unprocessed] > 0:
		s.ExitCode = exitKilled
	case counts[sync.Rejected]+counts[sync.Failed] > 0:
		s.ExitCode = exitRows
	}
	s.Outcome = cmp.Or(outcomes[s.ExitCode], "killed")
	return nil
}

// lockExisting takes the lock of an output folder, if there is one: a run that goes on
// there writes the same files. Where none has ever run there is nothing to lock.
func lockExisting(folder string) (*flock.Flock, error) {
	name := filepath.Join(folder, sync.StateFolder, lockName)
	lock := flock.New(name, flock.SetFlag(os.O_RDONLY))
	locked, err := lock.TryLock()
	switch {
	case locked:
		sign(name)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return nil, fault{doing: locking, where: folder, err: err}
	case err == nil && !locked:
		return nil, held(folder, lockName)
	}
	return lock, nil
}
