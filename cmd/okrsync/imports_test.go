package main

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// TestImports holds the layers: who may import whom, and which library works
// in which package.
func TestImports(t *testing.T) {
	const (
		cobra, pflag = "github.com/spf13/cobra", "github.com/spf13/pflag"
		zap          = "go.uber.org/zap"
		yaml         = "go.yaml.in/yaml/"
		backoff      = "github.com/cenkalti/backoff/"
		rate         = "golang.org/x/time/rate"
		excelize     = "github.com/xuri/excelize/"
		http         = "net/http"
	)
	rules := map[string]struct {
		ours  []string // the packages of okrsync it may import
		uses  []string // libraries that do their work here
		never []string
	}{
		"okrsync/cmd/okrsync":       {ours: []string{"okrsync/feishu", "okrsync/feishu/feishutest", "okrsync/source", "okrsync/source/inbox", "okrsync/sync", "okrsync/sync/report"}, uses: []string{cobra, zap, yaml}, never: []string{backoff, rate, excelize}},
		"okrsync/sync":              {ours: []string{"okrsync/source/errno", "okrsync/feishu", "okrsync/feishu/plainjson", "okrsync/source"}, uses: []string{backoff, rate}, never: []string{zap, yaml, cobra, pflag, excelize, http}},
		"okrsync/sync/report":       {ours: []string{"okrsync/feishu", "okrsync/source", "okrsync/sync"}, never: []string{http, zap, yaml, cobra, pflag, backoff, rate}},
		"okrsync/source":            {ours: []string{"okrsync/source/errno"}, uses: []string{excelize}, never: []string{http, zap, yaml, cobra, pflag, backoff, rate}},
		"okrsync/source/inbox":      {uses: []string{"github.com/fsnotify/fsnotify"}, never: []string{http, zap, yaml, cobra, pflag, backoff, rate, excelize}},
		"okrsync/source/errno":      {never: []string{http, zap, yaml, cobra, pflag, backoff, rate, excelize}},
		"okrsync/feishu/plainjson":  {never: []string{http, zap, yaml, cobra, pflag, backoff, rate, excelize}},
		"okrsync/feishu":            {ours: []string{"okrsync/feishu/plainjson"}, never: []string{zap, yaml, cobra, pflag, backoff, rate, excelize}},
		"okrsync/feishu/feishutest": {never: []string{zap, yaml, cobra, pflag, backoff, rate, excelize}},
	}
	packages := listPackages(t)
	if len(packages) != len(rules) {
		t.Errorf("there are %d packages and rules for %d", len(packages), len(rules))
	}
	for path, imports := range packages {
		rule, ok := rules[path]
		if !ok {
			t.Errorf("%s has no rule: say here what it may import", path)
		}
		for _, i := range imports {
			if strings.HasPrefix(i, "okrsync/") && !slices.Contains(rule.ours, i) {
				t.Errorf("%s must not import %s", path, i)
			}
			if slices.ContainsFunc(rule.never, func(n string) bool { return i == n || strings.HasPrefix(i, strings.TrimSuffix(n, "/")+"/") }) {
				t.Errorf("%s must not import %s", path, i)
			}
		}
		for _, library := range rule.uses {
			if !slices.ContainsFunc(imports, func(i string) bool { return strings.HasPrefix(i, library) }) {
				t.Errorf("%s no longer uses %s", path, library)
			}
		}
	}
}

// listPackages returns the imports of each package of the module, tests left out.
func listPackages(t *testing.T) map[string][]string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports", "okrsync/...")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	packages := map[string][]string{}
	for decoder := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return packages
		} else if err != nil {
			t.Fatal(err)
		}
		packages[p.ImportPath] = p.Imports
	}
}
