// Package sync is okrsync's engine and has nothing to do with locks: it brings
// the rows of a spreadsheet into Feishu, one update per row, and answers every
// row with a [Result].
//
// The order of work is fixed. The whole file is read and checked first, and items
// that are named twice are found. Then the live items are read, and what each row
// changes becomes known: the [Plan]. Only then is a call spent that changes anything.
// More rows are under way than have a call on the wire, so that one row deep in
// back-off holds up neither the other rows nor their results.
package sync

import (
	"cmp"
	"context"
	"iter"
	"time"

	"okrsync/feishu"
	"okrsync/source"
)

// A Job is one run: the rows of one file into Feishu.
type Job struct {
	Rows   source.Rows    // is ranged over two or three times, and must give the same rows each time
	Client *feishu.Client // with the pacer's Admit
	Pacer  *Pacer

	// Table is where rows belong that do not say it themselves. Either id may be
	// empty if all rows do.
	Table feishu.Table

	Workers    int // calls at a time; the default is DefaultWorkers
	BatchSize  int // items that are updated by one call, up to feishu.MaxBatch; the default is 1
	Retry      Retry
	Quota      Quota
	Duplicates Duplicates // the default is RejectDuplicates

	// Compare reads the live items first and sends only what differs. Without it
	// every given field of every row is sent.
	Compare bool

	// Shard is which of the file's rows are answered. The whole file is read and checked all
	// the same, and others' rows count where the file is judged as a whole.
	Shard Shard

	Guards    Guards
	Confirmed bool // a person has looked: guards don't stop the run

	// Begin, if set, is called when the whole file has been read and checked, before the
	// first call, with the number of rows that are answered and of those that the file has.
	// Its error ends the run there. It returns the record of the unfinished run that this
	// one continues, nil for none; it must stay open until the run ends.
	Begin func(rows, of int) (*Record, error)

	// OnLook, if set, is called with the number of items that are read so far of one
	// table, one table after the other, by several goroutines but one at a time, and must
	// not block. OnPlan, if set, is called once, before the first update, if there is to be one.
	OnLook func(items int)
	OnPlan func(Plan)

	// OnCommit, if set, is called no more than 2 ms after a result was yielded, and behind the
	// last one: it is the time to write down together those that were. Its error ends the run.
	OnCommit func() error

	// OnRetry, if set, is called before a call is repeated after some trouble.
	// It is called by several goroutines and must not block.
	OnRetry func(Repeat)
}

// A Repeat is the news that a call is going to be made again.
type Repeat struct {
	Row     int           // 0 for a call that reads
	Item    string        // "" for a list
	Attempt int           // calls made so far
	Wait    time.Duration // how long this row waits; a pause for everybody comes on top
	Refusal *feishu.Error // why
}

// Run does the job and yields the results as rows finish, one for each row of
// the file that is not done by the run that it continues. An error is the last thing yielded and says why not all rows were
// tried. Before anything was sent, and with no result at all:
//
//   - *source.FileError: the file is refused
//   - *ShardError: it is refused for being sent in shards
//   - the error of Job.Begin
//
// After that, and with the rows that were not finished yielded as Unprocessed:
//
//   - *GuardError: a guard was exceeded, and nothing was sent
//   - *BudgetError: the calls that the pacer allows are used up
//   - *feishu.Error: Feishu refused the app (ClassApp, or CodeNoPermission for
//     one row after the other), a quota is used up (ClassUpdateLimit,
//     ClassMonthlyQuota), or the trouble outlasted the retries of several rows
//     in a row (ClassTransient, ClassSlowDown)
//   - the error of Job.OnCommit
//   - the cause of ctx's end
//   - *source.FileError: the file is no longer what it was when it was checked
//
// Leaving the loop early stops the run; calls on the wire are waited for.
func (j Job) Run(ctx context.Context) iter.Seq2[Result, error] {
	j = j.withDefaults()
	return func(yield func(Result, error) bool) {
		c, named, err := j.check(ctx)
		if err == nil {
			c.before, err = j.Begin(c.own, c.rows)
		}
		if err != nil {
			yield(Result{}, err)
			return
		}
		stopped := j.rehearse(ctx, &c, named)
		ctx, stop := context.WithCancelCause(ctx)
		e := newEngine(ctx, j, c, stop)
		if stopped != nil && ctx.Err() == nil {
			e.halt(stopped)
		} // else the rows that are left say so; if none is, the run is done
		results := e.start(ctx)
		defer func() {
			stop(errLeft)
			e.wait()
		}()
		for {
			r, more, err := e.next(results)
			if err != nil {
				yield(Result{}, err)
				return
			}
			if !more {
				break
			}
			if !yield(r, nil) {
				return
			}
		}
		if err := e.end(ctx); err != nil {
			yield(Result{}, err)
		}
	}
}

// rehearse prepares the run and returns why it must not send anything, if so. The
// rows then get an answer all the same, for which nothing more is asked of Feishu.
func (j Job) rehearse(ctx context.Context, c *checked, named *mentions) error {
	plan, err := j.prepare(ctx, c, named)
	if err != nil {
		c.live, c.offline = nil, true
		return err
	}
	if len(plan.Breaches) > 0 && !j.Confirmed {
		return &GuardError{Breaches: plan.Breaches}
	}
	if plan.Short != nil {
		return plan.Short
	}
	if plan.Counts[Planned] > 0 {
		j.OnPlan(plan)
	}
	return nil
}

// Until ends the reading of rows with the context, whose cause it then yields.
func Until(ctx context.Context, rows source.Rows) source.Rows {
	return func(yield func(source.Update, error) bool) {
		for u, err := range rows {
			if ctx.Err() != nil {
				yield(source.Update{}, context.Cause(ctx))
				return
			}
			if !yield(u, err) {
				return
			}
		}
	}
}

// DefaultWorkers is how many calls are made at a time if nothing else is asked for. A
// limit's burst goes out the sooner the more there are, and a wrong figure or an update
// quota that is used up refuses as many in vain: with 7 single updates a burst of 50 takes
// a fifth of a second, and a limit of half the figure refuses about ten. Of
// batches there are few, so that the burst is a larger part of the run.
func DefaultWorkers(batchSize int) int {
	if batchSize > 1 {
		return 32
	}
	return 7
}

// withDefaults fills in what the job leaves open.
func (j Job) withDefaults() Job {
	j.BatchSize = min(cmp.Or(j.BatchSize, 1), feishu.MaxBatch)
	j.Workers = cmp.Or(j.Workers, DefaultWorkers(j.BatchSize))
	j.Quota.Cooldown = cmp.Or(j.Quota.Cooldown, time.Minute)
	j.Quota.Refusals = cmp.Or(j.Quota.Refusals, 3)
	j.Duplicates = cmp.Or(j.Duplicates, RejectDuplicates)
	j.Pacer.serve(j.Retry, j.Workers)
	if j.Begin == nil {
		j.Begin = func(int, int) (*Record, error) { return nil, nil }
	}
	if j.OnLook == nil {
		j.OnLook = func(int) {}
	}
	if j.OnPlan == nil {
		j.OnPlan = func(Plan) {}
	}
	if j.OnCommit == nil {
		j.OnCommit = func() error { return nil }
	}
	if j.OnRetry == nil {
		j.OnRetry = func(Repeat) {}
	}
	return j
}
