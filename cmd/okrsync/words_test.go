package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"syscall"
	"testing"

	"okrsync/sync"
)

// wrong are command lines, with their environment and configuration, that are refused.
var wrong = []struct {
	args   string
	env    string
	config string
}{
	{args: "snyc rows.csv"},
	{args: "zzzzzzzzz"},
	{args: "help zzzzzzzzz"},
	{args: "sync"},
	{args: "plan"},
	{args: "check"},
	{args: "report"},
	{args: "report nowhere"},
	{args: "sync --tabel 5 rows.csv"},
	{args: "sync --zzzzzzzzz rows.csv"},
	{args: "sync -z rows.csv"},
	{args: "sync --source"},
	{args: "sync -c"},
	{args: "sync ---x"},
	{args: "sync --yes=perhaps rows.csv"},
	{args: "sync --sheet= rows.csv"},
	{args: "sync --progress loud rows.csv"},
	{args: "sync --lang fr --rate 100 --workers many rows.csv"},
	{args: "sync --rate 0/1m rows.csv"},
	{args: "sync --rate 1/48h rows.csv"},
	{args: "sync --rate 1/x rows.csv"},
	{args: "sync --rate 1/s,1/s,1/s,1/s,1/s,1/s,1/s,1/s,1/s rows.csv"},
	{args: "sync --max-factor 0.5 --max-notified -1 --batch-size 101 --source x rows.csv"},
	{args: "sync --no-diff --max-factor 5 rows.csv"},
	{args: "sync rows.csv"},
	{args: "sync rows.csv", env: "FEISHU_APP_ID="},
	{args: "sync rows.csv", env: "FEISHU_APP_SECRET="},
	{args: "sync rows.csv", env: "FEISHU_APP_SECRET= FEISHU_APP_ID="},
	{args: "sync rows.csv", env: "OKRSYNC_FEISHU_BASE_URL=http://open.feishu.cn"},
	{args: "sync rows.csv", env: "OKRSYNC_FEISHU_BASE_URL=nonsense OKRSYNC_LOG_LEVEL=loud OKRSYNC_SYNC_GUARDS_MAX_NOTIFID=3"},
	{args: "sync rows.csv", env: "OKRSYNC_FEISHU_BASE_URL=ftp://me:pass@host OKRSYNC_REPORT_OTU=x"},
	{args: "sync rows.csv", env: "OKRSYNC_FEISHU_BASE_URL=https://host/?a=b FEISHU_ACCESS_TOKEN=x\ty"},
	{args: "sync rows.csv", env: "FEISHU_APP_SECRET= OKRSYNC_FEISHU_APP_SECRET_FILE=nowhere"},
	{args: "sync rows.csv", env: "FEISHU_APP_SECRET= OKRSYNC_FEISHU_APP_SECRET_FILE=empty"},
	{args: "sync rows.csv", env: "FEISHU_APP_SECRET= OKRSYNC_FEISHU_APP_SECRET_FILE=."},
	{args: "sync rows.csv", env: "OKRSYNC_REPORT_WEBHOOK_URL=x OKRSYNC_REPORT_WEBHOOK_WHEN=x OKRSYNC_REPORT_FORMATS=csv,csv"},
	{args: "sync rows.csv", env: "OKRSYNC_REPORT_WEBHOOK_URL=https://host/hook?a=b OKRSYNC_REPORT_FORMATS=pdf"},
	{args: "sync rows.csv", env: "OKRSYNC_REPORT_WEBHOOK_URL=http://host/hook OKRSYNC_REPORT_WEBHOOK_SECRET_FILE=empty"},
	{args: "sync --metrics-file= rows.csv", config: "report: {formats: []}"},
	{args: "sync -c nowhere.yaml rows.csv"},
	{args: "sync -c . rows.csv"},
	{args: "check rows.csv", config: "{"},
	{args: "check rows.csv", config: "text"},
	{args: "check rows.csv", config: "nonsense: 1\nsync: {retry: 5, diff: maybe, workers: [1]}\nlog: {level: info}\nlog: {level: info}\n"},
	{args: "check rows.csv", config: "input: {delimiter: x, encoding: x, percent: x, header_row: -1, columns: {metric_item_id: [[a]]}}\n"},
	{args: "check rows.csv", config: "input: {columns: {metric_item_id: [a], metric_table_id: [a]}}\n"},
	{args: "template a.xlsx"},
	{args: "template a b"},
	{args: "template --source 1 --table 2 a.csv"},
	{args: "template --source 1 --table 2 rows.xlsx"},
	{args: "version now"},
	{args: "demo now"},
	{args: "demo --out rows.csv"},
	{args: "simulate --addr 0.0.0.0:80"},
	{args: "simulate --items -1"},
	{args: "simulate --items many"},
	{args: "simulate --latency long"},
	{args: "simulate --latency -1s"},
	{args: "simulate --limit x"},
	{args: "simulate --quota x"},
	{args: "simulate --window x"},
	{args: "simulate --fault x"},
	{args: "simulate --fault x=1"},
	{args: "simulate --fault 500=many"},
	{args: "simulate --data nowhere"},
	{args: "simulate --script rows.csv"},
}

// TestWrongUsage holds that whatever is wrong with a command line or a configuration is
// told in the reader's language, line by line, and that formats get what they want.
func TestWrongUsage(t *testing.T) {
	for _, lang := range []string{"zh", "en"} {
		for _, test := range wrong {
			t.Run(fmt.Sprint(lang, test), func(t *testing.T) {
				t.Chdir(t.TempDir())
				for name, content := range map[string]string{"rows.csv": "指标项ID,当前值\n", "rows.xlsx": "x", "empty": "", "config.yaml": test.config} {
					if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
						t.Fatal(err)
					}
				}
				environ := append([]string{"FEISHU_APP_ID=a", "FEISHU_APP_SECRET=b", "LANG=" + lang}, strings.Split(test.env, " ")...)
				var stdout, stderr bytes.Buffer
				if code := run(t.Context(), strings.Fields(test.args), environ, strings.NewReader(""), &stdout, &stderr); code != exitUsage {
					t.Errorf("exit code %d", code)
				}
				if stdout.Len() > 0 || stderr.Len() == 0 {
					t.Errorf("stdout %q, stderr %q", stdout.String(), stderr.String())
				}
				for line := range strings.Lines(stderr.String()) {
					if chinese(line) != (lang == "zh") || strings.Contains(line, "%!") || !strings.HasPrefix(line, "okrsync: ") {
						t.Error(line)
					}
				}
			})
		}
	}
}

// TestEveryFaultHasWords holds that each failure of this machine's is told in both
// languages, with what to do, whatever the system says.
func TestEveryFaultHasWords(t *testing.T) {
	doings := []sync.Text{makingFolder, locking, readingBefore, readingJournal, journaling, writingFiles, readingInbox, movingAway, dyingOf, writingMetrics, writingStdout, spooling}
	causes := []error{syscall.ENOSPC, syscall.EACCES, syscall.EROFS, syscall.EIO, fs.ErrNotExist, io.ErrShortWrite}
	seen := map[string]bool{}
	for _, doing := range doings {
		if seen[doing.EN] {
			t.Errorf("twice: %s", doing.EN)
		}
		seen[doing.EN] = true
		for _, cause := range causes {
			f := fault{doing: doing, where: "folder", err: &fs.PathError{Op: "write", Path: "x", Err: cause}}
			checkWorded(t, f)
			if zh := f.Reason("zh"); !errors.Is(cause, io.ErrShortWrite) && !strings.Contains(zh, "（write x: ") {
				t.Errorf("the system's words are lost: %s", zh)
			}
		}
	}
	if closed := explain(fault{doing: closedStdout, err: syscall.EPIPE}, "zh"); closed != closedStdout.ZH { // nothing to do
		t.Error(closed)
	}
	if n := strings.Count(read(t, "fault.go"), "= sync.Text{ZH:"); n != len(doings)+1 {
		t.Errorf("fault.go has %d of them, and %d are tested here", n, len(doings)+1)
	}
	checkWorded(t, &heldError{folder: "x"})
	checkWorded(t, &heldError{folder: "x", inbox: true})
	checkWorded(t, fault{doing: dyingOf, where: "x", err: errDied})
	checkWorded(t, interrupted{os.Interrupt})
	checkWorded(t, interrupted{syscall.SIGTERM})
	checkWorded(t, fault{doing: readingJournal, err: damage(&sync.Record{Folder: "x", Damaged: 2, FirstDamaged: 3})})
}

// checkWorded holds that an error is told in both languages.
func checkWorded(t *testing.T, err error) {
	t.Helper()
	zh, en := explain(err, "zh"), explain(err, "en")
	if !chinese(zh) || chinese(en) || en == "" || strings.Contains(zh+en, "%!") {
		t.Errorf("%T:\n%s\n%s", err, zh, en)
	}
	if w, ok := errors.AsType[worded](err); ok {
		for _, sentence := range []string{w.Reason("zh"), w.Advice("zh")} {
			if !chinese(sentence) {
				t.Errorf("%T: %s", err, sentence)
			}
		}
	}
}
