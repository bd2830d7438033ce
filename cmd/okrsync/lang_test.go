package main

import (
	"bytes"
	"io"
	"os"
	"strings"
	"testing"
)

// TestLanguage holds who decides on the language: --lang wherever it stands, else the
// variable, else the configuration file once it is read, else the locale.
func TestLanguage(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("zh.yaml", []byte("report: {lang: zh}\nnonsense: 1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	const zhLocale, enLocale = "LANG=zh_CN.UTF-8", "LANG=en_US.UTF-8"
	for _, test := range []struct {
		args    string
		environ []string
		zh      bool
	}{
		{"snyc", nil, false},
		{"snyc", []string{zhLocale}, true},
		{"snyc", []string{"LANG=zh_CN.UTF-8", "LC_ALL=C"}, false},
		{"snyc", []string{enLocale, "LC_MESSAGES=zh_TW"}, true},
		{"snyc", []string{enLocale, "OKRSYNC_REPORT_LANG=zh"}, true},
		{"snyc", []string{zhLocale, "OKRSYNC_REPORT_LANG=fr"}, true},
		{"snyc --lang en", []string{zhLocale, "OKRSYNC_REPORT_LANG=zh"}, false},
		{"--lang zh snyc", []string{enLocale}, true},
		{"--lang=zh snyc", []string{enLocale}, true},
		{"sync --lang zh --tabel 5", []string{enLocale}, true},
		{"sync --tabel 5 --lang zh", []string{enLocale}, true},
		{"sync --lang zh --lang en --tabel 5", nil, false},
		{"help nonsense --lang zh", nil, true},
		{"version --lang fr", []string{zhLocale}, true},
		{"version --lang fr", []string{enLocale}, false},
		{"help --lang fr", []string{zhLocale}, true},
		{"completion bash --lang fr", []string{zhLocale}, true},
		{"check -c zh.yaml x.csv", []string{enLocale}, true},
		{"check -c zh.yaml --lang en x.csv", []string{zhLocale}, false},
		{"check -c zh.yaml x.csv", []string{enLocale, "OKRSYNC_REPORT_LANG=en"}, false},
		{"check --lang fr x.csv", []string{zhLocale}, true},
	} {
		var stderr bytes.Buffer
		code := run(t.Context(), strings.Fields(test.args), test.environ, nil, io.Discard, &stderr)
		if code != exitUsage || chinese(stderr.String()) != test.zh {
			t.Errorf("%s, %q: exit code %d, %s", test.args, test.environ, code, stderr.String())
		}
	}
}
