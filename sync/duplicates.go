package sync

import (
	"cmp"
	"hash/maphash"
	"math/bits"
	"slices"
	"strconv"

	"okrsync/feishu"
	"okrsync/source"
)

// Duplicates says what becomes of an item that a file names more than once with
// different values.
type Duplicates string

// The policies. Rows that repeat the same values are ignored in both.
const (
	RejectDuplicates Duplicates = "reject" // none of the rows is sent
	LastDuplicate    Duplicates = "last"   // the last row is sent
)

// A mention is one row's naming of an item: 24 bytes, since a file of millions
// of rows keeps one for each. An id of up to 20 digits is held exactly, as a
// number in id and over plus its length; nothing here depends on a hash but the
// comparison of the values of rows that name the same item.
type mention struct {
	id     uint64 // the id's value, less over<<64
	values uint64 // hash of the given fields
	row    uint32
	table  uint16 // index into mentions.tables
	over   uint8  // how often 2^64 fits into the id's value: 0 to 5
	digits uint8  // how many digits the id has, since 007 is not 7
}

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
// in one part, so that no slice is large while it grows or is sorted.
type mentions struct {
	seed   maphash.Seed
	tables map[feishu.Table]uint16
	parts  [256][]mention
}

func newMentions() *mentions {
	return &mentions{seed: maphash.MakeSeed(), tables: make(map[feishu.Table]uint16)}
}

// add notes that a row gives fields for an item of a table. It reports false
// when a file names more tables (65,536) than can be told apart.
func (m *mentions) add(u source.Update, t feishu.Table) bool {
	return m.mention(u, t, maphash.Comparable(m.seed, fields(u)))
}

// addUnreadable notes that a row names an item, but gives it values that are
// not certain, so that they agree with no other row's.
func (m *mentions) addUnreadable(u source.Update, t feishu.Table) bool {
	return m.mention(u, t, maphash.Comparable(m.seed, u.Row))
}

func (m *mentions) mention(u source.Update, t feishu.Table, values uint64) bool {
	table, ok := m.tables[t]
	if !ok {
		if len(m.tables) > 0xffff {
			return false
		}
		table = uint16(len(m.tables))
		m.tables[t] = table
	}
	id, over := value(u.ItemID)
	part := &m.parts[id*spread>>56]
	*part = append(*part, mention{
		id: id, over: over, digits: uint8(len(u.ItemID)), table: table,
		row: uint32(u.Row), values: values,
	})
	return true
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

// A ruling is what becomes of a row whose item another row names as well: 12 bytes,
// since every row of a file may repeat another.
type ruling struct {
	row, other uint32
	kind       rulingKind
}

type rulingKind uint8

const (
	sameAs rulingKind = iota
	supersededBy
	conflictsWith
)

// verdict is the ruling as a row's status and reason.
func (r ruling) verdict() (Status, Reason) {
	switch r.kind {
	case supersededBy:
		return Ignored, SupersededByRow
	case conflictsWith:
		return Rejected, ConflictsWithRow
	}
	return Ignored, SameAsRow
}

// rulings are sorted by row.
type rulings []ruling

// of is the ruling about a row. A row without one is the only one for its item, or
// the one to be sent.
func (rs rulings) of(row int) (ruling, bool) {
	i, found := slices.BinarySearchFunc(rs, uint32(row), func(r ruling, row uint32) int { return cmp.Compare(r.row, row) })
	if !found {
		return ruling{}, false
	}
	return rs[i], true
}

// rulings decides about all rows that name an item more than once.
func (m *mentions) rulings(policy Duplicates) rulings {
	var ruled rulings
	for i := range m.parts {
		ruled = ruleAll(ruled, m.parts[i], policy)
		m.parts[i] = nil
	}
	slices.SortFunc(ruled, func(a, b ruling) int { return cmp.Compare(a.row, b.row) })
	return ruled
}

// ruleAll decides about the rows of some items.
func ruleAll(ruled rulings, rows []mention, policy Duplicates) rulings {
	slices.SortFunc(rows, func(a, b mention) int {
		return cmp.Or(sameItem(a, b), cmp.Compare(a.row, b.row))
	})
	for start := 0; start < len(rows); {
		end := start + 1
		for end < len(rows) && sameItem(rows[start], rows[end]) == 0 {
			end++
		}
		ruled = rule(ruled, rows[start:end], policy)
		start = end
	}
	return ruled
}

// rule decides about the rows that name one item, given in file order.
func rule(ruled rulings, rows []mention, policy Duplicates) rulings {
	first, last := rows[0], rows[len(rows)-1]
	agree := !slices.ContainsFunc(rows, func(r mention) bool { return r.values != first.values })
	for i, r := range rows {
		switch {
		case agree && i > 0:
			ruled = append(ruled, ruling{r.row, first.row, sameAs})
		case agree:
		case policy == LastDuplicate && r.row != last.row:
			ruled = append(ruled, ruling{r.row, last.row, supersededBy})
		case policy == LastDuplicate:
		case i == 0:
			ruled = append(ruled, ruling{r.row, rows[1].row, conflictsWith})
		default:
			ruled = append(ruled, ruling{r.row, first.row, conflictsWith})
		}
	}
	return ruled
}
