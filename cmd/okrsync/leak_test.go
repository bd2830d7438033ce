package main

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"okrsync/feishu/feishutest"
)

// The secrets of TestNothingLeaks: those that okrsync is given, and the token that it gets.
const (
	plantedSecret = "sesame-Secret-0123456789abcdef"
	plantedToken  = "t-planted-Token-0123456789abcdef"
	plantedHook   = "hook-planted-0123456789abcdef" // the part of the webhook that is a secret
	plantedSign   = "sign-planted-0123456789abcdef"
)

// TestNothingLeaks runs every command against servers that say the secrets back wherever
// they can, at the most verbose level and in each format: no secret is in anything that
// is said or written, and what is written is its owner's alone.
func TestNothingLeaks(t *testing.T) {
	for _, source := range []string{"environment", "file", "configuration", "token"} {
		for _, format := range []string{"console", "json"} {
			for server, handler := range echoing(t) {
				t.Run(source+" "+format+" "+server, func(t *testing.T) {
					listening := httptest.NewServer(handler)
					defer listening.Close()
					t.Chdir(t.TempDir())
					writeRows(t, "rows.csv", 3)
					environ := append(slices.Concat(plant(t, source), plantWebhook(t, source, listening.URL)), "OKRSYNC_FEISHU_BASE_URL="+listening.URL, "OKRSYNC_LOG_LEVEL=debug", "OKRSYNC_LOG_FORMAT="+format,
						"OKRSYNC_SYNC_RETRY_INITIAL=1ms", "OKRSYNC_SYNC_RETRY_MAX=2ms", "OKRSYNC_SYNC_RETRY_ATTEMPTS=2", "OKRSYNC_SYNC_RATE=10000/1s",
						"OKRSYNC_TARGET_METRIC_SOURCE_ID="+feishutest.SampleSource, "OKRSYNC_TARGET_METRIC_TABLE_ID="+feishutest.SampleTable)
					var said bytes.Buffer
					for _, args := range []string{"sync -v --json rows.csv", "sync -v --no-diff --batch-size 3 rows.csv", "plan --json rows.csv", "tables", "template t.xlsx", "report --json okrsync-out/*"} {
						run(t.Context(), expand(t, args), environ, strings.NewReader(""), &said, &said)
					}
					nothingLeaked(t, said.String())
				})
			}
		}
	}
}

// plant puts the secrets where the program takes them from.
func plant(t *testing.T, source string) []string {
	t.Helper()
	id := "FEISHU_APP_ID=cli_planted"
	switch source {
	case "environment":
		return []string{id, "FEISHU_APP_SECRET=" + plantedSecret}
	case "file":
		write(t, "secret.txt", plantedSecret+"\n")
		return []string{id, "OKRSYNC_FEISHU_APP_SECRET_FILE=secret.txt"}
	case "configuration":
		write(t, "config.yaml", "feishu:\n  app_id: cli_planted\n  app_secret: "+plantedSecret+"\n")
		return nil
	}
	return []string{"FEISHU_ACCESS_TOKEN=" + plantedToken, id, "FEISHU_APP_SECRET=" + plantedSecret}
}

// plantWebhook does the same with those of the group's bot; a configuration of plant's is
// there already.
func plantWebhook(t *testing.T, source, server string) []string {
	t.Helper()
	hook := server + "/open-apis/bot/v2/hook/" + plantedHook
	switch source {
	case "file":
		write(t, "hook.txt", hook+"\n")
		write(t, "sign.txt", plantedSign+"\n")
		return []string{"OKRSYNC_REPORT_WEBHOOK_URL_FILE=hook.txt", "OKRSYNC_REPORT_WEBHOOK_SECRET_FILE=sign.txt"}
	case "configuration":
		write(t, "config.yaml", read(t, "config.yaml")+"report:\n  webhook:\n    url: "+hook+"\n    secret: "+plantedSign+"\n")
		return nil
	}
	return []string{"OKRSYNC_REPORT_WEBHOOK_URL=" + hook, "OKRSYNC_REPORT_WEBHOOK_SECRET=" + plantedSign}
}

func write(t *testing.T, name, content string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// expand splits a command line and expands the names in it.
func expand(t *testing.T, line string) []string {
	t.Helper()
	var args []string
	for word := range strings.FieldsSeq(line) {
		names, err := filepath.Glob(word)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(word, "*") {
			names = []string{word}
		}
		args = append(args, names...)
	}
	return args
}

// echoing are servers that give back what must not be told on: whatever they were sent,
// in the message, the trace id, a header, as a redirect, as a web page.
func echoing(t *testing.T) map[string]http.Handler {
	t.Helper()
	handlers := map[string]http.Handler{}
	for name, answer := range map[string]struct {
		status int
		kind   string
		body   string
	}{
		"refuses":  {400, "application/json", `{"code":1001001,"msg":"SECRET","error":{"log_id":"SECRET","field_violations":[{"field":"SECRET","description":"SECRET"}]}}`},
		"forbids":  {403, "application/json", `{"code":99991672,"msg":"SECRET","error":{"log_id":"SECRET","permission_violations":[{"subject":"SECRET","scope":"SECRET"}]}}`},
		"fails":    {500, "application/json", `{"code":1009999,"msg":"SECRET"}`},
		"page":     {502, "text/html", `<html>SECRET</html>`},
		"nonsense": {200, "application/json", `{"code":"SECRET","msg":{"SECRET":1}}`},
		"takes":    {200, "application/json", `{"code":0,"msg":"SECRET","data":{"metric_item_id":"SECRET","metric_current_value":"SECRET","items":[{"metric_item_id":"SECRET"}],"has_more":false}}`},
		"no token": {status: 500, kind: "text/plain"},
		"redirect": {307, "text/plain", "SECRET"},
	} {
		handlers[name] = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			token := strings.HasSuffix(r.URL.Path, "/tenant_access_token/internal")
			if token && name == "no token" {
				_, _ = w.Write([]byte(`{"code":10014,"msg":"app secret ` + plantedSecret + ` is wrong"}`))
				return
			}
			if token {
				w.Header().Set("Content-Type", "application/json")
				_, _ = w.Write([]byte(`{"code":0,"msg":"ok ` + plantedSecret + `","tenant_access_token":"` + plantedToken + `","expire":7200}`))
				return
			}
			all := plantedSecret + " " + plantedToken + " " + r.Header.Get("Authorization")
			if strings.HasPrefix(r.URL.Path, "/open-apis/bot/") { // for good, or each run would wait to try again
				_, _ = fmt.Fprintf(w, `{"code":4711,"msg":"%s %s %s"}`, r.URL.Path, plantedHook, plantedSign)
				return
			}
			w.Header().Set("Content-Type", answer.kind)
			w.Header().Set("X-Tt-Logid", all)
			w.Header().Set("X-Request-Id", all)
			if name == "redirect" {
				w.Header().Set("Location", "/"+plantedSecret+"?token="+plantedToken)
			}
			w.WriteHeader(answer.status)
			_, _ = w.Write([]byte(strings.ReplaceAll(answer.body, "SECRET", all)))
		})
	}
	return handlers
}

// nothingLeaked looks for the secrets in what was said and in every file but those that
// they were given in, and at the files' modes.
func nothingLeaked(t *testing.T, said string) {
	t.Helper()
	look := func(where, text string) {
		for _, secret := range []string{plantedSecret, plantedToken, plantedHook, plantedSign} {
			if i := strings.Index(text, secret); i >= 0 {
				t.Errorf("%s: %q", where, text[max(0, i-100):min(len(text), i+60)])
			}
		}
	}
	look("said", said)
	err := filepath.WalkDir(".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || name == "." {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s: %v", name, info.Mode())
		}
		if entry.Type().IsRegular() && !slices.Contains([]string{"secret.txt", "hook.txt", "sign.txt", "config.yaml"}, name) {
			look(name, read(t, name))
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	if len(said) < 100 {
		t.Errorf("it said nearly nothing: %q", said)
	}
}

// TestSecretsOnTheWire shows where the secret does not go: to a server whose certificate
// is not good, and to one that is not on this machine and has none.
func TestSecretsOnTheWire(t *testing.T) {
	reached := 0
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached++ }))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	defer server.Close()
	t.Chdir(t.TempDir())
	writeRows(t, "rows.csv", 1)
	for address, want := range map[string]int{server.URL: exitApp, "http://open.feishu.cn": exitUsage, "http://127.0.0.1.example.com": exitUsage, "http://[::ffff:8.8.8.8]": exitUsage} {
		environ := append(plant(t, "environment"), "OKRSYNC_FEISHU_BASE_URL="+address, "OKRSYNC_FEISHU_TIMEOUT=5s", "OKRSYNC_SYNC_RETRY_INITIAL=1ms", "OKRSYNC_SYNC_RETRY_ATTEMPTS=2",
			"OKRSYNC_TARGET_METRIC_SOURCE_ID="+feishutest.SampleSource, "OKRSYNC_TARGET_METRIC_TABLE_ID="+feishutest.SampleTable)
		var said bytes.Buffer
		started := time.Now()
		if code := run(t.Context(), []string{"sync", "rows.csv"}, environ, strings.NewReader(""), &said, &said); code != want {
			t.Errorf("%s: exit code %d after %s; it said\n%s", address, code, time.Since(started), said.String())
		}
	}
	if reached != 0 {
		t.Errorf("%d requests came through", reached)
	}
}
