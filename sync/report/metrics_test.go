package report

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"okrsync/feishu"
	"okrsync/sync"
)

var (
	began = time.Date(2026, 11, 25, 3, 14, 4, 0, time.UTC)
	some  = Metrics{
		Task: "q3", Version: "1.2.3", ExitCode: 3, StartedAt: began, FinishedAt: began.Add(12500 * time.Millisecond), LastSuccess: began.Add(-time.Hour),
		Tally: sync.Tally{
			Calls: map[feishu.Call]int{feishu.CallToken: 1, feishu.CallPatch: 9}, RateLimited: 2, Paused: 3 * time.Second,
			Refusals: map[sync.Refusal]int{
				{Call: feishu.CallPatch, Code: "99991400"}: 2, {Call: feishu.CallPatch, Code: "4711"}: 1, {Call: feishu.CallPatch, Code: "4712"}: 3,
			},
		},
		Runs: []Summary{
			{Counts: Counts{sync.Updated: 4, sync.Rejected: 1}, Retries: 2, Notified: new(1)},
			{Counts: Counts{sync.Updated: 1}, Retries: 1},
		},
	}
)

func written(t *testing.T, m Metrics) string {
	t.Helper()
	var b bytes.Buffer
	if err := m.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// series reads metrics into the value of each series. Whether Prometheus reads them so
// too, a test in chaos holds.
func series(t *testing.T, text string) map[string]string {
	t.Helper()
	values := map[string]string{}
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "# ") {
			continue
		}
		i := strings.LastIndexByte(line, ' ')
		if _, twice := values[line[:i]]; twice {
			t.Errorf("%s is there twice", line[:i])
		}
		values[line[:i]] = strings.TrimSpace(line[i:])
	}
	return values
}

// TestMetrics looks up what alerts ask for.
func TestMetrics(t *testing.T) {
	values := series(t, written(t, some))
	for key, want := range map[string]string{
		`build_info{task="q3",version="1.2.3"}`:                          "1",
		`last_run_exit_code{task="q3"}`:                                  "3",
		`last_run_start_timestamp_seconds{task="q3"}`:                    "1795576444",
		`last_run_end_timestamp_seconds{task="q3"}`:                      "1795576456.5",
		`last_run_duration_seconds{task="q3"}`:                           "12.5",
		`last_success_timestamp_seconds{task="q3"}`:                      "1795572844",
		`last_run_files{task="q3"}`:                                      "2",
		`last_run_rows{task="q3",status="updated"}`:                      "5",
		`last_run_rows{task="q3",status="rejected"}`:                     "1",
		`last_run_rows{task="q3",status="unprocessed"}`:                  "0",
		`last_run_calls{task="q3",call="patch"}`:                         "9",
		`last_run_calls{task="q3",call="batch_update"}`:                  "0",
		`last_run_refused_calls{task="q3",call="patch",code="99991400"}`: "2",
		`last_run_refused_calls{task="q3",call="patch",code="other"}`:    "4",
		`last_run_rate_limited_calls{task="q3"}`:                         "2",
		`last_run_retried_calls{task="q3"}`:                              "3",
		`last_run_paused_seconds{task="q3"}`:                             "3",
		`last_run_notified_people{task="q3"}`:                            "1",
	} {
		if got, ok := values["okrsync_"+key]; !ok || got != want {
			t.Errorf("%s is %s (there: %v), want %s", key, got, ok, want)
		}
	}
	if n := len(series(t, written(t, Metrics{Task: "none"}))); n < 20 {
		t.Errorf("of a run that did nothing there are %d series", n)
	}
}

// TestLabelsAreEscaped gives a task any bytes that a file's name may have.
func TestLabelsAreEscaped(t *testing.T) {
	for task, want := range map[string]string{
		`a"b\c`: `a\"b\\c`, "two\nlines": `two\nlines`, `\n`: `\\n`, "表": "表", "\xff": "\uFFFD", "": "",
	} {
		if _, ok := series(t, written(t, Metrics{Task: task}))[`okrsync_last_run_exit_code{task="`+want+`"}`]; !ok {
			t.Errorf("%q is not written as %s", task, want)
		}
	}
}

func TestLastSuccess(t *testing.T) {
	now := began.Add(time.Hour)
	for text, want := range map[string]time.Time{
		written(t, some): some.LastSuccess,
		written(t, Metrics{Task: `odd} 7 "x`, LastSuccess: began}): began,
		written(t, Metrics{}):    {},
		"":                       {},
		lastSuccess + "{}":       {},
		lastSuccess + "{} NaN\n": {},
		lastSuccess + "{} -1\n":  {},
		lastSuccess + fmt.Sprintf("{} %d\n", now.Add(time.Second).Unix()):                        {},
		"<html>\n" + strings.Repeat("x", 1<<17) + "\n" + written(t, Metrics{LastSuccess: began}): {}, // a line without end is somebody else's file
		"\x00\xff\n" + lastSuccess + "{} 1795576444\n":                                           began,
	} {
		if got := LastSuccess(strings.NewReader(text), now); !got.Equal(want) {
			t.Errorf("%.80q: %s, want %s", text, got, want)
		}
	}
}

func FuzzLastSuccess(f *testing.F) {
	f.Add([]byte(lastSuccess + `{task="q3"} 1795576444.5` + "\n"))
	f.Add([]byte(lastSuccess + "{ 1e999\n"))
	now := began.Add(time.Hour)
	f.Fuzz(func(t *testing.T, text []byte) {
		got := LastSuccess(bytes.NewReader(text), now)
		if got.After(now) || !got.IsZero() && got.Unix() < 0 {
			t.Errorf("%s", got)
		}
		if again := LastSuccess(strings.NewReader(written(t, Metrics{LastSuccess: got})), now); !again.Equal(got) {
			t.Errorf("%s came back as %s", got, again)
		}
	})
}
