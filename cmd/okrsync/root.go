package main

import (
	"errors"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// root builds the command line.
func (p *program) root() *cobra.Command {
	root := &cobra.Command{
		Use:           "okrsync",
		Short:         p.phrase("把电子表格里的数字写入飞书 OKR 指标项", "bring the numbers of a spreadsheet into Feishu OKR metric items"),
		Long:          p.page("okrsync"),
		Version:       version(),
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return cmd.Help()
			}
			return unknownCommand(cmd, args[0], "okrsync help")
		},
	}
	root.SetIn(p.stdin)
	root.SetOut(p.stdout)
	root.SetErr(p.stderr)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error { return flagError(cmd, p.args, err) })
	root.SetUsageFunc(p.usage)
	root.CompletionOptions.DisableDefaultCmd = true // ours is said in both languages
	root.PersistentFlags().StringP("config", "c", "", "the configuration `FILE` (default: OKRSYNC_CONFIG, else ./config.yaml if it is there)")
	addSettings(root.PersistentFlags(), "lang") // for commands without a configuration too
	root.AddCommand(p.syncCommand(), p.planCommand(), p.checkCommand(), p.reportCommand(), p.tablesCommand(), p.templateCommand(), p.inboxCommand(), p.simulateCommand(), p.demoCommand(), p.versionCommand(), p.completionCommand(), p.exitCodesTopic())
	root.SetHelpCommand(p.helpCommand())
	p.sayFlags(root)
	if p.completing() {
		complete(root)
	}
	return root
}

// addSettings gives a command the flags of the settings it uses.
func addSettings(to *pflag.FlagSet, flags ...string) {
	var unused config
	for _, s := range settings(&unused) {
		for _, flag := range flags {
			if s.flag == flag {
				to.String(flag, "", s.usage)
			}
		}
	}
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
