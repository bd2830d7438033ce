package main

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	cdx "github.com/CycloneDX/cyclonedx-go"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
)

// this is what the tests build: the repository as it stands, for the system at hand.
var (
	this    = source{root: "../..", version: "v1.2.3+test", commit: strings.Repeat("c0ffee00", 5), date: time.Date(2026, 11, 25, 8, 16, 42, 0, time.UTC)}
	here    = system{"linux", runtime.GOARCH}
	program string
)

func TestMain(m *testing.M) {
	os.Exit(func() int {
		folder, err := os.MkdirTemp("", "okrsync-release-*")
		if err == nil {
			defer os.RemoveAll(folder)
			program = filepath.Join(folder, "okrsync")
			err = this.build(context.Background(), here, program)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		return m.Run()
	}())
}

// loaded writes the image and reads it as docker load does.
func loaded(t *testing.T) v1.Image {
	t.Helper()
	name := filepath.Join(t.TempDir(), "image.tar")
	if err := this.image(name, here, program); err != nil {
		t.Fatal(err)
	}
	image, err := tarball.ImageFromPath(name, nil)
	if err != nil {
		t.Fatal(err)
	}
	return image
}

// TestBuild holds that what somebody has set for Go, for a while or for good, does not show
// in the program.
func TestBuild(t *testing.T) {
	kept := filepath.Join(t.TempDir(), "env")
	if err := os.WriteFile(kept, []byte("GOFLAGS=-tags=other\nGOFIPS140=latest\nGOAMD64=v3\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{"GOENV": kept, "GOFLAGS": "-tags=more", "GOFIPS140": "latest", "CGO_ENABLED": "1"} {
		t.Run(name, func(t *testing.T) {
			t.Setenv(name, value)
			again := filepath.Join(t.TempDir(), "okrsync")
			if err := this.build(t.Context(), here, again); err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(read(t, again), read(t, program)) {
				t.Errorf("%s=%s shows in the program", name, value)
			}
		})
	}
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// TestDockerfile holds the image against the Dockerfile: both say the same of who runs
// what, where, and have the same files.
func TestDockerfile(t *testing.T) {
	config, err := loaded(t).ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile("../../Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.ReplaceAll(string(content), "\\\n", " ")
	_, final, ok := strings.Cut(text, "\nFROM scratch\n")
	if !ok {
		t.Fatal("the last stage is not from scratch")
	}
	said := map[string]string{}
	for line := range strings.Lines(final) {
		instruction, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		said[instruction] += strings.Join(strings.Fields(value), " ")
	}
	want := map[string]string{
		"ARG":        "VERSION=develCOMMIT=DATE=",
		"COPY":       "--from=build /image/ /",
		"USER":       config.Config.User,
		"WORKDIR":    config.Config.WorkingDir,
		"ENTRYPOINT": fmt.Sprintf("[%q]", config.Config.Entrypoint[0]),
	}
	var labels []string
	for label, value := range config.Config.Labels {
		value = strings.NewReplacer(this.version, "${VERSION}", this.commit, "${COMMIT}", this.date.Format(time.RFC3339), "${DATE}").Replace(value)
		labels = append(labels, fmt.Sprintf("%s=%q", label, value))
	}
	slices.Sort(labels)
	want["LABEL"] = strings.Join(labels, " ")
	for instruction, value := range want {
		if said[instruction] != value {
			t.Errorf("%s:\n%s\nin the Dockerfile, and\n%s\nin the image", instruction, said[instruction], value)
		}
		delete(said, instruction)
	}
	delete(said, "")
	if len(said) > 0 {
		t.Errorf("the Dockerfile also has %q", said)
	}
	if len(config.Config.Env) > 0 || len(config.Config.Cmd) > 0 {
		t.Errorf("the image also has %q and %q", config.Config.Env, config.Config.Cmd)
	}
	for _, made := range []string{"-o /image/okrsync ", "install -d -o 65532 -g 65532 /image/data", "install -d -m 1777 /image/tmp"} {
		if !strings.Contains(strings.Join(strings.Fields(text), " "), made) {
			t.Errorf("the Dockerfile lacks %s", made)
		}
	}
}

// TestImage unpacks the image and, where that is allowed, runs it as it is run: in its own
// file system, by the user without a name.
func TestImage(t *testing.T) {
	root := t.TempDir()
	flat := mutate.Extract(loaded(t))
	defer flat.Close()
	var names []string
	for files := tar.NewReader(flat); ; {
		header, err := files.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, fmt.Sprintf("%s %o %d", header.Name, header.Mode, header.Uid))
		if err := unpack(root, header, files); err != nil {
			t.Fatal(err)
		}
	}
	slices.Sort(names)
	if want := []string{"data 755 65532", "okrsync 755 0", "tmp 1777 0"}; !slices.Equal(names, want) {
		t.Errorf("in the image are %q, want %q", names, want)
	}
	for args, want := range map[string]string{
		"version --lang en": "okrsync " + this.version + " (",
		"demo --lang en":    "18 rows: 5 updated",
	} {
		out, err := contained(t.Context(), root, strings.Fields(args)...).CombinedOutput()
		if err != nil || !strings.Contains(string(out), want) {
			t.Errorf("%s: %v\n%s", args, err, out)
		}
	}
}

// unpack puts a file of the image into a folder.
func unpack(root string, header *tar.Header, content io.Reader) error {
	name := filepath.Join(root, header.Name)
	if header.Typeflag == tar.TypeDir {
		if err := os.Mkdir(name, 0o700); err != nil {
			return err
		}
	} else if err := create(name, func(w io.Writer) error { _, err := io.Copy(w, content); return err }); err != nil {
		return err
	}
	if os.Getuid() == 0 {
		if err := os.Chown(name, header.Uid, header.Gid); err != nil {
			return err
		}
	}
	return os.Chmod(name, header.FileInfo().Mode())
}

// TestBOM names every module of the program, with the checksum that go.sum has.
func TestBOM(t *testing.T) {
	content, err := this.bom(program)
	if err != nil {
		t.Fatal(err)
	}
	var bom cdx.BOM
	if err := cdx.NewBOMDecoder(bytes.NewReader(content), cdx.BOMFileFormatJSON).Decode(&bom); err != nil {
		t.Fatal(err)
	}
	modules, err := exec.CommandContext(t.Context(), "go", "version", "-m", program).Output()
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(modules), "\n\tdep\t"); n < 10 || len(*bom.Components) != n+1 {
		t.Errorf("%d modules, and %d components", n, len(*bom.Components))
	}
	for _, c := range *bom.Components {
		if c.Name != "std" && (c.Hashes == nil || !strings.Contains(string(modules), "\t"+c.Name+"\t"+c.Version+"\t")) {
			t.Errorf("%+v", c)
		}
	}
	again, err := this.bom(program)
	if err != nil || !bytes.Equal(again, content) || bom.SerialNumber != "" {
		t.Errorf("the next one differs, %v", err)
	}
}

// TestFind refuses to give a commit's name to what is not that commit.
func TestFind(t *testing.T) {
	t.Chdir(t.TempDir())
	git := func(args ...string) {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), "git", append([]string{"-c", "user.name=x", "-c", "user.email=x@x"}, args...)...)
		cmd.Env = append(os.Environ(), "GIT_COMMITTER_DATE=2026-11-25T16:16:42+08:00")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	git("init", "-q")
	if _, err := find(t.Context(), "", false); err == nil {
		t.Error("there is no commit")
	}
	git("commit", "-q", "--allow-empty", "-m", "x")
	s, err := find(t.Context(), "", false)
	if err != nil || !s.date.Equal(this.date) || len(s.commit) != 40 || s.version != "v0.0.0-"+s.commit[:12] {
		t.Errorf("%+v, %v", s, err)
	}
	git("tag", "v1.2.3")
	if s, err = find(t.Context(), "", false); err != nil || s.version != "v1.2.3" {
		t.Errorf("%+v, %v", s, err)
	}
	if err := os.WriteFile("new", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if s, err := find(t.Context(), "", false); err == nil || !strings.Contains(err.Error(), "new") {
		t.Errorf("%+v, %v", s, err)
	}
	if s, err := find(t.Context(), "", true); err != nil || s.version != "v1.2.3+dirty" {
		t.Errorf("%+v, %v", s, err)
	}
}
