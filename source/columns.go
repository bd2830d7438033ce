package source

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/agnivade/levenshtein"
)

// A Column is a column that okrsync understands, named after the field of the
// Feishu API that it fills.
type Column string

// The columns. A sheet needs the first or, where each item has an owner of its own,
// the last.
const (
	ColumnItemID        Column = "metric_item_id"
	ColumnInitial       Column = "metric_initial_value"
	ColumnTarget        Column = "metric_target_value"
	ColumnCurrent       Column = "metric_current_value"
	ColumnSupportedUser Column = "supported_user_id"
	ColumnSource        Column = "metric_source_id"
	ColumnTable         Column = "metric_table_id"
	ColumnUser          Column = "user_id"
)

// columnNames lists what people call the columns, the name to recommend
// first. "ID", "目标" and "Objective" are left out: in an OKR sheet they mean
// a running number and the objective's title.
var columnNames = []struct {
	column Column
	names  []string
}{
	{ColumnItemID, []string{"metric_item_id", "指标项ID", "指标ID", "指标项编号", "OKR指标项ID", "item id", "metric id", "metric item"}},
	{ColumnInitial, []string{"metric_initial_value", "起始值", "初始值", "指标起始值", "指标初始值", "指标项起始值", "initial value", "initial", "start value", "starting value"}},
	{ColumnTarget, []string{"metric_target_value", "目标值", "指标目标值", "指标项目标值", "target value", "target"}},
	{ColumnCurrent, []string{"metric_current_value", "当前值", "进度值", "当前进度值", "当前进度", "指标当前值", "指标项当前值", "指标进度值", "当前值/进度值", "current value", "current", "progress value"}},
	{ColumnSupportedUser, []string{"supported_user_id", "支撑的上级", "支撑的上级ID", "支撑的上级用户ID", "支撑的上级user_id", "支撑上级", "支撑上级ID", "supported user", "supported superior", "supported superior id"}},
	{ColumnSource, []string{"metric_source_id", "指标来源ID", "指标库ID", "指标来源", "source id", "metric source"}},
	{ColumnTable, []string{"metric_table_id", "指标表ID", "指标表", "table id", "metric table"}},
	{ColumnUser, []string{"user_id", "负责人ID", "负责人用户ID", "owner id", "owner user id"}},
}

// Columns lists the columns in the order of their documentation.
func Columns() []Column {
	columns := make([]Column, len(columnNames))
	for i, c := range columnNames {
		columns[i] = c.column
	}
	return columns
}

// ParseColumn finds the column with exactly the given API field name.
func ParseColumn(name string) (Column, error) {
	if columns := Columns(); !slices.Contains(columns, Column(name)) {
		return "", optionErrorf("列“%s”须是 %v 之一", "column %q is not one of %v", name, columns)
	}
	return Column(name), nil
}

// names maps header names, as headerKey makes them comparable, to columns.
type names struct {
	column map[string]Column
	ids    []string // what the id column may be called, for the message
}

func newNames(extra map[Column][]string) (names, error) {
	n := names{column: map[string]Column{}}
	for _, c := range columnNames {
		for _, name := range c.names {
			n.column[headerKey(name)] = c.column
		}
	}
	given := map[string]Column{}
	for _, column := range slices.Sorted(maps.Keys(extra)) {
		if _, err := ParseColumn(string(column)); err != nil {
			return names{}, err
		}
		for _, name := range extra[column] {
			key := headerKey(name)
			if other, taken := given[key]; key == "" || taken && other != column {
				return names{}, optionErrorf("列名“%[1]s”（%[2]s）是空的，或者给了两列", "header name %[1]q of column %[2]s is empty or given to two columns", name, column)
			}
			given[key], n.column[key] = column, column
		}
	}
	n.ids = slices.Concat(extra[ColumnItemID], columnNames[0].names)
	return n, nil
}

// of is the column that a cell of a header names, "" for none.
func (n names) of(c cell) Column {
	if c.kind != textCell {
		return ""
	}
	return n.column[headerKey(c.text)]
}

// count is how many cells of a row are names of columns.
func (n names) count(r *row) int {
	known := 0
	for _, c := range r.cells {
		if n.of(c) != "" {
			known++
		}
	}
	return known
}

// idNames is what the id column may be called.
func (n names) idNames() string { return strings.Join(n.ids, ", ") }

// A layout says what the columns of one file hold.
type layout struct {
	columns []Column // by position; "" for a column we don't know
	heads   []string // the header cells as the file spells them
	read    []int    // the positions of the columns that we know
	key     int      // the position of the column that names the item: its id's, else its owner's
	names   names
	percent PercentMode
	header  int  // the number of the header row
	width   int  // CSV: how many cells it has, blank ones counted
	padded  bool // its cells are padded with spaces

	answered bool // some columns are an earlier answer's

	delimiter string     // of a CSV file
	commas    bool       // the file has decimal commas
	stretched []bool     // by position: shares a name with a column to its left
	covered   []coverage // where merged cells hide the cells of columns that are read
	// fixedWidth says that a cell to the right of the header is a mistake, as
	// it is in a CSV file, where an unquoted comma shifts the whole row.
	fixedWidth bool
}

// layout reads a header row.
func (n names) layout(r *row) (*layout, error) {
	width := r.cells[len(r.cells)-1].column + 1
	l := &layout{columns: make([]Column, width), heads: make([]string, width), names: n, header: r.number, width: r.width}
	position := map[Column]int{}
	for _, c := range r.cells {
		column := n.of(c)
		l.padded = l.padded || column != "" && isSpaced(c.text)
		l.columns[c.column], l.heads[c.column] = column, show(trim(c.text))
		if column == "" {
			continue
		}
		if first, taken := position[column]; taken {
			return nil, duplicateHeader(column, l, r.number, first, c.column)
		}
		position[column] = c.column
		l.read = append(l.read, c.column)
	}
	keyed := l.findKey(position)
	if err := n.misspelt(l, r, position); err != nil && (keyed || err.Wanted == string(ColumnItemID)) {
		return nil, err
	}
	if !keyed {
		return nil, l.refusal(CodeHeaderMissing, r.number, n.ids)
	}
	if l.changesNothing() {
		return nil, l.refusal(CodeHeaderNoValue, r.number, valueNames())
	}
	return l, nil
}

// findKey finds the column that names the items. That of their owners is enough only
// beside values: it alone may be a list of people.
func (l *layout) findKey(position map[Column]int) (found bool) {
	if l.key, found = position[ColumnItemID]; found {
		return true
	}
	l.key, found = position[ColumnUser]
	return found && l.hasValues()
}

// field is the column that a position holds, "" for none that is known.
func (l *layout) field(position int) Column {
	if position < len(l.columns) {
		return l.columns[position]
	}
	return ""
}

// valueColumns are those that something can be updated from.
var valueColumns = []Column{ColumnInitial, ColumnTarget, ColumnCurrent, ColumnSupportedUser}

// changesNothing reports whether the sheet has columns, but none that anything
// could be updated from: their names must be meant for something else than they
// say. A sheet of ids alone is what it is.
func (l *layout) changesNothing() bool {
	return !l.hasValues() && len(l.unread()) > 0
}

// hasValues reports whether there is a column that something could be updated from.
func (l *layout) hasValues() bool {
	return slices.ContainsFunc(l.columns, func(c Column) bool { return slices.Contains(valueColumns, c) })
}

// valueNames are the names of the value columns to recommend.
func valueNames() []string {
	var recommended []string
	for _, c := range columnNames {
		if slices.Contains(valueColumns, c.column) {
			recommended = append(recommended, c.names[:2]...)
		}
	}
	return recommended
}

// misspelt refuses a header with a name that is nearly one okrsync knows, of a
// column that the sheet does not have otherwise. To pass over it would be to
// update nothing from that column, and to say so nowhere.
func (n names) misspelt(l *layout, r *row, position map[Column]int) *FileError {
	if len(r.cells) > maxValues {
		return nil // it is no header that people wrote
	}
	for _, c := range r.cells {
		if l.columns[c.column] != "" {
			continue
		}
		column := n.nearest(headerKey(c.text))
		if _, there := position[column]; column != "" && !there {
			return &FileError{
				Code: CodeHeaderMisspelt, Place: cellName(c.column, r.number),
				Found: l.heads[c.column], Wanted: string(column),
			}
		}
	}
	return nil
}

// nearest returns the column whose name is within a slip or two of a header's
// key, "" for none: one slip in every eight characters, for more of them make
// another word. Shorter names are left out.
func (n names) nearest(key string) Column {
	const shortest, longest = 8, 64 // characters
	var nearest Column
	length := utf8.RuneCountInString(key)
	if length < shortest || length > longest {
		return nearest
	}
	for name, column := range n.column {
		known := utf8.RuneCountInString(name)
		slips := known / shortest
		if known < shortest || length < known-slips || known+slips < length || nearest != "" && nearest < column {
			continue
		}
		if levenshtein.ComputeDistance(key, name) <= slips {
			nearest = column
		}
	}
	return nearest
}

func duplicateHeader(column Column, l *layout, row, first, second int) *FileError {
	found := fmt.Sprintf("“%s” (%s), “%s” (%s)", l.heads[first], cellName(first, row), l.heads[second], cellName(second, row))
	return &FileError{Code: CodeHeaderDuplicate, Place: cellName(second, row), Found: found, Wanted: string(column)}
}

// refusal refuses the header for what it lacks.
func (l *layout) refusal(code Code, row int, wanted []string) *FileError {
	const most = 10
	found := slices.DeleteFunc(slices.Clone(l.heads), func(head string) bool { return head == "" })
	if len(found) > most {
		found = append(found[:most], "…")
	}
	return &FileError{Code: code, Place: cellName(0, row), Found: strings.Join(found, ", "), Wanted: strings.Join(wanted, ", ")}
}

// totals are the labels of total lines, as headerKey spells them.
var totals = map[string]bool{
	"合计": true, "小计": true, "总计": true, "总和": true, "共计": true, "总合计": true, "合计值": true, "累计": true,
	"total": true, "subtotal": true, "sum": true, "grandtotal": true, "totals": true, "subtotals": true,
}

// isTotal reports whether a cell is the label of a total line, and only that.
func isTotal(text string) bool {
	const longest = 64
	return len(text) <= longest && !strings.ContainsAny(text, "=@+") && totals[headerKey(text)]
}

// cellName is the name Excel gives a cell: the column counted from 0, the row
// from 1.
func cellName(column, row int) string {
	letters := ""
	for n := column + 1; n > 0; n = (n - 1) / 26 {
		letters = string(rune('A'+(n-1)%26)) + letters
	}
	return fmt.Sprintf("%s%d", letters, row)
}

// isNumberColumn reports whether a column holds numbers.
func isNumberColumn(column Column) bool {
	return column == ColumnInitial || column == ColumnTarget || column == ColumnCurrent
}
