package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v4"

	"okrsync/sync"
)

// file reads the configuration file, if there is one.
func (l *loader) file(cmd *cobra.Command) {
	name, wanted := configFile, false
	if v := l.program.getenv("OKRSYNC_CONFIG"); v != "" {
		name, wanted = v, true
	}
	if f := cmd.Flag("config"); f != nil && f.Changed {
		name, wanted = f.Value.String(), true
	}
	content, err := readSmall(name)
	if !wanted && errors.Is(err, fs.ErrNotExist) {
		return
	}
	if err != nil {
		l.problem("无法读取配置：%v", "the configuration cannot be read: %v", err)
		return
	}
	l.document(name, content)
}

// document takes in what a file says.
func (l *loader) document(name string, content []byte) {
	var root yaml.Node
	if err := yaml.Load(content, &root); err != nil && len(strings.TrimSpace(string(content))) > 0 {
		l.problem("%s：不是正确的 YAML，请检查所指位置的缩进、冒号和引号（%v）", "%s: %v", name, err)
		return
	}
	for _, document := range root.Content {
		l.node(name, "", document)
	}
}

// node takes in a part of the file: a mapping of keys, or a setting's value.
func (l *loader) node(name, path string, n *yaml.Node) {
	place := fmt.Sprintf("%s:%d", name, n.Line)
	s, known := l.setting(path)
	switch {
	case n.Kind == yaml.MappingNode && !known:
		l.mapping(name, path, n)
	case n.Kind == yaml.ScalarNode && n.Tag == "!!null":
	case known && s.list != nil && n.Kind == yaml.SequenceNode:
		l.sequence(place, s, n)
	case known && n.Kind == yaml.ScalarNode:
		if err := s.give(n.Value); err != nil {
			l.problem("%s：%s：%v", "%s: %s: %v", place, path, err)
		}
	case known:
		l.problem("%s：%s：这里应是单个值", "%s: %s: a single value belongs here", place, path)
	default:
		l.problem("%s：%v：这里应是带值的配置项", "%s: %v: keys with values belong here", place, cmp.Or(sync.Text{ZH: path, EN: path}, sync.Text{ZH: "配置文件", EN: "the file"}))
	}
}

func (l *loader) mapping(name, path string, n *yaml.Node) {
	seen := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		full := key.Value
		if path != "" {
			full = path + "." + key.Value
		}
		if line, twice := seen[full]; twice {
			l.problem("%s:%d：%s 在第 %d 行已经出现过", "%s:%d: %s stands in line %d already", name, key.Line, full, line)
			continue
		}
		seen[full] = key.Line
		if !l.known(full) {
			if l.elsewhere(full) {
				l.problem("%s:%d：%s 不能在文件夹的配置中设置，应由运行 okrsync 的人设置", "%s:%d: %s cannot be set for a folder, only by whoever runs okrsync", name, key.Line, full)
				continue
			}
			l.problem("%s:%d：没有 %s 这个配置项%v", "%s:%d: unknown key %s%v", name, key.Line, full, l.nearestKey(full))
			continue
		}
		l.node(name, full, value)
	}
}

func (l *loader) sequence(place string, s setting, n *yaml.Node) {
	var names []string
	for _, entry := range n.Content {
		if entry.Kind != yaml.ScalarNode || entry.Value == "" {
			l.problem("%s：%s：这里应是一列文字", "%s: %s: a list of texts belongs here", place, s.key)
			return
		}
		names = append(names, entry.Value)
	}
	if err := s.list(names); err != nil {
		l.problem("%s：%s：%v", "%s: %s: %v", place, s.key, err)
	}
}

// setting finds the setting of a key.
func (l *loader) setting(key string) (setting, bool) {
	i := slices.IndexFunc(l.settings, func(s setting) bool { return s.key == key })
	if i < 0 {
		return setting{}, false
	}
	return l.settings[i], true
}

// known reports whether a key is a setting's or leads to some.
func (l *loader) known(key string) bool {
	return slices.ContainsFunc(l.settings, func(s setting) bool {
		return s.key == key || strings.HasPrefix(s.key, key+".")
	})
}

// elsewhere reports whether a key is a setting's, though not one that can be set here.
func (l *loader) elsewhere(key string) bool {
	return slices.ContainsFunc(l.others, func(s setting) bool {
		return s.key == key || strings.HasPrefix(s.key, key+".")
	})
}

func (l *loader) nearestKey(key string) sync.Text {
	var keys []string
	for _, s := range l.settings {
		for prefix := s.key; prefix != ""; prefix = prefix[:max(0, strings.LastIndexByte(prefix, '.'))] {
			keys = append(keys, prefix)
		}
	}
	return didYouMean(key, keys)
}
