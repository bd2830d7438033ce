package inbox

import (
	"cmp"
	"errors"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"
)

// mostEntries is how many names of one folder are looked at. If there are more, that is
// told, and the others come when there are fewer.
const mostEntries = 50_000

// A Look is what was seen in the inbox.
type Look struct {
	Ready    []Drop // finished, in the order in which they came
	Settling []Drop // perhaps somebody still writes to them
	Left     []Left // what is not taken, and why
	Folders  []string
}

// Left is something in the inbox that is not taken.
type Left struct {
	Path string
	Why  Why
	By   string    // the lock file
	At   time.Time // when that was made
}

// A Why is why something is not taken.
type Why string

// The reasons.
const (
	Locked         Why = "locked"            // open in an editor
	NotRegular     Why = "not_regular"       // a link, a pipe, a device
	NotSpreadsheet Why = "not_a_spreadsheet" // by its name
	NoSettings     Why = "no_settings"       // a folder with spreadsheets that is no team's
	TooMany        Why = "too_many"          // files in the folder, of which some were not looked at
	Unreadable     Why = "unreadable"        // a folder
)

// Look looks at what is in the inbox. A file is finished when its size and time have been
// the same for as long as settle.
func (b *Box) Look(now time.Time, settle time.Duration) (Look, error) {
	now = now.UTC().Round(0) // as it is remembered
	var look Look
	seen := map[string]memory{}
	teams, err := b.look(&look, ".", seen, now, settle)
	if err != nil {
		return look, err
	}
	for _, team := range teams {
		if _, err := b.look(&look, team, seen, now, settle); err != nil {
			look.Left = append(look.Left, Left{Path: team, Why: Unreadable})
		}
	}
	byArrival := func(x, y Drop) int {
		return cmp.Or(x.Since.Compare(y.Since), x.modTime.Compare(y.modTime), cmp.Compare(x.Path(), y.Path()))
	}
	slices.SortFunc(look.Ready, byArrival)
	slices.SortFunc(look.Settling, byArrival)
	return look, b.remember(seen)
}

// look looks into one folder, and returns the team folders in it.
func (b *Box) look(look *Look, folder string, seen map[string]memory, now time.Time, settle time.Duration) ([]string, error) {
	entries, err := b.entries(folder)
	if err != nil {
		return nil, err
	}
	look.Folders = append(look.Folders, folder)
	if len(entries) > mostEntries {
		look.Left = append(look.Left, Left{Path: folder, Why: TooMany})
		entries = entries[:mostEntries]
	}
	byName := make(map[string]fs.DirEntry, len(entries))
	for _, e := range entries {
		byName[e.Name()] = e
	}
	var teams []string
	for _, e := range entries {
		switch why, lock := classify(e, byName); {
		case isBeside(e.Name()), e.Name() == SettingsName:
		case e.IsDir() && folder == "." && !isShelf(e.Name()):
			if b.isTeam(e.Name(), look) {
				teams = append(teams, e.Name())
			}
		case e.IsDir():
		case why != "":
			look.Left = append(look.Left, left(folder, e, why, lock))
		default:
			b.sight(look, folder, e, seen, now, settle)
		}
	}
	return teams, nil
}

// entries reads the names in a folder, one more than is looked at if there are more.
func (b *Box) entries(folder string) ([]fs.DirEntry, error) {
	dir, err := b.root.Open(folder)
	if err != nil {
		return nil, err
	}
	entries, err := dir.ReadDir(mostEntries + 1) // which are sorted by nothing
	if errors.Is(err, io.EOF) {
		err = nil
	}
	slices.SortFunc(entries, func(x, y fs.DirEntry) int { return strings.Compare(x.Name(), y.Name()) })
	return entries, errors.Join(err, dir.Close())
}

// classify says why an entry is not taken, if it is not.
func classify(e fs.DirEntry, byName map[string]fs.DirEntry) (Why, fs.DirEntry) {
	switch {
	case !isSpreadsheet(e.Name()):
		return NotSpreadsheet, nil
	case !e.Type().IsRegular():
		return NotRegular, nil
	}
	for _, name := range locks(e.Name()) {
		if lock, ok := byName[name]; ok {
			return Locked, lock
		}
	}
	return "", nil
}

func left(folder string, e fs.DirEntry, why Why, lock fs.DirEntry) Left {
	l := Left{Path: path.Join(folder, e.Name()), Why: why}
	if lock != nil {
		l.By = lock.Name()
		if info, err := lock.Info(); err == nil {
			l.At = info.ModTime()
		}
	}
	return l
}

// isTeam reports whether a folder is a team's. One that is not but has spreadsheets is
// told of.
func (b *Box) isTeam(folder string, look *Look) bool {
	entries, err := b.entries(folder)
	if err != nil {
		look.Left = append(look.Left, Left{Path: folder, Why: Unreadable})
		return false
	}
	spreadsheet := false
	for _, e := range entries {
		if e.Name() == SettingsName {
			return true
		}
		spreadsheet = spreadsheet || e.Type().IsRegular() && !isBeside(e.Name()) && isSpreadsheet(e.Name())
	}
	if spreadsheet {
		look.Left = append(look.Left, Left{Path: folder, Why: NoSettings})
	}
	return false
}

// sight takes in a spreadsheet: since when it is as it is.
func (b *Box) sight(look *Look, folder string, e fs.DirEntry, seen map[string]memory, now time.Time, settle time.Duration) {
	info, err := e.Info()
	if err != nil {
		return // it is gone
	}
	d := Drop{Folder: folder, Name: e.Name(), Since: now, size: info.Size(), modTime: info.ModTime()}
	m, known := b.memory[d.Path()]
	if known && m.Size == d.size && m.ModTime.Equal(d.modTime) && !m.Since.After(now) {
		d.Since, d.Begun, d.Run, d.Rows = m.Since, m.Begun, m.Run, m.Rows
	} else {
		m = memory{Size: d.size, ModTime: d.modTime, Since: now}
	}
	seen[d.Path()] = m
	if now.Sub(d.Since) < settle {
		look.Settling = append(look.Settling, d)
	} else {
		look.Ready = append(look.Ready, d)
	}
}
