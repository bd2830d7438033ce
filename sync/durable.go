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
	file, err := CreateFile(name)
	if err != nil {
		return err
	}
	err = write(file.buffered)
	if err == nil && mode != 0o600 { // which it has already, and not every file system can change it
		err = file.file.Chmod(mode)
	}
	if err != nil {
		return errors.Join(err, file.Abandon())
	}
	return file.Complete()
}

// A File is one that is being written. It has its name from the moment that it is
// complete.
type File struct {
	name     string
	file     *os.File
	buffered *bufio.Writer
}

// CreateFile begins a file, which its owner only can read. It must be completed or
// abandoned.
func CreateFile(name string) (*File, error) {
	file, err := os.CreateTemp(filepath.Dir(name), temporaryOf(name)+"*")
	if err != nil {
		return nil, err
	}
	return &File{name: name, file: file, buffered: bufio.NewWriterSize(file, 1<<16)}, nil
}

// Write adds to the file. After an error it cannot be completed.
func (f *File) Write(b []byte) (int, error) { return f.buffered.Write(b) }

// Complete brings the file to the disk and gives it its name. If that fails it is
// abandoned.
func (f *File) Complete() error {
	err := f.buffered.Flush()
	if err == nil {
		err = f.file.Sync()
	}
	err = errors.Join(err, f.file.Close())
	if err == nil {
		err = os.Rename(f.file.Name(), f.name)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.file.Name()))
	}
	return syncFolder(filepath.Dir(f.name))
}

// Abandon deletes what was written.
func (f *File) Abandon() error { return errors.Join(f.file.Close(), os.Remove(f.file.Name())) }

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
