package sync

import (
	"fmt"
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
	others   map[string]bool          // items of which only the id is known
	owned    map[string][]string      // the items of each owner; nil unless all items were read
	ids      []string                 // of all items, sorted; likewise
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
	return &liveTable{items: make(map[string]liveItem), others: make(map[string]bool), refusals: make(map[string]*feishu.Error)}
}

// take takes in an item as Feishu gives it. The last answer about an item counts.
func (t *liveTable) take(id string, item feishu.Item) {
	t.items[id] = liveItem{Fields: item.Fields, owner: item.UserID, keyResult: item.KeyResultID != ""}
}

// size is how many items are known.
func (t *liveTable) size() int { return len(t.items) + len(t.others) }

// finish makes what was read ready to be asked. whole says that it is all of the
// table.
func (t *liveTable) finish(whole bool) {
	if !whole {
		return
	}
	t.ids = make([]string, 0, t.size())
	t.ids = slices.AppendSeq(slices.AppendSeq(t.ids, maps.Keys(t.items)), maps.Keys(t.others))
	slices.Sort(t.ids)
	t.owned = make(map[string][]string)
	for _, id := range t.ids {
		if owner := t.items[id].owner; owner != "" {
			t.owned[owner] = append(t.owned[owner], id)
		}
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
	if !there || t.owned == nil || owner != "" && owner != item.owner {
		return false
	}
	return !slices.ContainsFunc(t.near(id), func(other string) bool {
		return other != id && (owner == "" || t.items[other].owner == owner)
	})
}

// meant is the item that a late mention means, "" if that is not certain.
func (t *liveTable) meant(l lateMention) string {
	if l.item != "" {
		if t.confirms(l.item, l.owner) {
			return l.item
		}
		return ""
	}
	if owned := t.owned[l.owner]; len(owned) == 1 {
		return owned[0]
	}
	return ""
}

// beginning lists the ids of the given length that begin with the digits.
func (t *liveTable) beginning(digits string, length int) []string {
	start, _ := slices.BinarySearch(t.ids, digits)
	var found []string
	for _, id := range t.ids[start:] {
		if !strings.HasPrefix(id, digits) {
			break
		}
		if len(id) == length {
			found = append(found, id)
		}
	}
	return found
}

// near lists the live ids that a damaged one may have been: those with the digits
// that are left of it. There are none if it does not look damaged or too little is
// left of it to say.
func (t *liveTable) near(damaged string) []string {
	digits, length := t.left(damaged)
	const least = 8
	if len(digits) < least {
		return nil
	}
	left, _ := strconv.ParseUint(digits, 10, 64)
	near := t.beginning(fmt.Sprintf("%0*d", len(digits), left-min(left, 1)), length)
	near = slices.DeleteFunc(near, func(id string) bool { return len(id) <= len(digits) || id[len(digits)] < '5' }) // would not be rounded up
	return append(near, t.beginning(digits, length)...)
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

// some lists ids for a message.
func some(ids []string) string {
	const most = 3
	if len(ids) > most {
		return strings.Join(ids[:most], ", ") + " …"
	}
	return strings.Join(ids, ", ")
}
