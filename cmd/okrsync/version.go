package main

import (
	"cmp"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// What the build of a release stamps with -ldflags "-X main.release=v1.2.3 …": it says the
// same wherever it is built, with a repository around it or none.
var (
	release string
	commit  string // of the source, in full
	date    string // when that was committed, in RFC 3339; the time of the build is no part of it
)

// A build is what is known about the making of this program.
type build struct {
	version  string // a release's, else the module's, else "devel"
	commit   string // "" if unknown
	modified bool   // the source was not that of the commit
	date     string // of the commit, "" if unknown
}

// thisBuild tells what was stamped, else what Go found in the repository it built from.
func thisBuild() build {
	b := build{version: release, commit: commit, date: date}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		info = new(debug.BuildInfo)
	}
	if info.Main.Version != "(devel)" {
		b.version = cmp.Or(b.version, info.Main.Version)
	}
	b.version = cmp.Or(b.version, "devel")
	if b.commit != "" {
		return b
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.commit = s.Value
		case "vcs.time":
			b.date = s.Value
		case "vcs.modified":
			b.modified = s.Value == "true"
		}
	}
	return b
}

// version returns the program's version.
func version() string { return thisBuild().version }

// say writes the version on a line, and where it is known the commit on another.
func (b build) say(w io.Writer, lang string) error {
	text := fmt.Sprintf("okrsync %s (%s, %s/%s)\n", b.version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	if b.commit != "" {
		text += phrase(lang, "提交 ", "commit ") + b.commit
		if b.modified {
			text += phrase(lang, "（其后有改动）", " (modified)")
		}
		if b.date != "" {
			text += phrase(lang, "，", ", ") + b.date
		}
		text += "\n"
	}
	_, err := io.WriteString(w, text)
	return err
}

func (p *program) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   p.phrase("显示版本", "print the version"),
		Long:    p.page("version"),
		Args:    noArguments,
		PreRunE: p.checkLang,
		RunE:    func(*cobra.Command, []string) error { return thisBuild().say(p.stdout, p.lang) },
	}
}

// noArguments refuses arguments of a command that takes none.
func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usagef("%s 不接受参数“%s”", "%s takes no argument, but %q was given", cmd.CommandPath(), args[0])
	}
	return nil
}
