package main

import (
	"context"
	"errors"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"time"

	"okrsync/source"
	"okrsync/sync"
	"okrsync/sync/report"
)

// An inspection is a file that is checked: its results, and the problems among them.
type inspection struct {
	account
	input    *source.File
	results  iter.Seq2[sync.Result, error]
	problems *problems
	made     []string // the folders that were made, the innermost first
}

// newCheck is how the file is to be checked.
func (i *inspection) newCheck(ctx context.Context) (sync.Check, error) {
	columns, err := i.input.Given()
	if err != nil {
		return sync.Check{}, err
	}
	missing := missingTargets(i.config, columns)
	command := []string{"plan"}
	for _, what := range missing {
		command = append(command, "--"+what+" ID")
	}
	if i.again != nil {
		i.onward = i.again(command...)
	}
	return sync.Check{
		Rows:       sync.Until(ctx, i.input.Rows()),
		Table:      i.config.target,
		Tables:     len(missing) == 0,
		Duplicates: i.config.duplicates,
	}, nil
}

// read reads the file and writes result.csv, if it is wanted: on the way, as if no two rows
// named the same item, and once more if some do. An error is one that refuses the file.
func (i *inspection) read(check sync.Check) error {
	first := firstReading{check: check}
	folder, err := i.makeFolder()
	if err == nil {
		err = i.list(folder, first.results)
	}
	if !first.done {
		first.run(nil) // what the file is comes before what the disk is
	}
	if first.refused != nil {
		i.dropFolder()
		return first.refused
	}
	i.results = first.Results
	i.noted(i.input, first.Rows, first.Rows)
	switch {
	case errors.Is(err, errNotAlone):
		err = i.list(folder, i.results)
	case !first.Alone:
		i.summary.Counts = report.NewCounts() // they took each row for the only one of its item
	}
	if err != nil {
		i.ended(folder, err)
		return nil
	}
	i.folder = folder
	i.fault = i.summary.Check()
	return nil
}

// A firstReading is the first reading of a file, and what it finds.
type firstReading struct {
	check sync.Check
	done  bool

	sync.Findings
	refused error // the file
}

// errNotAlone says that some rows name the same item.
var errNotAlone = errors.New("what comes of a row depends on another one")

// results does the reading, and yields what comes of each row as if no two of them named
// the same item; if some do, that is the last error. The reading goes on to the end of the
// file, whoever leaves the loop.
func (f *firstReading) results(yield func(sync.Result, error) bool) {
	wanted := true
	f.run(func(r *sync.Result) { wanted = wanted && yield(*r, nil) })
	switch {
	case !wanted:
	case f.refused != nil:
		yield(sync.Result{}, f.refused)
	case !f.Alone:
		yield(sync.Result{}, errNotAlone)
	}
}

func (f *firstReading) run(early func(*sync.Result)) {
	f.check.Early = early
	f.Findings, f.refused = f.check.Run()
	f.done = true
}

// makeFolder makes the folder for the answer.
func (i *inspection) makeFolder() (string, error) {
	for dir := filepath.Clean(i.config.out); ; dir = filepath.Dir(dir) {
		if _, err := os.Lstat(dir); err == nil || dir == filepath.Dir(dir) {
			break
		}
		i.made = append(i.made, dir)
	}
	folder, err := sync.CreateFolder(i.config.out, i.summary.Input.Path, i.summary.StartedAt)
	if err != nil {
		return "", fault{doing: makingFolder, where: i.config.out, err: err}
	}
	i.made = slices.Insert(i.made, 0, folder)
	return folder, nil
}

// dropFolder takes the folder away again, and those above it that were made for it, as far
// as there is nothing in them.
func (i *inspection) dropFolder() {
	for _, dir := range i.made {
		if info, err := os.Lstat(dir); err != nil || !info.IsDir() || os.Remove(dir) != nil {
			return
		}
		i.folder = ""
	}
}

// write writes the files that are made of the results.
func (i *inspection) write() {
	i.settle()
	if i.fault == nil && i.stop == nil {
		if err := i.views(); err != nil {
			i.ended(i.folder, err)
			i.settle()
		}
	}
}

// list ranges over the results, counts them and takes in their problems, and on the way
// writes result.csv, if it is wanted.
func (i *inspection) list(folder string, results iter.Seq2[sync.Result, error]) error {
	s := &i.summary
	s.Counts = report.NewCounts()
	i.problems.close()
	i.problems = newProblems()
	if err := i.problems.begin(i.flags.json); err != nil {
		return fault{doing: spooling, err: err}
	}
	results = s.Counts.Of(i.problems.of(results))
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
	known, ok := errors.AsType[fault](err)
	switch {
	case changed || stopped:
		i.stop, i.summary.Stop = err, stopOf(err)
		i.dropFolder()
	case ok:
		i.fault = known
	default:
		i.fault = fault{doing: writingFiles, where: folder, err: err}
	}
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
