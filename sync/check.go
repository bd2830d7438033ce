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
}

// Run reads the file and returns the number of its rows, and their results in file
// order: Planned for those that would be sent. An error is the *source.FileError
// that refuses the file, or among the results the last thing yielded: the file
// changed between two readings.
func (c Check) Run() (rows int, results iter.Seq2[Result, error], err error) {
	first, err := check(c.Rows, c.Table, cmp.Or(c.Duplicates, RejectDuplicates))
	if err != nil {
		return 0, nil, err
	}
	return first.rows, func(yield func(Result, error) bool) {
		reread := 0
		for u, err := range c.Rows {
			r, err := first.result(u, err, c.Tables)
			if err == nil {
				r.FinishedAt = time.Now().UTC().Truncate(time.Millisecond)
				reread++
			}
			if !yield(r, err) || err != nil {
				return
			}
		}
		if reread != first.rows {
			yield(Result{}, errChanged)
		}
	}, nil
}

// A checked file has been read once: its rows are counted, and it is known which
// of them name the same item.
type checked struct {
	table feishu.Table // of rows that name none
	rows  int
	ruled rulings
}

// check reads the whole file.
func check(rows source.Rows, table feishu.Table, policy Duplicates) (checked, error) {
	c := checked{table: table}
	named := newMentions()
	for u, err := range rows {
		bad, rejected := errors.AsType[*source.RowError](err)
		if err != nil && !rejected {
			return checked{}, err
		}
		c.rows++
		ok := true
		switch {
		case rejected && bad.Update.ItemID != "":
			ok = named.addUnreadable(bad.Update, c.tableOf(bad.Update))
		case !rejected && u.Aside == "" && !u.Empty():
			ok = named.add(u, c.tableOf(u))
		}
		if !ok {
			return checked{}, errTables
		}
	}
	c.ruled = named.rulings(policy)
	return c, nil
}

// tableOf is the table a row belongs to.
func (c checked) tableOf(u source.Update) feishu.Table {
	return feishu.Table{SourceID: cmp.Or(u.SourceID, c.table.SourceID), ID: cmp.Or(u.TableID, c.table.ID)}
}

// result is the answer to one row, as far as the file can give it.
func (c checked) result(u source.Update, err error, tables bool) (Result, error) {
	if bad, ok := errors.AsType[*source.RowError](err); ok {
		return c.rejection(bad), nil
	}
	if err != nil {
		return Result{}, err
	}
	r, done := c.answered(u, tables)
	if !done {
		r.Status, r.Sent, r.After = Planned, fields(u), fields(u)
	}
	return r, nil
}

// answer starts the result of a row, with the table it belongs to.
func (c checked) answer(u source.Update) Result {
	r, table := answer(u, Unprocessed), c.tableOf(u)
	r.Source, r.Table = table.SourceID, table.ID
	return r
}

// rejection answers a row that could not be read with certainty. It names the
// table the row belongs to, unless that is what is not certain.
func (c checked) rejection(bad *source.RowError) Result {
	r := c.answer(bad.Update)
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
	return r
}

// answered answers a row that is not to be sent, and reports whether it is one.
// tables says that a row without a table cannot be.
func (c checked) answered(u source.Update, tables bool) (Result, bool) {
	r := c.answer(u)
	settled := func(status Status, reason Reason, row int) (Result, bool) {
		r.Status = status
		return r.because(reason, row), true
	}
	ruling, ruled := c.ruled.of(u.Row)
	switch {
	case u.Aside == source.AsideTotal:
		return settled(Ignored, TotalRow, 0)
	case u.Aside == source.AsideHeader:
		return settled(Ignored, HeaderRow, 0)
	case u.Empty():
		return settled(Ignored, NoValue, 0)
	case ruled:
		status, reason := ruling.verdict()
		return settled(status, reason, int(ruling.other))
	case tables && (r.Source == "" || r.Table == ""):
		return settled(Rejected, TableUnknown, 0)
	}
	return r, false
}
