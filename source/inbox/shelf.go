package inbox

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"strings"
	"syscall"
	"time"
	"unicode/utf8"
)

// A Shelf is where files go that are done with, in each team's folder.
type Shelf string

// The shelves.
const (
	Done      Shelf = "done"
	Attention Shelf = "attention" // somebody has to look
)

func isShelf(name string) bool { return name == string(Done) || name == string(Attention) }

// An Answer is a file that goes with a spreadsheet.
type Answer struct {
	Suffix string // of its name there, such as ".result.xlsx"
	From   string // the file to copy, wherever it is
}

// A Place is where a spreadsheet goes with its answers.
type Place struct {
	Folder string `json:"folder"` // within the inbox
	Stem   string `json:"stem"`   // of the names of all of them
	Suffix string `json:"suffix"` // of the spreadsheet
	Run    string `json:"run"`    // whose answers go there
}

// File is the path of the spreadsheet there, within the inbox.
func (p Place) File() string { return p.path(p.Suffix) }

func (p Place) path(suffix string) string { return path.Join(p.Folder, p.Stem+suffix) }

// Deliver moves a spreadsheet to a shelf, under the day, together with its answers: they
// are there before it is. Nothing that is there is written over. A process that dies
// meanwhile leaves it to the next one, which calls Deliver again. If the file is not the
// one any more that was opened, it stays and the error is ErrChanged: the answers are
// there, those of its earlier content.
func (b *Box) Deliver(d Drop, shelf Shelf, day string, answers []Answer) (Place, error) {
	place, err := b.place(d, shelf, day, answers)
	if err != nil {
		return place, err
	}
	mode := fs.FileMode(0o600)
	if info, err := b.root.Lstat(d.Path()); err == nil {
		mode |= info.Mode() & 0o666 // who may read a sheet may read its answer
	}
	for _, a := range answers {
		if err := b.put(a.From, place.path(a.Suffix), mode); err != nil {
			return place, err
		}
	}
	if err := b.move(d, place.File()); err != nil {
		if errors.Is(err, ErrChanged) { // what comes now has other answers
			err = errors.Join(err, b.change(d, func(m *memory) { m.Place = nil }))
		}
		return place, err
	}
	b.flush(place.Folder)
	b.flush(d.Folder)
	all := maps.Clone(b.memory)
	delete(all, d.Path())
	return place, b.remember(all)
}

// place is where a spreadsheet goes: to where it was on its way with the answers of the same
// run, or to the first place in which nothing has one of the names. It is remembered before
// anything is there.
func (b *Box) place(d Drop, shelf Shelf, day string, answers []Answer) (Place, error) {
	if p := b.memory[d.Path()].Place; p != nil && d.Run != "" && p.Run == d.Run && p.of(d, shelf) {
		return *p, b.makeFolder(d.Folder, p.Folder)
	}
	p := Place{Folder: path.Join(d.Folder, string(shelf), day), Suffix: path.Ext(d.Name), Run: d.Run}
	if err := b.makeFolder(d.Folder, p.Folder); err != nil {
		return p, err
	}
	stem := cut(strings.TrimSuffix(d.Name, p.Suffix))
	const most = 10_000
	for n := 1; n < most; n++ {
		p.Stem = stem
		if n > 1 {
			p.Stem += fmt.Sprintf(" (%d)", n)
		}
		if b.free(p, answers) {
			return p, b.change(d, func(m *memory) { m.Place = &p })
		}
	}
	return p, &fs.PathError{Op: "move", Path: p.File(), Err: fs.ErrExist}
}

// of reports whether a place is one to which a file can be on its way: what is remembered
// may have been written by somebody else.
func (p Place) of(d Drop, shelf Shelf) bool {
	day := path.Base(p.Folder)
	_, err := time.Parse(time.DateOnly, day)
	return err == nil && p.Folder == path.Join(d.Folder, string(shelf), day) && p.Suffix == path.Ext(d.Name) &&
		p.Stem != "" && !strings.ContainsAny(p.Stem, `/\`)
}

// free reports whether nothing has one of the names of a place.
func (b *Box) free(p Place, answers []Answer) bool {
	suffixes := []string{p.Suffix, ".result.xlsx", ".report.html"}
	for _, a := range answers {
		suffixes = append(suffixes, a.Suffix)
	}
	for _, s := range suffixes {
		if _, err := b.root.Lstat(p.path(s)); !errors.Is(err, fs.ErrNotExist) {
			return false
		}
	}
	return true
}

// cut shortens a name so that what is put behind it does not make it longer than file
// systems take, which is 255 bytes.
func cut(stem string) string {
	const longest = 255 - len(" (10000).report.html")
	if len(stem) <= longest {
		return stem
	}
	for end := longest; end > longest-utf8.UTFMax; end-- {
		if utf8.RuneStart(stem[end]) {
			return stem[:end]
		}
	}
	return stem[:longest]
}

// makeFolder makes a folder within a team's, for the same people as that is for. What has
// its name and is no folder, such as a link to elsewhere in the inbox, is an error.
func (b *Box) makeFolder(team, folder string) error {
	info, err := b.root.Stat(team)
	if err != nil {
		return err
	}
	for _, name := range []string{path.Dir(folder), folder} {
		err := b.root.Mkdir(name, 0o700)
		if err == nil {
			err = b.root.Chmod(name, 0o700|info.Mode()&(fs.ModePerm|fs.ModeSetgid)) // whatever the umask is
		}
		if err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
		if made, err := b.root.Lstat(name); err != nil {
			return err
		} else if !made.IsDir() {
			return &fs.PathError{Op: "mkdir", Path: name, Err: syscall.ENOTDIR}
		}
	}
	return nil
}

// put copies a file into the inbox. One that is there already was put there by a process
// that died afterwards, and is whole.
func (b *Box) put(from, to string, mode fs.FileMode) error {
	if _, err := b.root.Lstat(to); err == nil {
		return nil
	}
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, temp, err := b.create(path.Dir(to))
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	if err = errors.Join(err, out.Chmod(mode), out.Sync(), out.Close()); err == nil {
		err = b.rename(temp, to)
	}
	if err != nil {
		return errors.Join(err, b.root.Remove(temp))
	}
	return nil
}

// move moves a spreadsheet, if it is still the one that was seen. Whoever replaces it in
// the very moment finds it where it was: what was moved is looked at once more. It is
// renamed and not linked, since taking away the old name of a link could take away a file
// that has come under it meanwhile.
func (b *Box) move(d Drop, to string) error {
	info, err := b.root.Lstat(d.Path())
	if errors.Is(err, fs.ErrNotExist) || err == nil && !d.same(info) {
		return ErrChanged
	}
	if err == nil {
		err = b.rename(d.Path(), to)
	}
	if err != nil {
		return err
	}
	if moved, err := b.root.Lstat(to); err != nil || !d.same(moved) {
		return errors.Join(ErrChanged, err, b.rename(to, d.Path()))
	}
	return nil
}

// rename gives a file another name, unless something has that. In done and attention only
// the one process that holds the inbox makes files.
func (b *Box) rename(from, to string) error {
	if _, err := b.root.Lstat(to); !errors.Is(err, fs.ErrNotExist) {
		return &fs.PathError{Op: "rename", Path: to, Err: fs.ErrExist}
	}
	return b.root.Rename(from, to)
}

// flush brings the names in a folder to the disk, where the system can.
func (b *Box) flush(folder string) {
	if dir, err := b.root.Open(folder); err == nil {
		_ = dir.Sync() // Windows cannot, and does it by itself
		_ = dir.Close()
	}
}
