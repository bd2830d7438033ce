package main

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

// completions gives what a shell is told may stand at the end of a command line: the
// lines, of which the last is cobra's directive.
func completions(t *testing.T, args ...string) []string {
	t.Helper()
	var out bytes.Buffer
	if code := run(t.Context(), append([]string{"__complete"}, args...), nil, nil, &out, io.Discard); code != exitOK {
		t.Fatalf("exit code %d", code)
	}
	return strings.Split(strings.TrimSpace(out.String()), "\n")
}

// TestComplete asks as the scripts of the shells do. The directives are cobra's: :0 offers
// files, :4 nothing else, :8 files with these endings, :16 folders.
func TestComplete(t *testing.T) {
	for line, want := range map[string]string{
		"sync --lang ":             "zh en :4",
		"sync --lang=":             "zh en :4",
		"version --lang ":          "zh en :4",
		"sync --log-level ":        "debug info warn error :4",
		"plan --log-format ":       "auto console json :4",
		"inbox --user-id-type ":    "open_id union_id user_id :4",
		"check --progress ":        "auto bar plain none :4",
		"simulate --window ":       "sliding fixed bucket :4",
		"sync --source ":           ":4",
		"sync --rate ":             ":4",
		"simulate --latency ":      ":4",
		"sync --out ":              ":16",
		"demo --out ":              ":16",
		"sync --config ":           "yaml yml :8",
		"sync -c ":                 "yaml yml :8",
		"simulate --data ":         "json :8",
		"simulate --log ":          ":0",
		"sync --metrics-file ":     "prom :8",
		"sync ":                    "xlsx xlsm csv tsv txt :8",
		"sync a.csv ":              "xlsx xlsm csv tsv txt :8",
		"plan --json ":             "xlsx xlsm csv tsv txt :8",
		"check ":                   "xlsx xlsm csv tsv txt :8",
		"template ":                "xlsx :8",
		"report ":                  ":16",
		"inbox ":                   ":16",
		"tables ":                  ":4",
		"version ":                 ":4",
		"completion fish ":         ":4",
		"sync --no-diff --config ": "yaml yml :8",
	} {
		t.Run(line, func(t *testing.T) {
			if got := strings.Join(completions(t, strings.Split(line, " ")...), " "); got != want {
				t.Errorf("%q, not %q", got, want)
			}
		})
	}
}

// TestCompleteWords holds that what the shell shows beside a name is in the reader's
// language and as people read it.
func TestCompleteWords(t *testing.T) {
	for lang, want := range map[string]string{"zh": "--out\t每次运行在此文件夹 DIR 中", "en": "--out\tthe DIR in which"} {
		lines := completions(t, "sync", "--lang", lang, "--")
		if !slices.ContainsFunc(lines, func(l string) bool { return strings.HasPrefix(l, want) }) {
			t.Errorf("%s: --out is not among %q", lang, lines)
		}
		for _, line := range lines {
			if strings.Contains(line, "`") || chinese(line) != (lang == "zh") && line != ":4" {
				t.Errorf("%s: %q", lang, line)
			}
		}
	}
	names := completions(t, "--lang", "zh", "")
	if !slices.ContainsFunc(names, func(n string) bool { return strings.HasPrefix(n, "sync\t") && chinese(n) }) {
		t.Errorf("commands: %q", names)
	}
}

// TestCompleteHelp offers the commands that there is help about.
func TestCompleteHelp(t *testing.T) {
	if names := completions(t, "help", "exi"); len(names) != 2 || !strings.HasPrefix(names[0], "exit-codes\t") || names[1] != ":4" {
		t.Errorf("%q", names)
	}
	if names := completions(t, "help", "completion", "fi"); len(names) != 2 || !strings.HasPrefix(names[0], "fish\t") {
		t.Errorf("%q", names)
	}
}

// TestFlagWants holds that what each flag wants is a word that completion knows.
func TestFlagWants(t *testing.T) {
	for _, cmd := range commandTree("en") {
		cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
			wants, _ := pflag.UnquoteUsage(f)
			if f.Value.Type() != "bool" && strings.ToUpper(wants) != wants {
				t.Errorf("%s --%s wants %q, which stands in no backquotes", cmd.CommandPath(), f.Name, wants)
			}
			if files := flagFiles[f.Name]; files != nil && wants != "FILE" {
				t.Errorf("%s --%s wants %q and has endings %q", cmd.CommandPath(), f.Name, wants, files)
			}
		})
	}
}
