package main

import (
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
	"github.com/spf13/cobra"
	"go.uber.org/zap/zapcore"

	"okrsync/feishu"
	"okrsync/sync"
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
	l.secretFiles()
	if err := l.config.sourceOptions().Check(); err != nil {
		l.problem("input：%v", "input: %v", err)
	}
	if l.config.lang == "" {
		l.config.lang = p.locale()
	}
	p.lang = l.config.lang
	if l.config.logFormat == logJSON {
		p.json = newJSON(p.stderr, zapcore.InfoLevel) // the level is about the log
	}
	for _, hint := range l.hints {
		p.say(hint.In(p.lang))
	}
	if len(l.problems) > 0 {
		return l.config, &usageError{l.problems}
	}
	return l.config, nil
}

// A loader fills a config and gathers what is wrong with its sources.
type loader struct {
	program  *program
	config   config
	settings []setting
	others   []setting   // that exist, but not here
	problems []sync.Text // each with its place, the finding and the remedy
	hints    []sync.Text // what is no mistake, and worth telling
}

// problem notes what is wrong, in words as sync.Textf has them.
func (l *loader) problem(zh, en string, args ...any) {
	l.problems = append(l.problems, sync.Textf(zh, en, args...))
}

// environment takes in the variables.
func (l *loader) environment() {
	known := []string{"OKRSYNC_CONFIG"}
	for _, s := range l.settings {
		known = append(known, s.variable())
		for _, variable := range []string{s.env, s.variable()} {
			if variable == "" {
				continue
			}
			if err := s.give(l.program.getenv(variable)); err != nil {
				l.problem("%s：%v", "%s: %v", variable, err)
			}
		}
	}
	l.strayVariables(known)
}

// strayVariables tells about variables that are nearly one of okrsync's. Others
// that begin like them are no mistake: Kubernetes sets such ones in every pod
// beside a service named okrsync.
func (l *loader) strayVariables(known []string) {
	for _, entry := range l.program.environ {
		name, _, _ := strings.Cut(entry, "=")
		if !strings.HasPrefix(name, "OKRSYNC_") || slices.Contains(known, name) {
			continue
		}
		hint := didYouMean(name, known)
		if strings.HasPrefix(name, "OKRSYNC_SYNC_GUARD") { // a run without the guard that somebody meant is worse than none
			l.problem("没有 %s 这个环境变量%v", "unknown variable %s%v", name, hint)
		} else if hint != (sync.Text{}) {
			l.hints = append(l.hints, sync.Textf("okrsync 不使用环境变量 %s，未作处理%v", "the variable %s means nothing to okrsync and is left alone%v", name, hint))
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
		if s.bound && f.Value.String() == "0" { // meant as: nothing may pass
			l.problem("--%s：0 表示不限（默认值）；请写 1 或更大的数，或不写此参数", "--%s: 0 means no bound, which is the default; give 1 or more, or leave it out", s.flag)
			continue
		}
		if f.Value.String() == "" {
			l.problem("--%s：缺少值", "--%s: a value is missing", s.flag)
		} else if err := s.give(f.Value.String()); err != nil {
			l.problem("--%s：%v", "--%s: %v", s.flag, err)
		}
	}
}

// secretFiles reads the secrets that have a file each.
func (l *loader) secretFiles() {
	c := &l.config
	l.secretFile("feishu.app_secret_file", c.appSecretFile, &c.AppSecret, secret)
	l.secretFile("report.webhook.url_file", c.webhookURLFile, &c.WebhookURL, webhook)
	l.secretFile("report.webhook.secret_file", c.webhookSecretFile, &c.WebhookSecret, secret)
}

// secretFile reads a secret from the file that a key names, unless it is given already.
func (l *loader) secretFile(key, name string, field *feishu.Secret, taker func(*feishu.Secret) func(string) error) {
	if name == "" || *field != "" {
		return
	}
	if strings.Contains(name, "://") { // perhaps the secret itself
		l.problem("%s：这里应是文件名，而不是网址", "%s: the name of a file belongs here, and no address", key)
		return
	}
	content, err := readSmall(name)
	if err != nil {
		l.problem("%s：%v", "%s: %v", key, err)
		return
	}
	if strings.TrimSpace(string(content)) == "" {
		l.problem("%s：%s 是空的", "%s: %s is empty", key, name)
	} else if err := taker(field)(string(content)); err != nil {
		l.problem("%s：%s：%v", "%s: %s: %v", key, name, err)
	}
}

// readSmall reads a file that people write by hand.
func readSmall(name string) ([]byte, error) {
	const most = 1 << 20
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, sync.Errorf("%s 不是文件", "%s is not a file", name)
	}
	file, err := os.Open(filepath.Clean(name))
	if err != nil {
		return nil, err
	}
	defer file.Close()
	content, err := io.ReadAll(io.LimitReader(file, most+1))
	if err == nil && len(content) > most {
		err = sync.Errorf("%s 过大，不会是配置文件", "%s is larger than a configuration can be", name)
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

// didYouMean names the nearest of the known names, if one is near.
func didYouMean(name string, known []string) sync.Text {
	best, least := "", max(2, len(name)/4)+1
	for _, k := range known {
		if d := levenshtein.ComputeDistance(strings.ToLower(name), strings.ToLower(k)); d < least {
			best, least = k, d
		}
	}
	if best == "" {
		return sync.Text{}
	}
	return sync.Textf("；是否想写 %s？", "; did you mean %s?", best)
}
