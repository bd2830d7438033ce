package source

import (
	"cmp"
	"slices"
)

// An area is a merged range of cells: columns from 0, rows from 1, both ends in it.
type area struct {
	left, right int
	top, bottom int
}

// A coverage says in which rows the cells of a column lie under a merged cell
// without being the one that holds its value. It is asked for rows from top to
// bottom.
type coverage struct {
	column int
	rows   [][2]int // from and to, rising and apart
}

// merge takes the merged cells of a sheet into account: below the header row those
// of columns that are read, and in the header those that stretch a name over
// columns without one.
func (l *layout) merge(areas []area) {
	for _, a := range areas {
		if a.top <= l.header && l.header <= a.bottom && a.left < len(l.columns) && l.columns[a.left] != "" {
			l.stretch(a)
		}
	}
	for column := range l.columns {
		if l.columns[column] == "" {
			continue
		}
		if rows := covered(areas, column, l.header); rows != nil {
			l.covered = append(l.covered, coverage{column: column, rows: rows})
		}
	}
}

// stretch notes the columns that share the name of a merged header cell.
func (l *layout) stretch(a area) {
	const most = 1024 // columns under one name, before it is a trick
	for column := a.left + 1; column <= min(a.right, a.left+most); column++ {
		l.stretched = append(l.stretched, column)
	}
}

// covered lists the rows below the header in which a merged cell covers the cell
// of a column.
func covered(areas []area, column, header int) [][2]int {
	var rows [][2]int
	for _, a := range areas {
		top := a.top
		if column == a.left {
			top++ // the cell in the corner has the value
		}
		if a.left <= column && column <= a.right && max(top, header+1) <= a.bottom {
			rows = append(rows, [2]int{max(top, header+1), a.bottom})
		}
	}
	slices.SortFunc(rows, func(a, b [2]int) int { return cmp.Compare(a[0], b[0]) })
	return joined(rows)
}

// joined makes one span of those that overlap.
func joined(rows [][2]int) [][2]int {
	kept := rows[:0]
	for _, r := range rows {
		if last := len(kept) - 1; last >= 0 && r[0] <= kept[last][1] {
			kept[last][1] = max(kept[last][1], r[1])
			continue
		}
		kept = append(kept, r)
	}
	return kept
}

// has reports whether the column's cell of a row is covered.
func (c *coverage) has(row int) bool {
	for len(c.rows) > 0 && c.rows[0][1] < row {
		c.rows = c.rows[1:]
	}
	return len(c.rows) > 0 && c.rows[0][0] <= row
}

// hidden lists the heads of the columns that are read although they are hidden.
func (l *layout) hidden(areas []area) []string {
	var heads []string
	for column := range l.columns {
		hidden := slices.ContainsFunc(areas, func(a area) bool { return a.left <= column && column <= a.right })
		if hidden && l.columns[column] != "" {
			heads = append(heads, l.heads[column])
		}
	}
	return heads
}
