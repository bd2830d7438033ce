package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"okrsync/feishu"
	"okrsync/sync"
	"okrsync/sync/report"
)

func (p *program) planCommand() *cobra.Command {
	var f syncFlags
	cmd := &cobra.Command{
		Use:   "plan FILE…",
		Short: "show what a sync would change, old → new, without changing anything",
		Long: `plan does what sync does up to the first change: it reads and checks each FILE,
reads the live items and compares. It shows old → new for each field that would be
sent, the calls and the time that takes, and how many people Feishu would message.
Nothing is changed and no file is written.

It takes the flags of sync, so that a command line only changes its first word. The
exit code is that of a sync up to there: 3 if rows are to be mended, 10 if a guard
would stop the sync.`,
		Example: `  okrsync plan --source ID --table ID values.xlsx
  okrsync plan --json values.csv | jq .plan`,
		RunE: func(cmd *cobra.Command, files []string) error {
			s, err := p.onlineSession(cmd, f, files)
			if err != nil {
				return err
			}
			defer s.client.Close()
			return s.eachFile(cmd.Context(), s.planFile)
		},
	}
	f.add(cmd)
	return cmd
}

// planFile plans one file and returns its exit code, having told everything.
func (s *session) planFile(ctx context.Context, name, again string) int {
	started := time.Now().UTC()
	input, err := s.program.openInput(ctx, name, s.config.sourceOptions())
	if err != nil {
		return s.refused(name, started, err)
	}
	defer input.Close()
	if err := checkTarget(s.config, input); err != nil {
		return s.refused(name, started, err)
	}
	r := &rehearsal{account: s.account(input, again, started), problems: newProblems(), before: s.pacer.Tally()}
	r.onward = s.program.commandLine("sync", s.flags.files, name)
	show := newProgress(s.program.stderr, s.config.progress, s.config.lang, isTerminal(s.program.stderr))
	job := s.job(input)
	job.OnLook = show.looked
	s.pacer.Allow(s.config.maxCalls)
	plan, results, err := job.Plan(ctx)
	show.finish()
	if err != nil {
		return s.refused(name, started, err)
	}
	r.noted(input, plan.Rows)
	return r.show(plan, results)
}

// A rehearsal is a file whose sync is planned.
type rehearsal struct {
	account
	problems *problems
	before   sync.Tally // of the files before
}

// show writes the plan to standard output and returns the exit code.
func (r *rehearsal) show(plan sync.Plan, results iter.Seq2[sync.Result, error]) int {
	s := &r.summary
	for status, n := range plan.Counts {
		s.Counts[status] = n
	}
	tally := r.pacer.Tally().Since(r.before)
	s.Calls, s.RateLimited, s.PausedSeconds = report.CallsOf(tally), tally.RateLimited, tally.Paused.Seconds()
	s.Notified = r.notified(plan)
	s.ExitCode = r.code(plan)
	s.Outcome, s.FinishedAt, s.Files = outcomes[s.ExitCode], time.Now().UTC(), []string{}
	out := bufio.NewWriter(r.program.stdout)
	var err error
	switch {
	case r.flags.json:
		err = r.writeJSON(out, plan, results)
	case !r.flags.quiet:
		err = r.writeText(out, plan, results)
	}
	_ = out.Flush() // what becomes of a failure, run decides for all commands
	if err != nil {
		r.stop = err
		r.tellErrors()
		return gravest(exitCode(err), s.ExitCode)
	}
	if !r.flags.quiet {
		r.program.say(r.verdict())
		if next := r.next(); next != "" {
			r.program.say(phrase(r.config.lang, "下一步：", "next: ") + next)
		}
	}
	return s.ExitCode
}

// notified is how many people Feishu would message, nil if nothing was compared.
func (r *rehearsal) notified(plan sync.Plan) *int {
	if r.config.diff == diffOff {
		return nil
	}
	return new(len(plan.Notified))
}

// code is the exit code that a sync would have, as far as it can be known.
func (r *rehearsal) code(plan sync.Plan) int {
	switch {
	case len(plan.Breaches) > 0 && !r.flags.yes:
		return exitGuard
	case plan.Counts[sync.Rejected]+plan.Counts[sync.Failed] > 0:
		return exitRows
	}
	return exitOK
}

// next is what to do after the plan.
func (r *rehearsal) next() string {
	lang := r.config.lang
	switch {
	case r.again == "":
		return ""
	case r.summary.ExitCode == exitGuard:
		return phrase(lang, "核对后运行 ", "look at the changes, then ") + r.onward + " --yes"
	case r.summary.Counts[sync.Planned] == 0 && r.summary.ExitCode == exitRows:
		return phrase(lang, "按上面的建议修改这些行，然后运行 ", "mend the rows as advised above, then ") + r.again
	case r.summary.Counts[sync.Planned] == 0:
		return ""
	}
	return r.onward
}

// writeText writes the plan for people: the changes, what is to be mended, and what
// it all comes to.
func (r *rehearsal) writeText(w io.Writer, plan sync.Plan, results iter.Seq2[sync.Result, error]) error {
	lang, first := r.config.lang, true
	for result, err := range r.problems.of(results) {
		if err != nil {
			return err
		}
		if result.Status != sync.Planned {
			continue
		}
		if first {
			changesHead(w, lang)
			first = false
		}
		writeChanges(w, result, lang)
	}
	if !first {
		fmt.Fprintln(w)
	}
	r.problems.writeTo(w, lang, r.summary, "--json")
	for _, line := range r.facts(plan) {
		for part := range wrap(line, lineWidth) {
			fmt.Fprintln(w, part)
		}
	}
	return nil
}

// facts are the sentences about the plan as a whole.
func (r *rehearsal) facts(plan sync.Plan) []string {
	lang := r.config.lang
	calls := r.callsAhead(plan)
	facts := []string{phrase(lang,
		fmt.Sprintf("调用：%s；按 %s 约需 %s", callList(calls), limitList(r.config.limits), roughly(plan.Time)),
		fmt.Sprintf("calls: %s; about %s at %s", callList(calls), roughly(plan.Time), limitList(r.config.limits)))}
	if most := r.config.maxCalls; most > 0 && total(calls) > most {
		facts = append(facts, phrase(lang,
			fmt.Sprintf("只允许 %d 次调用（max_calls）：其余的行留待下次运行", most),
			fmt.Sprintf("only %d calls are allowed (max_calls): the rows left over are for the next run", most)))
	}
	if fewer := updates(plan.BatchedCalls); fewer < updates(plan.Calls) {
		facts = append(facts, phrase(lang,
			fmt.Sprintf("每批 %d 项（--batch-size %d）时更新只需 %d 次调用，共约 %s", feishu.MaxBatch, feishu.MaxBatch, fewer, roughly(plan.BatchedTime)),
			fmt.Sprintf("in batches (--batch-size %d) the updates would take %s, about %s in all", feishu.MaxBatch, plural(fewer, "call"), roughly(plan.BatchedTime))))
	}
	switch {
	case r.config.diff == diffOff:
		facts = append(facts, phrase(lang,
			"没有与飞书中的数值比较（--no-diff），无法知道会通知谁",
			"nothing was compared with the live items (--no-diff), so it is not known who would be messaged"))
	case len(plan.Notified) > 0:
		facts = append(facts, phrase(lang,
			fmt.Sprintf("飞书将通知 %d 人，涉及 %d 行（带 * 的行）", len(plan.Notified), plan.Notifying),
			fmt.Sprintf("Feishu messages %s about %s (marked with *)", people(len(plan.Notified)), plural(plan.Notifying, "row"))))
	case plan.Counts[sync.Planned] > 0:
		facts = append(facts, phrase(lang, "飞书不会通知任何人", "Feishu messages nobody about it"))
	}
	for _, b := range plan.Breaches {
		facts = append(facts, phrase(lang, "拦截：", "guard: ")+b.Words().In(lang))
	}
	return facts
}

// callsAhead are the calls that a sync will make: those for reading that were made
// now, and those for the updates.
func (r *rehearsal) callsAhead(plan sync.Plan) report.Calls {
	calls := r.summary.Calls
	calls.Patch, calls.BatchUpdate = plan.Calls[feishu.CallPatch], plan.Calls[feishu.CallBatchUpdate]
	if calls.Token = 0; r.config.AccessToken == "" && total(calls) > 0 {
		calls.Token = 1
	}
	return calls
}

// updates is how many calls there are of any kind.
func updates(calls map[feishu.Call]int) int {
	n := 0
	for _, of := range calls {
		n += of
	}
	return n
}

func total(c report.Calls) int { return c.Token + c.List + c.Get + c.Patch + c.BatchUpdate }

// callList names the kinds of calls that there are.
func callList(c report.Calls) string {
	var parts []string
	for _, kind := range []struct {
		name string
		n    int
	}{{"token", c.Token}, {"list", c.List}, {"get", c.Get}, {"patch", c.Patch}, {"batch_update", c.BatchUpdate}} {
		if kind.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", kind.n, kind.name))
		}
	}
	if len(parts) == 0 {
		return "0"
	}
	return strings.Join(parts, ", ")
}

// limitList writes limits as --rate takes them.
func limitList(limits []sync.Limit) string {
	var parts []string
	for _, l := range limits {
		parts = append(parts, l.String())
	}
	return strings.Join(parts, ",")
}

// A forecast is what a plan comes to, for machines.
type forecast struct {
	Calls         report.Calls `json:"calls"` // that a sync will make
	Seconds       float64      `json:"seconds"`
	BatchCalls    int          `json:"batch_calls"` // for the updates, in batches of the largest size
	BatchSeconds  float64      `json:"batch_seconds"`
	Notified      *int         `json:"notified"` // people
	NotifyingRows int          `json:"notifying_rows"`
	Guards        []breach     `json:"guards"` // that stop the sync
}

// A breach is a guard that is exceeded, for machines.
type breach struct {
	Guard  sync.Guard `json:"guard"`
	Found  int        `json:"found"`
	Limit  float64    `json:"limit"`
	Rows   []int      `json:"rows"` // the first ones
	Reason sync.Text  `json:"reason"`
}

// A plannedRow is what would become of a row, for machines.
type plannedRow struct {
	Row      int           `json:"row"`
	Source   string        `json:"metric_source_id,omitempty"`
	Table    string        `json:"metric_table_id,omitempty"`
	Item     string        `json:"metric_item_id,omitempty"`
	Status   sync.Status   `json:"status"`
	Code     string        `json:"code,omitempty"`
	Reason   sync.Text     `json:"reason,omitzero"`
	Advice   sync.Text     `json:"advice,omitzero"`
	Before   feishu.Fields `json:"before,omitzero"`
	After    feishu.Fields `json:"after,omitzero"`
	Notifies string        `json:"notifies,omitempty"`
}

// writeJSON writes the summary with the plan and all rows as one line.
func (r *rehearsal) writeJSON(w io.Writer, plan sync.Plan, results iter.Seq2[sync.Result, error]) error {
	f := forecast{
		Calls: r.callsAhead(plan), Seconds: plan.Time.Seconds(), BatchCalls: updates(plan.BatchedCalls), BatchSeconds: plan.BatchedTime.Seconds(),
		Notified: r.summary.Notified, NotifyingRows: plan.Notifying, Guards: []breach{},
	}
	for _, b := range plan.Breaches {
		of := breach{Guard: b.Guard, Found: b.Found, Limit: b.Limit, Rows: []int{}, Reason: b.Words()}
		for _, row := range b.Rows {
			of.Rows = append(of.Rows, row.Row)
		}
		f.Guards = append(f.Guards, of)
	}
	head, err := json.Marshal(struct {
		report.Summary
		Plan forecast `json:"plan"`
	}{r.summary, f})
	if err != nil {
		return err
	}
	fmt.Fprintf(w, `%s,"rows":[`, head[:len(head)-1])
	separator := "\n"
	for result, err := range results {
		if err != nil {
			return err
		}
		line, err := json.Marshal(plannedRow{
			result.Row, result.Source, result.Table, result.Item, result.Status, result.Code,
			result.Reason, result.Advice, result.Before, result.After, result.Notifies,
		})
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "%s%s", separator, line)
		separator = ",\n"
	}
	_, err = fmt.Fprintln(w, "]}")
	return err
}
