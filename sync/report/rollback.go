package report

import (
	"encoding/csv"
	"encoding/json"
	"io"
	"iter"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"okrsync/sync"
)

// rollbackColumns is the header of rollback.csv, a file that okrsync reads.
var rollbackColumns = []string{
	"metric_source_id", "metric_table_id", "metric_item_id",
	"metric_initial_value", "metric_target_value", "metric_current_value", "supported_user_id",
	"rollback_note", // source.RollbackNote, which a package of views does not know
}

// Rollback writes rollback.csv into the folder: for each item that a run may have
// changed, the values that it changed as they were before. Syncing the file brings
// them back. A field that had no value cannot be emptied again; the note says so in
// the given language.
func Rollback(folder, lang string, results iter.Seq2[sync.Result, error]) error {
	return create(filepath.Join(folder, RollbackName), func(w io.Writer) error {
		if _, err := io.WriteString(w, "\uFEFF"); err != nil {
			return err
		}
		lines := csv.NewWriter(w)
		lines.UseCRLF = true
		if err := lines.Write(rollbackColumns); err != nil {
			return err
		}
		for r, err := range results {
			if err != nil {
				return err
			}
			if !r.MayHaveChanged() {
				continue
			}
			if err := lines.Write(rollbackLine(r, lang)); err != nil {
				return err
			}
		}
		lines.Flush()
		return lines.Error()
	})
}

func rollbackLine(r sync.Result, lang string) []string {
	b := r.Before
	line := []string{r.Source, r.Table, r.Item, plain(b.Initial), plain(b.Target), plain(b.Current), defuse(b.SupportedUserID)}
	var empty []string
	for _, name := range r.Sent.Names() {
		if line[slices.Index(rollbackColumns, name)] == "" {
			empty = append(empty, name)
		}
	}
	var notes []string
	if len(empty) > 0 {
		notes = append(notes, sync.Text{ZH: "原来没有值，无法恢复为空：", EN: "had no value before, and cannot be emptied again: "}.In(lang)+strings.Join(empty, ", "))
	}
	if beyond(b.Initial) || beyond(b.Target) || beyond(b.Current) {
		notes = append(notes, sync.Text{ZH: "原来的数值过大，okrsync 不能写回，请在飞书中修改", EN: "a value before is larger than okrsync writes; set it in Feishu"}.In(lang))
	}
	return append(line, strings.Join(notes, "; "))
}

// beyond reports whether a number is larger than okrsync takes from a sheet.
func beyond(n json.Number) bool {
	const largest = 1e15
	f, err := n.Float64()
	return err == nil && math.Abs(f) >= largest
}

// plain writes a number in the fewest digits that mean the same float64, and without
// an exponent, which okrsync does not read in a text: such a cell is what a
// spreadsheet leaves of an id.
func plain(n json.Number) string {
	f, err := n.Float64()
	if err != nil {
		return string(n)
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}
