package main

import (
	"bufio"
	"context"
	"fmt"
	"iter"
	"maps"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"
	"go.uber.org/zap"

	"okrsync/source"
	"okrsync/sync"
	"okrsync/sync/report"
)

func (p *program) planCommand() *cobra.Command {
	var f syncFlags
	cmd := &cobra.Command{
		Use:   "plan FILE…",
		Short: p.phrase("显示 sync 将会改动什么（旧值 → 新值），不做任何改动", "show what a sync would change, old → new, without changing anything"),
		Long:  p.page("plan"),
		Example: `  okrsync plan --source ID --table ID values.xlsx
  okrsync plan --json values.csv | jq .plan`,
		RunE: func(cmd *cobra.Command, files []string) error {
			c, err := p.load(cmd)
			if err == nil {
				c, err = p.sharded(c)
			}
			if err != nil {
				return err
			}
			s, err := p.onlineSession(cmd, c, f, files)
			if err != nil {
				return err
			}
			defer s.close()
			return s.eachFile(cmd.Context(), s.planFile)
		},
	}
	f.add(cmd)
	addSettings(cmd.Flags(), "shard")
	return cmd
}

// planFile plans one file and returns its exit code, having told everything.
func (s *session) planFile(ctx context.Context, name string, again retype) int {
	started := time.Now().UTC()
	input, err := s.open(ctx, name)
	if err != nil {
		return s.refused(name, started, err).ExitCode
	}
	defer input.Close()
	r := &rehearsal{account: s.account(input, again, started), input: input, problems: newProblems(), earlier: s.pacer.Tally()}
	r.rehearsed = true
	defer r.closeBefore()
	logger := newLogger(s.program.stderr, s.config)
	show := s.newProgress(logger.Info, new(atomic.Int64))
	job := s.job(input)
	job.OnLook = leanLook(r.input, show.looked)
	job.Begin = func(rows, of int) (*sync.Record, error) {
		show.begin(rows, 0)
		return r.begin(rows, of)
	}
	s.pacer.OnPause = func(p sync.Pause) { logger.Warn(pauseText(p, s.config.lang), zap.String("code", string(p.Code))) }
	plan, results, err := job.Plan(ctx)
	show.finish()
	if err != nil {
		return s.refused(name, started, err).ExitCode
	}
	if r.summary.RowsBefore > 0 && !s.flags.quiet {
		s.program.say(r.continuing("okrsync sync 会继续", "okrsync sync would continue"))
	}
	return r.show(plan, results)
}

// A rehearsal is a file whose sync is planned.
type rehearsal struct {
	account
	input    *source.File
	problems *problems
	earlier  sync.Tally // of the files before
}

// begin finds the unfinished run that a sync would continue.
func (r *rehearsal) begin(rows, of int) (*sync.Record, error) {
	r.noted(r.input, rows, of)
	header, err := r.header()
	if err != nil {
		return nil, err
	}
	runs := sync.ReadRuns(r.config.out)
	if !r.remembered {
		r.pacer.Remember(runs.Recent(r.config.account(), r.config.shard, time.Now().Add(-r.pacer.Horizon())))
		r.remembered = true
	}
	return r.unfinished(runs, header)
}

// show writes the plan to standard output and returns the exit code.
func (r *rehearsal) show(plan sync.Plan, results iter.Seq2[sync.Result, error]) int {
	s := &r.summary
	maps.Copy(s.Counts, plan.Counts)
	tally := r.pacer.Tally().Since(r.earlier)
	s.Calls, s.RateLimited, s.PausedSeconds = new(report.CallsOf(tally)), tally.RateLimited, tally.Paused.Seconds()
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
		r.tellEnd(r.next(plan, total(r.callsAhead(plan))))
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
	case plan.Short != nil:
		return exitQuota
	case plan.Troubled:
		return exitTrouble
	case plan.Counts[sync.Rejected]+plan.Counts[sync.Failed] > 0:
		return exitRows
	}
	return exitOK
}

// next is what to do after the plan, which takes so many calls.
func (r *rehearsal) next(plan sync.Plan, calls int) step {
	if r.again == nil {
		return step{}
	}
	lang, onward := r.config.lang, r.again("sync")
	switch {
	case r.summary.ExitCode == exitGuard:
		return step{r.looking(plan.Breaches), r.again("sync", "--yes")}
	case r.summary.ExitCode == exitQuota:
		return step{command: r.again("sync", fmt.Sprint("--max-calls ", calls))}
	case r.summary.Counts[sync.Planned] == 0 && r.summary.ExitCode == exitRows:
		return step{phrase(lang, "按上面的建议修改这些行，然后运行 ", "mend the rows as advised above, then "), r.again()}
	case r.summary.Counts[sync.Planned] == 0:
		return step{}
	case r.summary.ExitCode == exitRows:
		return step{phrase(lang, "按上面的建议修改被拒绝的行，或者只发送其余的行：", "mend the rows as advised above, or send the others: "), onward}
	}
	return step{command: onward}
}
