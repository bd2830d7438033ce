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

	"okrsync/source"
	"okrsync/sync"
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

// Rows that name the same item are answered as such, and counted once, though what came of
// the first was written down before the second was read.
func TestCheckTwins(t *testing.T) {
	text := "metric_item_id,target\n7,5\n8,x\n9,6\n7,4\n9,6\n"
	code, stdout, _ := checkText(t, t.Context(), text, "--json", "--source=1", "--table=2")
	var answer struct {
		Counts   map[string]int
		Files    []string
		Folder   string
		Problems []problem
	}
	if err := json.Unmarshal([]byte(stdout), &answer); err != nil {
		t.Fatal(err)
	}
	want := map[string]int{"planned": 1, "rejected": 3, "ignored": 1}
	for status, n := range answer.Counts {
		if n != want[status] {
			t.Errorf("%d are %s", n, status)
		}
	}
	if code != exitRows || len(answer.Problems) != 3 || len(answer.Files) != 4 {
		t.Errorf("%d, %+v", code, answer)
	}
}

// A file that is refused, however late, leaves nothing behind; a folder that was there
// stays.
func TestRefusedCheckLeavesNothing(t *testing.T) {
	refused := "metric_item_id,target\n" + strings.Repeat("7,5\n", 10_000) + "metric_item_id,initial value\n8,5\n"
	for _, before := range []string{"", "a", "a/b", "a/b/out"} {
		t.Chdir(t.TempDir())
		if err := os.MkdirAll(filepath.Join(".", before), 0o700); err != nil {
			t.Fatal(err)
		}
		code, _, stderr := checkText(t, t.Context(), refused, "--out=a/b/out")
		if code != exitInput || !strings.Contains(stderr, "line 10002") {
			t.Errorf("%d: %s", code, stderr)
		}
		var left []string
		_ = filepath.WalkDir(".", func(path string, _ os.DirEntry, _ error) error {
			left = append(left, path)
			return nil
		})
		if got := left[len(left)-1]; got != filepath.Join(".", before) {
			t.Errorf("%v is left of %q", left, before)
		}
	}
}

// Of a file that is refused and a disk that takes nothing the file is told first, for it
// must be mended anyway. Without a folder there is an answer too.
func TestCheckNowhereToWrite(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("out", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]int{"metric_item_id,target\n7,5\n8,6\n": exitUsage, "metric_item_id,target\n7,5\nmetric_item_id,initial value\n": exitInput} {
		code, stdout, stderr := checkText(t, t.Context(), text, "--out=out", "--json")
		if code != want || want == exitUsage && (!strings.Contains(stdout, `"rows":2`) || !strings.Contains(stderr, "out")) {
			t.Errorf("%d: %s, %s", code, stdout, stderr)
		}
	}
}

// A disk that takes no more is no reason not to know the file: it is read to its end.
func TestFirstReadingThatIsLeft(t *testing.T) {
	rows := func(yield func(source.Update, error) bool) {
		for row, item := range []string{"7", "8", "7"} {
			if !yield(source.Update{Row: row + 2, ItemID: item, Target: "5"}, nil) {
				return
			}
		}
	}
	first := firstReading{check: sync.Check{Rows: rows}}
	for r, err := range first.results {
		if r.Row != 2 || err != nil {
			t.Error(r, err)
		}
		break
	}
	if !first.done || first.Rows != 3 || first.Alone || first.refused != nil {
		t.Errorf("%+v", first)
	}
}
