package main

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"unicode"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// chinese reports whether a text has a Chinese character.
func chinese(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}

// commandTree gives every command of the program in a language.
func commandTree(lang string) []*cobra.Command {
	p := &program{stdout: io.Discard, stderr: newScreen(io.Discard), lang: lang}
	root := p.root()
	root.InitDefaultHelpCmd()
	all := []*cobra.Command{root}
	for i := 0; i < len(all); i++ {
		all = append(all, all[i].Commands()...)
	}
	return all
}

// TestHelpPages holds that every command has its help in both languages, down to each
// flag, that it fits a terminal of 80 columns, and that there is no page without its
// command.
func TestHelpPages(t *testing.T) {
	entries, err := pages.ReadDir("help")
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, lang := range []string{"zh", "en"} {
		for _, cmd := range commandTree(lang) {
			t.Run(lang+" "+cmd.CommandPath(), func(t *testing.T) {
				if cmd.Long == "" || cmd.Short == "" {
					t.Fatal("a page or its title is missing")
				}
				seen++
				texts := []string{cmd.Long, cmd.Short}
				cmd.LocalFlags().VisitAll(func(f *pflag.Flag) { texts = append(texts, f.Usage) })
				for _, text := range texts {
					if chinese(text) != (lang == "zh") {
						t.Errorf("not in its language: %q", text)
					}
				}
				checkHelp(t, lang, strings.Fields(cmd.CommandPath())[1:])
			})
		}
	}
	if seen != len(entries) {
		t.Errorf("%d pages for %d commands", len(entries), seen)
	}
}

// checkHelp holds a help page, as it is shown, to its language and to 80 columns.
func checkHelp(t *testing.T, lang string, path []string) {
	t.Helper()
	var stdout, asked bytes.Buffer
	if code := run(t.Context(), append(path, "--help", "--lang", lang), nil, nil, &stdout, io.Discard); code != exitOK {
		t.Errorf("exit code %d", code)
	}
	if code := run(t.Context(), append([]string{"help", "--lang=" + lang}, path...), nil, nil, &asked, io.Discard); code != exitOK || asked.String() != stdout.String() {
		t.Errorf("help says something else, exit code %d:\n%s", code, asked.String())
	}
	for line := range strings.Lines(stdout.String()) {
		line = strings.TrimRight(line, "\n")
		if terminal.StringWidth(line) > usageWidth || strings.Contains(line, "`") || strings.Contains(line, "{source}") {
			t.Errorf("%d columns: %s", terminal.StringWidth(line), line)
		}
		if lang == "en" && chinese(line) {
			t.Errorf("Chinese in English: %s", line)
		}
		if heading := strings.HasSuffix(line, ":") && !strings.HasPrefix(line, " "); lang == "zh" && heading && !chinese(line) {
			t.Errorf("an English heading: %s", line)
		}
	}
}

// TestFlagWords holds that there are no Chinese words for a flag that is not there.
func TestFlagWords(t *testing.T) {
	there := map[string]bool{}
	for _, cmd := range commandTree("zh") {
		note := func(f *pflag.Flag) { there[f.Name], there[cmd.Name()+" "+f.Name] = true, true }
		cmd.LocalFlags().VisitAll(note)
	}
	for name := range flagWords {
		if !there[name] {
			t.Errorf("nothing has the flag --%s", name)
		}
	}
}
