package main

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"runtime"
	"strings"
)

// A file is one of an archive or an image.
type file struct {
	name    string
	from    string // the file with its content, if that is not here
	content []byte
	mode    int64
}

// read returns the content.
func (f file) read() ([]byte, error) {
	if f.from == "" {
		return f.content, nil
	}
	return os.ReadFile(f.from)
}

// pages are the files that go with each program: what it is, how it is completed by shells,
// and its manual.
func (s source) pages(ctx context.Context) ([]file, error) {
	var files []file
	for _, pattern := range []string{"LICENSE", "README*.md", "CHANGELOG.md", "config.example.yaml", "docs/man/*/*.1", "docs/man/*/*/*.1"} {
		names, err := filepath.Glob(filepath.Join(s.root, filepath.FromSlash(pattern)))
		if err != nil || len(names) == 0 {
			return nil, fmt.Errorf("there is no %s: %w", pattern, errors.Join(err, os.ErrNotExist))
		}
		for _, name := range names {
			inside, err := filepath.Rel(s.root, name)
			if err != nil {
				return nil, err
			}
			inside = strings.TrimPrefix(filepath.ToSlash(inside), "docs/")
			files = append(files, file{name: inside, from: name, mode: 0o644})
		}
	}
	// The scripts are the same on every system, and the one at hand can write them.
	program := filepath.Join(s.scratch, "okrsync-here")
	if err := s.build(ctx, system{runtime.GOOS, runtime.GOARCH}, program); err != nil {
		return nil, err
	}
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		script, err := exec.CommandContext(ctx, program, "completion", shell, "--lang", "en").Output() //nolint:gosec // which was just built
		if err != nil {
			return nil, fmt.Errorf("okrsync completion %s: %w", shell, err)
		}
		files = append(files, file{name: "completion/okrsync." + shell, content: script, mode: 0o644})
	}
	return files, nil
}

// tarball writes files, in a folder of that name, as they would be written by anybody, at
// any time.
func (s source) tarball(name, folder string, files []file) error {
	return create(name, func(w io.Writer) error {
		zipped := gzip.NewWriter(w) // whose header has neither name nor time
		archive := tar.NewWriter(zipped)
		for _, f := range files {
			content, err := f.read()
			if err != nil {
				return err
			}
			header := &tar.Header{Name: path.Join(folder, f.name), Mode: f.mode, Size: int64(len(content)), ModTime: s.date, Format: tar.FormatPAX}
			if err := archive.WriteHeader(header); err != nil {
				return err
			}
			if _, err := archive.Write(content); err != nil {
				return err
			}
		}
		return errors.Join(archive.Close(), zipped.Close())
	})
}

// zip is tarball for Windows.
func (s source) zip(name, folder string, files []file) error {
	return create(name, func(w io.Writer) error {
		archive := zip.NewWriter(w)
		for _, f := range files {
			content, err := f.read()
			if err != nil {
				return err
			}
			into, err := archive.CreateHeader(&zip.FileHeader{Name: path.Join(folder, f.name), Method: zip.Deflate, Modified: s.date})
			if err != nil {
				return err
			}
			if _, err := into.Write(content); err != nil {
				return err
			}
		}
		return archive.Close()
	})
}

// sums writes the checksums as sha256sum -c reads them.
func sums(out string, names []string) error {
	return create(filepath.Join(out, "SHA256SUMS"), func(w io.Writer) error {
		for _, name := range names {
			content, err := os.ReadFile(filepath.Join(out, name))
			if err != nil {
				return err
			}
			if _, err := fmt.Fprintf(w, "%x  %s\n", sha256.Sum256(content), name); err != nil {
				return err
			}
		}
		return nil
	})
}

// create writes a file.
func create(name string, write func(io.Writer) error) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	return errors.Join(write(f), f.Close())
}
