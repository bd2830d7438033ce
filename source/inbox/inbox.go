// Package inbox is a folder into which people drop spreadsheets: which of them are
// finished, in which order they came, and how they leave it with their answers.
//
// Whoever may write to the folder chooses the names in it, and can change everything at any
// moment. So all of it is reached through an os.Root, nothing but regular files is opened,
// and nothing is ever written over.
package inbox

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"syscall"
	"time"
)

// SettingsName is the file in a folder that says what the spreadsheets in it are. A folder
// within the inbox is a team's own if it has one.
const SettingsName = "okrsync.yaml"

// StateFolder is the folder within the inbox that is not people's.
const StateFolder = ".okrsync"

// A Box is a drop folder. It is for one goroutine, and for one process: whoever opens it
// holds a lock.
type Box struct {
	name   string
	root   *os.Root
	memory map[string]memory // of what is in it, by path
}

// Open opens the drop folder of that name, with what is remembered of it.
func Open(name string) (*Box, error) {
	root, err := os.OpenRoot(name)
	if err != nil {
		return nil, err
	}
	b := &Box{name: name, root: root}
	b.recall()
	return b, nil
}

// Close releases the folder. What is in it stays remembered.
func (b *Box) Close() error { return b.root.Close() }

// A Drop is a spreadsheet in the inbox, as it was when it was seen.
type Drop struct {
	Folder string // of the team, "." for the inbox itself
	Name   string // of the file
	Since  time.Time

	// Begun is how often a process began with it and died before it had done another row;
	// Run the name of its run's folder if there is one; Rows how many rows were done in it.
	Begun int
	Run   string
	Rows  int

	size    int64
	modTime time.Time
	info    fs.FileInfo // nil before it is opened
}

// Path is the file's path within the inbox, with slashes.
func (d Drop) Path() string { return path.Join(d.Folder, d.Name) }

// same reports whether a file is still the one that was seen.
func (d Drop) same(info fs.FileInfo) bool {
	return info.Mode().IsRegular() && info.Size() == d.size && info.ModTime().Equal(d.modTime) &&
		(d.info == nil || os.SameFile(d.info, info))
}

// ErrChanged is the error about a file that is not the one any more that was seen. It is
// left alone until it has settled again.
var ErrChanged = errors.New("the file has changed")

// Open opens a spreadsheet for reading, if it is still the one that was seen: it never
// waits for a pipe that took its place, and never follows a link.
func (b *Box) Open(d *Drop) (*os.File, error) {
	info, err := b.root.Lstat(d.Path())
	if errors.Is(err, fs.ErrNotExist) || err == nil && !d.same(info) {
		return nil, ErrChanged
	}
	if err != nil {
		return nil, err
	}
	file, err := b.root.OpenFile(d.Path(), os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	info, err = file.Stat()
	if err == nil && !d.same(info) {
		err = ErrChanged
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	d.info = info
	return file, nil
}

// Settings reads the settings of a folder; there are none if it has no file of that name.
// Whatever is not a regular file, or larger than people write by hand, is an error.
func (b *Box) Settings(folder string) ([]byte, error) {
	const most = 1 << 20
	content, err := b.read(path.Join(folder, SettingsName), most)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return content, err
}
