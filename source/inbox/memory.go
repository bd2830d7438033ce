package inbox

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"reflect"
	"syscall"
	"time"
)

// memoryName is the file that remembers what is in the inbox from one process to the next.
var memoryName = path.Join(StateFolder, "inbox.json")

// memory is what is remembered of a file that is in the inbox.
type memory struct {
	Size    int64     `json:"size"`
	ModTime time.Time `json:"mod_time"`
	Since   time.Time `json:"since"` // when it was first seen as it is
	Begun   int       `json:"begun,omitempty"`
	Run     string    `json:"run,omitempty"`
	Rows    int       `json:"rows,omitempty"`
	Place   *Place    `json:"place,omitempty"` // to which it is on its way
	Stuck   bool      `json:"stuck,omitempty"` // it could not be moved there
}

// recall reads what is remembered. If that is not what was written, nothing is: each file
// is then looked at as if it had just come.
func (b *Box) recall() {
	b.memory = map[string]memory{}
	const most = 64 << 20 // of ten thousand files of each of many folders
	content, err := b.read(memoryName, most)
	if err != nil || json.Unmarshal(content, &b.memory) != nil || b.memory == nil {
		b.memory = map[string]memory{}
	}
}

// remember replaces what is remembered.
func (b *Box) remember(m map[string]memory) error {
	if reflect.DeepEqual(b.memory, m) {
		return nil
	}
	b.memory = m
	content, err := json.Marshal(m)
	if err != nil {
		return err
	}
	file, temp, err := b.create(StateFolder)
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	if err = errors.Join(err, file.Close()); err == nil { // if the power goes it is lost, which costs a look at Feishu
		err = b.root.Rename(temp, memoryName)
	}
	if err != nil {
		return errors.Join(err, b.root.Remove(temp))
	}
	return nil
}

// change changes what is remembered of a file.
func (b *Box) change(d Drop, change func(*memory)) error {
	all := maps.Clone(b.memory)
	m := all[d.Path()]
	change(&m)
	all[d.Path()] = m
	return b.remember(all)
}

// Begin notes that a process begins with a file. If it dies, the next one knows.
func (b *Box) Begin(d *Drop) error {
	d.Begun++
	return b.change(*d, func(m *memory) { m.Begun = d.Begun })
}

// Running notes the folder of a file's run, and how many rows were done in it before. If
// these are more than the last time, no process has died on the file itself.
func (b *Box) Running(d *Drop, run string, rows int) error {
	if rows > d.Rows {
		d.Begun = 1
	}
	d.Run, d.Rows = run, rows
	return b.change(*d, func(m *memory) { m.Begun, m.Run, m.Rows = d.Begun, run, rows })
}

// Keep notes that a process is done with a file for now, and leaves it in the inbox.
func (b *Box) Keep(d *Drop) error {
	d.Begun = 0
	return b.change(*d, func(m *memory) { m.Begun = 0 })
}

// Stuck notes that a file could not be moved, and reports whether that was so before.
func (b *Box) Stuck(d Drop) bool {
	before := b.memory[d.Path()].Stuck
	_ = b.change(d, func(m *memory) { m.Stuck = true }) // else it is news once more
	return before
}

// read reads a small file of okrsync's own or of its administrator's, and nothing that only
// has the name of one: a pipe would be waited for, and a link lead elsewhere.
func (b *Box) read(name string, most int64) ([]byte, error) {
	if info, err := b.root.Lstat(name); err != nil {
		return nil, err
	} else if !info.Mode().IsRegular() {
		return nil, &fs.PathError{Op: "read", Path: name, Err: syscall.EINVAL}
	}
	file, err := b.root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err == nil && (!info.Mode().IsRegular() || info.Size() > most) {
		err = &fs.PathError{Op: "read", Path: name, Err: syscall.EINVAL}
	}
	if err != nil {
		return nil, err
	}
	return io.ReadAll(io.LimitReader(file, most))
}

// create makes a file in a folder for what is to have another name when it is whole. It
// takes the place of one that a process left that died.
func (b *Box) create(folder string) (*os.File, string, error) {
	temp := path.Join(folder, ".okrsync-tmp")
	_ = b.root.Remove(temp) // if it is not there all the better; if it stays, the next line says so
	file, err := b.root.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	return file, temp, err
}
