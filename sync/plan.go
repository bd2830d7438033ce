package sync

import (
	"context"
	"errors"
	"iter"
	"time"

	"okrsync/feishu"
)

// A Plan says what a run does before it does it.
type Plan struct {
	Rows   int            // that are answered: all of the file, or a shard's
	Counts map[Status]int // Planned are those that are sent

	// Calls are those that change something, by kind, and Time is how long they and
	// those for reading, which took Reading, take at the limits. Batched is the same in
	// the largest batches.
	Calls, BatchedCalls map[feishu.Call]int
	Time, BatchedTime   time.Duration
	Reading             time.Duration

	Notified  map[string]int // by whom Feishu messages: the rows that do it
	Notifying int            // rows that do

	Breaches []Breach // of the guards
	Troubled bool     // some items could not be read for network or server trouble

	// Short is why no call is left for an update, nil if one is.
	Short *BudgetError
}

// Plan does what Run does up to the first change: it reads and checks the file,
// reads the live items and compares. The results are those of all rows in file order,
// with Planned for those that a run sends; among them an error is the last thing
// yielded, and says that the file changed between two readings. The error of Plan
// itself is one of those that Run yields.
func (j Job) Plan(ctx context.Context) (Plan, iter.Seq2[Result, error], error) {
	j = j.withDefaults()
	c, named, err := j.check(ctx)
	if err != nil {
		return Plan{}, nil, err
	}
	if c.before, err = j.Begin(c.own, c.rows); err != nil {
		return Plan{}, nil, err
	}
	plan, err := j.prepare(ctx, &c, named)
	if err != nil {
		return Plan{}, nil, err
	}
	return plan, c.planned(Until(ctx, j.Rows)), nil
}

// check reads the file for the first time, and surveys it on the way unless what comes of a
// row depends on what Feishu has.
func (j Job) check(ctx context.Context) (checked, *mentions, error) {
	c := checked{table: j.Table, shard: j.Shard}
	var early func(*Result)
	if !j.Compare {
		c.early = newSurvey(j.Guards)
		early = c.early.add
	}
	named, err := c.read(Until(ctx, j.Rows), early)
	return c, named, err
}

// prepare finds out what Feishu has, if the job compares, and goes through the file
// to see what comes of each row, unless the early survey says it: no row depends on another
// one or on an earlier run.
func (j Job) prepare(ctx context.Context, c *checked, named *mentions) (Plan, error) {
	started, alone := time.Now(), j.Pacer.untouched()
	var left *wanted
	c.ruled, left = named.rulings(j.Duplicates)
	left.drop(c.before)
	left.keep(j.Shard)
	if j.Compare {
		live, err := j.look(ctx, left, named.lateTables())
		if spent, ok := errors.AsType[*BudgetError](err); ok {
			spent.TooFew = alone
		}
		if err != nil {
			return Plan{}, causeOf(ctx, err)
		}
		c.live = live
		if named.resolve(live) {
			c.ruled, _ = named.rulings(j.Duplicates)
		}
	}
	looked := time.Since(started)
	s := c.early
	if s == nil || len(c.ruled) > 0 || c.before != nil {
		var err error
		if s, err = j.survey(ctx, c); err != nil {
			return Plan{}, err
		}
	}
	if j.Shard.Divided() {
		whole, err := j.survey(ctx, c.fileAlone())
		if err != nil {
			return Plan{}, err
		}
		s.whole = whole
	}
	plan := Plan{
		Rows: c.own, Counts: s.counts, Notified: s.people, Notifying: s.rows, Breaches: s.breaches(), Troubled: s.troubled,
		Calls: updateCalls(s.items, j.BatchSize), BatchedCalls: updateCalls(s.items, feishu.MaxBatch),
	}
	if spent, short := errors.AsType[*BudgetError](j.Pacer.spentUp()); short && s.counts[Planned] > 0 {
		spent.TooFew, plan.Short = alone, spent
	}
	plan.Reading = looked
	plan.Time = looked + j.Pacer.Outlook(plan.Calls, j.Workers).Left
	plan.BatchedTime = looked + j.Pacer.Outlook(plan.BatchedCalls, j.Workers).Left
	return plan, nil
}

// survey goes through the file once more and adds up what comes of its rows.
func (j Job) survey(ctx context.Context, c *checked) (*survey, error) {
	s := newSurvey(j.Guards)
	for r, err := range c.planned(Until(ctx, j.Rows)) {
		if err != nil && ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if err != nil {
			return nil, err
		}
		s.add(&r)
	}
	return s, nil
}

// A survey adds up what comes of the rows.
type survey struct {
	guards Guards
	whole  *survey // where the rows are a shard's: what the file alone tells of all of its rows
	counts map[Status]int
	items  map[feishu.Table]int // that are sent
	people map[string]int
	rows   int // that notify

	jumps, tells, sent, refused examples

	troubled bool
}

func newSurvey(g Guards) *survey {
	return &survey{guards: g, counts: map[Status]int{}, items: map[feishu.Table]int{}, people: map[string]int{}}
}

func (s *survey) add(r *Result) {
	s.counts[r.Status]++
	s.troubled = s.troubled || r.Troubled()
	if r.Status == Rejected {
		s.refused.add(r)
	}
	if r.Status != Planned {
		return
	}
	s.items[feishu.Table{SourceID: r.Source, ID: r.Table}]++
	s.sent.add(r)
	if r.Notifies != "" {
		s.people[r.Notifies]++
		s.rows++
		s.tells.add(r)
	}
	if s.guards.jumps(r) {
		s.jumps.add(r)
	}
}
