package main

import (
	"maps"
	"slices"
	"strings"

	"okrsync/source/inbox"
	"okrsync/sync"
)

// folderKeys are the keys, or the beginnings of keys, that a folder of an inbox can set:
// what its files are and how they are answered. Who the calls are made for, how fast, and
// who hears of them is for whoever runs okrsync: people who drop files could otherwise send
// the app's secret to a server of theirs.
var folderKeys = []string{"target.", "input.", "report.lang", "report.formats", "sync.guards."}

// settingsOf are the command's settings with those of a folder in the inbox, which say what
// just its files are and therefore win.
func (n *intake) settingsOf(folder string) (config, error) {
	name := n.path(folder + "/" + inbox.SettingsName)
	content, err := n.box.Settings(folder)
	if err != nil {
		return n.base, usagef("%s：无法读取，它须是普通文件：%v", "%s cannot be read, it must be a regular file: %v", name, err)
	}
	l := &loader{config: n.base, program: n.program}
	l.config.columns = maps.Clone(n.base.columns)
	for _, s := range settings(&l.config) {
		here := func(key string) bool { return strings.HasPrefix(s.key, key) }
		if slices.ContainsFunc(folderKeys, here) {
			l.settings = append(l.settings, s)
		} else {
			l.others = append(l.others, s)
		}
	}
	l.document(name, content)
	if err := l.config.sourceOptions().Check(); err != nil {
		l.problem("%s：input：%v", "%s: input: %v", name, err)
	}
	l.looser(name, n.base.guards)
	if len(l.problems) > 0 {
		return n.base, &usageError{l.problems}
	}
	return l.config, nil
}

// looser notes guards that let more pass than the command's: a folder can only be more
// careful.
func (l *loader) looser(name string, than sync.Guards) {
	g := l.config.guards
	looser := func(mine, theirs float64) bool { return theirs > 0 && (mine == 0 || mine > theirs) }
	for _, guard := range []struct {
		key          string
		mine, theirs float64
	}{
		{"sync.guards.max_changed_rows", float64(g.MaxChangedRows), float64(than.MaxChangedRows)},
		{"sync.guards.max_notified", float64(g.MaxNotified), float64(than.MaxNotified)},
		{"sync.guards.max_factor", g.MaxFactor, than.MaxFactor},
	} {
		if looser(guard.mine, guard.theirs) {
			l.problem("%s：%s 只能比运行 okrsync 的人设置的 %v 更严格", "%s: %s can only be stricter than the %v that whoever runs okrsync has set", name, guard.key, guard.theirs)
		}
	}
}
