package inbox

import (
	"context"
	"path/filepath"
	"slices"
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
// until ctx ends. It does not wait at all when it begins to listen to a folder: what has
// changed in there before, nobody has heard.
func (w *Watch) Wait(ctx context.Context, folders []string, most time.Duration) {
	var changes chan fsnotify.Event
	var failures <-chan error
	if w.watcher != nil {
		changes, failures = w.watcher.Events, w.watcher.Errors
		if w.listen(folders) {
			return
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

// listen listens to the folders too, and reports whether it did not before. Where it cannot,
// they are looked at after a while.
func (w *Watch) listen(folders []string) bool {
	heard, news := w.watcher.WatchList(), false
	for _, folder := range folders {
		name := filepath.Join(w.box.name, filepath.FromSlash(folder))
		if !slices.Contains(heard, name) && w.watcher.Add(name) == nil {
			news = true
		}
	}
	return news
}
