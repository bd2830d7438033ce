package sync

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"okrsync/feishu"
	"okrsync/source"
)

var (
	errLeft   = errors.New("the results are no longer wanted")
	errTables = Errorf("文件涉及的指标表超过 65536 个，请拆分文件", "the file names more than 65,536 metric tables; split it")
)

// changed is the refusal of a file that reads otherwise than before.
func changed() error { return &source.FileError{Code: source.CodeFileChanged} }

// inARow is how many rows must fail in the same way, with no success between,
// before the run takes it for everybody's trouble and stops.
const inARow = 5

// senders is how many rows or batches are under way at least, unless it is one by one in
// the order of the file. No more than Job.Workers of them have a call on the wire; the
// others wait out their back-off without holding anybody up.
const senders = 24

// mostResults is how many results wait at most to be taken.
const mostResults = 256

// An engine is a running job.
type engine struct {
	Job
	checked
	cancel  context.CancelCauseFunc
	quota   *quotaGate
	sizes   batchSizes
	results chan Result
	wg      sync.WaitGroup

	reread  int   // rows read for the last time; the reader's until it has left
	readErr error // what ended the last reading

	commit *time.Timer      // runs while results wait to be written down
	due    <-chan time.Time // of the timer while it runs, else nil

	accepted  atomic.Bool  // some update was
	explained atomic.Int64 // rows that were sent once more by themselves, in vain

	mu        sync.Mutex
	cause     error // why the run stopped, if it did
	cut       bool  // some row was left unprocessed
	inTrouble int   // rows in a row that used up their tries
	forbidden int   // rows in a row that the app may not change
}

func newEngine(ctx context.Context, j Job, c checked, cancel context.CancelCauseFunc) *engine {
	commit := time.NewTimer(commitEvery)
	commit.Stop()
	return &engine{
		commit:  commit,
		Job:     j,
		checked: c,
		cancel:  cancel,
		results: make(chan Result, min(j.Workers*j.BatchSize, mostResults)),
		sizes:   batchSizes{largest: j.BatchSize},
		quota:   newQuotaGate(ctx, j.Quota, func(d time.Duration) { j.Pacer.Rest(d, feishu.CodeUpdateLimit) }),
	}
}

// start sets the reader and the workers going and returns the channel on which
// the results arrive; it is closed when all of them have left.
func (e *engine) start(ctx context.Context) <-chan Result {
	updates, gathered := make(chan []step), newBatcher(e.BatchSize)
	e.wg.Go(func() {
		defer close(e.results)
		n := e.Workers
		if n > 1 {
			n = max(n, senders)
		}
		var workers sync.WaitGroup
		for range n {
			workers.Go(func() {
				for steps := range updates {
					e.deliver(ctx, steps)
					gathered.reuse(steps)
				}
			})
		}
		e.read(ctx, gathered, updates)
		close(updates)
		workers.Wait()
		e.settle(ctx)
	})
	return e.results
}

// commitEvery is how long a result that was yielded may wait for others to be written down
// with.
const commitEvery = 2 * time.Millisecond

// next returns the next result, if there is one. While it waits for one, those before are
// written down when they are due; the error is that of doing so.
func (e *engine) next(results <-chan Result) (r Result, more bool, err error) {
	for {
		select {
		case r, more = <-results:
			if !more {
				return r, false, e.OnCommit()
			}
			if e.due == nil {
				e.commit.Reset(commitEvery)
				e.due = e.commit.C
			}
			return r, true, nil
		case <-e.due:
			e.due = nil
			if err := e.OnCommit(); err != nil {
				return Result{}, false, err
			}
		}
	}
}

// wait throws away what is left of the results and returns when everybody has
// left.
func (e *engine) wait() {
	e.commit.Stop()
	for range e.results {
	}
	e.wg.Wait()
}

// end says why not all rows were tried; nil if they were.
func (e *engine) end(ctx context.Context) error {
	switch {
	case e.readErr != nil:
		return e.readErr
	case e.reread != e.rows:
		return changed()
	case e.cause != nil:
		return e.cause
	case e.cut:
		return context.Cause(ctx)
	}
	return nil
}

// halt stops the run for a reason that concerns every row.
func (e *engine) halt(cause error) {
	e.mu.Lock()
	if e.cause == nil {
		e.cause = cause
	}
	e.mu.Unlock()
	e.cancel(cause)
}

// read goes through the file for the last time: rows that need no call are
// answered at once, the others handed to the workers while the run lasts.
func (e *engine) read(ctx context.Context, gathered *batcher, updates chan<- []step) {
	var s step
	others := 0
	defer func() {
		for _, steps := range gathered.rest() {
			e.hand(ctx, updates, steps)
		}
	}()
	for u, err := range e.Rows {
		if e.elsewhere(&u, err) {
			e.reread++
			others++
			continue
		}
		if err := e.weigh(&s, &u, err); err != nil {
			e.readErr = err
			e.halt(err)
			return
		}
		s.result.Place = e.reread - others
		e.reread++
		if s.known {
			continue
		}
		if s.done {
			e.finish(s.result)
			continue
		}
		if steps := gathered.add(&s); steps != nil {
			e.hand(ctx, updates, steps)
		}
	}
}

// hand hands steps to a worker, or answers them if the run ends first.
func (e *engine) hand(ctx context.Context, updates chan<- []step, steps []step) {
	select {
	case updates <- steps:
	case <-ctx.Done():
		for _, s := range steps {
			e.finish(e.unprocessed(ctx, s.result))
		}
	}
}

// finish hands a result out.
func (e *engine) finish(r Result) {
	r.FinishedAt = time.Now().UTC().Truncate(time.Millisecond)
	if r.Sent.Empty() {
		r.Before, r.Notifies, r.Irreversible = feishu.Fields{}, "", nil // of an update that did not go out
	}
	if r.Status == Unprocessed {
		e.mu.Lock()
		e.cut = true
		e.mu.Unlock()
	}
	e.results <- r
}

// unprocessed answers a row that the end of the run left undone.
func (e *engine) unprocessed(ctx context.Context, r Result) Result {
	r.Status = Unprocessed
	cause := context.Cause(ctx)
	if refusal, ok := errors.AsType[*feishu.Error](cause); ok {
		r = r.refused(refusal)
		r.HTTPStatus, r.LogID = 0, "" // they are of another row's call
		if run, ok := errors.AsType[*RunError](cause); ok {
			r.Reason = Text{ZH: run.Reason("zh"), EN: run.Reason("en")}
			r.Advice = Text{ZH: run.Advice("zh"), EN: run.Advice("en")}
		}
		return r
	}
	if _, ok := errors.AsType[*GuardError](cause); ok {
		return r.because(Guarded)
	}
	if _, ok := errors.AsType[*BudgetError](cause); ok {
		return r.because(CallsUsedUp)
	}
	return r.because(Interrupted)
}

// settle answers the rows that waited for a verdict on the update limit until
// the end: they were refused again after a pause, unless the run stopped.
func (e *engine) settle(ctx context.Context) {
	for _, r := range e.quota.left() {
		if ctx.Err() != nil {
			r.Status = Unprocessed
		}
		e.finish(r)
	}
}
