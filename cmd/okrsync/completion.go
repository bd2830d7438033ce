package main

import "github.com/spf13/cobra"

// completionCommand writes the scripts with which shells complete okrsync's commands.
func (p *program) completionCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "completion",
		Short: p.phrase("生成命令行自动补全脚本", "generate the autocompletion script for the specified shell"),
		Long:  p.page("completion"),
	}
	for shell, write := range map[string]func(root *cobra.Command, descriptions bool) error{
		"bash": func(root *cobra.Command, descriptions bool) error {
			return root.GenBashCompletionV2(p.stdout, descriptions)
		},
		"zsh": func(root *cobra.Command, descriptions bool) error {
			if descriptions {
				return root.GenZshCompletion(p.stdout)
			}
			return root.GenZshCompletionNoDesc(p.stdout)
		},
		"fish": func(root *cobra.Command, descriptions bool) error {
			return root.GenFishCompletion(p.stdout, descriptions)
		},
		"powershell": func(root *cobra.Command, descriptions bool) error {
			if descriptions {
				return root.GenPowerShellCompletionWithDesc(p.stdout)
			}
			return root.GenPowerShellCompletion(p.stdout)
		},
	} {
		var plain bool
		script := &cobra.Command{
			Use:     shell,
			Short:   p.phrase(shell+" 的自动补全脚本", "the autocompletion script for "+shell),
			Long:    p.page("completion-" + shell),
			Args:    noArguments,
			PreRunE: p.checkLang,
			RunE:    func(cmd *cobra.Command, _ []string) error { return write(cmd.Root(), !plain) },
		}
		script.Flags().BoolVar(&plain, "no-descriptions", false, "complete without descriptions")
		cmd.AddCommand(script)
	}
	return cmd
}
