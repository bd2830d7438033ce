package main

import (
	"archive/tar"
	"bytes"
	"io"
	"os"
	"strings"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
)

// user is who runs in the image: nobody who has a name or a right elsewhere.
const user = 65532

// image writes what the Dockerfile makes, without a container engine and without a
// registry, which an image on an empty file system does not need.
func (s source) image(out string, system system, program string) error {
	made, err := s.container(system, program)
	if err != nil {
		return err
	}
	tag, err := name.NewTag("okrsync:" + imageTag(s.version))
	if err != nil {
		return err
	}
	return create(out, func(w io.Writer) error { return tarball.Write(tag, made, w) })
}

// imageTag is a version as a tag can have it.
func imageTag(version string) string {
	return strings.ReplaceAll(version, "+", "-")
}

// container puts the image together. A test holds it against the Dockerfile.
func (s source) container(system system, program string) (v1.Image, error) {
	content, err := s.layer(program)
	if err != nil {
		return nil, err
	}
	layer, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(content)), nil })
	if err != nil {
		return nil, err
	}
	image, err := mutate.Append(empty.Image, mutate.Addendum{
		Layer:   layer,
		History: v1.History{Created: v1.Time{Time: s.date}, CreatedBy: "deploy/release"},
	})
	if err != nil {
		return nil, err
	}
	config, err := image.ConfigFile()
	if err != nil {
		return nil, err
	}
	config = config.DeepCopy()
	config.OS, config.Architecture, config.Created = system.os, system.arch, v1.Time{Time: s.date}
	config.Config = v1.Config{
		User:       "65532:65532",
		WorkingDir: "/data",
		Entrypoint: []string{"/okrsync"},
		Labels: map[string]string{
			"org.opencontainers.image.title":    "okrsync",
			"org.opencontainers.image.licenses": "Apache-2.0",
			"org.opencontainers.image.version":  s.version,
			"org.opencontainers.image.revision": s.commit,
			"org.opencontainers.image.created":  s.date.Format(time.RFC3339),
		},
	}
	return mutate.ConfigFile(image, config)
}

// layer is the file system of the image: the folders that okrsync writes to, and the
// program, which has certificates and time zones in itself.
func (s source) layer(program string) ([]byte, error) {
	content, err := os.ReadFile(program)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	archive := tar.NewWriter(&out)
	for _, folder := range []tar.Header{{Name: "data/", Mode: 0o755, Uid: user, Gid: user}, {Name: "tmp/", Mode: 0o1777}} {
		folder.Typeflag, folder.ModTime = tar.TypeDir, s.date
		if err := archive.WriteHeader(&folder); err != nil {
			return nil, err
		}
	}
	if err := archive.WriteHeader(&tar.Header{Name: "okrsync", Mode: 0o755, Size: int64(len(content)), ModTime: s.date}); err != nil {
		return nil, err
	}
	if _, err := archive.Write(content); err != nil {
		return nil, err
	}
	return out.Bytes(), archive.Close()
}
