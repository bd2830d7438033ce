package main

import (
	"okrsync/sync"
	"okrsync/sync/report"
)

// views counts the rows of a journal and writes the files that are made from it.
func (a *account) views(record *sync.Record) error {
	people := report.People{}
	answers := people.Of(a.summary.Counts.Of(record.Results()))
	a.summary.Files = []string{sync.JournalName, report.CSVName}
	if err := report.CSV(a.folder, a.config.lang, answers); err != nil {
		return err
	}
	if record.Header.Settings[settingDiff] == diffOff {
		return nil // what was there before is not known
	}
	a.summary.Notified = new(len(people))
	a.summary.Files = append(a.summary.Files, report.RollbackName)
	return report.Rollback(a.folder, a.config.lang, record.Results())
}

// count counts the rows of a journal that cannot be told whole.
func (a *account) count(record *sync.Record) error {
	a.summary.Files = []string{sync.JournalName}
	for _, err := range a.summary.Counts.Of(record.Results()) {
		if err != nil {
			return err
		}
	}
	return nil
}
