package main

import (
	"fmt"
	"io"
	"iter"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// usageWidth is how many columns a help page takes, as terminals have them.
const usageWidth = 80

// usage writes how a command is called: what cobra would write, in the reader's
// language and no wider than a terminal.
func (p *program) usage(cmd *cobra.Command) error {
	w := cmd.OutOrStderr()
	p.section(w, "用法：", "Usage:")
	if cmd.Runnable() {
		fmt.Fprintln(w, "  "+strings.Replace(cmd.UseLine(), " [flags]", p.phrase(" [参数]", " [flags]"), 1))
	}
	if cmd.HasAvailableSubCommands() {
		fmt.Fprintln(w, "  "+cmd.CommandPath()+p.phrase(" [命令]", " [command]"))
	}
	if cmd.HasExample() {
		p.section(w, "\n示例：", "\nExamples:")
		fmt.Fprintln(w, cmd.Example)
	}
	if cmd.HasAvailableSubCommands() {
		p.section(w, "\n命令：", "\nAvailable Commands:")
		entries(w, commands(cmd, func(c *cobra.Command) bool { return c.IsAvailableCommand() || c.Name() == "help" }))
	}
	if cmd.HasAvailableLocalFlags() {
		p.section(w, "\n参数：", "\nFlags:")
		entries(w, p.flags(cmd.LocalFlags()))
	}
	if cmd.HasAvailableInheritedFlags() {
		p.section(w, "\n通用参数：", "\nGlobal Flags:")
		entries(w, p.flags(cmd.InheritedFlags()))
	}
	if cmd.HasHelpSubCommands() {
		p.section(w, "\n其他帮助：", "\nAdditional help topics:")
		entries(w, commands(cmd, (*cobra.Command).IsAdditionalHelpTopicCommand))
	}
	if cmd.HasAvailableSubCommands() {
		fmt.Fprintf(w, p.phrase("\n“%s [命令] --help”说明一个命令的用法。\n", "\nUse \"%s [command] --help\" for more information about a command.\n"), cmd.CommandPath())
	}
	return nil
}

// section writes a heading.
func (p *program) section(w io.Writer, zh, en string) { fmt.Fprintln(w, p.phrase(zh, en)) }

// entries writes a list of names and what each of them means.
func entries(w io.Writer, list iter.Seq2[string, string]) {
	column := 0
	for name := range list {
		column = max(column, terminal.StringWidth(name)+2)
	}
	for name, text := range list {
		name = terminal.FillRight(name, column)
		for line := range wrap(text, usageWidth-column) {
			fmt.Fprintln(w, strings.TrimRight(name+line, " "))
			name = strings.Repeat(" ", column)
		}
	}
}

// commands gives the subcommands of a kind.
func commands(cmd *cobra.Command, of func(*cobra.Command) bool) iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		for _, c := range cmd.Commands() {
			if of(c) && !yield("  "+c.Name(), c.Short) {
				return
			}
		}
	}
}

// flags gives the flags as they are typed, with their defaults where their words do
// not say them.
func (p *program) flags(set *pflag.FlagSet) iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		more := true
		set.VisitAll(func(f *pflag.Flag) {
			value, text := pflag.UnquoteUsage(f)
			name := "      --" + f.Name
			if f.Shorthand != "" {
				name = "  -" + f.Shorthand + ", --" + f.Name
			}
			if value != "" && f.Value.Type() != "bool" {
				name += " " + value
			}
			if plain := f.DefValue; plain != "" && plain != "0" && plain != "0s" && plain != "false" && plain != "[]" {
				text += fmt.Sprintf(p.phrase("（默认 %s）", " (default %s)"), plain)
			}
			more = more && (f.Hidden || yield(name, text))
		})
	}
}
