package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"okrsync/source"
	"okrsync/sync"
	"okrsync/sync/report"
)

func (p *program) checkCommand() *cobra.Command {
	var f syncFlags
	cmd := &cobra.Command{
		Use:   "check FILE…",
		Short: p.phrase("只读取文件、不发送：列出每一行的全部问题", "read a file without sending anything: every problem of every row"),
		Long:  p.page("check"),
		Example: `  okrsync check values.xlsx
  okrsync check --lang zh --json values.csv | jq .problems`,
		RunE: func(cmd *cobra.Command, files []string) error {
			if len(files) == 0 {
				return usagef("没有给出文件：okrsync check FILE…", "no file given: okrsync check FILE…")
			}
			c, err := p.load(cmd)
			if err != nil {
				return err
			}
			f.files, p.placed = files, positionals(cmd.Flags(), p.args)
			s := &session{program: p, config: c, flags: f}
			return s.eachFile(cmd.Context(), s.checkFile)
		},
	}
	f.add(cmd)
	return cmd
}

// checkFile checks one file and returns its exit code, having told everything.
func (s *session) checkFile(ctx context.Context, name string, again retype) int {
	started := time.Now().UTC()
	input, err := s.program.openInput(ctx, name, s.config.sourceOptions())
	if err != nil {
		return s.refused(name, started, err).ExitCode
	}
	defer input.Close()
	i := &inspection{account: s.account(input, again, started), input: input, problems: newProblems()}
	if err := i.read(ctx); err != nil {
		return s.refused(name, started, err).ExitCode
	}
	return i.end()
}

// An inspection is a file that is checked: its results, and the problems among them.
type inspection struct {
	account
	input    *source.File
	results  iter.Seq2[sync.Result, error]
	problems *problems
}

// read reads the file for the first time.
func (i *inspection) read(ctx context.Context) error {
	columns, err := i.input.Given()
	if err != nil {
		return err
	}
	missing := missingTargets(i.config, columns)
	command := []string{"plan"}
	for _, what := range missing {
		command = append(command, "--"+what+" ID")
	}
	if i.again != nil {
		i.onward = i.again(command...)
	}
	check := sync.Check{
		Rows:       sync.Until(ctx, i.input.Rows()),
		Table:      i.config.target,
		Tables:     len(missing) == 0,
		Duplicates: i.config.duplicates,
	}
	rows, results, err := check.Run()
	i.results = results
	i.noted(i.input, rows, rows)
	return err
}

// end writes the files, tells what is to be mended and returns the exit code.
func (i *inspection) end() int {
	i.write()
	defer i.problems.close()
	switch {
	case i.flags.json:
		_ = i.printJSON(i.program.stdout) // what becomes of a failure, run decides for all commands
	case i.fault == nil && i.stop == nil && !i.flags.quiet:
		all := report.CSVName
		if !i.config.has(formatCSV) {
			all = filepath.Base(i.bestView())
		}
		i.problems.writeTo(i.program.stdout, i.config.lang, i.summary, all)
	}
	i.tellErrors()
	if i.folder != "" {
		i.tellEnd(i.next())
	}
	return i.summary.ExitCode
}

// write makes the folder and the files in it.
func (i *inspection) write() {
	s := &i.summary
	folder, err := sync.CreateFolder(i.config.out, s.Input.Path, s.StartedAt)
	if err != nil {
		i.fault = fault{doing: makingFolder, where: i.config.out, err: err}
	} else if err := i.problems.begin(i.flags.json); err != nil {
		i.fault = fault{doing: spooling, err: err}
	} else if err := i.list(folder); err != nil {
		i.ended(folder, err)
	} else {
		i.folder = folder
		i.fault = s.Check()
	}
	i.settle()
	if i.fault == nil && i.stop == nil {
		if err := i.views(); err != nil {
			i.ended(folder, err)
			i.settle()
		}
	}
}

// list reads the rows, counts them and takes in their problems, and on the way writes
// result.csv, if it is wanted.
func (i *inspection) list(folder string) error {
	s, results := &i.summary, i.summary.Counts.Of(i.problems.of(i.results))
	if i.config.has(formatCSV) {
		if err := report.CSV(folder, i.config.lang, results); err != nil {
			return err
		}
		s.Files = []string{report.CSVName}
		return nil
	}
	for _, err := range results {
		if err != nil {
			return err
		}
	}
	return nil
}

// settle fills in what is known when the last row is read.
func (i *inspection) settle() {
	s := &i.summary
	s.ExitCode = i.code()
	s.Outcome, s.FinishedAt = outcomes[s.ExitCode], time.Now().UTC()
}

// views writes the files for people, and the summary. Each reads the file again, so there
// are none of one that is too large for people anyway.
func (i *inspection) views() error {
	s, lang := &i.summary, i.config.lang
	small := s.Input.Rows <= report.MostCopied
	for _, v := range []view{
		{report.XLSXName, small && i.config.has(formatXLSX), func() error { return report.XLSX(i.folder, lang, *s, i.input, i.results) }},
		{report.HTMLName, small && i.config.has(formatHTML), func() error { return report.HTML(i.folder, lang, *s, i.results) }},
		{sync.SummaryName, true, func() error { return report.WriteSummary(i.folder, *s) }},
	} {
		if err := i.writeView(v); err != nil {
			return err
		}
	}
	return nil
}

// ended takes in why there is no file of results: the input changed, somebody said
// stop, or the disk is full.
func (i *inspection) ended(folder string, err error) {
	_, changed := errors.AsType[*source.FileError](err)
	_, stopped := errors.AsType[interrupted](err)
	if changed || stopped {
		i.stop, i.summary.Stop = err, stopOf(err)
		_ = os.Remove(folder) // there is nothing in it
		return
	}
	i.fault = fault{doing: writingFiles, where: folder, err: err}
}

// code returns the exit code.
func (i *inspection) code() int {
	if i.fault != nil || i.stop != nil {
		return gravest(exitCode(i.fault), exitCode(i.stop))
	}
	if i.summary.Counts[sync.Rejected] > 0 {
		return exitRows
	}
	return exitOK
}

// printJSON writes the summary with a list of all problems.
func (i *inspection) printJSON(w io.Writer) error {
	head, err := json.Marshal(i.summary)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(w, `%s,"problems":[`, inert(head[:len(head)-1])); err != nil {
		return err
	}
	if err := i.problems.copyTo(w); err != nil {
		return err
	}
	_, err = fmt.Fprintln(w, "]}")
	return err
}
