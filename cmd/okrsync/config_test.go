package main

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v4"

	"okrsync/sync"
)

// configure loads a configuration as okrsync sync would.
func configure(t *testing.T, content string, environ []string, args ...string) (config, error) {
	t.Helper()
	name := filepath.Join(t.TempDir(), "okrsync.yaml")
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	p := &program{environ: environ, stdout: new(bytes.Buffer), stderr: newScreen(new(bytes.Buffer))}
	var loaded config
	var failed error
	root := p.root()
	for _, c := range root.Commands() {
		if c.Name() == "sync" {
			c.RunE = func(cmd *cobra.Command, _ []string) error {
				loaded, failed = p.load(cmd)
				return nil
			}
		}
	}
	root.SetArgs(append([]string{"sync", "--config", name}, args...))
	if err := root.ExecuteContext(t.Context()); err != nil {
		t.Fatal(err)
	}
	return loaded, failed
}

// TestExample holds that the example is valid, names every key, and has every
// key at its default.
func TestExample(t *testing.T) {
	content, err := os.ReadFile("../../config.example.yaml")
	if err != nil {
		t.Fatal(err)
	}
	c, err := configure(t, string(content), nil)
	if err != nil {
		t.Fatal(err)
	}
	want := defaults()
	want.lang = "en" // of a locale that says nothing
	for _, s := range settings(&want) {
		if s.list != nil {
			_ = s.list(nil) // the example has empty lists
		}
	}
	if !reflect.DeepEqual(c, want) {
		t.Errorf("the example is\n%+v\nthe defaults are\n%+v", c, want)
	}
	var root yaml.Node
	if err := yaml.Load(content, &root); err != nil {
		t.Fatal(err)
	}
	got := keys("", root.Content[0])
	for _, s := range settings(&want) {
		if !slices.Contains(got, s.key) {
			t.Errorf("the example lacks %s", s.key)
		}
	}
}

// TestWorkersAreTold holds that all that name the usual number of calls at a time name the
// one that there is.
func TestWorkersAreTold(t *testing.T) {
	one, many := sync.DefaultWorkers(1), sync.DefaultWorkers(100)
	for name, want := range map[string]string{
		"../../config.example.yaml":  fmt.Sprintf("auto is %d, and %d for batches", one, many),
		"settings.go":                fmt.Sprintf("auto: %d, and %d for batches", one, many),
		"flagwords.go":               fmt.Sprintf("auto：%d，批量更新时 %d", one, many),
		"../../docs/limits.md":       fmt.Sprintf("`sync.workers`): %d, and %d for batches", one, many),
		"../../docs/limits.zh-CN.md": fmt.Sprintf("单项更新 %d 个，批量更新 %d 个", one, many),
	} {
		if content, err := os.ReadFile(name); err != nil || !strings.Contains(string(content), want) {
			t.Errorf("%s does not say %q: %v", name, want, err)
		}
	}
}

// keys lists the paths of all values below a node.
func keys(path string, n *yaml.Node) []string {
	if n.Kind != yaml.MappingNode {
		return []string{path}
	}
	var all []string
	for i := 0; i+1 < len(n.Content); i += 2 {
		all = append(all, keys(strings.TrimPrefix(path+"."+n.Content[i].Value, "."), n.Content[i+1])...)
	}
	return all
}

func TestPrecedence(t *testing.T) {
	file := "sync: {workers: 2}\nreport: {out: from-file, lang: zh}\ntarget: {metric_table_id: 7041234567890123456}\n"
	environ := []string{"OKRSYNC_SYNC_WORKERS=3", "OKRSYNC_REPORT_OUT=from-env", "OKRSYNC_INPUT_COLUMNS_METRIC_ITEM_ID=Kennung, Nr"}
	c, err := configure(t, file, environ, "--workers", "5")
	if err != nil {
		t.Fatal(err)
	}
	if c.workers != 5 || c.out != "from-env" || c.lang != "zh" || c.target.ID != "7041234567890123456" {
		t.Errorf("%+v", c)
	}
	if got := c.columns["metric_item_id"]; !slices.Equal(got, []string{"Kennung", "Nr"}) {
		t.Errorf("columns %q", got)
	}
}

// TestSecretSources holds where the secret may come from, and that it is not
// shown when the configuration is printed.
func TestSecretSources(t *testing.T) {
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte("planted\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, environ := range [][]string{
		{"FEISHU_APP_SECRET=planted"},
		{"OKRSYNC_FEISHU_APP_SECRET=planted"},
		{"FEISHU_APP_SECRET=other", "OKRSYNC_FEISHU_APP_SECRET=planted"},
		{"OKRSYNC_FEISHU_APP_SECRET_FILE=" + file},
	} {
		c, err := configure(t, "", environ)
		if err != nil || string(c.AppSecret) != "planted" {
			t.Errorf("%q: %v", environ, err)
		}
		if strings.Contains(fmt.Sprintf("%v %+v %#v", c, c, c), "planted") {
			t.Errorf("%q: the secret is printed", environ)
		}
	}
	if _, err := configure(t, "feishu: {app_secret_file: /nowhere}", nil); err == nil {
		t.Error("a secret file that is not there was accepted")
	}
}

func TestNoSettingTakesASecretByFlag(t *testing.T) {
	var c config
	for _, s := range settings(&c) {
		if s.flag != "" && (strings.Contains(s.key, "secret") || strings.Contains(s.key, "token")) {
			t.Errorf("%s has the flag --%s: flags are seen by everybody on the machine", s.key, s.flag)
		}
	}
}

func TestLocale(t *testing.T) {
	for want, environ := range map[string][]string{
		"zh": {"LANG=en_US.UTF-8", "LC_ALL=zh_CN.UTF-8"},
		"en": {"LANG=C"},
	} {
		if c, err := configure(t, "", environ); err != nil || c.lang != want {
			t.Errorf("%q: %s, %v", environ, c.lang, err)
		}
	}
}

func FuzzConfig(f *testing.F) {
	f.Add("feishu: {base_url: https://open.feishu.cn}\nsync: {workers: 3}")
	f.Add("a: &a [*a]")
	f.Add("input: {columns: {metric_item_id: [x, y]}}")
	f.Add("- 1\n- 2")
	f.Fuzz(func(t *testing.T, content string) {
		c, err := configure(t, content, nil)
		if err == nil && (c.workers < 0 || c.workers > 64 || len(c.limits) == 0) {
			t.Errorf("%q gave %+v", content, c)
		}
	})
}

// TestDeciding shows which settings make a run another one: those by which something else
// is read from a file, or sent.
func TestDeciding(t *testing.T) {
	same, err := defaults().deciding()
	if err != nil {
		t.Fatal(err)
	}
	for key, value := range map[string]string{
		"feishu.user_id_type": "union_id", "input.duplicates": "last", "input.header_row": "3", "input.percent": "ratio", "sync.diff": "off",
		"input.columns.metric_item_id": "编号",
	} {
		c := defaults()
		for _, s := range settings(&c) {
			if s.key == key {
				if err := s.give(value); err != nil {
					t.Fatal(err)
				}
			}
		}
		if other, err := c.deciding(); err != nil || maps.Equal(same, other) {
			t.Errorf("%s: %v, %v", key, other, err)
		}
	}
}
