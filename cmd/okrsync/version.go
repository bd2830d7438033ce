package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// release is the version of a release, stamped by its build with
// -ldflags "-X main.release=v1.2.3".
var release string

// version returns the program's version: a release's, else that of the module,
// else "devel".
func version() string {
	if release != "" {
		return release
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return "devel"
}

func (p *program) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   p.phrase("显示版本", "print the version"),
		Long:    p.page("version"),
		Args:    noArguments,
		PreRunE: p.checkLang,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintf(p.stdout, "okrsync %s (%s, %s/%s)\n", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return err
		},
	}
}

// noArguments refuses arguments of a command that takes none.
func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usagef("%s 不接受参数“%s”", "%s takes no argument, but %q was given", cmd.CommandPath(), args[0])
	}
	return nil
}
