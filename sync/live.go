package sync

import (
	"encoding/json"
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
	items    map[string]liveItem
	people   map[string]string        // each of them once: there are few, and many items
	others   map[string]bool          // items of which only the id is known
	whole    bool                     // all items of the table were read
	owned    map[string][]string      // the items of each owner
	ids      []string                 // of all items, sorted; none unless they were read
	refusal  *feishu.Error            // the table could not be read at all
	refusals map[string]*feishu.Error // single items that could not be read
}

// A liveItem is what a row is compared with.
type liveItem struct {
	feishu.Fields
	owner     string
	keyResult bool
}

func newLiveTable() *liveTable {
	return &liveTable{
		items: make(map[string]liveItem), people: make(map[string]string),
		others: make(map[string]bool), refusals: make(map[string]*feishu.Error),
	}
}

// take takes in an item as Feishu gives it. The last answer about an item counts. Nothing
// is kept of the answer but what is needed of it.
func (t *liveTable) take(id string, item feishu.Item) {
	number := func(n json.Number) json.Number { return json.Number(strings.Clone(string(n))) }
	t.items[strings.Clone(id)] = liveItem{
		Fields: feishu.Fields{
			Initial: number(item.Initial), Target: number(item.Target), Current: number(item.Current),
			SupportedUserID: t.person(item.SupportedUserID),
		},
		owner: t.person(item.UserID), keyResult: item.KeyResultID != "",
	}
}

// person is the id of a person, the same text for the same one.
func (t *liveTable) person(id string) string {
	if id == "" {
		return ""
	}
	known, ok := t.people[id]
	if !ok {
		known = strings.Clone(id)
		t.people[known] = known
	}
	return known
}

// size is how many items are known.
func (t *liveTable) size() int { return len(t.items) + len(t.others) }

// finish makes what was read ready to be asked. whole says that it is all of the
// table.
func (t *liveTable) finish(whole bool) {
	t.whole, t.owned = whole, make(map[string][]string)
	for _, id := range slices.Sorted(maps.Keys(t.items)) {
		if owner := t.items[id].owner; owner != "" {
			t.owned[owner] = append(t.owned[owner], id)
		}
	}
	if whole {
		t.ids = slices.AppendSeq(slices.Collect(maps.Keys(t.items)), maps.Keys(t.others))
		slices.Sort(t.ids)
	}
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

// keptDigits is how many digits of an id survive in a spreadsheet's number.
const keptDigits = 15

// confirms reports whether an id that ends in zeros, as if it had been rounded, is
// certain all the same: the whole table has it, and no other item that it may have
// been rounded from, or none of the row's owner's.
func (t *liveTable) confirms(id, owner string) bool {
	item, there := t.items[id]
	if !there || !t.whole || owner != "" && owner != item.owner {
		return false
	}
	for other := range t.near(id) {
		if whose := t.items[other].owner; other != id && (owner == "" || whose == "" || whose == owner) {
			return false
		}
	}
	return true
}

// meant are the items that a late mention may mean; if it is certain, there is one. An
// id that is not confirmed, or an owner of nothing, means none.
func (t *liveTable) meant(l lateMention) []string {
	switch {
	case l.item == "" && t.whole && len(t.owned[l.owner]) > 1:
		return nil // the row is told so; rows that name one of the items by its id are certain
	case l.item == "":
		return t.owned[l.owner]
	case t.confirms(l.item, l.owner):
		return []string{l.item}
	}
	return nil
}

// beginning gives the ids of the given length that begin with the digits.
func (t *liveTable) beginning(digits string, length int) iter.Seq[string] {
	return func(yield func(string) bool) {
		start, _ := slices.BinarySearch(t.ids, digits)
		for _, id := range t.ids[start:] {
			if !strings.HasPrefix(id, digits) || len(id) == length && !yield(id) {
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
	if len(t.ids) > 0 && !slices.ContainsFunc(t.ids, func(id string) bool { return len(id) == len(damaged) }) {
		return damaged[:min(len(damaged), keptDigits)], len(t.ids[0])
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
