package sync

import (
	"context"
	"errors"
	"iter"
	"sync"

	"okrsync/feishu"
)

// A reading reads one table.
type reading struct {
	Job
	table    feishu.Table
	wanted   *wanted
	missing  int  // wanted items that are not found yet
	whole    bool // all items are wanted, since only they can tell which one a row names
	pageSize *int // of all tables
	found    *liveTable

	pages  int  // of the list that were read
	read   int  // entries in them
	stale  int  // pages in a row that showed no further item
	odd    bool // the list is not to be taken for the whole: it breaks off, repeats or lacks ids
	mu     sync.Mutex
	failed int // items in a row that could not be asked for
}

// run reads the table's list, page by page, until all that is wanted is found. Single
// items are asked for by themselves as soon as that takes fewer calls. So are those
// that a list of several pages does not have, for it may have moved while it was read.
func (r *reading) run(ctx context.Context) error {
	wanted, ended := r.missing, false
	for page, err := range r.list(ctx) {
		if refusal, ok := errors.AsType[*feishu.Error](err); ok && refusal.Class == feishu.ClassRow {
			r.found.refusal = refusal
			return nil
		}
		if err != nil {
			return err
		}
		if err := r.takePage(page); err != nil {
			return err
		}
		ended = page.Next == ""
		if !r.whole && !ended && (r.missing == 0 || cheaperOneByOne(r.missing, wanted-r.missing, r.pages, r.read, page.Total)) {
			break
		}
	}
	certain := ended && !r.odd
	if r.missing > 0 && (!certain || r.pages > 1 && r.missing <= r.pages) {
		if err := r.ask(ctx); err != nil {
			return err
		}
	}
	r.found.finish(certain)
	return nil
}

// cheaperOneByOne decides whether the items that are missing still are better asked
// for one by one than looked for in the rest of the list, of which so many pages with
// so many items were read and so many wanted ones found. It goes on while a page has a
// wanted item on average. Where Feishu does not say how long the list is (total 0), it
// goes on besides for as many pages as asking would take calls: whatever is on the
// pages to come, that is about twice the least number of calls at the most.
func cheaperOneByOne(missing, found, pages, read, total int) bool {
	left := pages + 1 // as if this were the middle
	if total > 0 {
		perPage := max(read/pages, 1)
		left = (max(total-read, 0) + perPage - 1) / perPage
	}
	return missing < left && found < pages
}

// list reads the list as All does.
func (r *reading) list(ctx context.Context) iter.Seq2[feishu.Page[feishu.Item], error] {
	var told Result
	return pagesOf(ctx, r.Retry, r.Pacer, r.pageSize, r.again(&told), func(ctx context.Context, token string, size int) (feishu.Page[feishu.Item], error) {
		told.Attempts++
		page, err := r.Client.Items(ctx, r.table, token, size)
		if err == nil {
			told.Attempts = 0
		}
		return page, err
	})
}

// takePage takes in a page of the list.
func (r *reading) takePage(page feishu.Page[feishu.Item]) error {
	before := r.found.size()
	for i := range page.Items {
		r.take(&page.Items[i])
	}
	r.pages++
	r.read += len(page.Items)
	r.odd = r.odd || page.Partial || page.Next == "" && page.Total > r.found.size()
	if r.stale++; r.found.size() > before {
		r.stale = 0
	}
	if r.stale > mostEmpty {
		return endless()
	}
	r.OnLook(r.found.size())
	return nil
}

// take takes in an item of the list. Of one that nobody wants its id is enough.
func (r *reading) take(item *feishu.Item) {
	if !feishu.IsID(item.ID) {
		r.odd = true
		return
	}
	seen := r.found.has(item.ID)
	_, other := r.found.others[idOf(item.ID)]
	r.odd = r.odd || seen || other
	switch wanted := r.wanted.has(r.table, item.ID); {
	case !wanted && !r.whole:
		r.found.others[idOf(item.ID)] = struct{}{}
	default:
		if wanted && !seen {
			r.missing--
		}
		r.found.take(item.ID, item)
	}
}

// ask gets the wanted items that the list has not shown, one by one.
func (r *reading) ask(ctx context.Context) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var missing []string
	for id := range r.wanted.items(r.table) {
		if !r.found.has(id) {
			missing = append(missing, id)
		}
	}
	ids := make(chan string)
	var workers sync.WaitGroup
	for range r.Workers {
		workers.Go(func() {
			for id := range ids {
				if err := r.get(ctx, id); err != nil {
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

// item asks for one item, as often as it takes.
func (j Job) item(ctx context.Context, table feishu.Table, id string) (item feishu.Item, err error) {
	told := Result{Item: id}
	err = retry(ctx, j.Retry, j.Pacer, j.again(&told), func() (err error) {
		told.Attempts++
		item, err = j.Client.Get(ctx, table, id)
		return err
	})
	return item, err
}

// get asks for one item. That Feishu does not know it, or has it in another table, is
// an answer too. Trouble with one item is that item's, with several in a row it is
// everybody's.
func (r *reading) get(ctx context.Context, id string) error {
	item, err := r.item(ctx, r.table, id)
	r.mu.Lock()
	defer r.mu.Unlock()
	refusal, refused := errors.AsType[*feishu.Error](err)
	switch {
	case err == nil:
		r.failed = 0
		r.found.take(id, &item)
		r.OnLook(r.found.size())
		return nil
	case !refused:
		return err
	case refusal.Code == feishu.CodeNotFound || refusal.Code == feishu.CodeOtherTable:
		r.failed = 0
		return nil
	}
	switch {
	case refusal.Class == feishu.ClassTransient, refusal.Code == feishu.CodeNoPermission:
		r.failed++
	case refusal.Class == feishu.ClassRow:
		r.failed = 0 // Feishu is there and answers
	default:
		return err
	}
	if r.failed >= inARow {
		return err
	}
	r.found.refusals[id] = refusal
	return nil
}
