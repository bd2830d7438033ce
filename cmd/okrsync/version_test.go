package main

import (
	"bytes"
	"io"
	"runtime"
	"strings"
	"testing"
)

func TestBuildSay(t *testing.T) {
	first := "okrsync v1.2.3 (" + runtime.Version() + ", " + runtime.GOOS + "/" + runtime.GOARCH + ")\n"
	for name, c := range map[string]struct {
		build build
		lang  string
		want  string
	}{
		"no more is known":   {build{version: "v1.2.3"}, "en", first},
		"a date alone":       {build{version: "v1.2.3", date: "2026-11-25T08:00:00Z"}, "en", first},
		"a release":          {build{version: "v1.2.3", commit: "9102ebe", date: "2026-11-25T08:00:00Z"}, "en", first + "commit 9102ebe, 2026-11-25T08:00:00Z\n"},
		"a release, Chinese": {build{version: "v1.2.3", commit: "9102ebe", date: "2026-11-25T08:00:00Z"}, "zh", first + "提交 9102ebe，2026-11-25T08:00:00Z\n"},
		"changed since":      {build{version: "v1.2.3", commit: "9102ebe", modified: true}, "en", first + "commit 9102ebe (modified)\n"},
		"changed, Chinese":   {build{version: "v1.2.3", commit: "9102ebe", modified: true}, "zh", first + "提交 9102ebe（其后有改动）\n"},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			if err := c.build.say(&out, c.lang); err != nil || out.String() != c.want {
				t.Errorf("%v, %q", err, out.String())
			}
		})
	}
}

// TestVersion holds that the command says what thisBuild tells.
func TestVersion(t *testing.T) {
	var out bytes.Buffer
	if code := run(t.Context(), []string{"version", "--lang", "en"}, nil, nil, &out, io.Discard); code != exitOK {
		t.Fatalf("exit code %d", code)
	}
	if !strings.HasPrefix(out.String(), "okrsync "+version()+" (go") {
		t.Errorf("%q", out.String())
	}
}
