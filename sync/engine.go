package sync

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"okrsync/feishu"
	"okrsync/source"
)

var (
	errLeft    = errors.New("the results are no longer wanted")
	errTables  = errors.New("the file names more than 65,536 metric tables; split it")
	errChanged = errors.New("the file changed during the run: read for the second time it had other rows; run again when it is finished")
)

// inARow is how many rows must fail in the same way, with no success between,
// before the run takes it for everybody's trouble and stops.
const inARow = 5

// An engine is a running job.
type engine struct {
	Job
	checked
	cancel  context.CancelCauseFunc
	quota   *quotaGate
	results chan Result
	wg      sync.WaitGroup

	reread  int   // rows read for the second time; the reader's until it has left
	readErr error // what ended the second reading

	mu        sync.Mutex
	cause     error // why the run stopped, if it did
	cut       bool  // some row was left unprocessed
	troubled  int   // rows in a row that used up their tries
	forbidden int   // rows in a row that the app may not change
}

func newEngine(ctx context.Context, j Job, c checked, cancel context.CancelCauseFunc) *engine {
	return &engine{
		Job:     j,
		checked: c,
		cancel:  cancel,
		results: make(chan Result, j.Workers),
		quota:   newQuotaGate(ctx, j.Quota, func(d time.Duration) { j.Pacer.Rest(d, feishu.CodeUpdateLimit) }),
	}
}

// start sets the reader and the workers going and returns the channel on which
// the results arrive; it is closed when all of them have left.
func (e *engine) start(ctx context.Context) <-chan Result {
	updates := make(chan source.Update)
	e.wg.Go(func() {
		defer close(e.results)
		var workers sync.WaitGroup
		for range e.Workers {
			workers.Go(func() {
				for u := range updates {
					e.send(ctx, u)
				}
			})
		}
		e.read(ctx, updates)
		close(updates)
		workers.Wait()
		e.settle(ctx)
	})
	return e.results
}

// wait throws away what is left of the results and returns when everybody has
// left.
func (e *engine) wait() {
	for range e.results {
	}
	e.wg.Wait()
}

// end says why not all rows were tried; nil if they were.
func (e *engine) end(ctx context.Context) error {
	switch {
	case e.readErr != nil:
		return fmt.Errorf("%w (%v)", errChanged, e.readErr) //nolint:errorlint // no *source.FileError may be in the chain: the input was accepted
	case e.reread != e.rows:
		return errChanged
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

// read goes through the file for the second time: rows that need no call are
// answered at once, the others handed to the workers while the run lasts.
func (e *engine) read(ctx context.Context, updates chan<- source.Update) {
	for u, err := range e.Rows {
		if bad, ok := errors.AsType[*source.RowError](err); ok {
			e.reread++
			e.finish(e.rejection(bad))
			continue
		}
		if err != nil {
			e.readErr = err
			e.halt(err)
			return
		}
		e.reread++
		if r, done := e.answered(u, true); done {
			e.finish(r)
			continue
		}
		select {
		case updates <- u:
		case <-ctx.Done():
			e.finish(e.unprocessed(ctx, e.answer(u)))
		}
	}
}

// finish hands a result out.
func (e *engine) finish(r Result) {
	r.FinishedAt = time.Now().UTC().Truncate(time.Millisecond)
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
	if refusal, ok := errors.AsType[*feishu.Error](context.Cause(ctx)); ok {
		r = r.refused(refusal)
		r.HTTPStatus, r.LogID = 0, "" // they are of another row's call
		return r
	}
	return r.because(Interrupted, 0)
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
