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

// exponential is a back-off whose n-th wait is a random time up to Initial·2^(n-1) and
// never above Max, and at least the given part of that.
func (r Retry) exponential(least float64) *backoff.ExponentialBackOff {
	r = r.orDefaults()
	middle := (1 + least) / 2
	part := func(d time.Duration) time.Duration { return time.Duration(float64(d) * middle) }
	return backoff.NewExponentialBackOff(
		backoff.WithRandomizationFactor((1-least)/(1+least)),
		backoff.WithInitialInterval(part(min(r.Initial, r.Max))),
		backoff.WithMaxInterval(part(r.Max)),
		backoff.WithMultiplier(2),
		backoff.WithMaxElapsedTime(0),
	)
}

// patience is the back-off of one row: a backoff.BackOff that counts tries for
// what is transient, and leaves all other waiting to those who hold everybody.
type patience struct {
	retry       Retry
	exponential *backoff.ExponentialBackOff // nil until there is something to wait for
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
	return &patience{
		retry:     r,
		tries:     r.orDefaults().Attempts,
		slowDowns: maxSlowDowns,
	}
}

// Reset starts anew; backoff.RetryNotify calls it first.
func (p *patience) Reset() { p.exponential = nil }

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
	if p.exponential == nil {
		p.exponential = p.retry.exponential(0) // full jitter
	}
	return p.exponential.NextBackOff()
}

// pause is the wait after so many tries, for a caller who counts them: at least the
// given part of the longest.
func (r Retry) pause(tries int, least float64) (wait time.Duration) {
	b := r.exponential(least)
	for range tries {
		wait = b.NextBackOff()
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
		if soon := refusal.Class == feishu.ClassSlowDown || refusal.Class == feishu.ClassTransient; soon && !pacer.Down() {
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
