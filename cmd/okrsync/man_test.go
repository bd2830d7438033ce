package main

import (
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// TestManPages holds the man pages against the commands that they are made from. After a
// change of those:
//
//	go test ./cmd/okrsync -run TestManPages -update
func TestManPages(t *testing.T) {
	for lang, folder := range map[string]string{"en": "../../docs/man/man1", "zh": "../../docs/man/zh_CN/man1"} {
		pages := map[string]string{}
		for _, cmd := range commandTree(lang) {
			name := strings.ReplaceAll(cmd.CommandPath(), " ", "-") + ".1"
			pages[name] = manPage(&program{lang: lang}, cmd)
			compare(t, filepath.Join(folder, name), pages[name])
		}
		there, err := filepath.Glob(filepath.Join(folder, "*"))
		if err != nil || len(pages) < 10 {
			t.Errorf("%d pages, %v", len(pages), err)
		}
		for _, name := range there {
			if pages[filepath.Base(name)] != "" {
				continue
			}
			if t.Errorf("%s: there is no such command", name); *update {
				_ = os.Remove(name)
			}
		}
	}
}

// manPage is a command's page in the macros of man(7). It has no date, so that it changes
// when the program does.
func manPage(p *program, cmd *cobra.Command) string {
	name := strings.ReplaceAll(cmd.CommandPath(), " ", "-")
	m := &man{program: p}
	m.line(".TH %s 1 \"\" %s %[2]s\n.ad l", strings.ToUpper(name), "okrsync")
	m.section("名称", "NAME")
	m.line("%s \\- %s", roff(name), roff(cmd.Short))
	if cmd.Runnable() {
		m.section("用法", "SYNOPSIS")
		m.line(".B %s", roff(strings.TrimSuffix(cmd.UseLine(), " [flags]")))
		m.line("[%s]", p.phrase("参数", "flags"))
	}
	m.section("说明", "DESCRIPTION")
	m.paragraphs(cmd.Long)
	m.list("参数", "OPTIONS", p.flags(cmd.NonInheritedFlags()))
	m.list("通用参数", "GLOBAL OPTIONS", p.flags(cmd.InheritedFlags()))
	m.list("命令", "COMMANDS", commands(cmd, func(c *cobra.Command) bool { return !c.Hidden }))
	if cmd.HasExample() {
		m.section("示例", "EXAMPLES")
		m.paragraphs(cmd.Example)
	}
	if cmd.HasParent() {
		m.section("参见", "SEE ALSO")
		m.line(".BR %s (1)", roff(strings.ReplaceAll(cmd.Parent().CommandPath(), " ", "-")))
	}
	return m.String()
}

// man is a page on its way.
type man struct {
	strings.Builder
	program *program
}

func (m *man) line(format string, args ...any) { fmt.Fprintf(m, format+"\n", args...) }

func (m *man) section(zh, en string) { m.line(".SH %s", m.program.phrase(zh, en)) }

// paragraphs writes a text. What is indented stays as it is, since it is a table.
func (m *man) paragraphs(text string) {
	for i, paragraph := range strings.Split(strings.Trim(text, "\n"), "\n\n") {
		if i > 0 {
			m.line(".PP")
		}
		table := strings.Contains("\n"+paragraph, "\n  ")
		if !table {
			paragraph = chineseBreak.ReplaceAllString(paragraph, "$1$2$3")
		} else {
			m.line(".nf")
		}
		for line := range strings.SplitSeq(paragraph, "\n") {
			m.line("%s", roff(line))
		}
		if table {
			m.line(".fi")
		}
	}
}

// chineseBreak is the end of a line for which Chinese has no space.
var chineseBreak = regexp.MustCompile(`([\p{Han}，。；：、）])\n([\p{Han}（“])|([，。；：、）])\n`)

// list writes names and what they mean, if there are any.
func (m *man) list(zh, en string, entries iter.Seq2[string, string]) {
	began := false
	for name, text := range entries {
		if !began {
			m.section(zh, en)
		}
		began = true
		m.line(".TP\n.B %s\n%s", roff(strings.TrimSpace(name)), roff(text))
	}
}

// roff is a text that its macros leave as it is.
func roff(text string) string {
	text = strings.NewReplacer(`\`, `\e`, "-", `\-`).Replace(text)
	if strings.HasPrefix(text, ".") || strings.HasPrefix(text, "'") {
		return `\&` + text
	}
	return text
}
