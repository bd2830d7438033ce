// Package report makes the files that answer a run: views of its journal, in
// file order, each complete under its final name or not there at all.
package report

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// The names of the files in a run's folder, beside sync.JournalName and
// sync.SummaryName.
const (
	CSVName      = "result.csv"
	RollbackName = "rollback.csv"
	XLSXName     = "result.xlsx"
	HTMLName     = "report.html"
)

// Remove removes the files from the folder of a run that goes on: until it has made new
// ones they would tell less than there is.
func Remove(folder string) error {
	var failed error
	for _, name := range []string{CSVName, RollbackName, XLSXName, HTMLName} {
		if err := os.Remove(filepath.Join(folder, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			failed = errors.Join(failed, err)
		}
	}
	return failed
}
