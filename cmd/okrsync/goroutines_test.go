package main

import (
	"context"
	"io"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"okrsync/feishu/feishutest"
)

// TestNoGoroutineIsLeft ends runs in every way there is, and looks each time for what is
// still running.
func TestNoGoroutineIsLeft(t *testing.T) {
	ended, end := context.WithCancel(t.Context())
	end()
	tests := map[string]struct {
		ctx    context.Context //nolint:containedctx // one for each case
		script string
		args   string
		code   int
	}{
		"done":           {args: "sync rows.csv", code: exitOK},
		"in batches":     {args: "sync --batch-size 10 rows.csv", code: exitOK},
		"usage":          {args: "sync --workers 0 rows.csv", code: exitUsage},
		"no such file":   {args: "sync nowhere.csv", code: exitInput},
		"rows refused":   {args: "sync rows.csv", script: "patch * code:1001003", code: exitRows},
		"app refused":    {args: "sync rows.csv", script: "patch * code:99991672", code: exitApp},
		"lists refused":  {args: "sync rows.csv", script: "list * code:99991672", code: exitApp},
		"quota":          {args: "sync rows.csv", script: "patch * code:1001005", code: exitQuota},
		"max calls":      {args: "sync --max-calls 5 rows.csv", code: exitQuota},
		"trouble":        {args: "sync rows.csv", script: "patch * 500", code: exitTrouble},
		"guard":          {args: "sync --max-changed-rows 1 rows.csv", code: exitGuard},
		"interrupted":    {ctx: ended, args: "sync rows.csv", code: exitInterrupted},
		"no room":        {args: "sync --out=rows.csv rows.csv", code: exitUsage},
		"plan":           {args: "plan rows.csv", code: exitOK},
		"plan, refused":  {args: "plan rows.csv", script: "list * 500", code: exitTrouble},
		"check":          {args: "check rows.csv", code: exitOK},
		"tables":         {args: "tables", code: exitOK},
		"template":       {args: "template t.xlsx", code: exitOK},
		"demo":           {args: "demo", code: exitOK},
		"standard input": {args: "check -", code: exitInput},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			environ, sim := stage(t, feishutest.Config{}, 30)
			if err := sim.Script(strings.NewReader(test.script)); err != nil {
				t.Fatal(err)
			}
			ctx := test.ctx
			if ctx == nil {
				ctx = t.Context()
			}
			environ = append(environ, "OKRSYNC_SYNC_RETRY_INITIAL=1ms", "OKRSYNC_SYNC_RETRY_ATTEMPTS=2", "OKRSYNC_SYNC_QUOTA_COOLDOWN=1ms")
			before := goleak.IgnoreCurrent() // the simulator's server
			if code := run(ctx, strings.Fields(test.args), environ, strings.NewReader(""), io.Discard, io.Discard); code != test.code {
				t.Errorf("exit code %d, want %d", code, test.code)
			}
			// The server's own goroutines end with the connections, which are closed.
			if err := goleak.Find(before, goleak.IgnoreAnyFunction("net/http.(*conn).serve")); err != nil {
				t.Error(err)
			}
		})
	}
}
