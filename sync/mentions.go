package sync

import (
	"cmp"
	"fmt"
	"hash/maphash"
	"math/bits"
	"strconv"
	"strings"

	"okrsync/feishu"
	"okrsync/source"
)

// A mention is one row's naming of an item: 24 bytes, since a file of millions
// of rows keeps one for each. An id of up to 20 digits is held exactly, as a
// number in id and over plus its length; nothing here depends on a hash but the
// comparison of the values of rows that name the same item.
type mention struct {
	id     uint64 // the id's value, less over<<64
	values uint64 // hash of the given fields, or unreadable
	row    uint32
	table  uint16 // index into mentions.tables
	over   uint8  // how often 2^64 fits into the id's value: 0 to 5
	digits uint8  // how many digits the id has, since 007 is not 7
}

// unreadable stands for the values of a row that is rejected for them.
const unreadable = 0

// sameItem orders mentions by item; it is zero for the same item.
func sameItem(a, b mention) int {
	return cmp.Or(
		cmp.Compare(a.table, b.table),
		cmp.Compare(a.over, b.over),
		cmp.Compare(a.id, b.id),
		cmp.Compare(a.digits, b.digits),
	)
}

// mentions collects which rows name which items. The rows of an item are together
// in one part, so that few of them have to be in one slice while they are sorted.
type mentions struct {
	seed   maphash.Seed
	tables map[feishu.Table]uint16
	names  []feishu.Table // by index
	parts  [parts]pile
	late   []lateMention
}

const parts = 256

// A lateMention is a row that names an item in a way that only the list of the
// table's items can make out: by its owner, or by an id that may have been rounded.
type lateMention struct {
	row         int
	table       feishu.Table
	item, owner string // one of them, or both
	values      uint64 // as in mention
}

func newMentions() *mentions {
	return &mentions{seed: maphash.MakeSeed(), tables: make(map[feishu.Table]uint16)}
}

// add notes that a row gives fields for an item of a table. It reports false
// when a file names more tables (65,536) than can be told apart.
func (m *mentions) add(u *source.Update, t feishu.Table) bool {
	if u.ItemID == "" {
		return m.addLate(lateMention{row: u.Row, table: t, owner: u.UserID, values: m.values(u)})
	}
	return m.mention(u.Row, u.ItemID, t, m.values(u))
}

// addRejected notes that a row that is rejected names an item, by whatever it has: what
// it gives is not certain, so it agrees with no other row. Only an id that may have
// been rounded may turn out to be right, if nothing else is wrong.
func (m *mentions) addRejected(bad *source.RowError, t feishu.Table) bool {
	u := &bad.Update
	switch {
	case u.ItemID != "":
		return m.mention(bad.Row, u.ItemID, t, unreadable)
	case bad.Rounded != "" && len(bad.Problems) == 1 && u.Empty():
		return true // it asks for nothing, whichever item it means
	case bad.Rounded != "" && len(bad.Problems) == 1:
		return m.addLate(lateMention{row: bad.Row, table: t, item: bad.Rounded, owner: u.UserID, values: m.values(u)})
	case bad.Rounded != "" || u.UserID != "":
		return m.addLate(lateMention{row: bad.Row, table: t, item: bad.Rounded, owner: u.UserID, values: unreadable})
	}
	return true
}

func (m *mentions) addLate(l lateMention) bool {
	_, ok := m.index(l.table)
	l.item, l.owner = strings.Clone(l.item), strings.Clone(l.owner)
	m.late = append(m.late, l)
	return ok
}

// values is a hash of the fields that a row gives. An owner beside an id may turn out
// to be another's, so rows with and without one are not the same.
func (m *mentions) values(u *source.Update) uint64 {
	owner := u.UserID
	if u.ItemID == "" {
		owner = ""
	}
	given := struct {
		fields feishu.Fields
		owner  string
	}{fields(u), owner}
	return max(maphash.Comparable(m.seed, given), unreadable+1)
}

func (m *mentions) mention(row int, item string, t feishu.Table, values uint64) bool {
	table, ok := m.index(t)
	if !ok {
		return false
	}
	id, over := value(item)
	m.put(mention{id: id, over: over, digits: uint8(len(item)), table: table, row: uint32(row), values: values})
	return true
}

// index is the number of a table.
func (m *mentions) index(t feishu.Table) (uint16, bool) {
	table, ok := m.tables[t]
	if !ok {
		if len(m.names) > 0xffff {
			return 0, false
		}
		table = uint16(len(m.names))
		m.tables[t], m.names = table, append(m.names, t)
	}
	return table, true
}

func (m *mentions) put(named mention) { m.parts[named.part()].add(named) }

// part is where the mentions of an item stand.
func (m mention) part() uint64 { return m.id * spread >> 56 }

// ownersAreItems makes each owner an item of its own, for want of a list of the
// items: rows that name the same owner name the same item, whichever that is.
func (m *mentions) ownersAreItems() {
	const owner = 0xff // digits that no id has
	numbers := map[string]uint64{}
	for _, l := range m.late {
		if l.owner == "" || l.item != "" {
			continue
		}
		if _, seen := numbers[l.owner]; !seen {
			numbers[l.owner] = uint64(len(numbers))
		}
		if table, ok := m.index(l.table); ok {
			m.put(mention{id: numbers[l.owner], digits: owner, table: table, row: uint32(l.row), values: l.values})
		}
	}
	m.late = nil
}

// lateTables are the tables that late mentions need the list of, and whether they
// alone are reason enough to read it.
func (m *mentions) lateTables() map[feishu.Table]bool {
	tables := map[feishu.Table]bool{}
	for _, l := range m.late {
		tables[l.table] = tables[l.table] || l.values != unreadable
	}
	return tables
}

// resolve makes mentions of the late ones, as far as the live items tell which item
// they mean, and reports whether there were any.
func (m *mentions) resolve(found *live) bool {
	late := m.late
	m.late = nil
	for _, l := range late {
		table, values := found.table(l.table), l.values
		if !table.whole {
			values = unreadable // the row is rejected, and may be about any of them
		}
		for _, item := range table.meant(l) {
			m.mention(l.row, item, l.table, values)
		}
	}
	return len(late) > 0
}

// item is the id as its digits.
func (m mention) item() string {
	const half = 10_000_000_000 // ten digits
	high, low := bits.Div64(uint64(m.over), m.id, half)
	digits := fmt.Sprintf("%010d%010d", high, low)
	return digits[len(digits)-int(m.digits):]
}

// spread multiplies ids, which often differ in their last digits only, into
// numbers that differ in their first bits: 2^64 divided by the golden ratio.
const spread = 0x9e3779b97f4a7c15

// value returns the number that up to 20 digits spell, as over<<64 + id.
func value(digits string) (id uint64, over uint8) {
	if len(digits) < 20 {
		id, _ = strconv.ParseUint(digits, 10, 64)
		return id, 0
	}
	head, _ := strconv.ParseUint(digits[:19], 10, 64)
	high, low := bits.Mul64(head, 10)
	low, carry := bits.Add64(low, uint64(digits[19]-'0'), 0)
	return low, uint8(high + carry)
}
