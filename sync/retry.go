package sync

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/cenkalti/backoff/v4"

	"okrsync/feishu"
)

// Retry says how often and how long one row is tried.
type Retry struct {
	// Attempts is how often a call is made at most while network or server are
	// in trouble. The default is 10: with one call in four in trouble, 5 would lose one
	// row in a thousand.
	Attempts int

	// Initial and Max bound the back-off: before the n-th repetition it is a
	// random time up to Initial·2^(n-1), and never above Max. The defaults are
	// 500 ms and 30 s.
	Initial, Max time.Duration
}

// maxSlowDowns bounds how often one call meets a refusal for its frequency.
// Each of them has silenced everybody for at least leastRest, so this is
// patience of minutes, not a count of tries.
const maxSlowDowns = 20

// patience is the back-off of one row: a backoff.BackOff that counts tries for
// what is transient, and leaves all other waiting to those who hold everybody.
type patience struct {
	exponential *backoff.ExponentialBackOff
	tries       int
	slowDowns   int
	last        feishu.Class // what the last try ended in
}

// orDefaults fills in what is left open.
func (r Retry) orDefaults() Retry {
	return Retry{
		Attempts: cmp.Or(r.Attempts, 10),
		Initial:  cmp.Or(r.Initial, 500*time.Millisecond),
		Max:      cmp.Or(r.Max, 30*time.Second),
	}
}

func (r Retry) patience() *patience {
	r = r.orDefaults()
	return &patience{
		tries:     r.Attempts,
		slowDowns: maxSlowDowns,
		exponential: backoff.NewExponentialBackOff(
			// Full jitter: a factor of 1 makes it random between 0 and twice the
			// interval, which is why the intervals are halved.
			backoff.WithRandomizationFactor(1),
			backoff.WithInitialInterval(min(r.Initial, r.Max)/2),
			backoff.WithMaxInterval(r.Max/2),
			backoff.WithMultiplier(2),
			backoff.WithMaxElapsedTime(0),
		),
	}
}

// Reset starts anew; backoff.RetryNotify calls it first.
func (p *patience) Reset() { p.exponential.Reset() }

// NextBackOff returns how long this row waits before its next try.
func (p *patience) NextBackOff() time.Duration {
	if p.last == feishu.ClassSlowDown {
		if p.slowDowns--; p.slowDowns <= 0 {
			return backoff.Stop
		}
		return 0 // the pacer keeps everybody silent
	}
	if p.tries--; p.tries <= 0 {
		return backoff.Stop
	}
	return p.exponential.NextBackOff()
}

// pause is a wait before the next try after so many, for a caller who counts them.
func (r Retry) pause(tries int) (wait time.Duration) {
	p := r.patience()
	for range tries {
		wait = p.exponential.NextBackOff()
	}
	return wait
}

// again tells that a call for a row is made again.
func (j Job) again(r *Result) func(error, time.Duration) {
	return func(err error, wait time.Duration) {
		if refusal, ok := errors.AsType[*feishu.Error](err); ok {
			j.OnRetry(Repeat{Row: r.Row, Item: r.Item, Attempt: r.Attempts, Wait: wait, Refusal: refusal})
		}
	}
}

// retry makes a call until it succeeds, is refused for good, runs out of tries
// or the context ends, or the pacer finds the server down. The error is the last
// *feishu.Error, or the context's, but never its cause: that may be a *feishu.Error
// too, of another row.
func retry(ctx context.Context, r Retry, pacer *Pacer, notify func(error, time.Duration), call func() error) error {
	p := r.patience()
	return backoff.RetryNotify(func() error {
		err := call()
		refusal, ok := errors.AsType[*feishu.Error](err)
		if !ok {
			return permanent(err)
		}
		p.last = refusal.Class
		if refusal.Class == feishu.ClassSlowDown || refusal.Class == feishu.ClassTransient && !pacer.Down() {
			return err
		}
		return permanent(err)
	}, backoff.WithContext(p, ctx), notify)
}

// permanent keeps a nil a nil, which backoff.Permanent does not.
func permanent(err error) error {
	if err == nil {
		return nil
	}
	return backoff.Permanent(err)
}
