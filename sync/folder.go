package sync

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
	"unicode"
)

// CreateFolder creates the folder of a run under out, which is created too if
// need be: the time in UTC and the name of the input. Nothing that exists is
// ever used again; runs of the same second are told apart by a number. Folders
// are accessible to their owner only.
func CreateFolder(out, input string, now time.Time) (string, error) {
	const tries = 10 // another run may take the folder above away, as long as it is empty
	for n := 1; ; n++ {
		folder, err := createFolder(out, input, now)
		if n == tries || !errors.Is(err, fs.ErrNotExist) {
			return folder, err
		}
	}
}

func createFolder(out, input string, now time.Time) (string, error) {
	if err := os.MkdirAll(out, 0o700); err != nil {
		return "", err
	}
	name := now.UTC().Format("20060102T150405Z") + "-" + safeName(input)
	for n := 1; n <= 1000; n++ {
		folder := filepath.Join(out, name)
		if n > 1 {
			folder += fmt.Sprintf("-%d", n)
		}
		err := os.Mkdir(folder, 0o700)
		if !errors.Is(err, fs.ErrExist) {
			return folder, err
		}
	}
	return "", Errorf("%s：同一秒内已有一千次运行", "%s: a thousand runs in one second", filepath.Join(out, name))
}

// safeName makes the name of an input fit to be part of a folder's on every
// system: no path, no control characters, not long.
func safeName(input string) string {
	name := filepath.Base(filepath.Clean(input))
	name = strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.C, unicode.Zl, unicode.Zp) || r == unicode.ReplacementChar || strings.ContainsRune(`/\:*?"<>|`, r) {
			return '_'
		}
		return r
	}, name)
	const longest = 200 // bytes: most systems allow 255 with the time before it
	if len(name) > longest {
		name = strings.ToValidUTF8(name[:longest], "")
	}
	return strings.Trim(name, ". ")
}
