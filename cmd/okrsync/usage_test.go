package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net"
	"strings"
	"testing"

	"go.uber.org/zap"
)

// said runs a command and returns its exit code and what it said.
func said(t *testing.T, lang string, args ...string) (int, string) {
	t.Helper()
	var stderr bytes.Buffer
	code := run(t.Context(), args, []string{"LANG=" + lang + ".UTF-8", "FEISHU_APP_ID=a", "FEISHU_APP_SECRET=b"}, strings.NewReader(""), io.Discard, &stderr)
	return code, stderr.String()
}

// TestWordsForMistakes holds answers to mistakes that once had wrong ones.
func TestWordsForMistakes(t *testing.T) {
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	for _, test := range []struct {
		lang string
		args []string
		want string
	}{
		{"en_US", []string{"snyc", "--source", "1", "a.csv"}, `unknown command "snyc"; did you mean sync?`},
		{"zh_CN", []string{"snyc", "--source", "1", "a.csv"}, `没有“snyc”这个命令`},
		{"en_US", []string{"sync", "--sorce", "1", "a.csv"}, `unknown flag --sorce; did you mean --source?`},
		{"en_US", []string{"sync", "--max-notified", "0", "a.csv"}, `--max-notified: 0 means no bound`},
		{"zh_CN", []string{"sync", "--max-changed-rows", "0", "a.csv"}, `--max-changed-rows：0 表示不限`},
		{"en_US", []string{"simulate", "--addr", listener.Addr().String()}, "cannot be served on: bind: address already in use; name another port"},
		{"zh_CN", []string{"simulate", "--addr", listener.Addr().String()}, "上提供服务：地址已被其他程序占用"},
	} {
		code, got := said(t, test.lang, test.args...)
		if code != exitUsage || !strings.Contains(got, test.want) || strings.Contains(got, "%!") {
			t.Errorf("%q: exit code %d, %s", test.args, code, got)
		}
	}
	if _, got := said(t, "en_US", "sync", "a.csv"); strings.Contains(got, "token") {
		t.Error(got)
	}
}

// TestConsoleIsClean holds that nobody's text moves the cursor of a terminal, or turns the
// direction of what is read.
func TestConsoleIsClean(t *testing.T) {
	const hostile = "a\x1b[2Jb\u009b31mc\u202ed\r\ne\x07\u2066"
	c := defaults()
	c.logFormat = "console"
	var out bytes.Buffer
	logger := newLogger(newScreen(&out), c)
	logger.Warn(hostile, zap.String("item", hostile), zap.String("advice", hostile), zap.String("code", hostile))
	p := &program{stderr: newScreen(&out), lang: "en"}
	p.say(hostile)
	p.complain(hostile)
	if i := strings.IndexAny(out.String(), "\x1b\u009b\u202e\u2066\x07\r"); i >= 0 {
		t.Errorf("%q", out.String())
	}
	if n := strings.Count(out.String(), "a[2Jb"); n < 6 {
		t.Errorf("%d of the texts are there: %q", n, out.String())
	}
}

// TestUnconfirmed leaves --yes out of a command line, and nothing else.
func TestUnconfirmed(t *testing.T) {
	for line, want := range map[string]string{
		"okrsync sync --yes a.csv":   "okrsync sync a.csv",
		"okrsync sync a.csv --yes":   "okrsync sync a.csv",
		"okrsync sync a.csv":         "okrsync sync a.csv",
		"okrsync sync --yesterday a": "okrsync sync --yesterday a",
	} {
		if got := unconfirmed(line); got != want {
			t.Errorf("%s: %s", line, got)
		}
	}
}

// TestJSONIsInert writes commands to a terminal by their numbers, so that the text is the
// same and nothing happens.
func TestJSONIsInert(t *testing.T) {
	const hostile = "a\u009b31m\u202eb\U000E0001c\u200d\n"
	var out bytes.Buffer
	(&program{stdout: &out}).printJSON(hostile)
	newJSON(newScreen(&out), zap.InfoLevel).Warn(hostile)
	if strings.ContainsFunc(out.String(), isCommand) {
		t.Errorf("%q", out.String())
	}
	decoder := json.NewDecoder(&out)
	var text string
	var line struct{ Msg string }
	if err := errors.Join(decoder.Decode(&text), decoder.Decode(&line)); err != nil || text != hostile || line.Msg != hostile {
		t.Errorf("%q, %q, %v", text, line.Msg, err)
	}
}
