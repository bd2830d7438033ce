package main

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"okrsync/source"
	"okrsync/sync"
	"okrsync/sync/report"
)

// count counts the rows of a journal.
func (a *account) count(record *sync.Record) {
	maps.Copy(a.summary.Counts, record.Counts())
	a.summary.Files = []string{sync.JournalName}
}

// views writes the files that are made from a journal, the summary last. The file is nil
// where it is not at hand any more.
func (a *account) views(record *sync.Record, input *source.File) error {
	s, lang, people := &a.summary, a.config.lang, report.People{}
	compared := record.Header.Settings[settingDiff] != diffOff // else what was there before is not known
	if !a.config.has(formatCSV) {
		if err := people.Add(record.Results()); err != nil {
			return err
		}
	}
	for _, v := range []view{
		{report.CSVName, a.config.has(formatCSV), func() (err error) { people, err = a.csv(record); return err }},
		{report.RollbackName, compared, func() error { return report.Rollback(a.folder, lang, record.Results()) }},
		{report.XLSXName, a.config.has(formatXLSX), func() error { return report.XLSX(a.folder, lang, *s, input, record.Results()) }},
		{report.HTMLName, a.config.has(formatHTML), func() error { return report.HTML(a.folder, lang, *s, record.Results()) }},
		{sync.SummaryName, true, func() error { return report.WriteSummary(a.folder, *s) }},
	} {
		if err := a.writeView(v); err != nil {
			return err
		}
		if compared { // and the first view has met everybody
			s.Notified = new(len(people))
		}
	}
	return nil
}

// csv writes result.csv, as far as it is not drawn up yet, and returns the people of the run.
func (a *account) csv(record *sync.Record) (report.People, error) {
	if a.draft != nil {
		return a.draft.Complete(record.ResultsBehind)
	}
	people := report.People{}
	return people, report.CSV(a.folder, a.config.lang, people.Of(record.Results()))
}

// A view is a file that is made from a journal.
type view struct {
	name   string
	wanted bool
	write  func() error
}

// writeView writes a view. One that is not wanted is not left from an earlier part of the run
// either: it would tell less than there is.
func (a *account) writeView(v view) error {
	if !v.wanted {
		err := os.Remove(filepath.Join(a.folder, v.name))
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	}
	files := a.summary.Files
	a.summary.Files = slices.Concat(files, []string{v.name}) // which some of them list
	err := v.write()
	if err != nil {
		a.summary.Files = files
	}
	return err
}
