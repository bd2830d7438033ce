package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"okrsync/feishu/feishutest"
)

// TestTemplate shows where a template goes, and that sent back as it came it reads and
// changes nothing.
func TestTemplate(t *testing.T) {
	environ, server := stage(t, feishutest.Config{}, 250)
	for _, test := range []struct {
		args []string
		name string
	}{
		{[]string{"template"}, "okrsync-out/template-" + feishutest.SampleTable + ".xlsx"},
		{[]string{"template", "--lang", "zh", "mine.xlsx"}, "mine.xlsx"},
		{[]string{"template", "--out", "other.xlsx"}, "other.xlsx"},
		{[]string{"template", "--out", "folder"}, "folder/template-" + feishutest.SampleTable + ".xlsx"},
	} {
		var stdout, stderr bytes.Buffer
		if code := run(t.Context(), test.args, environ, nil, &stdout, &stderr); code != exitOK || stdout.String() != filepath.FromSlash(test.name)+"\n" {
			t.Fatalf("%q: exit code %d, %s%s", test.args, code, stdout.String(), stderr.String())
		}
		if info, err := os.Stat(test.name); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%v, %v", info, err)
		}
		stderr.Reset()
		if code := run(t.Context(), test.args, environ, nil, io.Discard, &stderr); code != exitUsage || !strings.Contains(stderr.String(), "there already") && !strings.Contains(stderr.String(), "已经存在") {
			t.Errorf("%q: a second one: exit code %d, %s", test.args, code, stderr.String())
		}
		stderr.Reset()
		if code := run(t.Context(), []string{"sync", test.name}, environ, nil, io.Discard, &stderr); code != exitOK || !strings.Contains(stderr.String(), "250 rows: 250 ignored") {
			t.Errorf("%s sent back: exit code %d, %s", test.name, code, stderr.String())
		}
	}
	if left, err := filepath.Glob(".okrsync-*"); err != nil || len(left) > 0 || server.Stats().Updates > 0 {
		t.Errorf("left behind: %q; %d updates", left, server.Stats().Updates)
	}
	var workbook bytes.Buffer
	if code := run(t.Context(), []string{"template", "-"}, environ, nil, &workbook, io.Discard); code != exitOK || !strings.HasPrefix(workbook.String(), "PK") {
		t.Errorf("to standard output: exit code %d, %d bytes", code, workbook.Len())
	}
}

// TestNothingIsOverwritten shows that a file that comes into being meanwhile is safe.
func TestNothingIsOverwritten(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("t.xlsx", []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := writeNew("t.xlsx", []byte("new")); exitCode(err) != exitUsage || read(t, "t.xlsx") != "mine" {
		t.Errorf("%v; it says %q", err, read(t, "t.xlsx"))
	}
	if left, err := filepath.Glob(".okrsync-*"); err != nil || len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}

// TestTemplateThatFails shows that a table that cannot be read leaves no file.
func TestTemplateThatFails(t *testing.T) {
	environ, server := stage(t, feishutest.Config{}, 250)
	if err := server.Script(strings.NewReader("list 2 code:1001007:400")); err != nil {
		t.Fatal(err)
	}
	var stderr bytes.Buffer
	if code := run(t.Context(), []string{"template", "t.xlsx"}, environ, nil, io.Discard, &stderr); code != exitApp || !strings.Contains(stderr.String(), "no such metric source or table") {
		t.Errorf("exit code %d, %s", code, stderr.String())
	}
	if code := run(t.Context(), []string{"template", "rows.csv/t.xlsx"}, environ, nil, io.Discard, &stderr); code != exitUsage {
		t.Errorf("exit code %d, %s", code, stderr.String())
	}
	if code := run(t.Context(), []string{"template", "a.xlsx", "b.xlsx"}, environ, nil, io.Discard, &stderr); code != exitUsage {
		t.Errorf("exit code %d, %s", code, stderr.String())
	}
	if code := run(t.Context(), []string{"template", "t.csv"}, environ, nil, io.Discard, &stderr); code != exitUsage {
		t.Errorf("exit code %d, %s", code, stderr.String())
	}
	if _, err := os.Stat("okrsync-out"); err == nil {
		t.Error("a folder was made for nothing")
	}
	if names, err := filepath.Glob("*.xlsx"); err != nil || len(names) > 0 {
		t.Errorf("%q, %v", names, err)
	}
}
