package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// languages are what okrsync speaks.
var languages = []string{"zh", "en"}

// language is what people are spoken to in before the configuration is known, and by
// commands without one: --lang wherever it stands, else OKRSYNC_REPORT_LANG, else the
// locale. What is no language is told later, in the language of what is left.
func (p *program) language() string {
	for i, arg := range slices.Backward(p.args) {
		value, joined := strings.CutPrefix(arg, "--lang=")
		apart := i > 0 && p.args[i-1] == "--lang"
		if (joined || apart) && slices.Contains(languages, value) {
			return value
		}
	}
	if value := p.getenv("OKRSYNC_REPORT_LANG"); slices.Contains(languages, value) {
		return value
	}
	return p.locale()
}

// locale returns the language of the environment's locale: zh or en.
func (p *program) locale() string {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if value := p.getenv(name); value != "" {
			if strings.HasPrefix(strings.ToLower(value), "zh") {
				return "zh"
			}
			return "en"
		}
	}
	return "en"
}

// checkLang refuses a --lang that is no language, for commands that load no
// configuration.
func (p *program) checkLang(cmd *cobra.Command, _ []string) error {
	var lang string
	value := cmd.Flag("lang").Value.String()
	if !cmd.Flag("lang").Changed {
		return nil
	}
	if err := oneOf(&lang, languages...)(value); err != nil {
		return usagef("--lang：%v", "--lang: %v", err)
	}
	return nil
}
