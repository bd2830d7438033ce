package sync

import (
	"bytes"
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

// An appender adds lines to a file, several at a time. Lines are with the operating
// system when flush returns, so that the death of the process does not lose them, and on
// the disk within a second, so that only the death of the machine can lose the lines of
// that second.
type appender struct {
	mu    sync.Mutex
	file  *os.File
	size  int64  // of the file, if nobody else writes to it
	err   error  // the first failure; nothing is written after it
	lines []byte // that are to be written
	timer *time.Timer
	dirty bool // there are lines that are not on the disk, and the timer runs

	syncing sync.Mutex // held by the one who brings lines to the disk; taken before mu
}

// mostHeld is how many bytes are held back for the next flush.
const mostHeld = 64 << 10

// newAppender returns an appender to the end of a file, which has the given size.
func newAppender(file *os.File, size int64) *appender {
	a := &appender{file: file, size: size}
	a.timer = time.AfterFunc(syncEvery, a.sync)
	a.timer.Stop()
	return a
}

// add adds a line, which may be held back until flush is called, and returns where it
// stands in the file and how long it is without its line feed. After an error nothing more
// is written, and every further call returns that error.
func (a *appender) add(what form) (start int64, length int, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	before := len(a.lines)
	if err := a.hold(what); err != nil {
		return 0, 0, err
	}
	start, length = a.size+int64(before), len(a.lines)-before-1
	if len(a.lines) >= mostHeld {
		err = a.write()
	}
	return start, length, err
}

// put adds a line and writes it.
func (a *appender) put(what form) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := a.hold(what); err != nil {
		return err
	}
	return a.write()
}

// flush writes what was held back.
func (a *appender) flush() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.write()
}

func (a *appender) hold(what form) error {
	if a.err != nil {
		return a.err
	}
	lines, err := sealed(a.lines, what)
	if err != nil {
		a.err = err // what is lacking must not look as if it had not happened
		return err
	}
	a.lines = lines
	return nil
}

func (a *appender) write() error {
	if a.err != nil || len(a.lines) == 0 {
		return a.err
	}
	if n, err := a.file.Write(a.lines); err != nil {
		a.err = errors.Join(err, a.cut(n))
		return a.err
	}
	a.size += int64(len(a.lines))
	a.lines = a.lines[:0]
	if !a.dirty {
		a.dirty = true
		a.timer.Reset(syncEvery)
	}
	return nil
}

// cut takes back the beginning of a line that did not fit on the disk, so that whatever
// reads the file finds whole lines only. n bytes of the lines were written.
func (a *appender) cut(n int) error {
	whole := bytes.LastIndexByte(a.lines[:n], '\n') + 1
	a.size += int64(whole)
	if n == whole {
		return nil
	}
	return a.file.Truncate(a.size)
}

// sync brings what was written to the disk. Nobody who adds lines waits for that.
func (a *appender) sync() {
	a.syncing.Lock()
	defer a.syncing.Unlock()
	if !a.cleaned() {
		return
	}
	err := a.file.Sync()
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.err == nil {
		a.err = errors.Join(err, a.present())
	}
}

// cleaned reports whether there is something to bring to the disk, and takes note that
// somebody does.
func (a *appender) cleaned() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	dirty := a.dirty && a.err == nil
	a.dirty = false
	return dirty
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
	_ = a.flush() // the appender keeps the error
	a.sync()
	return a.abandon()
}

// abandon closes the file, which need not be on the disk any more. It returns the first
// error there was.
func (a *appender) abandon() error {
	a.timer.Stop()
	a.syncing.Lock() // nobody brings lines to the disk now
	defer a.syncing.Unlock()
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.dirty && a.err == nil {
		a.err = a.present()
	}
	a.dirty = false // a timer that comes late finds nothing to do
	return errors.Join(a.err, a.file.Close())
}

// failure is the first error there was.
func (a *appender) failure() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.err
}
