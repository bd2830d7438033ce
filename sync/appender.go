package sync

import (
	"errors"
	"os"
	"sync"
	"time"
)

// syncEvery is how long a line may be on its way to the disk.
const syncEvery = time.Second

// What ends a run whose journal nobody could rely on.
var (
	errOther = Errorf("另一个程序也写入了这个文件", "another program has written to it")
	errGone  = Errorf("写入过程中文件被删除或移走，其中各行的记录也随之丢失",
		"it was deleted or moved while it was written, and with it what it said of the rows that were sent")
)

// An appender adds lines to a file. A line is with the operating system when add
// returns, so that the death of the process does not lose it, and on the disk within a
// second, so that only the death of the machine can lose the lines of that second.
type appender struct {
	mu    sync.Mutex
	file  *os.File
	size  int64  // of the file, if nobody else writes to it
	err   error  // the first failure; nothing is written after it
	line  []byte // of the last line, for the next one
	timer *time.Timer
	dirty bool
}

// newAppender returns an appender to the end of a file, which has the given size.
func newAppender(file *os.File, size int64) *appender {
	a := &appender{file: file, size: size}
	a.timer = time.AfterFunc(syncEvery, a.sync)
	a.timer.Stop()
	return a
}

// add adds a line. After an error nothing more is written, and every further call
// returns that error.
func (a *appender) add(what form) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.err != nil {
		return a.err
	}
	line, err := sealed(a.line, what)
	if err != nil {
		return err
	}
	a.line = line
	if n, err := a.file.Write(line); err != nil {
		a.err = errors.Join(err, a.cut(n))
		return a.err
	}
	a.size += int64(len(line))
	if !a.dirty {
		a.dirty = true
		a.timer.Reset(syncEvery)
	}
	return nil
}

// cut takes back the beginning of a line that did not fit on the disk, so that whatever
// reads the file finds whole lines only.
func (a *appender) cut(n int) error {
	if n == 0 {
		return nil
	}
	return a.file.Truncate(a.size)
}

// sync brings what was written to the disk.
func (a *appender) sync() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.dirty && a.err == nil {
		a.dirty = false
		a.err = errors.Join(a.file.Sync(), a.present())
	}
}

// present reports whether the file is still to be found under its name, with all that
// was written to it.
func (a *appender) present() error {
	open, err := a.file.Stat()
	if err != nil {
		return err
	}
	if named, err := os.Stat(a.file.Name()); err != nil || !os.SameFile(open, named) {
		return Errorf("%s：%v", "%s: %v", a.file.Name(), errGone)
	}
	if open.Size() != a.size {
		return Errorf("%s：%v", "%s: %v", a.file.Name(), errOther)
	}
	return nil
}

// close brings everything to the disk and closes the file. It returns the first error
// there was.
func (a *appender) close() error {
	a.timer.Stop()
	a.sync()
	a.mu.Lock()
	defer a.mu.Unlock()
	return errors.Join(a.err, a.file.Close())
}
