package source

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
)

func TestPinnedReads(t *testing.T) {
	for _, size := range []int{0, 1, pinBlock - 1, pinBlock, pinBlock + 1, 5*pinBlock + 17} {
		content := make([]byte, size)
		for i := range content {
			content[i] = byte(rand.IntN(256))
		}
		p, err := pin(bytes.NewReader(content), int64(size))
		if err != nil {
			t.Fatal(err)
		}
		if err := iotest.TestReader(io.NewSectionReader(p, 0, int64(size)), content); err != nil {
			t.Errorf("%d bytes: %v", size, err)
		}
		if sum := sha256.Sum256(content); p.sha256 != hex.EncodeToString(sum[:]) {
			t.Errorf("%d bytes: sha256 %s", size, p.sha256)
		}
	}
}

// TestFileChangedBehindOurBack overwrites, cuts and lengthens a file between
// its two readings: no row of what it has become is given.
func TestFileChangedBehindOurBack(t *testing.T) {
	row := "7041234567890123456,12345\n"
	content := "metric_item_id,metric_current_value\n" + strings.Repeat(row, 20_000)
	changed := strings.Replace(row, ",12345", ",99999", 1)
	for name, change := range map[string]func(*os.File) error{
		"a row in the middle": func(f *os.File) error {
			_, err := f.WriteAt([]byte(changed), int64(36+10_000*len(row)))
			return err
		},
		"the last row": func(f *os.File) error {
			_, err := f.WriteAt([]byte(changed), int64(len(content)-len(row)))
			return err
		},
		"cut":        func(f *os.File) error { return f.Truncate(int64(len(content) / 2)) },
		"lengthened": func(f *os.File) error { _, err := f.WriteAt([]byte(row), int64(len(content))); return err },
	} {
		path := filepath.Join(t.TempDir(), "rows.csv")
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := Open(path, Options{})
		if err != nil {
			t.Fatal(err)
		}
		read := func(during func()) (rows int, err error) {
			for u, err := range f.Rows() {
				if err != nil {
					return rows, err
				}
				if rows++; rows == 1 {
					during()
				}
				if u.Current != "12345" {
					t.Fatalf("%s: row %d gave %s", name, u.Row, u.Current)
				}
			}
			return rows, nil
		}
		if rows, err := read(func() {}); rows != 20_000 || err != nil {
			t.Fatalf("%s: %d rows, %v", name, rows, err)
		}
		rows, err := read(func() {
			file, err := os.OpenFile(path, os.O_WRONLY, 0)
			if err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(change(file), file.Close()); err != nil {
				t.Fatal(err)
			}
		})
		if refused, ok := errors.AsType[*FileError](err); !ok || refused.Code != CodeFileChanged {
			t.Errorf("%s: %d rows, %v", name, rows, err)
		}
		f.Close()
	}
}
