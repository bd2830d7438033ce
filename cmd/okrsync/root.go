package main

import (
	"cmp"
	"errors"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// root builds the command line.
func (p *program) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "okrsync",
		Short: "bring the numbers of a spreadsheet into Feishu OKR metric items",
		Long: `okrsync brings the numbers of a spreadsheet into Feishu OKR metric items, sends
only what differs from what Feishu has, and answers with a result for every row.

Try it without an account:    okrsync demo
Find the table's ids:         okrsync tables
Get a sheet to fill in:       okrsync template --source ID --table ID FILE.xlsx
See what a file would change: okrsync plan --source ID --table ID FILE
Bring a file into a table:    okrsync sync --source ID --table ID FILE`,
		Version:       version(),
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return cmd.Help()
			}
			return unknownCommand(cmd, args[0])
		},
	}
	root.SetIn(p.stdin)
	root.SetOut(p.stdout)
	root.SetErr(p.stderr)
	root.SetFlagErrorFunc(flagError)
	root.CompletionOptions.HiddenDefaultCmd = false
	root.PersistentFlags().StringP("config", "c", "", "the configuration `FILE` (default: OKRSYNC_CONFIG, else ./config.yaml if it is there)")
	root.AddCommand(p.syncCommand(), p.planCommand(), p.checkCommand(), p.reportCommand(), p.tablesCommand(), p.templateCommand(), p.simulateCommand(), p.demoCommand(), p.versionCommand(), exitCodesTopic())
	return root
}

// addSettings gives a command the flags of the settings it uses.
func addSettings(cmd *cobra.Command, flags ...string) {
	var unused config
	for _, s := range settings(&unused) {
		for _, flag := range flags {
			if s.flag == flag {
				cmd.Flags().String(flag, "", s.usage)
			}
		}
	}
}

func unknownCommand(root *cobra.Command, name string) error {
	var names []string
	for _, c := range root.Commands() {
		names = append(names, c.Name())
	}
	return usagef("unknown command %q%s", name, cmp.Or(didYouMean(name, names), "; okrsync help lists them"))
}

// flagError turns what is wrong with the flags into a usage error that names
// the nearest known flag.
func flagError(cmd *cobra.Command, err error) error {
	unknown, ok := errors.AsType[*pflag.NotExistError](err)
	if !ok {
		return usagef("%v", err)
	}
	name := unknown.GetSpecifiedName()
	if unknown.GetSpecifiedShortnames() != "" {
		return usagef("unknown flag -%s; see %s --help", name, cmd.CommandPath())
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, "--"+f.Name) })
	return usagef("unknown flag --%s%s", name, cmp.Or(didYouMean("--"+name, names), "; see "+cmd.CommandPath()+" --help"))
}

// tell tells the error a command ended with, and returns its exit code.
func (p *program) tell(err error) int {
	code := exitCode(err)
	if err == nil || errors.As(err, new(told)) {
		return code
	}
	p.complain(explain(err, p.lang))
	return code
}
