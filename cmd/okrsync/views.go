package main

import (
	"maps"

	"okrsync/sync"
	"okrsync/sync/report"
)

// count counts the rows of a journal.
func (a *account) count(record *sync.Record) {
	maps.Copy(a.summary.Counts, record.Counts())
	a.summary.Files = []string{sync.JournalName}
}

// views writes the files that are made from a journal, but for the summary.
func (a *account) views(record *sync.Record) error {
	people := report.People{}
	if err := report.CSV(a.folder, a.config.lang, people.Of(record.Results())); err != nil {
		return err
	}
	a.summary.Files = append(a.summary.Files, report.CSVName)
	if record.Header.Settings[settingDiff] == diffOff {
		return nil // what was there before is not known
	}
	a.summary.Notified = new(len(people))
	if err := report.Rollback(a.folder, a.config.lang, record.Results()); err != nil {
		return err
	}
	a.summary.Files = append(a.summary.Files, report.RollbackName)
	return nil
}
