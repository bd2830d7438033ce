package sync

import (
	"cmp"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strconv"
	"strings"

	"okrsync/feishu"
)

// live is what Feishu holds of the items that a file names.
type live struct{ tables map[feishu.Table]*liveTable }

// noTable stands for a table that was not read, since the file wants nothing of it.
var noTable = new(liveTable)

func (l *live) table(t feishu.Table) *liveTable {
	if table := l.tables[t]; table != nil {
		return table
	}
	return noTable
}

// A liveTable is what was read of one table: all of its items, or those that were
// wanted and some others.
type liveTable struct {
	liveItems

	others   map[itemID]struct{}      // items of which only the id is known
	whole    bool                     // all items of the table were read
	owned    []ownedItem              // sorted by owner, and then by id
	ids      []itemID                 // of all items, sorted; none unless they were read
	refusal  *feishu.Error            // the table could not be read at all
	refusals map[string]*feishu.Error // single items that could not be read
}

// An ownedItem is an item that has an owner.
type ownedItem struct {
	owner person
	id    itemID
}

func newLiveTable() *liveTable {
	return &liveTable{others: make(map[itemID]struct{}), refusals: make(map[string]*feishu.Error)}
}

// size is how many items are known.
func (t *liveTable) size() int { return len(t.packed) + len(t.others) }

// finish makes what was read ready to be asked. whole says that it is all of the
// table.
func (t *liveTable) finish(whole bool) {
	t.whole, t.owned = whole, make([]ownedItem, 0, len(t.packed))
	for id, item := range t.packed {
		if item.owner != 0 {
			t.owned = append(t.owned, ownedItem{item.owner, id})
		}
	}
	slices.SortFunc(t.owned, func(a, b ownedItem) int {
		return cmp.Or(cmp.Compare(a.owner, b.owner), compareIDs(a.id, b.id))
	})
	if whole {
		t.ids = slices.AppendSeq(slices.AppendSeq(make([]itemID, 0, t.size()), maps.Keys(t.packed)), maps.Keys(t.others))
		slices.SortFunc(t.ids, compareIDs)
	}
}

// ownedBy gives the items of an owner.
func (t *liveTable) ownedBy(owner string) []ownedItem {
	who := t.people.known[owner]
	first, found := slices.BinarySearchFunc(t.owned, who, func(o ownedItem, who person) int { return cmp.Compare(o.owner, who) })
	if !found {
		return nil
	}
	n, _ := slices.BinarySearchFunc(t.owned[first:], who+1, func(o ownedItem, who person) int { return cmp.Compare(o.owner, who) })
	return t.owned[first : first+n]
}

// notifies returns who Feishu messages about an update of the item: its owner, if the
// target is set for the first time, or if the item is a key result and its target,
// initial value or superior changes. An item whose owner is not known stands for
// them itself.
func (i liveItem) notifies(changing feishu.Fields, id string) string {
	first := changing.Target != "" && i.Target == ""
	changing.Current = ""
	switch {
	case !first && (!i.keyResult || changing.Empty()):
		return ""
	case i.owner == "":
		return id
	}
	return i.owner
}

const (
	keptDigits = 15 // of an id survive in a spreadsheet's number
	mostDigits = 20 // has an id
)

// confirms reports whether an id that ends in zeros, as if it had been rounded, is
// certain all the same: the whole table has it, and no other item that it may have
// been rounded from, or none of the row's owner's.
func (t *liveTable) confirms(id, owner string) bool {
	item, there := t.get(id)
	if !there || !t.whole || owner != "" && owner != item.owner {
		return false
	}
	for other := range t.near(id) {
		if item, _ := t.get(other); other != id && (owner == "" || item.owner == "" || item.owner == owner) {
			return false
		}
	}
	return true
}

// meant are the items that a late mention may mean; if it is certain, there is one. An
// id that is not confirmed, or an owner of nothing, means none.
func (t *liveTable) meant(l lateMention) []string {
	if l.item != "" {
		if t.confirms(l.item, l.owner) {
			return []string{l.item}
		}
		return nil
	}
	owned := t.ownedBy(l.owner)
	if t.whole && len(owned) > 1 {
		return nil // the row is told so; rows that name one of the items by its id are certain
	}
	return slices.Collect(idsOf(owned))
}

// beginning gives the ids of the given length that begin with the digits.
func (t *liveTable) beginning(digits string, length int) iter.Seq[string] {
	return func(yield func(string) bool) {
		more := length - len(digits)
		if more < 0 || length > mostDigits {
			return
		}
		first, last := idOf(digits+strings.Repeat("0", more)), idOf(digits+strings.Repeat("9", more))
		start, _ := slices.BinarySearchFunc(t.ids, first, compareIDs)
		for _, id := range t.ids[start:] {
			if compareIDs(id, last) > 0 || !yield(id.String()) {
				return
			}
		}
	}
}

// near gives the live ids that a damaged one may have been: those with the digits
// that are left of it. There are none if it does not look damaged, if too little is
// left of it to say, or if not all items are known.
func (t *liveTable) near(damaged string) iter.Seq[string] {
	return func(yield func(string) bool) {
		digits, length := t.left(damaged)
		const least = 8
		if len(digits) < least {
			return
		}
		left, _ := strconv.ParseUint(digits, 10, 64)
		for id := range t.beginning(fmt.Sprintf("%0*d", len(digits), left-min(left, 1)), length) {
			up := len(id) > len(digits) && id[len(digits)] >= '5' // would be rounded up
			if up && !yield(id) {
				return
			}
		}
		for id := range t.beginning(digits, length) {
			if !yield(id) {
				return
			}
		}
	}
}

// left returns the digits that are left of a damaged id, and how many it had: of
// 7.04123E+18 and of 7041230000000000000 the digits before the zeros, 15 at the most.
// An id that is longer or shorter than all of the table's has lost some, or one too
// many.
func (t *liveTable) left(damaged string) (digits string, length int) {
	if mantissa, exponent, ok := strings.Cut(strings.ToUpper(damaged), "E"); ok {
		power, err := strconv.Atoi(strings.TrimPrefix(exponent, "+"))
		whole, fraction, _ := strings.Cut(mantissa, ".")
		digits = whole + fraction
		if err != nil || len(whole) != 1 || !feishu.IsID(digits) {
			return "", 0
		}
		return digits[:min(len(digits), keptDigits)], power + 1
	}
	if !feishu.IsID(damaged) {
		return "", 0
	}
	if len(damaged) > keptDigits && strings.Trim(damaged[keptDigits:], "0") == "" {
		return damaged[:keptDigits], len(damaged)
	}
	if len(t.ids) > 0 && !slices.ContainsFunc(t.ids, func(id itemID) bool { return int(id.digits) == len(damaged) }) {
		return damaged[:min(len(damaged), keptDigits)], int(t.ids[len(t.ids)-1].digits)
	}
	return "", 0
}

// some lists the first of some ids for a message, "" for none.
func some(ids iter.Seq[string]) string {
	const most = 3
	var first []string
	for id := range ids {
		if len(first) == most {
			return strings.Join(first, ", ") + " …"
		}
		first = append(first, id)
	}
	return strings.Join(first, ", ")
}

// idsOf gives the ids of some items.
func idsOf(owned []ownedItem) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, o := range owned {
			if !yield(o.id.String()) {
				return
			}
		}
	}
}
