package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v4"

	"okrsync/feishu"
)

// configFile is read when neither --config nor OKRSYNC_CONFIG names another,
// if it is there.
const configFile = "config.yaml"

// load puts a command's configuration together: flags before environment before
// file before default. It tells all problems at once, in a *usageError.
func (p *program) load(cmd *cobra.Command) (config, error) {
	l := &loader{config: defaults(), program: p}
	l.settings = settings(&l.config)
	l.file(cmd)
	l.environment()
	l.flags(cmd)
	l.secretFile()
	if l.config.lang == "" {
		l.config.lang = p.locale()
	}
	p.lang = l.config.lang
	if len(l.problems) > 0 {
		return config{}, &usageError{l.problems}
	}
	return l.config, nil
}

// A loader fills a config and gathers what is wrong with its sources.
type loader struct {
	program  *program
	config   config
	settings []setting
	problems []string
}

func (l *loader) problem(format string, args ...any) {
	l.problems = append(l.problems, fmt.Sprintf(format, args...))
}

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
		l.problem("the configuration cannot be read: %v", err)
		return
	}
	var root yaml.Node
	if err := yaml.Load(content, &root); err != nil && len(strings.TrimSpace(string(content))) > 0 {
		l.problem("%s: %v", name, err)
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
			l.problem("%s: %s: %v", place, path, err)
		}
	case known:
		l.problem("%s: %s: a single value belongs here", place, path)
	default:
		l.problem("%s: %s: keys with values belong here", place, cmp.Or(path, "the file"))
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
			l.problem("%s:%d: %s stands in line %d already", name, key.Line, full, line)
			continue
		}
		seen[full] = key.Line
		if !l.known(full) {
			l.problem("%s:%d: unknown key %s%s", name, key.Line, full, l.nearestKey(full))
			continue
		}
		l.node(name, full, value)
	}
}

func (l *loader) sequence(place string, s setting, n *yaml.Node) {
	var names []string
	for _, entry := range n.Content {
		if entry.Kind != yaml.ScalarNode || entry.Value == "" {
			l.problem("%s: %s: a list of texts belongs here", place, s.key)
			return
		}
		names = append(names, entry.Value)
	}
	if err := s.list(names); err != nil {
		l.problem("%s: %s: %v", place, s.key, err)
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

func (l *loader) nearestKey(key string) string {
	var keys []string
	for _, s := range l.settings {
		for prefix := s.key; prefix != ""; prefix = prefix[:max(0, strings.LastIndexByte(prefix, '.'))] {
			keys = append(keys, prefix)
		}
	}
	return didYouMean(key, keys)
}

// environment takes in the variables. Those of OKRSYNC_ that mean nothing are
// told in the log only: Kubernetes sets such ones for a service of that name.
func (l *loader) environment() {
	for _, s := range l.settings {
		for _, variable := range []string{s.env, s.variable()} {
			if variable == "" {
				continue
			}
			if err := s.give(l.program.getenv(variable)); err != nil {
				l.problem("%s: %v", variable, err)
			}
		}
	}
}

// flags takes in the flags that were given.
func (l *loader) flags(cmd *cobra.Command) {
	for _, s := range l.settings {
		if s.flag == "" {
			continue
		}
		f := cmd.Flags().Lookup(s.flag)
		if f == nil || !f.Changed {
			continue
		}
		if f.Value.String() == "" {
			l.problem("--%s: a value is missing", s.flag)
		} else if err := s.give(f.Value.String()); err != nil {
			l.problem("--%s: %v", s.flag, err)
		}
	}
}

// secretFile reads the app secret from its file, unless it is given already.
func (l *loader) secretFile() {
	if l.config.appSecretFile == "" || l.config.AppSecret != "" {
		return
	}
	content, err := readSmall(l.config.appSecretFile)
	if err != nil {
		l.problem("feishu.app_secret_file: %v", err)
		return
	}
	secret := strings.TrimSpace(string(content))
	if secret == "" {
		l.problem("feishu.app_secret_file: %s is empty", l.config.appSecretFile)
	}
	l.config.AppSecret = feishu.Secret(secret)
}

// readSmall reads a file that people write by hand.
func readSmall(name string) ([]byte, error) {
	const most = 1 << 20
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a file", name)
	}
	file, err := os.Open(filepath.Clean(name))
	if err != nil {
		return nil, err
	}
	defer file.Close()
	content, err := io.ReadAll(io.LimitReader(file, most+1))
	if err == nil && len(content) > most {
		err = fmt.Errorf("%s is larger than a configuration can be", name)
	}
	return content, err
}

// getenv returns a variable of the environment, "" if it is not set.
func (p *program) getenv(name string) string {
	for _, entry := range slices.Backward(p.environ) {
		if value, ok := strings.CutPrefix(entry, name+"="); ok {
			return value
		}
	}
	return ""
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

// didYouMean names the nearest of the known names, if one is near.
func didYouMean(name string, known []string) string {
	best, least := "", max(2, len(name)/3)+1
	for _, k := range known {
		if d := levenshtein.ComputeDistance(strings.ToLower(name), k); d < least {
			best, least = k, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %s?", best)
}
