package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"okrsync/sync"
)

// lockName is the file in an output folder's sync.StateFolder that the run holds which writes there. The
// lock is the system's and ends with the process, however that dies; what stands in the
// file only tells people who holds it.
const lockName = "lock"

// A heldError ends a command before it sends anything: another run holds the folder.
type heldError struct {
	folder string
	inbox  bool   // that it is one
	holder string // who it is and since when, "" if that is not known
}

func (e *heldError) Error() string { return e.Reason("en") + "; " + e.Advice("en") }

// Reason says in Chinese ("zh") or English (anything else) what is held and by whom.
func (e *heldError) Reason(lang string) string {
	holder := cmp.Or(e.holder, phrase(lang, "未知", "unknown"))
	if lang == "zh" {
		holder = strings.NewReplacer("pid ", "进程号 ", "host ", "主机 ", "since ", "开始于 ", ", ", "，").Replace(holder)
	}
	if e.inbox {
		return phrase(lang,
			fmt.Sprintf("另一次运行正在处理投递文件夹 %s（%s）", e.folder, holder),
			fmt.Sprintf("another run is at the inbox %s (%s)", e.folder, holder))
	}
	return phrase(lang,
		fmt.Sprintf("另一次运行正在使用结果文件夹 %s（%s）", e.folder, holder),
		fmt.Sprintf("another run holds the output folder %s (%s)", e.folder, holder))
}

// Advice says what to do.
func (e *heldError) Advice(lang string) string {
	if e.inbox {
		return phrase(lang, "等它结束后再运行", "run again when it is done")
	}
	return phrase(lang, "等它结束后再运行，或用 --out 指定另一个文件夹", "run again when it is done, or name another folder with --out")
}

// lockFolder makes a folder, if need be, and takes its lock. The error is a *heldError if
// another process has it, and a fault if there can be no lock.
func lockFolder(folder string) (*flock.Flock, error) {
	state := filepath.Join(folder, sync.StateFolder)
	if err := os.MkdirAll(state, 0o700); err != nil {
		return nil, fault{doing: makingFolder, where: folder, err: err}
	}
	name := filepath.Join(state, lockName)
	if info, err := os.Lstat(name); err == nil && !info.Mode().IsRegular() {
		return nil, fault{doing: locking, where: folder, err: sync.Errorf("%s 不是普通文件", "%s is not a regular file", name)}
	}
	lock := flock.New(name, flock.SetPermissions(0o600))
	locked, err := lock.TryLock()
	if err != nil {
		return nil, fault{doing: locking, where: folder, err: errors.Join(err, lock.Close())}
	}
	if !locked {
		return nil, held(folder)
	}
	sign(name)
	return lock, nil
}

// sign tells others who holds a lock.
func sign(name string) {
	host, _ := os.Hostname()
	holder := fmt.Sprintf("pid %d, host %s, since %s\n", os.Getpid(), cmp.Or(host, "?"), time.Now().UTC().Format(time.RFC3339))
	_ = os.WriteFile(name, []byte(holder), 0o600) // only to be told
}

// held tells who holds a folder.
func held(folder string) error {
	holder, _ := os.ReadFile(filepath.Join(folder, sync.StateFolder, lockName))
	return &heldError{folder: folder, holder: printable(strings.TrimSpace(string(holder[:min(len(holder), 200)])))}
}
