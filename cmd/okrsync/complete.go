package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// spreadsheets are the endings of the files that okrsync reads.
var spreadsheets = []string{"xlsx", "xlsm", "csv", "tsv", "txt"}

// flagFiles are the endings of the files that a flag takes, if not any.
var flagFiles = map[string][]string{
	"config":       {"yaml", "yml"},
	"data":         {"json"},
	"metrics-file": {"prom"},
}

// completing reports whether a shell asks what can follow on the command line.
func (p *program) completing() bool {
	return len(p.args) > 0 && slices.Contains([]string{cobra.ShellCompRequestCmd, cobra.ShellCompNoDescRequestCmd}, p.args[0])
}

// complete has every command and its flags tell the shell what may stand there: what
// their words in capitals want, such as `FILE`, is what people read in the help as well.
func complete(cmd *cobra.Command) {
	said := func(f *pflag.Flag) {
		wants, words := pflag.UnquoteUsage(f)
		if _, known := cmd.GetFlagCompletionFunc(f.Name); !known && f.Value.Type() != "bool" {
			_ = cmd.RegisterFlagCompletionFunc(f.Name, ofFlag(f.Name, wants)) // the flag is there
		}
		f.Usage = words // shells show it as it is
	}
	cmd.PersistentFlags().VisitAll(said)
	cmd.LocalNonPersistentFlags().VisitAll(said)
	if cmd.ValidArgsFunction == nil {
		_, wants, _ := strings.Cut(cmd.Use, " ")
		cmd.ValidArgsFunction = ofArguments(wants)
	}
	for _, c := range cmd.Commands() {
		complete(c)
	}
}

// ofFlag completes the value of a flag.
func ofFlag(name, wants string) cobra.CompletionFunc {
	switch choices := flagChoices(name); {
	case choices != nil:
		return cobra.FixedCompletions(choices, cobra.ShellCompDirectiveNoFileComp)
	case wants == "DIR":
		return cobra.FixedCompletions(nil, cobra.ShellCompDirectiveFilterDirs)
	case wants == "FILE" && flagFiles[name] != nil:
		return cobra.FixedCompletions(flagFiles[name], cobra.ShellCompDirectiveFilterFileExt)
	case wants == "FILE":
		return cobra.FixedCompletions(nil, cobra.ShellCompDirectiveDefault)
	}
	return cobra.NoFileCompletions
}

// ofArguments completes what stands behind a command and its flags.
func ofArguments(wants string) cobra.CompletionFunc {
	switch {
	case strings.Contains(wants, "DIR"):
		return cobra.FixedCompletions(nil, cobra.ShellCompDirectiveFilterDirs)
	case strings.Contains(wants, "FILE.xlsx"):
		return cobra.FixedCompletions([]string{"xlsx"}, cobra.ShellCompDirectiveFilterFileExt)
	case strings.Contains(wants, "FILE"):
		return cobra.FixedCompletions(spreadsheets, cobra.ShellCompDirectiveFilterFileExt)
	}
	return cobra.NoFileCompletions
}

// completeTopics completes what there is help about.
func completeTopics(cmd *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
	topic, _, err := cmd.Root().Find(args)
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var names []string
	for _, c := range topic.Commands() {
		if !c.Hidden && strings.HasPrefix(c.Name(), begun) {
			names = append(names, cobra.CompletionWithDesc(c.Name(), c.Short))
		}
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

// flagChoices are all values that a flag can have, nil if they are no list.
func flagChoices(name string) []string {
	switch name {
	case "progress":
		return progressModes
	case "window":
		return texts(windows)
	}
	var unused config
	for _, s := range settings(&unused) {
		if s.flag == name {
			return s.choices
		}
	}
	return nil
}
