package inbox_test

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"okrsync/source/inbox"
)

// TestMain shows that no test leaves a goroutine behind.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const settle = 10 * time.Second

// A scene is a drop folder whose clock the test has.
type scene struct {
	*inbox.Box
	t   *testing.T
	dir string
	now time.Time
}

func newScene(t *testing.T, names ...string) *scene {
	t.Helper()
	s := &scene{t: t, dir: t.TempDir(), now: time.Now()}
	s.write(filepath.Join(inbox.StateFolder, "lock"), "")
	for _, name := range names {
		s.write(name, "in "+name)
	}
	s.open()
	t.Cleanup(func() { s.Close() })
	return s
}

// open is what the next process does.
func (s *scene) open() {
	s.t.Helper()
	if s.Box != nil {
		s.Close()
	}
	var err error
	if s.Box, err = inbox.Open(s.dir); err != nil {
		s.t.Fatal(err)
	}
}

func (s *scene) path(name string) string { return filepath.Join(s.dir, filepath.FromSlash(name)) }

func (s *scene) write(name, content string) {
	s.t.Helper()
	if err := os.MkdirAll(filepath.Dir(s.path(name)), 0o755); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(s.path(name), []byte(content), 0o640); err != nil {
		s.t.Fatal(err)
	}
}

func (s *scene) read(name string) string {
	content, err := os.ReadFile(s.path(name))
	if err != nil {
		return "(" + err.Error() + ")"
	}
	return string(content)
}

// look looks, after that much time.
func (s *scene) look(after time.Duration) inbox.Look {
	s.t.Helper()
	s.now = s.now.Add(after)
	look, err := s.Look(s.now, settle)
	if err != nil {
		s.t.Fatal(err)
	}
	return look
}

// ready looks until everything has settled, and returns the only file that has.
func (s *scene) ready() inbox.Drop {
	s.t.Helper()
	s.look(0)
	look := s.look(settle)
	if len(look.Ready) != 1 {
		s.t.Fatalf("ready are %v", paths(look.Ready))
	}
	return look.Ready[0]
}

// taken opens a file as a run does, which closes it again.
func (s *scene) taken() inbox.Drop {
	s.t.Helper()
	d := s.ready()
	file, err := s.Open(&d)
	if err != nil {
		s.t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		s.t.Fatal(err)
	}
	return d
}

func paths(drops []inbox.Drop) []string {
	list := make([]string, len(drops))
	for i, d := range drops {
		list[i] = d.Path()
	}
	return list
}

func TestLook(t *testing.T) {
	s := newScene(t,
		"a.csv", "B.XLSX", "old.xls", "名称 表.tsv",
		"~$a2.xlsx", "a2.xlsx", // Excel has it open
		".~w.xlsx", "w.xlsx", // WPS
		".~lock.l.csv#", "l.csv", // LibreOffice
		"~$port.xlsx", "report.xlsx", // in the place of the first letters
		".hidden.csv", "half.csv.part", "upload.tmp", "notes.pdf", "noend",
		"okrsync.yaml", "done/2026-01-01/x.csv", "attention/x.csv",
		"team/okrsync.yaml", "team/t.csv", "team/done/t.csv", "team/sub/okrsync.yaml", "team/sub/deep.csv",
		"heap/h.csv", "pictures/p.png",
	)
	if runtime.GOOS != "windows" {
		for link, to := range map[string]string{"link.csv": "/etc/hosts", "inside.csv": "a.csv", "loop.csv": "loop.csv", "folder.csv": "team"} {
			if err := os.Symlink(to, s.path(link)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := os.Mkdir(s.path("dir.xlsx"), 0o700); err != nil {
		t.Fatal(err)
	}
	look := s.look(0)
	if len(look.Ready) != 0 {
		t.Errorf("ready at once: %v", paths(look.Ready))
	}
	look = s.look(settle)
	want := []string{"B.XLSX", "a.csv", "old.xls", "team/t.csv", "名称 表.tsv"}
	got := paths(look.Ready)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("ready are %q, want %q", got, want)
	}
	whys := map[inbox.Why][]string{}
	for _, l := range look.Left {
		whys[l.Why] = append(whys[l.Why], l.Path+" "+l.By)
	}
	for why, want := range map[inbox.Why]string{
		inbox.Locked:         "a2.xlsx ~$a2.xlsx|l.csv .~lock.l.csv#|report.xlsx ~$port.xlsx|w.xlsx .~w.xlsx",
		inbox.NotRegular:     "folder.csv |inside.csv |link.csv |loop.csv ",
		inbox.NotSpreadsheet: "noend |notes.pdf ",
		inbox.NoSettings:     "heap ",
	} {
		if got := strings.Join(whys[why], "|"); got != want {
			t.Errorf("%s: %q, want %q", why, got, want)
		}
	}
	if want := []string{".", "team"}; !slices.Equal(look.Folders, want) {
		t.Errorf("folders %q", look.Folders)
	}
}

// TestSettle takes nothing that somebody may still be writing, not after another process
// has looked either.
func TestSettle(t *testing.T) {
	s := newScene(t, "a.csv")
	s.look(0)
	if look := s.look(settle - 1); len(look.Ready) != 0 || len(look.Settling) != 1 {
		t.Errorf("ready %v, settling %v", look.Ready, look.Settling)
	}
	s.write("a.csv", "longer than it was")
	if look := s.look(1); len(look.Ready) != 0 {
		t.Error("taken although it has grown")
	}
	if err := os.Chtimes(s.path("a.csv"), s.now, s.now.Add(-time.Hour)); err != nil {
		t.Fatal(err)
	}
	if look := s.look(settle); len(look.Ready) != 0 {
		t.Error("taken although its time has changed")
	}
	s.open()
	if look := s.look(settle); len(look.Ready) != 1 {
		t.Error("the next process does not remember when it was seen first")
	}
	s.now = s.now.Add(-time.Hour) // the clock is set back
	if look := s.look(0); len(look.Ready) != 0 {
		t.Error("a file that was seen in the future is taken")
	}
	if look := s.look(settle); len(look.Ready) != 1 {
		t.Error("it is never taken")
	}
}

// TestArrival takes first what was there first, whatever the files' times say.
func TestArrival(t *testing.T) {
	s := newScene(t, "second.csv")
	s.look(0)
	s.write("first.csv", "")
	if err := os.Chtimes(s.path("first.csv"), s.now, s.now.Add(-time.Hour)); err != nil {
		t.Fatal(err)
	}
	s.look(time.Second)
	s.open()
	for _, name := range []string{"b.csv", "c.csv"} {
		s.write(name, "")
	}
	if err := os.Chtimes(s.path("c.csv"), s.now, s.now.Add(-time.Minute)); err != nil {
		t.Fatal(err)
	}
	s.look(time.Second)
	if got, want := paths(s.look(settle).Ready), []string{"second.csv", "first.csv", "c.csv", "b.csv"}; !slices.Equal(got, want) {
		t.Errorf("the order is %q, want %q", got, want)
	}
}

// TestForgotten starts over where what was remembered is not what was written.
func TestForgotten(t *testing.T) {
	for _, content := range []string{"", "{", "null", "[]", `{"a.csv":7}`, strings.Repeat("[", 100_000)} {
		s := newScene(t, "a.csv")
		s.write(inbox.StateFolder+"/inbox.json", content)
		s.open()
		if d := s.ready(); d.Path() != "a.csv" || d.Begun != 0 {
			t.Errorf("%.20q: %+v", content, d)
		}
	}
}

// TestRemembered tells the next process what became of a file in this one.
func TestRemembered(t *testing.T) {
	s := newScene(t, "team/okrsync.yaml", "team/a.csv")
	d := s.ready()
	for range 3 {
		if err := s.Begin(&d); err != nil {
			t.Fatal(err)
		}
	}
	s.open()
	d = s.look(0).Ready[0]
	if d.Begun != 3 || d.Run != "" {
		t.Errorf("%+v", d)
	}
	if err := s.Begin(&d); err != nil {
		t.Fatal(err)
	}
	if err := s.Running(&d, "20261125T081642Z-a.csv", 0); err != nil || d.Begun != 4 {
		t.Errorf("%+v, %v", d, err)
	}
	if err := s.Running(&d, "20261125T081642Z-a.csv", 7); err != nil || d.Begun != 1 {
		t.Errorf("rows were done, so that nothing has died of the file: %+v, %v", d, err)
	}
	s.open()
	if d = s.look(0).Ready[0]; d.Begun != 1 || d.Run != "20261125T081642Z-a.csv" || d.Rows != 7 {
		t.Errorf("%+v", d)
	}
	if err := s.Keep(&d); err != nil {
		t.Fatal(err)
	}
	if d = s.look(0).Ready[0]; d.Begun != 0 || d.Run == "" {
		t.Errorf("%+v", d)
	}
	s.write("team/a.csv", "another one of that name")
	s.look(0)
	if d = s.look(settle).Ready[0]; d.Run != "" {
		t.Errorf("%+v", d)
	}
}

func TestOpenChanged(t *testing.T) {
	for name, change := range map[string]func(s *scene) error{
		"gone":     func(s *scene) error { return os.Remove(s.path("a.csv")) },
		"written":  func(s *scene) error { s.write("a.csv", "other words"); return nil },
		"a folder": func(s *scene) error { return errors.Join(os.Remove(s.path("a.csv")), os.Mkdir(s.path("a.csv"), 0o700)) },
		"a link": func(s *scene) error {
			return errors.Join(os.Remove(s.path("a.csv")), os.Symlink("b.txt~", s.path("a.csv")))
		},
	} {
		s := newScene(t, "a.csv", "b.txt~")
		d := s.ready()
		if err := change(s); err != nil {
			t.Fatal(err)
		}
		if file, err := s.Open(&d); !errors.Is(err, inbox.ErrChanged) || file != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSettings(t *testing.T) {
	s := newScene(t, "okrsync.yaml", "team/okrsync.yaml", "large/okrsync.yaml")
	s.write("large/okrsync.yaml", strings.Repeat("#", 2<<20))
	if err := errors.Join(os.Mkdir(s.path("link"), 0o700), os.Symlink("../okrsync.yaml", s.path("link/okrsync.yaml")), os.Mkdir(s.path("none"), 0o700)); err != nil {
		t.Fatal(err)
	}
	for folder, want := range map[string]string{".": "in okrsync.yaml", "team": "in team/okrsync.yaml", "none": ""} {
		if got, err := s.Settings(folder); string(got) != want || err != nil {
			t.Errorf("%s: %q, %v", folder, got, err)
		}
	}
	for _, folder := range []string{"link", "large", ".."} {
		if got, err := s.Settings(folder); err == nil {
			t.Errorf("%s: %.20q", folder, got)
		}
	}
}
