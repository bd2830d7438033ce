// Package report makes the files that answer a run: views of its journal, in
// file order, each complete under its final name or not there at all.
package report

// The names of the files in a run's folder, beside sync.JournalName and
// sync.SummaryName.
const (
	CSVName      = "result.csv"
	RollbackName = "rollback.csv"
	XLSXName     = "result.xlsx"
	HTMLName     = "report.html"
)
