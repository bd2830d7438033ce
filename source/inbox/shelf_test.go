package inbox_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"unicode/utf8"

	"okrsync/source/inbox"
)

// answers makes the answers of a run, somewhere else.
func (s *scene) answers(text string) []inbox.Answer {
	s.t.Helper()
	var list []inbox.Answer
	folder := s.t.TempDir()
	for _, name := range []string{"result.xlsx", "report.html"} {
		from := filepath.Join(folder, name)
		if err := os.WriteFile(from, []byte(text+" "+name), 0o600); err != nil {
			s.t.Fatal(err)
		}
		list = append(list, inbox.Answer{Suffix: "." + name, From: from})
	}
	return list
}

func TestDeliver(t *testing.T) {
	s := newScene(t)
	for _, want := range []string{"done/2026-11-25/v", "done/2026-11-25/v (2)", "done/2026-11-25/v (3)"} {
		s.write("v.csv", "for "+want)
		place, err := s.Deliver(s.taken(), inbox.Done, "2026-11-25", s.answers(want))
		if err != nil || place.File() != want+".csv" {
			t.Fatalf("%s: %v", place.File(), err)
		}
		for name, content := range map[string]string{".csv": "for " + want, ".result.xlsx": want + " result.xlsx", ".report.html": want + " report.html"} {
			if got := s.read(want + name); got != content {
				t.Errorf("%s%s: %q", want, name, got)
			}
		}
		if _, err := os.Stat(s.path("v.csv")); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("it is still there: %v", err)
		}
	}
	s.write("v.xlsx", "the same stem")
	if place, err := s.Deliver(s.taken(), inbox.Done, "2026-11-25", s.answers("x")); err != nil || place.File() != "done/2026-11-25/v (4).xlsx" {
		t.Errorf("%s: %v", place.File(), err)
	}
	if got := s.read(inbox.StateFolder + "/inbox.json"); got != "{}" {
		t.Errorf("what is gone is remembered: %s", got)
	}
	left, err := filepath.Glob(s.path("done/2026-11-25/.*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}

// TestDeliverRights lets those read an answer who may read the sheet.
func TestDeliverRights(t *testing.T) {
	if runtime.GOOS == "windows" {
		return // its files have other rights
	}
	s := newScene(t, "team/okrsync.yaml")
	const mode = 0o775 | fs.ModeSetgid // what is made in it is the team's
	if err := os.Chmod(s.path("team"), mode); err != nil {
		t.Fatal(err)
	}
	for file, want := range map[fs.FileMode]fs.FileMode{0o640: 0o640, 0o444: 0o644, 0o600: 0o600, 0o777: 0o666} {
		s.write("team/a.csv", file.String())
		if err := os.Chmod(s.path("team/a.csv"), file); err != nil {
			t.Fatal(err)
		}
		place, err := s.Deliver(s.taken(), inbox.Attention, "2026-11-25", s.answers(""))
		if err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(s.path(place.Folder + "/" + place.Stem + ".result.xlsx"))
		if err != nil || info.Mode() != want {
			t.Errorf("of a file with %v: %v, %v", file, info.Mode(), err)
		}
		for _, folder := range []string{"team/attention", "team/attention/2026-11-25"} {
			if info, err := os.Stat(s.path(folder)); err != nil || info.Mode() != mode|fs.ModeDir {
				t.Errorf("%s: %v, %v", folder, info.Mode(), err)
			}
		}
	}
}

// TestDeliverInterrupted goes on where a process has died: with some answers there, with
// the file under both names, and with everything done but forgotten.
func TestDeliverInterrupted(t *testing.T) {
	for name, died := range map[string]func(s *scene) error{
		"before anything": func(*scene) error { return nil },
		"with an answer":  func(s *scene) error { return os.Link(s.path("kept"), s.path("done/2026-11-25/a.result.xlsx")) },
		"in an answer":    func(s *scene) error { s.write("done/2026-11-25/.okrsync-tmp", "half"); return nil },
	} {
		s := newScene(t, "a.csv", "kept")
		if err := os.MkdirAll(s.path("done/2026-11-25"), 0o755); err != nil {
			t.Fatal(err)
		}
		d := s.taken()
		if err := s.Running(&d, "20261125T081642Z-a.csv", 1); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Deliver(d, inbox.Done, "2026-11-25", []inbox.Answer{{Suffix: ".result.xlsx", From: s.path("not there")}}); err == nil {
			t.Fatal("an answer that cannot be read")
		}
		if err := died(s); err != nil {
			t.Fatal(err)
		}
		s.open()
		place, err := s.Deliver(s.taken(), inbox.Done, "2026-11-26", s.answers("new"))
		if err != nil || place.File() != "done/2026-11-25/a.csv" || s.read(place.File()) != "in a.csv" {
			t.Errorf("%s: %s, %q, %v", name, place.File(), s.read(place.File()), err)
		}
		want := "new result.xlsx"
		if name == "with an answer" {
			want = "in kept"
		}
		if got := s.read("done/2026-11-25/a.result.xlsx"); got != want {
			t.Errorf("%s: %q", name, got)
		}
		if entries, err := os.ReadDir(s.path("done/2026-11-25")); err != nil || len(entries) != 3 {
			t.Errorf("%s: %v, %v", name, entries, err)
		}
	}
}

// TestDeliverReplaced leaves a file alone that was saved again while its earlier content
// was being sent.
func TestDeliverReplaced(t *testing.T) {
	for name, replace := range map[string]func(s *scene) error{
		"written":  func(s *scene) error { s.write("a.csv", "newer"); return nil },
		"replaced": func(s *scene) error { s.write("b", "in a.csv"); return os.Rename(s.path("b"), s.path("a.csv")) },
		"gone":     func(s *scene) error { return os.Remove(s.path("a.csv")) },
	} {
		s := newScene(t, "a.csv")
		d := s.taken()
		if err := replace(s); err != nil {
			t.Fatal(err)
		}
		before := s.read("a.csv")
		if _, err := s.Deliver(d, inbox.Done, "2026-11-25", s.answers("old")); !errors.Is(err, inbox.ErrChanged) {
			t.Errorf("%s: %v", name, err)
		}
		if got := s.read("a.csv"); got != before {
			t.Errorf("%s: %q", name, got)
		}
		if got := s.read("done/2026-11-25/a.result.xlsx"); got != "old result.xlsx" {
			t.Errorf("%s: the earlier content has no answer: %q", name, got)
		}
		if _, err := os.Lstat(s.path("done/2026-11-25/a.csv")); err == nil {
			t.Errorf("%s: the newer content was moved", name)
		}
	}
}

// TestDeliverHostile does no harm elsewhere, and says that it could not.
func TestDeliverHostile(t *testing.T) {
	outside := t.TempDir()
	for name, prepare := range map[string]func(s *scene) error{
		"the shelf leads out": func(s *scene) error { return os.Symlink(outside, s.path("done")) },
		"the day leads out": func(s *scene) error {
			return errors.Join(os.Mkdir(s.path("done"), 0o700), os.Symlink(outside, s.path("done/2026-11-25")))
		},
		"the shelf is another's": func(s *scene) error {
			return errors.Join(os.MkdirAll(s.path("b/done"), 0o700), os.Symlink("b/done", s.path("done")))
		},
		"the day leads back": func(s *scene) error {
			return errors.Join(os.Mkdir(s.path("done"), 0o700), os.Symlink("..", s.path("done/2026-11-25")))
		},
		"the shelf is a file": func(s *scene) error { s.write("done", ""); return nil },
		"half an answer leads out": func(s *scene) error {
			return errors.Join(os.MkdirAll(s.path("done/2026-11-25/.okrsync-tmp/x"), 0o700), os.Symlink(outside, s.path("done/2026-11-25/.okrsync-tmp/y")))
		},
	} {
		s := newScene(t, "a.csv")
		if err := prepare(s); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Deliver(s.taken(), inbox.Done, "2026-11-25", s.answers("")); err == nil || errors.Is(err, inbox.ErrChanged) {
			t.Errorf("%s: %v", name, err)
		}
		if got := s.read("a.csv"); got != "in a.csv" {
			t.Errorf("%s: the file is lost: %q", name, got)
		}
		if entries, err := os.ReadDir(outside); err != nil || len(entries) > 0 {
			t.Errorf("%s: %v, %v", name, entries, err)
		}
	}
}

// TestDeliverLongNames keeps within the 255 bytes that a name may have.
func TestDeliverLongNames(t *testing.T) {
	for _, stem := range []string{strings.Repeat("x", 251), strings.Repeat("表", 83), "a", strings.Repeat("\xd6", 251), "-rf " + strings.Repeat("y\n", 120)} {
		for _, n := range []string{"", " (2)"} {
			s := newScene(t)
			if err := os.WriteFile(s.path(stem+".csv"), nil, 0o600); err != nil {
				continue // not a name here
			}
			if n != "" {
				if _, err := s.Deliver(s.taken(), inbox.Done, "2026-11-25", s.answers("")); err != nil {
					t.Fatal(err)
				}
				s.write(stem+".csv", "again")
			}
			place, err := s.Deliver(s.taken(), inbox.Done, "2026-11-25", s.answers(""))
			if err != nil || !strings.HasSuffix(place.Stem, n) || utf8.ValidString(stem) && !utf8.ValidString(place.Stem) {
				t.Errorf("%.20q%s: %q, %v", stem, n, place.Stem, err)
			}
		}
	}
}

// TestDeliverElsewhere believes nothing of what is remembered of a place that cannot be
// one, and does not take the answers of another content for its own.
func TestDeliverElsewhere(t *testing.T) {
	const run = "20261125T081642Z-a.csv"
	for name, place := range map[string]inbox.Place{
		"the file itself":      {Folder: "done/2026-11-25", Stem: "../../a", Suffix: ".csv", Run: run},
		"another folder":       {Folder: "b/2026-11-25", Stem: "a", Suffix: ".csv", Run: run},
		"the other shelf":      {Folder: "attention/2026-11-25", Stem: "a", Suffix: ".csv", Run: run},
		"no day":               {Folder: "done/..", Stem: "a", Suffix: ".csv", Run: run},
		"another run":          {Folder: "done/2026-11-25", Stem: "a", Suffix: ".csv", Run: "20260101T081642Z-a.csv"},
		"another file":         {Folder: "done/2026-11-25", Stem: "a", Suffix: ".csv/../../b", Run: run},
		"as it was on its way": {Folder: "done/2026-11-25", Stem: "a", Suffix: ".csv", Run: run},
	} {
		s := newScene(t, "a.csv", "done/2026-11-25/a.result.xlsx")
		d := s.taken()
		if err := s.Running(&d, run, 1); err != nil {
			t.Fatal(err)
		}
		memory := map[string]map[string]any{}
		if err := json.Unmarshal([]byte(s.read(inbox.StateFolder+"/inbox.json")), &memory); err != nil {
			t.Fatal(err)
		}
		memory["a.csv"]["place"] = place
		content, err := json.Marshal(memory)
		if err != nil {
			t.Fatal(err)
		}
		s.write(inbox.StateFolder+"/inbox.json", string(content))
		s.open()
		want := "done/2026-11-25/a (2).csv"
		if name == "as it was on its way" {
			want = "done/2026-11-25/a.csv"
		}
		got, err := s.Deliver(s.taken(), inbox.Done, "2026-11-25", s.answers("new"))
		if err != nil || got.File() != want || s.read(want) != "in a.csv" {
			t.Errorf("%s: %s, %v", name, got.File(), err)
		}
	}
}
