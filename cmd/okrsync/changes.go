package main

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"okrsync/feishu"
	"okrsync/sync"
)

// lineWidth is how many columns a table takes, so that it fits any terminal.
const lineWidth = 80

// changesHead is the head of the table of changes.
func changesHead(w io.Writer, lang string) {
	changeLine(w, phrase(lang, "行", "row"), " ", phrase(lang, "指标项 ID", "metric item"), phrase(lang, "现在 → 更新后", "now → then"))
}

// writeChanges writes what a row changes, a line for each field: old → new. A star
// marks rows about which Feishu messages somebody.
func writeChanges(w io.Writer, r sync.Result, lang string) {
	row, item, mark := fmt.Sprint(r.Row), r.Item, " "
	if r.Notifies != "" {
		mark = "*"
	}
	for _, change := range changesOf(r, lang) {
		changeLine(w, row, mark, item, change)
		row, mark, item = "", " ", ""
	}
}

// changesOf lists the changes of a row, such as "目标值 5 → 7".
func changesOf(r sync.Result, lang string) []string {
	var changes []string
	fields(r.Before, r.Sent, func(name sync.Text, before, after string) {
		if after != "" {
			changes = append(changes, fmt.Sprintf("%s %s → %s", name.In(lang), cmp.Or(before, "—"), after))
		}
	})
	return changes
}

// fields gives the fields of two states of an item side by side.
func fields(before, after feishu.Fields, each func(name sync.Text, before, after string)) {
	each(sync.Text{ZH: "起始值", EN: "initial"}, before.Initial.String(), after.Initial.String())
	each(sync.Text{ZH: "目标值", EN: "target"}, before.Target.String(), after.Target.String())
	each(sync.Text{ZH: "当前值", EN: "current"}, before.Current.String(), after.Current.String())
	each(sync.Text{ZH: "支撑的上级", EN: "superior"}, before.SupportedUserID, after.SupportedUserID)
}

// changeLine writes a line of the table; what does not fit is wrapped into its last
// column.
func changeLine(w io.Writer, row, mark, item, change string) {
	const before = 7 + 1 + 1 + 20 + 2
	first := terminal.FillLeft(row, 7) + mark + " " + terminal.FillRight(item, 20) + "  "
	for line := range wrap(printable(change), lineWidth-before) {
		fmt.Fprintln(w, strings.TrimRight(first+line, " "))
		first = strings.Repeat(" ", before)
	}
}

// breachRows lists the first rows for which a guard was exceeded.
func breachRows(w io.Writer, b sync.Breach, lang string) {
	if len(b.Rows) == 0 {
		return
	}
	if b.Guard != sync.GuardRejected {
		changesHead(w, lang)
	}
	for _, r := range b.Rows {
		if r.Status == sync.Rejected {
			fmt.Fprintf(w, "  %s\n", printable(placed(r).In(lang)))
			continue
		}
		writeChanges(w, r, lang)
	}
	if more := b.Of - len(b.Rows); more > 0 {
		fmt.Fprintln(w, phrase(lang, fmt.Sprintf("…还有 %d 行，okrsync plan 会全部列出", more), fmt.Sprintf("… and %s more; okrsync plan lists them all", plural(more, "row"))))
	}
}

// rowsOf lists the first rows for which a guard was exceeded by their numbers.
func rowsOf(b sync.Breach, lang string) string {
	if len(b.Rows) == 0 {
		return ""
	}
	var numbers []string
	for _, r := range b.Rows {
		numbers = append(numbers, fmt.Sprint(r.Row))
	}
	if b.Of > len(b.Rows) {
		numbers = append(numbers, "…")
	}
	return phrase(lang, "；第 ", "; rows ") + strings.Join(numbers, ", ") + phrase(lang, " 行", "")
}
