package source

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// A NoticeCode names a kind of notice. The set is closed; new ones may be added.
type NoticeCode string

// What a person should know about a file although nothing of it is refused.
const (
	NoticeEncoding    NoticeCode = "encoding"       // a text that is not UTF-8
	NoticeDelimiter   NoticeCode = "delimiter"      // a text that is not comma-separated
	NoticeOtherName   NoticeCode = "other_name"     // a text under the name of a workbook, or the reverse
	NoticeTitles      NoticeCode = "title_rows"     // rows above the header are passed over
	NoticeHiddenRows  NoticeCode = "hidden_rows"    // rows that are hidden are read as well
	NoticeFiltered    NoticeCode = "filtered_rows"  // rows that a filter hides are read as well
	NoticeHiddenCells NoticeCode = "hidden_columns" // columns that are hidden are read as well
	NoticeHiddenSheet NoticeCode = "hidden_sheets"  // hidden sheets are not read
	NoticeOtherSheets NoticeCode = "other_sheets"   // visible sheets without the header are not read
	NoticeOtherHeads  NoticeCode = "other_columns"  // columns that nothing is read from
	NoticeUnits       NoticeCode = "header_units"   // headings with a unit, which is not converted
	NoticeRemarks     NoticeCode = "header_remarks" // headings with a remark, which is passed over
	NoticeNoSheets    NoticeCode = "no_sheets"      // a sheet was named, but a text has none
	NoticeLinks       NoticeCode = "external_links" // values that come from another workbook
	NoticePoints      NoticeCode = "points"         // 1.234 in a file that is delimited by semicolons
)

// A Notice is something a person should know about a file although nothing of it
// is refused.
type Notice struct {
	Code  NoticeCode
	Found string // names, row numbers or the like, escaped as in Problem
	Count int    // how many of them there are
}

// Text says the notice in Chinese for "zh" and in English otherwise.
func (n Notice) Text(lang string) string {
	words := noticeWords[n.Code]
	text := words.en
	if lang == "zh" {
		text = words.zh
	}
	return strings.NewReplacer("{found}", n.Found, "{count}", fmt.Sprint(n.Count)).Replace(text)
}

// A census is what one reading of a file has counted beside its rows.
type census struct {
	header  int // the number of the header row
	titles  int // rows with something in them above it
	hidden  tally
	linked  tally
	pointed tally
	columns []string // the heads of hidden columns that are read
	unread  []string // the heads of columns that are not
	units   []string // the heads of number columns that name a unit
	remarks []string // the heads of columns that are read with another remark
}

// A tally counts rows and keeps the numbers of the first ones.
type tally struct {
	count int
	rows  []int
}

func (t *tally) add(row int) {
	const most = 5
	if t.count++; len(t.rows) < most {
		t.rows = append(t.rows, row)
	}
}

// count looks at one row of data.
func (c *census) count(l *layout, r *row) {
	if r.hidden {
		c.hidden.add(r.number)
	}
	points := l.delimiter == ";" && !l.commas
	if !r.linked && !points {
		return
	}
	linked, pointed := false, false
	for i := range r.cells {
		if field := l.field(r.cells[i].column); field != "" {
			linked = linked || r.cells[i].linked
			pointed = pointed || points && isNumberColumn(field) && isPointNumber(r.cells[i].text)
		}
	}
	if linked {
		c.linked.add(r.number)
	}
	if pointed {
		c.pointed.add(r.number)
	}
}

// tell keeps the census of a reading that came to the end of the file.
func (f *File) tell(c census) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.found = c
}

// Notices lists what a person should know about the file. Those that concern
// rows are complete after Rows has been ranged over to the end once.
func (f *File) Notices() []Notice {
	f.mu.Lock()
	found := f.found
	f.mu.Unlock()
	var all []Notice
	add := func(code NoticeCode, text string, count int) {
		if count > 0 {
			all = append(all, Notice{Code: code, Found: text, Count: count})
		}
	}
	addRows := func(code NoticeCode, t tally) { add(code, rowNumbers(t.rows, t.count), t.count) }
	if f.hasOtherName() {
		add(NoticeOtherName, strings.ToUpper(f.Format()), 1)
	}
	if book := f.book; book != nil {
		hiddenRows := NoticeHiddenRows
		if book.sheet.filtered {
			hiddenRows = NoticeFiltered
		}
		add(NoticeHiddenSheet, shown(book.hidden), len(book.hidden))
		others := slices.DeleteFunc(slices.Clone(book.others), func(sheet string) bool { return sheet == templateReadMe })
		add(NoticeOtherSheets, shown(others), len(others))
		addRows(hiddenRows, found.hidden)
		add(NoticeHiddenCells, shown(found.columns), len(found.columns))
		addRows(NoticeLinks, found.linked)
	} else {
		if f.charset.encoding != EncodingUTF8 {
			add(NoticeEncoding, strings.ToUpper(string(f.charset.encoding)), 1)
		}
		if f.dialect.delimiter != "," {
			add(NoticeDelimiter, delimiterWord(f.dialect.delimiter), 1)
		}
		addRows(NoticePoints, found.pointed)
		if f.wantsSheet {
			add(NoticeNoSheets, "", 1)
		}
	}
	add(NoticeUnits, shown(found.units), len(found.units))
	add(NoticeRemarks, shown(found.remarks), len(found.remarks))
	add(NoticeOtherHeads, shown(found.unread), len(found.unread))
	if found.titles > 0 {
		add(NoticeTitles, fmt.Sprint(found.header), found.titles)
	}
	return all
}

// hasOtherName reports whether the file's name ends like that of another format.
func (f *File) hasOtherName() bool {
	switch strings.ToLower(filepath.Ext(f.name)) {
	case ".xlsx", ".xlsm", ".xls", ".et":
		return f.book == nil
	case ".csv", ".tsv", ".txt":
		return f.book != nil
	}
	return false
}

// rowNumbers lists numbers of rows for a message: 3, 7, 12 …
func rowNumbers(rows []int, count int) string {
	var texts []string
	for _, row := range rows {
		texts = append(texts, strconv.Itoa(row))
	}
	if count > len(rows) {
		texts = append(texts, "…")
	}
	return strings.Join(texts, ", ")
}
