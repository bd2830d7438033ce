package report

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"okrsync/feishu"
	"okrsync/sync"
)

// Metrics are what a monitoring system learns of a command that sends files, in
// Prometheus' text format (https://prometheus.io/docs/instrumenting/exposition_formats/).
//
// They are made for a job that runs by the clock and is gone when somebody asks: each
// is a gauge about the last run, which a textfile collector goes on showing until the
// next one. An alert asks three things: did it fail (exit code), is it overdue (last
// success, which outlives a run that fails), and has it become worse (rows to mend,
// refused calls, pauses). All statuses and kinds of call are always there, zeros too, so
// that no alert has to tell a zero from a hole; only refused calls are there by their
// codes when there were some.
//
// Files are summed up and not told apart: their names change from month to month, and
// each new one would be another series for ever. What became of which file stands in
// the runs' folders. The number of series is bounded by the statuses, the kinds of call
// and the codes that okrsync knows; others count as "other".
type Metrics struct {
	// Task is in each series as a label, so that several jobs of one machine, with a
	// file each, do not have the same series, which a collector refuses.
	Task string

	Version  string // of the program
	ExitCode int    // of the command

	StartedAt, FinishedAt time.Time

	// LastSuccess is when a command of this task has last ended with exit code 0; zero
	// if none has.
	LastSuccess time.Time

	Tally sync.Tally // of all calls
	Runs  []Summary  // of the files, in turn

	// Inbox is how many files of a drop folder met which fate; nil for other commands.
	Inbox map[string]int
}

// lastSuccess is the one metric that is read back.
const lastSuccess = "okrsync_last_success_timestamp_seconds"

// A family is a metric with its series.
type family struct {
	name, help string
	samples    []sample
}

// A sample is one value, with labels such as `status="updated"`.
type sample struct {
	labels []string
	value  float64
}

// Write writes the metrics.
func (m Metrics) Write(w io.Writer) error {
	task, buffered := label("task", m.Task), bufio.NewWriter(w)
	for _, f := range m.families() {
		if len(f.samples) == 0 {
			continue
		}
		fmt.Fprintf(buffered, "# HELP %s %s\n# TYPE %s gauge\n", f.name, f.help, f.name)
		for _, s := range f.samples {
			labels := strings.Join(append([]string{task}, s.labels...), ",")
			fmt.Fprintf(buffered, "%s{%s} %s\n", f.name, labels, strconv.FormatFloat(s.value, 'f', -1, 64))
		}
	}
	return buffered.Flush()
}

func (m Metrics) families() []family {
	const prefix = "okrsync_last_run_"
	single := func(name, help string, value float64) family {
		return family{name, help, []sample{{value: value}}}
	}
	retries, notified := 0, 0
	for _, run := range m.Runs {
		retries += run.Retries
		if run.Notified != nil {
			notified += *run.Notified
		}
	}
	return []family{
		{"okrsync_build_info", "The version of okrsync that made the last run.", []sample{{[]string{label("version", m.Version)}, 1}}},
		single(prefix+"exit_code", "Exit code of the last run; 0 when no row is left to do.", float64(m.ExitCode)),
		single(prefix+"start_timestamp_seconds", "When the last run began.", seconds(m.StartedAt)),
		single(prefix+"end_timestamp_seconds", "When the last run ended.", seconds(m.FinishedAt)),
		single(prefix+"duration_seconds", "How long the last run took.", m.FinishedAt.Sub(m.StartedAt).Seconds()),
		single(lastSuccess, "When a run last ended with exit code 0; 0 if none has.", seconds(m.LastSuccess)),
		single(prefix+"files", "Files that the last run came to.", float64(len(m.Runs))),
		{prefix + "inbox_files", "Files in the inbox by what became of them.", m.inbox()},
		{prefix + "rows", "Rows of the last run's files by how they ended.", m.rows()},
		{prefix + "calls", "Calls to Feishu in the last run by kind.", m.calls()},
		{prefix + "refused_calls", "Calls of the last run that came to nothing, by kind and code.", m.refusals()},
		single(prefix+"rate_limited_calls", "Calls of the last run that Feishu refused for their frequency.", float64(m.Tally.RateLimited)),
		single(prefix+"retried_calls", "Calls of the last run that were made again.", float64(retries)),
		single(prefix+"paused_seconds", "Time of the last run in which no call went out because Feishu asked for it or did not answer.", m.Tally.Paused.Seconds()),
		single(prefix+"notified_people", "People that Feishu messaged about the last run, counted for each file; 0 where that is not known.", float64(notified)),
	}
}

func (m Metrics) rows() []sample {
	var samples []sample
	for _, status := range sync.Statuses {
		rows := 0
		for _, run := range m.Runs {
			rows += run.Counts[status]
		}
		samples = append(samples, sample{[]string{label("status", string(status))}, float64(rows)})
	}
	return samples
}

func (m Metrics) inbox() []sample {
	var samples []sample
	for _, fate := range slices.Sorted(maps.Keys(m.Inbox)) {
		samples = append(samples, sample{[]string{label("fate", fate)}, float64(m.Inbox[fate])})
	}
	return samples
}

func (m Metrics) calls() []sample {
	var samples []sample
	for _, call := range []feishu.Call{feishu.CallToken, feishu.CallList, feishu.CallGet, feishu.CallPatch, feishu.CallBatchUpdate} {
		samples = append(samples, sample{[]string{label("call", string(call))}, float64(m.Tally.Calls[call])})
	}
	return samples
}

func (m Metrics) refusals() []sample {
	counts := map[sync.Refusal]int{}
	for refusal, n := range m.Tally.Refusals {
		if !refusal.Code.Known() {
			refusal.Code = "other"
		}
		counts[refusal] += n
	}
	var samples []sample
	for refusal, n := range counts {
		samples = append(samples, sample{[]string{label("call", string(refusal.Call)), label("code", string(refusal.Code))}, float64(n)})
	}
	slices.SortFunc(samples, func(a, b sample) int { return slices.Compare(a.labels, b.labels) })
	return samples
}

// label writes a label with its value.
func label(name, value string) string {
	escaped := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(strings.ToValidUTF8(value, "\uFFFD"))
	return name + `="` + escaped + `"`
}

// seconds is a time as Prometheus counts, to the millisecond; 0 for none.
func seconds(t time.Time) float64 {
	if t.IsZero() {
		return 0
	}
	return float64(t.UnixMilli()) / 1000
}

// LastSuccess finds in metrics that were written earlier when a run last ended well. It
// is zero if they do not say so, or give a time after now: whatever else stands in there
// is somebody else's.
func LastSuccess(r io.Reader, now time.Time) time.Time {
	var last time.Time
	for lines := bufio.NewScanner(r); lines.Scan(); {
		rest, ok := strings.CutPrefix(lines.Text(), lastSuccess+"{")
		if !ok {
			continue
		}
		value, err := strconv.ParseFloat(rest[strings.LastIndexByte(rest, ' ')+1:], 64)
		if err != nil || !(0 < value && value <= seconds(now)) {
			continue
		}
		last = time.UnixMilli(int64(math.Round(value * 1000))).UTC()
	}
	return last
}
