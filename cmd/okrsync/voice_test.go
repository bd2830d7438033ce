package main

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"okrsync/feishu/feishutest"
)

// TestEveryLineIsJSON reads standard error line by line as a program does that asked for
// log.format json, whatever happens: rows to mend, a guard, a stop, a wrong flag's value.
func TestEveryLineIsJSON(t *testing.T) {
	environ, sim := stage(t, feishutest.Config{}, 30)
	if err := sim.Script(strings.NewReader("patch item:" + feishutest.SampleItem(5) + " code:1001004\npatch 7 ratelimit:1")); err != nil {
		t.Fatal(err)
	}
	environ = append(environ, "OKRSYNC_LOG_FORMAT=json", "OKRSYNC_SYNC_SPEED=1", "OKRSYNC_SYNC_WORKER=1")
	for _, line := range []string{
		"plan --max-changed-rows 1 rows.csv", "sync --max-changed-rows 1 rows.csv", "sync -v --log-level error rows.csv", "sync -v rows.csv",
		"sync --max-calls 1 rows.csv", "check rows.csv", "sync nowhere.csv", "sync --workers none rows.csv", "tables", "template t.xlsx",
	} {
		var stderr bytes.Buffer
		run(t.Context(), strings.Fields(line), environ, strings.NewReader(""), io.Discard, &stderr)
		for said := range strings.Lines(stderr.String()) {
			var entry struct{ Level, Msg string }
			if err := json.Unmarshal([]byte(said), &entry); err != nil || entry.Msg == "" {
				t.Errorf("%s: %v in %q", line, err, said)
			}
		}
		if strings.HasSuffix(line, "-v rows.csv") && !strings.Contains(stderr.String(), `"counts":{`) {
			t.Errorf("%s: the end has no counts: %s", line, stderr.String())
		}
	}
}

// TestQuiet shows that nothing but errors is said where that is asked for.
func TestQuiet(t *testing.T) {
	environ, _ := stage(t, feishutest.Config{}, 3)
	var stdout, stderr bytes.Buffer
	for _, line := range []string{"plan -q rows.csv", "sync -q rows.csv", "check -q rows.csv"} {
		if code := run(t.Context(), strings.Fields(line), environ, strings.NewReader(""), &stdout, &stderr); code != exitOK {
			t.Errorf("%s: exit code %d", line, code)
		}
	}
	if stdout.Len()+stderr.Len() > 0 {
		t.Errorf("it said %q and %q", stdout.String(), stderr.String())
	}
}

// TestConsole shows how a log line looks to people: on a terminal, and in a file.
func TestConsole(t *testing.T) {
	fields := []zap.Field{
		zap.Int("row", 4), zap.String("item", "7100000000000000003"), zap.String("code", "number_invalid"), zap.String("log_id", ""),
		zap.String("advice", "write it in digits, such as 1234.5"),
	}
	for columns, want := range map[int][]string{
		60: {
			"WARN  rejected: row 4, column 目标值 (C4): “待定”",
			"               is not a number (item=7100000000000000003",
			"               code=number_invalid)",
			"               → write it in digits, such as 1234.5", "",
		},
		0: {"WARN  rejected: row 4, column 目标值 (C4): “待定” is not a number (item=7100000000000000003 code=number_invalid) → write it in digits, such as 1234.5", ""},
	} {
		s, seen := looking(columns)
		s.config.logFormat = logConsole
		logger := newLogger(s.program.stderr, s.config).With(zap.String("run", "20261125T031404Z-values.csv"))
		logger.Log(zapcore.WarnLevel, "rejected: row 4, column 目标值 (C4): “待定” is not a number", fields...)
		_, got, _ := strings.Cut(seen.String(), " ") // behind the time
		if got != strings.Join(want, "\n") {
			t.Errorf("%d columns:\n%s\nwant\n%s", columns, got, strings.Join(want, "\n"))
		}
	}
}

// TestNextCommand shows that a command that does not fit the terminal has a line to itself,
// and is not broken.
func TestNextCommand(t *testing.T) {
	long := "okrsync sync --source 7000000000000000001 --table 7050000000000000001 values.csv"
	for _, test := range []struct {
		columns int
		next    step
		want    string
	}{
		{0, step{"mend the rows, then ", long}, "okrsync: next: mend the rows, then " + long + "\n"},
		{80, step{"mend the rows, then ", long}, "okrsync: next: mend the rows, then\n  " + long + "\n"},
		{80, step{"", long}, "okrsync: next:\n  " + long + "\n"},
		{80, step{"", "okrsync sync values.csv"}, "okrsync: next: okrsync sync values.csv\n"},
		{80, step{}, ""},
	} {
		s, seen := looking(test.columns)
		if s.program.sayNext(test.next); seen.String() != test.want {
			t.Errorf("%d columns: %q, want %q", test.columns, seen, test.want)
		}
	}
}

// TestTooFewCalls shows that what is advised for too small a number of calls comes further.
func TestTooFewCalls(t *testing.T) {
	for args, want := range map[string]string{
		"sync --max-calls 1 rows.csv":           "next: with a number N above 1, okrsync sync --max-calls N rows.csv",
		"sync --no-diff --max-calls=1 rows.csv": "next: with a number N above 1, okrsync sync --max-calls N --no-diff rows.csv",
		"sync --max-calls 4 rows.csv":           "next: okrsync sync --max-calls 4 rows.csv", // which does come further
		"plan --max-calls 2 rows.csv":           "next: okrsync sync --max-calls 5 rows.csv",
	} {
		environ, _ := stage(t, feishutest.Config{}, 3)
		var stderr bytes.Buffer
		code := run(t.Context(), strings.Fields(args), append(environ, "OKRSYNC_SYNC_WORKERS=1"), strings.NewReader(""), io.Discard, &stderr)
		if said := stderr.String(); code != exitQuota || !strings.HasSuffix(said, want+"\n") {
			t.Errorf("%s: exit code %d; it said\n%s", args, code, said)
		}
	}
}
