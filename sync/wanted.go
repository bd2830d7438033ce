package sync

import (
	"iter"

	"okrsync/feishu"
)

// wanted are the items that rows are to be sent for.
type wanted struct {
	tables []feishu.Table
	index  map[feishu.Table]uint16
	parts  [parts]pile // sorted
}

// drop takes out the items whose rows are done.
func (w *wanted) drop(before *Record) {
	if before == nil {
		return
	}
	for i := range w.parts {
		w.parts[i].keep(func(m mention) bool {
			_, done := before.done(int(m.row))
			return !done
		})
	}
}

// keep takes out the items of other shards.
func (w *wanted) keep(s Shard) {
	if !s.Divided() {
		return
	}
	for i := range w.parts {
		w.parts[i].keep(func(m mention) bool { return s.has(m.item()) })
	}
}

// has reports whether an item of a table is wanted.
func (w *wanted) has(t feishu.Table, item string) bool {
	table, ok := w.index[t]
	if !ok || !feishu.IsID(item) {
		return false
	}
	id, over := value(item)
	asked := mention{id: id, over: over, digits: uint8(len(item)), table: table}
	return w.parts[asked.part()].find(asked)
}

// items gives the ids of the wanted items of a table.
func (w *wanted) items(t feishu.Table) iter.Seq[string] {
	return func(yield func(string) bool) {
		table, ok := w.index[t]
		if !ok {
			return
		}
		for i := range w.parts {
			for m := range w.parts[i].all() {
				if m.table == table && !yield(m.item()) {
					return
				}
			}
		}
	}
}

// counts says how many items are wanted of each table.
func (w *wanted) counts() map[feishu.Table]int {
	counts := make(map[feishu.Table]int)
	for i := range w.parts {
		for m := range w.parts[i].all() {
			counts[w.tables[m.table]]++
		}
	}
	return counts
}
