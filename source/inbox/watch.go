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

// Wait waits until something has changed in the folders that may concern a spreadsheet, at
// least and at most for as long as given, or until ctx ends. It does not wait at all when it
// begins to listen to a folder: what has changed in there before, nobody has heard.
func (w *Watch) Wait(ctx context.Context, folders []string, least, most time.Duration) {
	var changes chan fsnotify.Event
	var failures <-chan error
	if w.watcher != nil {
		changes, failures = w.watcher.Events, w.watcher.Errors
		if w.listen(folders) {
			return
		}
	}
	began := time.Now()
	timer := time.NewTimer(most)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
			return
		case <-failures: //nolint:errcheck // such as too many changes at once: a reason to look
			timer.Reset(max(0, min(least, most)-time.Since(began)))
		case event := <-changes:
			if concerns(filepath.Base(event.Name)) {
				timer.Reset(max(0, min(least, most)-time.Since(began)))
			}
		}
	}
}

// concerns reports whether a change of that name may concern a spreadsheet: as one, by its
// settings, as the lock of an editor, or as a folder.
func concerns(name string) bool {
	return isSpreadsheet(name) && !isBeside(name) || isLock(name) || name == SettingsName || filepath.Ext(name) == "" && !isBeside(name)
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
