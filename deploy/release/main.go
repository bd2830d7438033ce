// Command release builds okrsync for all systems, reproducibly: two builds of one commit
// with one version of Go have the same bytes, wherever they are made. It needs git and Go
// and nothing else, no container engine and no registry.
//
//	go run -C deploy/release .
//
// Into the folder go, for each system, an archive with the program and its pages, and its
// SBOM; for Linux also the image that the Dockerfile makes, as a file for docker load,
// podman load or skopeo; and SHA256SUMS.
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// A system is what a program is built for.
type system struct{ os, arch string }

// systems are those of a release.
var systems = []system{{"linux", "amd64"}, {"linux", "arm64"}, {"darwin", "amd64"}, {"darwin", "arm64"}, {"windows", "amd64"}}

// A source is what is built: the repository at a commit.
type source struct {
	root    string // of the repository
	version string
	commit  string
	date    time.Time // of the commit: nothing that is built knows another time
	scratch string    // a folder for what is on its way
}

func main() {
	out := flag.String("o", "", "the folder for the release, in which files of the same names are replaced (default: dist in the repository)")
	version := flag.String("version", "", "the version (default: the commit's tag, else v0.0.0 and the commit)")
	dirty := flag.Bool("dirty", false, "build although the repository has changes that are not committed")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := release(ctx, *out, *version, *dirty); err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		defer os.Exit(1) //nolint:forbidigo // this is main
	}
}

// release builds everything.
func release(ctx context.Context, out, version string, dirty bool) error {
	s, err := find(ctx, version, dirty)
	if err != nil {
		return err
	}
	if out == "" {
		out = filepath.Join(s.root, "dist")
	}
	if err := os.MkdirAll(out, 0o755); err != nil { //nolint:gosec // for everybody
		return err
	}
	if s.scratch, err = os.MkdirTemp("", "okrsync-release-*"); err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(s.scratch) }() // the system tidies up its temporary files too
	pages, err := s.pages(ctx)
	if err != nil {
		return err
	}
	var names []string
	for _, system := range systems {
		made, err := s.make(ctx, system, out, pages)
		if err != nil {
			return fmt.Errorf("%s/%s: %w", system.os, system.arch, err)
		}
		names = append(names, made...)
	}
	return sums(out, names)
}

// find asks git what is built. It is an error if that is not all committed, unless that is
// meant.
func find(ctx context.Context, version string, dirty bool) (source, error) {
	git := func(args ...string) (string, error) {
		out, err := exec.CommandContext(ctx, "git", args...).Output() //nolint:gosec // its arguments are ours
		if failed, ok := errors.AsType[*exec.ExitError](err); ok {
			err = fmt.Errorf("git %s: %s", args[0], bytes.TrimSpace(failed.Stderr))
		}
		return strings.TrimSpace(string(out)), err
	}
	root, err := git("rev-parse", "--show-toplevel")
	if err != nil {
		return source{}, err
	}
	changes, err := git("-C", root, "status", "--porcelain")
	if err != nil {
		return source{}, err
	}
	if changes != "" && !dirty {
		return source{}, fmt.Errorf("not all is committed: what is built would not be the commit\n%s", changes)
	}
	facts, err := git("log", "-1", "--format=%H %cI")
	if err != nil {
		return source{}, err
	}
	commit, date, _ := strings.Cut(facts, " ")
	at, err := time.Parse(time.RFC3339, date)
	if err != nil {
		return source{}, err
	}
	if version == "" {
		if version, err = git("describe", "--tags", "--exact-match", "--match", "v*"); err != nil {
			version = "v0.0.0-" + commit[:12]
		}
	}
	if changes != "" {
		version += "+dirty"
	}
	return source{root: root, version: version, commit: commit, date: at.UTC()}, nil
}

// make builds the program for a system and what goes with it, and returns the names of
// the files.
func (s source) make(ctx context.Context, system system, out string, pages []file) ([]string, error) {
	name := fmt.Sprintf("okrsync_%s_%s_%s", strings.TrimPrefix(s.version, "v"), system.os, system.arch)
	program := filepath.Join(s.scratch, "okrsync")
	if system.os == "windows" {
		program += ".exe"
	}
	if err := s.build(ctx, system, program); err != nil {
		return nil, err
	}
	bom, err := s.bom(program)
	if err != nil {
		return nil, err
	}
	made := []string{name + ".cdx.json", name + ".tar.gz"}
	if err := os.WriteFile(filepath.Join(out, made[0]), bom, 0o644); err != nil { //nolint:gosec // for everybody
		return nil, err
	}
	write := s.tarball
	if system.os == "windows" {
		made[1], write = name+".zip", s.zip
	}
	files := append(slices.Clone(pages), file{name: filepath.Base(program), from: program, mode: 0o755})
	if err := write(filepath.Join(out, made[1]), name, files); err != nil {
		return nil, err
	}
	if system.os == "linux" {
		made = append(made, name+".image.tar")
		if err := s.image(filepath.Join(out, made[2]), system, program); err != nil {
			return nil, err
		}
	}
	return made, nil
}

// build builds the program. Whatever the environment says that would show in its bytes is
// replaced. Empty, GOFLAGS would be what go env -w has kept, so it says something.
func (s source) build(ctx context.Context, system system, program string) error {
	absolute, err := filepath.Abs(program)
	if err != nil {
		return err
	}
	stamps := fmt.Sprintf("-s -w -X main.release=%s -X main.commit=%s -X main.date=%s", s.version, s.commit, s.date.Format(time.RFC3339))
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", stamps, "-o", absolute, "./cmd/okrsync") //nolint:gosec // its arguments are ours
	cmd.Dir = s.root
	cmd.Env = append(os.Environ(), "GOOS="+system.os, "GOARCH="+system.arch,
		"CGO_ENABLED=0", "GOFLAGS=-buildvcs=false", "GOAMD64=v1", "GOARM64=v8.0", "GOFIPS140=off", "GOEXPERIMENT=", "GOWORK=off")
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	return cmd.Run()
}
