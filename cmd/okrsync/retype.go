package main

import (
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/spf13/pflag"
)

// A retype gives the program's own command line with one of its files, to be typed
// again: as it is, or with other words in place of the command. It is nil where there
// is none.
type retype func(command ...string) string

// retypeRest is retype for the i-th of the files and those after it.
func (p *program) retypeRest(i int) retype { return p.retyped(i, len(p.placed)) }

// retype is the command line for the i-th of the files.
func (p *program) retype(i int) retype { return p.retyped(i, i+1) }

// retyped is the command line for the files from the i-th up to, and not with, the j-th.
func (p *program) retyped(i, j int) retype {
	if 1+i >= len(p.placed) {
		return nil
	}
	return func(command ...string) string {
		words := []string{"okrsync"}
		if p.args[p.placed[1+i]] == stdinName {
			words = []string{"…", "|", "okrsync"}
		}
		for at := 0; at < len(p.args); at++ {
			arg := p.args[at]
			switch place := slices.Index(p.placed, at); {
			case place < 0 && replaced(arg, command):
				if !strings.Contains(arg, "=") {
					at++ // with its value
				}
			case place < 0 && fresh(arg) && p.args[p.placed[0]] == "sync": // what it started is to be continued
			case place == 0 && len(command) > 0:
				words = append(words, command...)
			case place <= 0, 1+i <= place && place <= j:
				words = append(words, shellWord(arg))
			}
		}
		return strings.Join(words, " ")
	}
}

// replaced reports whether an argument is a flag that one of the words gives another value,
// as in "--max-calls N".
func replaced(arg string, words []string) bool {
	return slices.ContainsFunc(words, func(word string) bool {
		name, _, valued := strings.Cut(word, " ")
		given, _, _ := strings.Cut(arg, "=")
		return valued && given == name
	})
}

// fresh reports whether an argument is the flag --fresh, in any of its spellings.
func fresh(arg string) bool { return arg == "--fresh" || strings.HasPrefix(arg, "--fresh=") }

// positionals finds where among the arguments those stand that are neither flags nor
// their values, by the rules of pflag: the command and its files.
func positionals(flags *pflag.FlagSet, args []string) []int {
	var places []int
	for i := 0; i < len(args); i++ {
		arg := args[i]
		switch {
		case arg == "--":
			for i++; i < len(args); i++ {
				places = append(places, i)
			}
		case len(arg) < 2 || arg[0] != '-':
			places = append(places, i)
		case takesNext(flags, arg):
			i++
		}
	}
	return places
}

// takesNext reports whether the value of a flag is the next argument.
func takesNext(flags *pflag.FlagSet, arg string) bool {
	if name, long := strings.CutPrefix(arg, "--"); long {
		f := flags.Lookup(name) // not found with a value behind a =
		return f != nil && f.NoOptDefVal == ""
	}
	for i := 1; i < len(arg); i++ { // -qc FILE, -cFILE
		if f := flags.ShorthandLookup(arg[i : i+1]); f == nil || f.NoOptDefVal == "" {
			return f != nil && i == len(arg)-1
		}
	}
	return false
}

// shellWord quotes a word for the command line where it needs it.
func shellWord(s string) string {
	const special = " \t'\"\\$`!*?[](){}<>|&;#~"
	switch {
	case strings.ContainsFunc(s, unicode.IsControl):
		inner := strconv.Quote(s)
		inner = strings.ReplaceAll(inner[1:len(inner)-1], `\"`, `"`)
		return "$'" + strings.ReplaceAll(inner, "'", `\'`) + "'"
	case s != "" && !strings.ContainsAny(s, special):
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
