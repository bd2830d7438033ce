package browser

import (
	"context"
	"flag"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"okrsync/feishu/feishutest"
)

var shots = flag.String("shots", "", "the `DIR` to write pictures of the pages to, for people to look at")

var (
	program string                                       // the built okrsync
	chrome  func() (context.Context, context.CancelFunc) // opens a tab
)

func TestMain(m *testing.M) {
	os.Exit(func() int {
		flag.Parse()
		folder, err := os.MkdirTemp("", "okrsync-browser-*")
		if err != nil {
			panic(err)
		}
		defer os.RemoveAll(folder)
		program = filepath.Join(folder, "okrsync")
		build := exec.CommandContext(context.Background(), "go", "build", "-o", program, "./cmd/okrsync")
		build.Dir = "../.."
		if out, err := build.CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "%v\n%s", err, out)
			return 1
		}
		options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.DisableGPU,
			chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true))
		allocator, cancel := chromedp.NewExecAllocator(context.Background(), options...)
		defer cancel()
		browser, closeBrowser := chromedp.NewContext(allocator)
		defer closeBrowser()
		chrome = func() (context.Context, context.CancelFunc) { return chromedp.NewContext(browser) }
		if err := chromedp.Do(browser); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		return m.Run()
	}())
}

// demo runs okrsync demo and returns its page.
func demo(t *testing.T, lang string) string {
	t.Helper()
	out := t.TempDir()
	cmd := exec.CommandContext(t.Context(), program, "demo", "--lang", lang, "--out", out)
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return pageIn(t, filepath.Join(out, "*", "*"))
}

// synced syncs a file with a simulated Feishu and returns the page of the run.
func synced(t *testing.T, sim *feishutest.Server, name, content string, args ...string) string {
	t.Helper()
	server := httptest.NewServer(sim)
	defer server.Close()
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), program, append([]string{"sync", "--yes", "--progress", "none", "--lang", "en", name}, args...)...)
	cmd.Dir = folder
	cmd.Env = append(os.Environ(),
		"OKRSYNC_FEISHU_BASE_URL="+server.URL, "FEISHU_APP_ID=cli_browser", "FEISHU_APP_SECRET=sesame-secret",
		"OKRSYNC_TARGET_METRIC_SOURCE_ID="+feishutest.SampleSource, "OKRSYNC_TARGET_METRIC_TABLE_ID="+feishutest.SampleTable,
	)
	text, err := cmd.CombinedOutput()
	if code := cmd.ProcessState.ExitCode(); code != 3 && code != 0 && code != 6 {
		t.Fatalf("%v\n%s", err, text)
	}
	return pageIn(t, filepath.Join(folder, "okrsync-out", "2*"))
}

// large is a run of 10,000 rows: each tenth is rejected.
func large(t *testing.T) string {
	t.Helper()
	sim := feishutest.New(feishutest.Config{LogLimit: -1})
	sim.Sample(10_000)
	var b strings.Builder
	b.WriteString("metric_item_id,metric_target_value\n")
	for i := range 10_000 {
		value := fmt.Sprintf("%d.25", 5000+i)
		if i%10 == 9 {
			value = "待定"
		}
		fmt.Fprintf(&b, "%s,%s\n", feishutest.SampleItem(i+1), value)
	}
	return synced(t, sim, "values.csv", b.String(), "--batch-size", "100", "--rate", "100000/1s")
}

func pageIn(t *testing.T, pattern string) string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(pattern, "report.html"))
	if err != nil || len(names) != 1 {
		t.Fatalf("%s: %q, %v", pattern, names, err)
	}
	return names[0]
}

// slow is a run that Feishu asks to slow down, and that a budget ends.
func slow(t *testing.T) string {
	t.Helper()
	sim := feishutest.New(feishutest.Config{LogLimit: -1, Limit: feishutest.Limit{N: 8, Period: 2 * time.Second}})
	sim.Sample(60)
	var b strings.Builder
	b.WriteString("metric_item_id,metric_target_value,备注\n")
	for i := range 60 {
		fmt.Fprintf(&b, "%s,%d,x\n", feishutest.SampleItem(i+1), 5000+i)
	}
	return synced(t, sim, "values.csv", b.String(), "--rate", "20/1s", "--max-calls", "30")
}
