package sync

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// TestCut takes back the beginning of a line that did not fit, and no whole one.
func TestCut(t *testing.T) {
	const lines = "{\"row\":2}\n{\"row\":3}\n"
	for written, want := range map[int]string{0: "", 4: "", 10: "{\"row\":2}\n", 13: "{\"row\":2}\n", 20: lines} {
		name := filepath.Join(t.TempDir(), "journal")
		if err := os.WriteFile(name, []byte("{}\n"+lines[:written]), 0o600); err != nil {
			t.Fatal(err)
		}
		a, err := openAppender(name, 0, -1)
		if err != nil {
			t.Fatal(err)
		}
		a.size, a.lines = 3, []byte(lines)
		if err := a.cut(written); err != nil {
			t.Error(err)
		}
		got, err := os.ReadFile(name)
		if err != nil || string(got) != "{}\n"+want || a.size != int64(len(got)) {
			t.Errorf("after %d bytes: %q, %v, size %d", written, got, err, a.size)
		}
		if err := a.file.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestNothingAfterAnError shows that a line that cannot be written is the last: what is
// lacking must not look as if it had not happened.
func TestNothingAfterAnError(t *testing.T) {
	a, err := openAppender(filepath.Join(t.TempDir(), "journal"), os.O_CREATE, -1)
	if err != nil {
		t.Fatal(err)
	}
	broken := errors.New("it has no form")
	if _, _, err := a.add(func([]byte) ([]byte, error) { return nil, broken }); !errors.Is(err, broken) {
		t.Errorf("the line: %v", err)
	}
	_, _, next := a.add(marshalled(1))
	for what, err := range map[string]error{"the next line": next, "the flush": a.flush(), "the end": a.close()} {
		if !errors.Is(err, broken) {
			t.Errorf("%s: %v", what, err)
		}
	}
}
