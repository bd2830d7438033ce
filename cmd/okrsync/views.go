package main

import (
	"maps"

	"okrsync/source"
	"okrsync/sync"
	"okrsync/sync/report"
)

// count counts the rows of a journal.
func (a *account) count(record *sync.Record) {
	maps.Copy(a.summary.Counts, record.Counts())
	a.summary.Files = []string{sync.JournalName}
}

// views writes the files that are made from a journal, the summary last.
func (a *account) views(record *sync.Record, input *source.File) error {
	s, lang, people := &a.summary, a.config.lang, report.People{}
	if a.config.has(formatCSV) {
		if err := report.CSV(a.folder, lang, people.Of(record.Results())); err != nil {
			return err
		}
		s.Files = append(s.Files, report.CSVName)
	} else if err := people.Add(record.Results()); err != nil {
		return err
	}
	if record.Header.Settings[settingDiff] != diffOff { // else what was there before is not known
		s.Notified = new(len(people))
		if err := report.Rollback(a.folder, lang, record.Results()); err != nil {
			return err
		}
		s.Files = append(s.Files, report.RollbackName)
	}
	if a.config.has(formatXLSX) {
		if err := report.XLSX(a.folder, lang, *s, input, record.Results()); err != nil {
			return err
		}
		s.Files = append(s.Files, report.XLSXName)
	}
	if a.config.has(formatHTML) {
		s.Files = append(s.Files, report.HTMLName)
		if err := report.HTML(a.folder, lang, *s, record.Results()); err != nil {
			return err
		}
	}
	s.Files = append(s.Files, sync.SummaryName)
	return report.WriteSummary(a.folder, *s)
}
