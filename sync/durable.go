package sync

import (
	"bufio"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// temporary is how the name of a file begins that is not complete.
const temporary = ".tmp-"

// WriteFile writes a file so that it either is complete under its name and on the disk,
// or is not there: what had the name before is there until then. It is readable by its
// owner only.
func WriteFile(name string, write func(io.Writer) error) error {
	return WriteFileMode(name, 0o600, write)
}

// WriteFileMode is WriteFile for a file that others may have to read too. What is
// written meanwhile stands beside it, under a name that begins with a dot and does not
// end as the file's does.
func WriteFileMode(name string, mode fs.FileMode, write func(io.Writer) error) error {
	file, err := os.CreateTemp(filepath.Dir(name), temporaryOf(name)+"*")
	if err != nil {
		return err
	}
	buffered := bufio.NewWriterSize(file, 1<<16)
	err = write(buffered)
	if err == nil && mode != 0o600 { // which it has already, and not every file system can change it
		err = file.Chmod(mode)
	}
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
	return syncFolder(filepath.Dir(name))
}

// openRegular opens a file to read it, if it is one: opening a pipe would wait for ever.
func openRegular(name string) (*os.File, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, Errorf("%s 不是普通文件", "%s is not a regular file", name)
	}
	return os.Open(name)
}

// Scratch makes a folder within another for what is needed while a file is written. Whoever
// asks for it removes it.
func Scratch(folder string) (string, error) { return os.MkdirTemp(folder, temporary) }

// Sweep deletes what WriteFile and Scratch left behind in a folder when a process died in
// it. There is nothing where there is no folder.
func Sweep(folder string) error { return sweep(folder, temporary) }

// sweepOf deletes what WriteFile left behind of one file, in a folder in which other
// processes may be writing others.
func sweepOf(name string) error { return sweep(filepath.Dir(name), temporaryOf(name)) }

// temporaryOf is how the name begins of a file that is to have the given name.
func temporaryOf(name string) string { return temporary + filepath.Base(name) + "-" }

func sweep(folder, beginning string) error {
	entries, err := os.ReadDir(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), beginning) && (e.Type().IsRegular() || e.IsDir()) {
			err = errors.Join(err, os.RemoveAll(filepath.Join(folder, e.Name())))
		}
	}
	return err
}

// syncFolder brings the names in a folder to the disk, where the system does not do that
// by itself.
func syncFolder(name string) error {
	if runtime.GOOS == "windows" {
		return nil // a folder cannot be opened there
	}
	folder, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
