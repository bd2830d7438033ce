package main

import (
	"cmp"
	"errors"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"okrsync/sync"
)

// unknownCommand names the nearest known command, or where they are listed.
func unknownCommand(cmd *cobra.Command, name, list string) error {
	var names []string
	for _, c := range cmd.Root().Commands() {
		names = append(names, c.Name())
	}
	return usagef("没有“%s”这个命令%v", "unknown command %q%v", name,
		cmp.Or(didYouMean(name, names), sync.Textf("；%s 会列出全部命令", "; %s lists them", list)))
}

// flagError turns what is wrong with the flags into a usage error that names
// the nearest known flag.
func flagError(cmd *cobra.Command, args []string, err error) error {
	if unknown, ok := errors.AsType[*pflag.NotExistError](err); ok {
		if word := firstWord(cmd, args); word != "" {
			return unknownCommand(cmd, word, "okrsync help")
		}
		return unknownFlag(cmd, unknown)
	}
	if without, ok := errors.AsType[*pflag.ValueRequiredError](err); ok {
		return usagef("--%[1]s：缺少值", "%[2]v", without.GetFlag().Name, err)
	}
	if invalid, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
		f := invalid.GetFlag()
		return usagef("--%[1]s：“%[2]s”不是%[3]v", "%[4]v", f.Name, invalid.GetValue(), kindOf(f), err)
	}
	return usagef("参数的写法有误（%[2]v）；见 %[1]s --help", "%[2]v", cmd.CommandPath(), err)
}

func unknownFlag(cmd *cobra.Command, unknown *pflag.NotExistError) error {
	name, help := unknown.GetSpecifiedName(), sync.Textf("；见 %s --help", "; see %s --help", cmd.CommandPath())
	if unknown.GetSpecifiedShortnames() != "" {
		return usagef("没有 -%s 这个参数%v", "unknown flag -%s%v", name, help)
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, "--"+f.Name) })
	return usagef("没有 --%s 这个参数%v", "unknown flag --%s%v", name, cmp.Or(didYouMean("--"+name, names), help))
}

// kindOf says in Chinese what a flag wants; pflag says it in English.
func kindOf(f *pflag.Flag) string {
	switch f.Value.Type() {
	case "bool":
		return " true 或 false"
	case "duration":
		return "时间，例如 20ms 或 2h"
	}
	return "整数"
}

// firstWord is what stands where the name of a command belongs, if that is the name of
// none: then its flags are not the mistake.
func firstWord(cmd *cobra.Command, args []string) string {
	if cmd.HasParent() {
		return ""
	}
	for _, arg := range args {
		if !strings.HasPrefix(arg, "-") {
			return arg
		}
	}
	return ""
}
