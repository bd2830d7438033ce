package main

import (
	"time"

	"okrsync/source"
	"okrsync/sync"
	"okrsync/sync/report"
)

// An account is what is known of the run of one file, and tells it to people.
type account struct {
	*session
	again  retype // the command line that continues
	onward string // the one to type when all is well, "" for none

	rehearsed bool         // nothing is sent
	folder    string       // of the run, "" before there is one
	stop      error        // why the run ended before its last row
	fault     error        // what must not happen: a disk that is full, a bug
	before    *sync.Record // of the unfinished run that this one continues, nil for none
	summary   report.Summary

	// draft is result.csv while the run goes, nil where it is not drawn up or not wanted.
	draft *report.Draft

	// untold are the rows to mend where the log does not take them, nil where it does.
	untold *problems
}

// closeBefore closes the record of the run before.
func (a *account) closeBefore() {
	if a.before != nil {
		_ = a.before.Close() // it was only read
	}
}

// account starts the account of a file.
func (s *session) account(input *source.File, again retype, started time.Time) account {
	back := ""
	if s.dropped != nil {
		back = s.dropped.folder
	}
	return account{session: s, again: again, summary: report.Summary{
		Version: version(), Inbox: back,
		Input: sync.Input{
			Path: input.Name(), SHA256: input.SHA256(), Sheet: input.Sheet(),
			Encoding: string(input.Encoding()), Delimiter: input.Delimiter(),
		},
		Counts:    report.NewCounts(),
		Calls:     new(report.Calls),
		Files:     []string{},
		StartedAt: started,
	}}
}

// noted takes in what the first reading of the file has shown: how many rows are to be
// answered, and how many it has.
func (a *account) noted(input *source.File, rows, of int) {
	a.summary.Input.Rows = rows
	if shard := a.config.shard; shard.Divided() {
		a.summary.Shard = sync.Part{Shard: shard, Rows: of}
	}
	for _, n := range input.Notices() {
		a.summary.Notices = append(a.summary.Notices, report.Notice{
			Code: string(n.Code), Text: sync.Text{ZH: n.Text("zh"), EN: n.Text("en")},
		})
	}
}
