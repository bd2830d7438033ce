package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
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
	lock, err := lockFile(folder, lockName, (*flock.Flock).TryLock)
	if err == nil {
		sign(lock.Path())
	}
	return lock, err
}

// lockShard is lockFolder for a shard, which shares the folder with the other shards of as
// many: it has a lock of its own, and all together keep out whole runs and other divisions.
func lockShard(folder string, shard sync.Shard) (io.Closer, error) {
	shared, err := lockFile(folder, lockName, (*flock.Flock).TryRLock)
	if err != nil {
		return nil, err
	}
	const pattern = lockName + "-%d-of-%d"
	own, err := lockFile(folder, fmt.Sprintf(pattern, shard.Index, shard.Count), (*flock.Flock).TryLock)
	if err != nil {
		return nil, errors.Join(err, shared.Close())
	}
	locks := closers{shared, own}
	names, _ := filepath.Glob(filepath.Join(folder, sync.StateFolder, lockName+"-*")) // the pattern is a good one
	for _, name := range names {
		var of sync.Shard
		base := filepath.Base(name)
		if _, err := fmt.Sscanf(base, pattern, &of.Index, &of.Count); err != nil || of.Count == shard.Count {
			continue
		}
		other, err := lockFile(folder, base, (*flock.Flock).TryRLock)
		if err != nil {
			return nil, errors.Join(err, locks.Close())
		}
		_ = other.Close() // nobody has it
	}
	sign(own.Path())
	return locks, nil
}

// closers are closed together.
type closers []io.Closer

// Close closes all of them.
func (cs closers) Close() error {
	var failed error
	for _, c := range cs {
		failed = errors.Join(failed, c.Close())
	}
	return failed
}

// lockFile takes a lock in a folder's state in the given manner.
func lockFile(folder, base string, try func(*flock.Flock) (bool, error)) (*flock.Flock, error) {
	state := filepath.Join(folder, sync.StateFolder)
	if err := os.MkdirAll(state, 0o700); err != nil {
		return nil, fault{doing: makingFolder, where: folder, err: err}
	}
	if info, err := os.Lstat(state); err != nil || !info.IsDir() { // in an inbox others can make one
		return nil, fault{doing: locking, where: folder, err: sync.Errorf("%s 不是文件夹", "%s is not a folder", state)}
	}
	name := filepath.Join(state, base)
	if info, err := os.Lstat(name); err == nil && !info.Mode().IsRegular() {
		return nil, fault{doing: locking, where: folder, err: sync.Errorf("%s 不是普通文件", "%s is not a regular file", name)}
	}
	lock := flock.New(name, flock.SetPermissions(0o600))
	locked, err := try(lock)
	if err != nil {
		return nil, fault{doing: locking, where: folder, err: errors.Join(err, lock.Close())}
	}
	if !locked {
		return nil, held(folder, base)
	}
	return lock, nil
}

// sign tells others who holds a lock.
func sign(name string) {
	host, _ := os.Hostname()
	holder := fmt.Sprintf("pid %d, host %s, since %s\n", os.Getpid(), cmp.Or(host, "?"), time.Now().UTC().Format(time.RFC3339))
	_ = os.WriteFile(name, []byte(holder), 0o600) // only to be told
}

// held tells who holds a lock of a folder. If that is the folder's own it may be shards,
// which sign theirs.
func held(folder, base string) error {
	names, _ := filepath.Glob(filepath.Join(folder, sync.StateFolder, lockName+"-*")) // the pattern is a good one
	for _, name := range names {
		lock := flock.New(name, flock.SetFlag(os.O_RDONLY))
		free, err := lock.TryRLock()
		if _ = lock.Close(); base == lockName && err == nil && !free {
			base = filepath.Base(name)
		}
	}
	holder, _ := os.ReadFile(filepath.Join(folder, sync.StateFolder, base))
	return &heldError{folder: folder, holder: printable(strings.TrimSpace(string(holder[:min(len(holder), 200)])))}
}
