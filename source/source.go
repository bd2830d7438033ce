// Package source reads spreadsheets: the rows of a CSV or XLSX file become
// updates of Feishu OKR metric items.
//
// Its one rule: a value that is certain is passed on exactly, a value that is
// not is refused with its cell, what was found there and how to mend it. A
// blank cell is never a zero.
package source

import (
	"iter"
)

// An Update is one row that could be read: which metric item it names and
// which of its fields the row gives.
type Update struct {
	// Row is the row's number as Excel shows it; the first row of a sheet is 1.
	// In a CSV file it is the number Excel would show after opening it.
	Row int

	// SourceID and TableID are the row's own metric source and table, or ""
	// where the row leaves them to the configuration.
	SourceID, TableID string

	// ItemID is the metric item: 1 to 20 digits. It is empty only for a total row.
	ItemID string

	// Initial, Target and Current are the values the row gives; "" means the
	// cell is blank and the field must be left alone.
	Initial, Target, Current Number

	// SupportedUserID is the supported superior, or "" to leave it alone.
	SupportedUserID string

	// Total says that the row is a total line (合计, 小计, Total …) without an
	// id: it is part of the sheet, not of the data.
	Total bool
}

// Empty reports whether the row gives no field at all, so that there is
// nothing to send.
func (u Update) Empty() bool {
	return u.Initial == "" && u.Target == "" && u.Current == "" && u.SupportedUserID == ""
}

// Rows is a stream of rows in file order with strictly rising row numbers.
// An error that is a *RowError concerns one row, and the stream goes on; any
// other error (a *FileError, or one of the operating system's) is the last
// thing yielded.
type Rows = iter.Seq2[Update, error]
