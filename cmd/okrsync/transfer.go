package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync/atomic"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"okrsync/feishu"
	"okrsync/source"
	"okrsync/sync"
	"okrsync/sync/report"
)

// A transfer is one file on its way: what it needs, and what is known of it so far.
type transfer struct {
	account
	input   *source.File
	logger  *zap.Logger
	show    *progress
	earlier sync.Tally // of the files before

	journal  *sync.Journal // nil until the file is checked
	timeline *report.Timeline
	retries  atomic.Int64
	toMend   int           // rows that somebody has to mend
	first    []sync.Result // of the rows to mend, in file order, for the group
	trouble  bool          // some row used up its tries on network or server trouble
}

func (s *session) newTransfer(input *source.File, again retype, started time.Time) *transfer {
	t := &transfer{account: s.account(input, again, started), input: input, earlier: s.pacer.Tally(), timeline: report.NewTimeline(started)}
	t.logger = newLogger(s.program.stderr, s.config)
	t.show = s.newProgress(func(text string, fields ...zap.Field) { t.logger.Info(text, fields...) }, &t.retries)
	if !t.logger.Core().Enabled(zapcore.WarnLevel) && !s.flags.listed {
		t.untold = newProblems()
	}
	s.pacer.OnPause, s.pacer.OnAttempt = t.paused, t.sending
	return t
}

// sync brings the rows into Feishu and writes the journal on the way.
func (t *transfer) sync(ctx context.Context) {
	job := t.job(t.input)
	job.Begin, job.OnLook, job.OnPlan, job.OnRetry, job.OnCommit = t.begin, leanLook(t.input, t.show.looked), t.planned, t.retried, t.commit
	heard := whenOver(ctx, t.ending)
	for result, err := range job.Run(ctx) {
		if f, ok := errors.AsType[fault](err); ok && t.journal != nil {
			t.fault = f
			break
		}
		if err != nil {
			t.stop = err
			break
		}
		if err := t.journal.Append(result); err != nil {
			t.fault = fault{doing: journaling, where: t.folder, err: err}
			break // nothing is sent that cannot be recorded
		}
		if t.draft != nil {
			t.draft.Add(&result)
		}
		if result.Status != sync.Unprocessed {
			t.show.step(result.Attempts > 0)
		}
		t.toldOf(result)
	}
	heard()
	t.show.finish()
	t.toldLimit()
}

// commit brings the rows that are done into the journal: nothing is sent that cannot be
// recorded.
func (t *transfer) commit() error {
	if t.journal == nil {
		return nil
	}
	if err := t.journal.Flush(); err != nil {
		return fault{doing: journaling, where: t.folder, err: err}
	}
	return nil
}

// whenOver calls f in a goroutine when ctx ends. The function that it returns lets go of
// ctx, and waits for f if that has begun.
func whenOver(ctx context.Context, f func()) func() {
	done := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(done)
		f()
	})
	return func() {
		if !stop() {
			<-done
		}
	}
}

// toldLimit tells what refusals taught, so that the next run need not learn it again.
func (t *transfer) toldLimit() {
	if t.config.shard.Divided() {
		return // what a shard was given is no limit of Feishu's
	}
	for _, call := range []feishu.Call{feishu.CallPatch, feishu.CallBatchUpdate} {
		if l, ok := t.pacer.Learned(call); ok {
			t.logger.Info(phrase(t.config.lang,
				fmt.Sprintf("本次运行中飞书接受的频率约为 %s；若这就是限额，可将 sync.rate（--rate）设为此值", l),
				fmt.Sprintf("in this run Feishu took about %s; if that is its limit, set sync.rate (--rate) to it", l)))
		}
	}
}

// job is the job of a file, as it is configured.
func (s *session) job(input *source.File) sync.Job {
	c := s.config
	return sync.Job{
		Rows: input.Rows(), Client: s.client, Pacer: s.pacer, Table: c.target,
		Workers: c.workers, BatchSize: c.batchSize, Retry: c.retry, Quota: c.quota, Duplicates: c.duplicates,
		Compare: c.diff == diffAuto, Shard: c.shard, Guards: c.guards, Confirmed: s.flags.yes,
	}
}

// planned tells what the run is going to do: who will hear of it above all.
func (t *transfer) planned(plan sync.Plan) {
	t.show.sends(plan)
	text := phrase(t.config.lang,
		fmt.Sprintf("将更新 %d 行", plan.Counts[sync.Planned]),
		"sending "+plural(plan.Counts[sync.Planned], "update"))
	if len(t.config.limits) > 0 {
		text += phrase(t.config.lang, "，约需 ", ", about ") + roughly(t.config.lang, plan.Time-plan.Reading)
	}
	if t.config.diff == diffAuto {
		text += phrase(t.config.lang,
			"；"+notifiedZH(len(plan.Notified)),
			"; Feishu messages "+people(len(plan.Notified)))
	}
	t.logger.Info(text)
}

// end writes the views and says how the run went.
func (t *transfer) end() {
	if t.journal != nil {
		if err := t.journal.Close(t.pacer); err != nil && t.fault == nil {
			t.fault = fault{doing: journaling, where: t.folder, err: err}
		}
		if err := t.answer(); err != nil && t.fault == nil {
			t.fault = err
		}
	}
	t.program.stderr.atParting("") // the results are there
	t.settle()
	t.tellErrors()
	if _, err := os.Stat(t.folder); errors.Is(err, fs.ErrNotExist) {
		t.folder = "" // there are no results to look at
	}
	if t.flags.json {
		t.program.printJSON(t.summary)
	}
	if t.folder != "" {
		t.tellEnd(t.next())
	}
}

// answer counts the rows of the journal and writes its views, the summary last: a run
// without one is continued. A journal that lacks rows makes none: what has the name of
// a view is complete.
func (t *transfer) answer() error {
	record, err := t.journal.Record()
	if err != nil {
		return fault{doing: readingJournal, where: t.folder, err: err}
	}
	defer record.Close()
	t.count(record)
	if t.untold != nil { // those of earlier parts of the run are to be told too
		if t.untold, err = problemsIn(record); err != nil {
			return fault{doing: readingJournal, where: t.folder, err: err}
		}
	}
	if t.settle(); t.fault != nil {
		return nil
	}
	if err := t.views(record, t.input); err != nil {
		return fault{doing: writingFiles, where: t.folder, err: err}
	}
	if t.first, err = t.firstToMend(record); err != nil {
		return fault{doing: readingJournal, where: t.folder, err: err}
	}
	return nil
}

// dropDraft deletes what there is of a result.csv that was not completed.
func (t *transfer) dropDraft() {
	if t.draft != nil {
		t.draft.Abandon()
	}
}

// settle fills in what is known when the last row is done.
func (t *transfer) settle() {
	s := &t.summary
	tally := t.pacer.Tally().Since(t.earlier)
	s.Calls, s.RateLimited, s.PausedSeconds = new(report.CallsOf(tally)), tally.RateLimited, tally.Paused.Seconds()
	if spent, ok := errors.AsType[*sync.BudgetError](t.stop); ok && total(report.CallsOf(t.earlier)) == 0 && s.Calls.Patch+s.Calls.BatchUpdate == 0 {
		spent.TooFew = true
	}
	s.Stop = stopOf(t.stop)
	s.ExitCode = t.code()
	s.Outcome = outcomes[s.ExitCode]
	s.Retries, s.Timeline = int(t.retries.Load()), t.timeline.History()
	if s.FinishedAt.IsZero() {
		s.FinishedAt = time.Now().UTC()
	}
}

// code returns the run's exit code.
func (t *transfer) code() int {
	codes := []int{exitCode(t.stop)}
	if t.fault == nil && t.journal != nil && t.stop == nil {
		t.fault = t.summary.Check()
	}
	if t.fault != nil {
		codes = append(codes, exitInternal)
	}
	if t.trouble {
		codes = append(codes, exitTrouble)
	}
	if t.summary.Counts[sync.Rejected]+t.summary.Counts[sync.Failed] > 0 {
		codes = append(codes, exitRows)
	}
	return gravest(codes...)
}

// stopOf puts what stopped a run into the summary's form.
func stopOf(err error) *report.Stop {
	if err == nil {
		return nil
	}
	stop := &report.Stop{Reason: sync.Text{ZH: sync.Said(err, "zh"), EN: sync.Said(err, "en")}}
	if w, ok := errors.AsType[worded](err); ok {
		stop.Reason = sync.Text{ZH: w.Reason("zh"), EN: w.Reason("en")}
		stop.Advice = sync.Text{ZH: w.Advice("zh"), EN: w.Advice("en")}
	}
	if refusal, ok := errors.AsType[*feishu.Error](err); ok {
		stop.Code = string(refusal.Code)
	} else if refusal, ok := errors.AsType[*source.FileError](err); ok {
		stop.Code = string(refusal.Code)
	} else if _, ok := errors.AsType[*sync.GuardError](err); ok {
		stop.Code = string(sync.Guarded)
	} else if _, ok := errors.AsType[*sync.ShardError](err); ok {
		stop.Code = string(sync.ItemNeeded)
	} else if _, ok := errors.AsType[*sync.BudgetError](err); ok {
		stop.Code = string(sync.CallsUsedUp)
	}
	return stop
}

// paused tells about a pause, once.
func (t *transfer) paused(p sync.Pause) {
	t.resting(p)
	t.timeline.Pause(time.Now(), p.Length, string(p.Code))
	t.logger.Warn(pauseText(p, t.config.lang), zap.String("code", string(p.Code)))
}
