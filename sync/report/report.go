// Package report makes the files that answer a run: views of its journal, in
// file order, each complete under its final name or not there at all.
package report

import (
	"bufio"
	"errors"
	"io"
	"os"
	"path/filepath"
)

// The names of the files in a run's folder.
const (
	JournalName  = "journal.jsonl"
	CSVName      = "result.csv"
	RollbackName = "rollback.csv"
	SummaryName  = "summary.json"
)

// create writes a file whole: into a temporary one beside it, brought to the
// disk and then given its name. The file is readable by its owner only.
func create(name string, write func(io.Writer) error) error {
	file, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+"-*")
	if err != nil {
		return err
	}
	buffered := bufio.NewWriterSize(file, 1<<16)
	err = write(buffered)
	if err == nil {
		err = buffered.Flush()
	}
	if err == nil {
		err = file.Sync()
	}
	err = errors.Join(err, file.Close())
	if err == nil {
		err = os.Rename(file.Name(), name)
	}
	if err != nil {
		return errors.Join(err, os.Remove(file.Name()))
	}
	return nil
}
