package sync

import (
	"cmp"
	"errors"
	"iter"
	"time"

	"okrsync/feishu"
	"okrsync/source"
)

// A Check is the reading of one file alone: what would be sent and what would not,
// as far as the file can tell. Nothing is asked of Feishu.
type Check struct {
	Rows       source.Rows  // is ranged over once, and once more with each range over the results
	Table      feishu.Table // as in Job
	Tables     bool         // refuse rows that neither name their table nor have it in Table
	Duplicates Duplicates   // as in Job

	// Early, if it is not nil, is given what comes of each row already while the file is
	// read for the first time, as if no other row named the same item. The result is good
	// until the following call.
	Early func(*Result)
}

// Findings are what a Check comes to.
type Findings struct {
	Rows  int  // of the file
	Alone bool // no two rows name the same item, so the results given early hold

	// Results are those of all rows in file order: Planned for those that would be sent.
	// An error is the last thing yielded: the file changed between two readings.
	Results iter.Seq2[Result, error]
}

// Run reads the file. An error is the *source.FileError that refuses it, or what else
// ended Rows.
func (c Check) Run() (Findings, error) {
	read := checked{table: c.Table, offline: true, tableless: !c.Tables}
	named, err := read.read(c.Rows, c.Early)
	if err != nil {
		return Findings{}, err
	}
	named.ownersAreItems()
	read.ruled, _ = named.rulings(cmp.Or(c.Duplicates, RejectDuplicates))
	return Findings{Rows: read.rows, Alone: len(read.ruled) == 0, Results: read.planned(c.Rows)}, nil
}

// A checked file has been read once: its rows are counted, and it is known which
// of them name the same item and, if it was compared, what Feishu has.
type checked struct {
	table     feishu.Table // of rows that name none
	shard     Shard        // whose rows are answered
	rows      int          // of the file
	own       int          // of the shard
	before    *Record      // of the run that is continued, nil for none
	ruled     rulings
	live      *live // nil where nothing is compared
	offline   bool  // nothing is asked of Feishu, so what only it can tell is left open
	tableless bool  // rows may lack their table

	early *survey // what can be told of each row alone, nil where that is not enough
}

// read reads the whole file for the first time, and gives early, if it is not nil, what
// comes of each row of the shard alone.
func (c *checked) read(rows source.Rows, early func(*Result)) (*mentions, error) {
	named := newMentions()
	var s step
	for u, err := range Ahead(rows) {
		bad, rejected := errors.AsType[*source.RowError](err)
		if err != nil && !rejected {
			return nil, err
		}
		c.rows++
		if c.shard.owns(u, bad) {
			c.own++
		}
		ok := true
		switch {
		case rejected:
			ok = named.addRejected(bad, c.tableOf(&bad.Update))
		case u.Aside == "" && !u.Empty() && u.ItemID == "" && c.shard.Divided():
			return nil, &ShardError{Row: u.Row, Owner: u.UserID}
		case u.Aside == "" && !u.Empty():
			ok = named.add(&u, c.tableOf(&u))
		}
		if !ok {
			return nil, errTables
		}
		if early == nil {
			continue
		}
		if ours, err := c.plan(&s, &u, err); ours && err == nil {
			early(&s.result)
		}
	}
	return named, nil
}

// tableOf is the table a row belongs to.
func (c *checked) tableOf(u *source.Update) feishu.Table {
	return feishu.Table{SourceID: cmp.Or(u.SourceID, c.table.SourceID), ID: cmp.Or(u.TableID, c.table.ID)}
}

// planned reads the file once more and gives the rows' results in file order, with
// Planned for those that are to be sent. An error is the last thing yielded: the
// file changed between two readings.
func (c *checked) planned(rows source.Rows) iter.Seq2[Result, error] {
	return func(yield func(Result, error) bool) {
		reread := 0
		var s step
		for u, err := range Ahead(rows) {
			ours, err := c.plan(&s, &u, err)
			if err != nil {
				yield(Result{}, err)
				return
			}
			reread++
			if ours && !yield(s.result, nil) {
				return
			}
		}
		if reread != c.rows {
			yield(Result{}, changed())
		}
	}
}

// plan makes of a step, whatever it was, what comes of a row, given as source.Rows gives it,
// unless it is another shard's. An error is one that ended the reading.
func (c *checked) plan(s *step, u *source.Update, err error) (ours bool, _ error) {
	if c.elsewhere(u, err) {
		return false, nil
	}
	if err = c.weigh(s, u, err); err != nil {
		return false, err
	}
	r := &s.result
	if s.known && r.ToMend() {
		*r, err = c.before.noted(r.Row)
	}
	r.FinishedAt = time.Now().UTC().Truncate(time.Millisecond)
	if !s.done {
		r.Status, r.Sent, r.After = Planned, s.fields, s.fields
	}
	return true, err
}

// fileAlone is what is known of all rows of the file without asking Feishu.
func (c *checked) fileAlone() *checked {
	return &checked{table: c.table, rows: c.rows, own: c.rows, ruled: c.ruled, offline: true}
}

// elsewhere reports whether a row, given as source.Rows gives it, is another shard's.
func (c *checked) elsewhere(u *source.Update, err error) bool {
	if !c.shard.Divided() {
		return false
	}
	bad, rejected := errors.AsType[*source.RowError](err)
	return (err == nil || rejected) && !c.shard.owns(*u, bad)
}

// A step is what is to be done about a row.
type step struct {
	result Result        // so far, or for good
	done   bool          // nothing is to be sent
	known  bool          // the run that is continued has noted the result
	fields feishu.Fields // to be sent otherwise
	lost   bool          // the last write's answer was lost, and it may have told somebody
	losses int           // how often that was
	named  bool          // a batch named it as refused
	amid   bool          // and took others
}

// table is the table of the step's item.
func (s *step) table() feishu.Table {
	return feishu.Table{SourceID: s.result.Source, ID: s.result.Table}
}

// settle ends the step of a row that is not to be sent.
func (s *step) settle(status Status, reason Reason, details ...any) {
	s.end(s.result.because(reason, details...))
	s.result.Status = status
}

// end ends the step with a result.
func (s *step) end(r Result) { s.result, s.done = r, true }

// weigh makes of a step, whatever it was, what is to be done about a row, given as
// source.Rows gives it. An error is one that ended the reading.
func (c *checked) weigh(s *step, u *source.Update, err error) error {
	*s = step{}
	bad, rejected := errors.AsType[*source.RowError](err)
	row := u.Row
	if rejected {
		row = bad.Row
	} else if err != nil {
		return err
	}
	status, done := c.before.done(row)
	switch {
	case done:
		s.end(Result{Row: row, Status: status})
		s.known = true
	case rejected && !c.knows(bad):
		s.end(c.rejectionAfter(bad))
	case rejected:
		known := bad.Update
		known.ItemID = bad.Rounded
		c.weighRow(s, &known, known.UserID)
	default:
		c.weighRow(s, u, "")
	}
	return nil
}

// weighRow decides about a row that could be read. Its owner is given where an id that
// may have been rounded is certain only because of that.
func (c *checked) weighRow(s *step, u *source.Update, owner string) {
	r, unsure := &s.result, false
	c.answer(r, u)
	if c.before != nil {
		var earlier Result
		earlier, unsure = c.before.earlier(u.Row)
		*r = r.following(earlier)
	}
	r.Owner = owner
	ruling, ruled := c.ruled.of(u.Row)
	switch {
	case u.Aside == source.AsideTotal:
		s.settle(Ignored, TotalRow)
	case u.Aside == source.AsideHeader:
		s.settle(Ignored, HeaderRow)
	case u.Empty():
		s.settle(Ignored, NoValue)
	case ruled:
		status, reason := ruling.verdict()
		s.settle(status, reason, int(ruling.other))
	case !c.tableless && (r.Source == "" || r.Table == ""):
		s.settle(Rejected, TableUnknown)
	default:
		c.compare(s, u, unsure)
	}
}

// rejectionAfter is rejection for a row that an earlier run may have sent, when its id
// was certain: that is not forgotten. Where Feishu was not asked, it is left open.
func (c *checked) rejectionAfter(bad *source.RowError) Result {
	earlier, _ := c.before.earlier(bad.Row)
	if c.live == nil && earlier.MayHaveChanged() {
		earlier.Status = Unprocessed
		return earlier.because(InFlight)
	}
	return c.rejection(bad).following(earlier)
}

// knows reports whether a row is rejected only for an id that may have been rounded,
// and the table turns out to have it.
func (c *checked) knows(bad *source.RowError) bool {
	return bad.Rounded != "" && len(bad.Problems) == 1 && c.live != nil &&
		c.live.table(c.tableOf(&bad.Update)).confirms(bad.Rounded, bad.Update.UserID)
}

// answer starts the result of a row, with the table it belongs to.
func (c *checked) answer(r *Result, u *source.Update) {
	table := c.tableOf(u)
	r.Row, r.Source, r.Table, r.Item, r.Status = u.Row, table.SourceID, table.ID, u.ItemID, Unprocessed
}

// rejection answers a row that could not be read with certainty. It names the
// table the row belongs to, unless that is what is not certain.
func (c *checked) rejection(bad *source.RowError) Result {
	var r Result
	c.answer(&r, &bad.Update)
	for _, p := range bad.Problems {
		switch p.Field {
		case source.ColumnSource:
			r.Source = ""
		case source.ColumnTable:
			r.Table = ""
		}
	}
	r.Row, r.Status, r.Code = bad.Row, Rejected, string(bad.Problems[0].Code)
	r.Reason = Text{ZH: bad.Reason("zh"), EN: bad.Reason("en")}
	r.Advice = Text{ZH: bad.Advice("zh"), EN: bad.Advice("en")}
	r.Problems = bad.Problems
	return c.suggest(r, bad)
}
