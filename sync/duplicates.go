package sync

import (
	"cmp"
	"slices"
)

// Duplicates says what becomes of an item that a file names more than once with
// different values.
type Duplicates string

// The policies. Rows that repeat the same values are ignored in both.
const (
	RejectDuplicates Duplicates = "reject" // none of the rows is sent
	LastDuplicate    Duplicates = "last"   // the last row is sent
)

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

// rulings decides about all rows that name an item more than once, and returns the
// mentions of the rows that are left to be sent besides. It uses the mentions up
// unless some are late, when it is called again.
func (m *mentions) rulings(policy Duplicates) (ruled rulings, left *wanted) {
	left = &wanted{tables: m.names, index: m.tables}
	var rows []mention
	for i := range m.parts {
		rows = m.parts[i].appendTo(rows[:0])
		slices.SortFunc(rows, func(a, b mention) int {
			return cmp.Or(sameItem(a, b), cmp.Compare(a.row, b.row))
		})
		kept := rows[:0]
		for start := 0; start < len(rows); {
			end := start + 1
			for end < len(rows) && sameItem(rows[start], rows[end]) == 0 {
				end++
			}
			var sent mention
			if ruled, sent = rule(ruled, rows[start:end], policy); sent.values != unreadable {
				kept = append(kept, sent)
			}
			start = end
		}
		if len(m.late) > 0 {
			left.parts[i].addAll(kept)
			continue
		}
		left.parts[i], m.parts[i] = m.parts[i], pile{}
		left.parts[i].replace(kept)
	}
	slices.SortFunc(ruled, func(a, b ruling) int { return cmp.Compare(a.row, b.row) })
	return ruled, left
}

// rule decides about the rows that name one item, given in file order, and returns
// the one that is to be sent, if any is.
func rule(ruled rulings, rows []mention, policy Duplicates) (rulings, mention) {
	first, last := rows[0], rows[len(rows)-1]
	agree := !slices.ContainsFunc(rows, func(r mention) bool { return r.values != first.values })
	var sent mention
	for i, r := range rows {
		switch {
		case agree && i > 0:
			ruled = append(ruled, ruling{r.row, first.row, sameAs})
		case agree:
			sent = r
		case policy == LastDuplicate && r.row != last.row:
			ruled = append(ruled, ruling{r.row, last.row, supersededBy})
		case policy == LastDuplicate:
			sent = r
		case i == 0:
			ruled = append(ruled, ruling{r.row, rows[1].row, conflictsWith})
		default:
			ruled = append(ruled, ruling{r.row, first.row, conflictsWith})
		}
	}
	return ruled, sent
}
