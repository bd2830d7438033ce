package inbox

import (
	"context"
	"path/filepath"
	"time"

	"github.com/fsnotify/fsnotify"
)

// A Watch hears of changes in the inbox. Network shares do not tell of what others do, and
// a system has only so many watches: so it also ends waiting after a while.
type Watch struct {
	box     *Box
	watcher *fsnotify.Watcher // nil where the system cannot tell
}

// Watch begins to listen. Whoever calls it calls Close.
func (b *Box) Watch() *Watch {
	watcher, err := fsnotify.NewWatcher()
	if err != nil {
		return &Watch{box: b}
	}
	return &Watch{box: b, watcher: watcher}
}

// Close ends listening.
func (w *Watch) Close() {
	if w.watcher != nil {
		_ = w.watcher.Close() // nothing is lost with it
	}
}

// Wait waits until something has changed in the folders, at most for as long as given, or
// until ctx ends.
func (w *Watch) Wait(ctx context.Context, folders []string, most time.Duration) {
	var changes chan fsnotify.Event
	var failures <-chan error
	if w.watcher != nil {
		changes, failures = w.watcher.Events, w.watcher.Errors
		for _, folder := range folders {
			_ = w.watcher.Add(filepath.Join(w.box.name, filepath.FromSlash(folder))) // else it is looked at after a while
		}
	}
	timer := time.NewTimer(most)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
			return
		case <-failures: //nolint:errcheck // such as too many changes at once: a reason to look
			return
		case event := <-changes:
			if name := filepath.Base(event.Name); isBeside(name) && !isLock(name) {
				continue // ours, or nobody's
			}
			return
		}
	}
}
