package sync

import (
	"context"

	"okrsync/feishu"
)

// look reads the live items that a file names, table by table, in as few calls as it
// takes; of some tables the whole list. The error is one that concerns every row:
// Feishu refuses the app, a quota is used up, the trouble outlasted the retries, or
// ctx ended.
func (j Job) look(ctx context.Context, left *wanted, late map[feishu.Table]bool) (*live, error) {
	counts, size := left.counts(), pageSize
	found := &live{tables: map[feishu.Table]*liveTable{}}
	var refused *feishu.Error
	read := false
	for _, t := range left.tables {
		reason, whole := late[t]
		if t.SourceID == "" || t.ID == "" || counts[t] == 0 && !reason {
			continue
		}
		reading := &reading{Job: j, table: t, wanted: left, missing: counts[t], whole: whole, pageSize: &size, found: newLiveTable()}
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
