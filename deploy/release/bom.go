package main

import (
	"bytes"
	"debug/buildinfo"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	cdx "github.com/CycloneDX/cyclonedx-go"
)

// bom lists what a program is made of, in CycloneDX JSON, as the program itself tells: its
// modules with the checksums that go.sum has of them, and Go. It has neither a serial number
// nor a time of its own, so that it is the same each time.
func (s source) bom(program string) ([]byte, error) {
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		return nil, err
	}
	bom := cdx.NewBOM()
	bom.Metadata = &cdx.Metadata{
		Timestamp: s.date.Format(time.RFC3339),
		Component: &cdx.Component{
			BOMRef: "okrsync", Type: cdx.ComponentTypeApplication, Name: "okrsync", Version: s.version,
			Licenses: &cdx.Licenses{{License: &cdx.License{ID: "Apache-2.0"}}},
		},
		Properties: &[]cdx.Property{{Name: "commit", Value: s.commit}},
	}
	golang := strings.TrimPrefix(info.GoVersion, "go")
	components := []cdx.Component{{
		BOMRef: "golang/std", Type: cdx.ComponentTypeLibrary, Name: "std", Version: golang, PackageURL: "pkg:golang/std@" + golang,
	}}
	for _, m := range info.Deps {
		component, err := componentOf(m)
		if err != nil {
			return nil, err
		}
		components = append(components, component)
	}
	uses := make([]string, len(components))
	for i, c := range components {
		uses[i] = c.BOMRef
	}
	bom.Components = &components
	bom.Dependencies = &[]cdx.Dependency{{Ref: "okrsync", Dependencies: &uses}}
	var out bytes.Buffer
	err = cdx.NewBOMEncoder(&out, cdx.BOMFileFormatJSON).SetPretty(true).Encode(bom)
	return out.Bytes(), err
}

// componentOf is a module as it was built, which is the one that replaces it if one does.
func componentOf(m *debug.Module) (cdx.Component, error) {
	if m.Replace != nil {
		m = m.Replace
	}
	address := "pkg:golang/" + m.Path + "@" + m.Version
	c := cdx.Component{BOMRef: address, Type: cdx.ComponentTypeLibrary, Name: m.Path, Version: m.Version, PackageURL: address}
	if sum, ok := strings.CutPrefix(m.Sum, "h1:"); ok { // of the module's files, as golang.org/ref/mod#go-sum-files has it
		hash, err := base64.StdEncoding.DecodeString(sum)
		if err != nil {
			return c, fmt.Errorf("%s: %w", m.Path, err)
		}
		c.Hashes = &[]cdx.Hash{{Algorithm: cdx.HashAlgoSHA256, Value: hex.EncodeToString(hash)}}
	}
	return c, nil
}
