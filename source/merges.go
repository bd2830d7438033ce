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

// A coverage is where merged cells lie over a column that is read, from top to
// bottom. A value in them is not certain: it may be meant for the first row, for
// every row, or be the sum of all. It is asked for rows from top to bottom.
type coverage struct {
	column int
	areas  []area
	filled bool // the first of the areas holds a value
}

// merge takes the merged cells of a sheet into account: those below the header row
// that lie over columns that are read, and in the header those that stretch a name
// over several columns.
func (l *layout) merge(areas []area) error {
	for _, a := range areas {
		if a.top <= l.header && l.header <= a.bottom && l.field(a.left) != "" {
			l.stretch(a)
		}
	}
	for _, column := range l.read {
		over, err := l.over(areas, column)
		if err != nil {
			return err
		}
		if over != nil {
			l.covered = append(l.covered, coverage{column: column, areas: over})
		}
	}
	return nil
}

// stretch notes the columns that share the name of a merged header cell.
func (l *layout) stretch(a area) {
	if l.stretched == nil {
		l.stretched = make([]bool, maxColumn)
	}
	for column := a.left + 1; column <= a.right && !l.stretched[column]; column++ {
		l.stretched[column] = true
	}
}

// over lists the merged cells that make the column's value uncertain: those of
// several rows, of several columns that are read, or that begin in another column.
func (l *layout) over(areas []area, column int) ([]area, error) {
	var over []area
	for _, a := range areas {
		if column < a.left || a.right < column || a.bottom <= l.header {
			continue
		}
		if a.top < a.bottom || l.knownWithin(a) > 1 || column > a.left {
			over = append(over, a)
		}
	}
	slices.SortFunc(over, func(a, b area) int { return cmp.Compare(a.top, b.top) })
	for i := 1; i < len(over); i++ {
		if over[i].top <= over[i-1].bottom {
			return nil, damaged("", 0, "merged cells over merged cells in row %d", over[i].top)
		}
	}
	return over, nil
}

// knownWithin is how many columns that are read a merged cell lies over.
func (l *layout) knownWithin(a area) int {
	known := 0
	for _, column := range l.read {
		if a.left <= column && column <= a.right {
			known++
		}
	}
	return known
}

// mergedIn lists the columns over whose cell in a row a merged one lies that holds
// a value.
func (l *layout) mergedIn(r *row) []int {
	var columns []int
	for i := range l.covered {
		if l.covered[i].has(r) {
			columns = append(columns, l.covered[i].column)
		}
	}
	return columns
}

// has reports whether a merged cell with a value in it lies over the column in a
// row, or hides a value that the column has there.
func (c *coverage) has(r *row) bool {
	for len(c.areas) > 0 && c.areas[0].bottom < r.number {
		c.areas, c.filled = c.areas[1:], false
	}
	if len(c.areas) == 0 || r.number < c.areas[0].top {
		return false
	}
	corner := c.areas[0]
	if r.number == corner.top {
		c.filled = r.has(corner.left)
	}
	return c.filled || r.has(c.column)
}

// has reports whether a column has something in it.
func (r *row) has(column int) bool {
	return slices.ContainsFunc(r.cells, func(c cell) bool { return c.column == column })
}

// hidden lists the heads of the columns that are read although they are hidden.
func (l *layout) hidden(areas []area) []string {
	return l.headsOf(func(i int) bool {
		hidden := slices.ContainsFunc(areas, func(a area) bool { return a.left <= i && i <= a.right })
		return hidden && l.columns[i] != ""
	})
}
