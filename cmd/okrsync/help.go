package main

import (
	"cmp"
	"embed"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"okrsync/feishu/feishutest"
)

// The long help pages, as help/NAME.LANG.txt: a page is easier to read and to keep to 80
// columns in a file of its own.
//
//go:embed help
var pages embed.FS

// page is the help page of that name in the reader's language, "" if there is none.
func (p *program) page(name string) string {
	content, err := pages.ReadFile("help/" + name + "." + p.lang + ".txt")
	if err != nil {
		return "" // which a test rules out
	}
	return strings.NewReplacer(
		"{source}", feishutest.SampleSource, "{table}", feishutest.SampleTable, "{item}", feishutest.SampleItem(1),
	).Replace(strings.TrimSuffix(string(content), "\n"))
}

// phrase picks the words in the reader's language.
func (p *program) phrase(zh, en string) string { return phrase(p.lang, zh, en) }

// helpCommand shows the page of a command.
func (p *program) helpCommand() *cobra.Command {
	return &cobra.Command{
		Use:               "help [COMMAND]",
		Short:             p.phrase("说明一个命令的用法", "help about any command"),
		Long:              p.page("help"),
		PreRunE:           p.checkLang,
		ValidArgsFunction: completeTopics,
		RunE: func(cmd *cobra.Command, args []string) error {
			topic, rest, err := cmd.Root().Find(args)
			if err != nil || topic == cmd.Root() && len(rest) > 0 {
				return unknownCommand(cmd, strings.Join(args, " "), "okrsync help")
			}
			return topic.Help()
		},
	}
}

// exitCodesTopic is the help page about the exit codes.
func (p *program) exitCodesTopic() *cobra.Command {
	return &cobra.Command{
		Use:   "exit-codes",
		Short: p.phrase("退出码的含义，以及何时再运行", "what the exit codes mean and when to run again"),
		Long:  p.page("exit-codes"),
	}
}

// sayFlags gives every command the flags that cobra adds to it, and puts what the flags
// are for into the reader's language.
func (p *program) sayFlags(cmd *cobra.Command) {
	cmd.InitDefaultHelpFlag()
	cmd.InitDefaultVersionFlag()
	if p.lang == "zh" {
		say := func(f *pflag.Flag) { f.Usage = cmp.Or(flagWords[cmd.Name()+" "+f.Name], flagWords[f.Name], f.Usage) }
		cmd.Flags().VisitAll(say)
		cmd.PersistentFlags().VisitAll(say)
	}
	for _, c := range cmd.Commands() {
		p.sayFlags(c)
	}
}
