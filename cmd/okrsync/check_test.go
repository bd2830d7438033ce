package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// checkText runs okrsync check on a text, in a folder of its own.
func checkText(t *testing.T, ctx context.Context, text string, flags ...string) (code int, stdout, stderr string) { //nolint:revive // t comes first, as everywhere
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "rows.csv")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	args := append([]string{"check", "--out", filepath.Join(dir, "out")}, flags...)
	code = run(ctx, append(args, file), nil, strings.NewReader(""), &out, &errs)
	return code, out.String(), errs.String()
}

// Ten problems of a kind are shown, and how many there are besides.
func TestCheckShowsTenOfAKind(t *testing.T) {
	for n, want := range map[int]string{10: "", 11: "  … and 1 more, see result.csv\n", 13: "  … and 3 more, see result.csv\n"} {
		code, stdout, _ := checkText(t, t.Context(), "metric_item_id,target\n"+strings.Repeat("7,x\n", n))
		if code != exitRows || strings.Count(stdout, "is not a number") != 10 || strings.Contains(stdout, "more, see") != (want != "") || !strings.Contains(stdout, want) {
			t.Errorf("%d: %d, %s", n, code, stdout)
		}
	}
}

// Whoever stops a check gets the exit code of that, and no result.
func TestCheckStops(t *testing.T) {
	for cause, want := range map[error]int{interrupted{os.Interrupt}: exitInterrupted, interrupted{syscall.SIGTERM}: exitTerminated} {
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(cause)
		code, stdout, stderr := checkText(t, ctx, "metric_item_id,target\n7,x\n")
		if code != want || stdout != "" || stderr == "" {
			t.Errorf("%v: %d, %q, %q", cause, code, stdout, stderr)
		}
	}
}

// All problems stand in the JSON, which is one object.
func TestCheckJSON(t *testing.T) {
	text := "metric_item_id,target\n" + strings.Repeat("7,x\n", 500)
	code, stdout, _ := checkText(t, t.Context(), text, "--json")
	var answer struct {
		ExitCode int `json:"exit_code"`
		Counts   map[string]int
		Problems []problem
	}
	if err := json.Unmarshal([]byte(stdout), &answer); err != nil {
		t.Fatal(err)
	}
	if code != exitRows || answer.ExitCode != code || answer.Counts["rejected"] != 500 || len(answer.Problems) != 500 || answer.Problems[499].Cell != "B501" {
		t.Errorf("%d, %+v", code, answer.Counts)
	}
	code, stdout, _ = checkText(t, t.Context(), "metric_item_id,target\n7,5\n", "--json")
	if code != exitOK || !strings.HasSuffix(stdout, "\"problems\":[]}\n") {
		t.Errorf("%d, %s", code, stdout)
	}
}
