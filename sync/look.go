package sync

import (
	"context"
	"errors"
	"iter"
	"sync"
	"time"

	"okrsync/feishu"
)

// look reads the live items that a file names, table by table, in as few calls as it
// takes; of some tables the whole list. The error is one that concerns every row:
// Feishu refuses the app, a quota is used up, the trouble outlasted the retries, or
// ctx ended.
func (j Job) look(ctx context.Context, left *wanted, whole map[feishu.Table]bool) (*live, error) {
	counts := left.counts()
	found := &live{tables: map[feishu.Table]*liveTable{}}
	var refused *feishu.Error
	read := false
	for _, t := range left.tables {
		if t.SourceID == "" || t.ID == "" || counts[t] == 0 && !whole[t] {
			continue
		}
		reading := &reading{Job: j, table: t, wanted: left, missing: counts[t], whole: whole[t], found: newLiveTable()}
		if err := reading.run(ctx); err != nil {
			return nil, err
		}
		found.tables[t] = reading.found
		if refusal := reading.found.refusal; refusal != nil {
			refused = refusal
		} else {
			read = true
		}
	}
	if refused != nil && !read {
		return nil, refused // not the rows but the set-up is wrong
	}
	return found, nil
}

// A reading reads one table.
type reading struct {
	Job
	table   feishu.Table
	wanted  *wanted
	missing int  // wanted items that are not found yet
	whole   bool // all items are wanted, since only they can tell which one a row names
	found   *liveTable
}

// run reads the table's list, page by page, until all that is wanted is found. Single
// items are asked for by themselves as soon as that takes fewer calls.
func (r *reading) run(ctx context.Context) error {
	pages, read, wanted := 0, 0, r.missing
	for page, err := range r.pages(ctx) {
		if err != nil {
			return r.refused(err, func(refusal *feishu.Error) { r.found.refusal = refusal })
		}
		pages++
		read += len(page.Items)
		for _, item := range page.Items {
			r.take(item)
		}
		r.OnLook(len(r.found.items))
		if page.Next == "" {
			r.found.finish(true)
			return nil
		}
		if !r.whole && (r.missing == 0 || cheaperOneByOne(r.missing, wanted-r.missing, pages, read, page.Total)) {
			break
		}
	}
	if r.missing > 0 {
		if err := r.ask(ctx); err != nil {
			return err
		}
	}
	r.found.finish(false)
	return nil
}

// cheaperOneByOne decides whether the items that are missing still are better asked
// for one by one than looked for in the rest of the list, of which so many pages with
// so many items were read and so many wanted ones found. Where Feishu does not say how
// long the list is (total 0), reading goes on for as many pages as asking would take
// calls, and while a page has a wanted item on average: whatever is on the pages to
// come, that is about twice the least number of calls at the most.
func cheaperOneByOne(missing, found, pages, read, total int) bool {
	if total > 0 {
		perPage := max(read/pages, 1)
		return missing < (max(total-read, 0)+perPage-1)/perPage
	}
	return missing <= pages && found < pages
}

// pages reads the list as All does.
func (r *reading) pages(ctx context.Context) iter.Seq2[feishu.Page[feishu.Item], error] {
	return pagesOf(ctx, r.Retry, r.Pacer, func(ctx context.Context, token string, size int) (feishu.Page[feishu.Item], error) {
		return r.Client.Items(ctx, r.table, token, size)
	})
}

// take takes in an item of the list.
func (r *reading) take(item feishu.Item) {
	if !feishu.IsID(item.ID) {
		return
	}
	if _, seen := r.found.items[item.ID]; !seen && r.wanted.has(r.table, item.ID) {
		r.missing--
	}
	r.found.take(item.ID, item)
}

// ask gets the wanted items that the list has not shown so far, one by one.
func (r *reading) ask(ctx context.Context) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var missing []string
	for id := range r.wanted.items(r.table) {
		if _, seen := r.found.items[id]; !seen {
			missing = append(missing, id)
		}
	}
	ids, got := make(chan string), &sync.Mutex{}
	var workers sync.WaitGroup
	for range r.Workers {
		workers.Go(func() {
			for id := range ids {
				if err := r.get(ctx, id, got); err != nil {
					stop(err)
				}
			}
		})
	}
	for _, id := range missing {
		select {
		case ids <- id:
		case <-ctx.Done():
		}
	}
	close(ids)
	workers.Wait()
	return context.Cause(ctx)
}

// get asks for one item. That Feishu does not know it, or has it in another table, is
// an answer too.
func (r *reading) get(ctx context.Context, id string, got *sync.Mutex) error {
	var item feishu.Item
	err := retry(ctx, r.Retry, r.Pacer, func(error, time.Duration) {}, func() (err error) {
		item, err = r.Client.Get(ctx, r.table, id)
		return err
	})
	got.Lock()
	defer got.Unlock()
	if err == nil {
		r.found.take(id, item)
		r.OnLook(len(r.found.items))
		return nil
	}
	return r.refused(err, func(refusal *feishu.Error) {
		if refusal.Code != feishu.CodeNotFound && refusal.Code != feishu.CodeOtherTable {
			r.found.refusals[id] = refusal
		}
	})
}

// refused hands a refusal that concerns the table or item alone to note, and returns
// any other error.
func (r *reading) refused(err error, note func(*feishu.Error)) error {
	refusal, ok := errors.AsType[*feishu.Error](err)
	if ok && refusal.Class == feishu.ClassRow {
		note(refusal)
		return nil
	}
	return err
}
