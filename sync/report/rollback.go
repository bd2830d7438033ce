package report

import (
	"cmp"
	"encoding/json"
	"iter"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"okrsync/sync"
)

// rollbackColumns is the header of rollback.csv, a file that okrsync reads.
var rollbackColumns = []string{
	"metric_source_id", "metric_table_id", "metric_item_id", "user_id",
	"metric_initial_value", "metric_target_value", "metric_current_value", "supported_user_id",
	"rollback_note", // source.RollbackNote, which a package of views does not know
}

// Rollback writes rollback.csv into the folder: for each item that a run may have
// changed, the values that it changed as they were before. Syncing the file brings
// them back. Those that cannot be are left blank, and the note says so in the given
// language.
func Rollback(folder, lang string, results iter.Seq2[sync.Result, error]) error {
	return createCSV(filepath.Join(folder, RollbackName), rollbackColumns, results, func(l *csvLine, r *sync.Result) error {
		if r.MayHaveChanged() {
			for _, cell := range rollbackLine(*r, lang) {
				l.text(cell)
			}
		}
		return nil
	})
}

func rollbackLine(r sync.Result, lang string) []string {
	b, lost := r.Before, make([]string, 0, len(r.Irreversible))
	line := []string{r.Source, r.Table, r.Item, defuse(r.Owner), plain(b.Initial), plain(b.Target), plain(b.Current), defuse(b.SupportedUserID), ""}
	for _, name := range r.Irreversible {
		cell := &line[slices.Index(rollbackColumns, name)]
		lost = append(lost, name+" = "+cmp.Or(*cell, "—"))
		*cell = ""
	}
	if len(lost) > 0 {
		line[len(line)-1] = sync.Text{ZH: "无法由 okrsync 恢复的原值：", EN: "okrsync cannot bring back "}.In(lang) + strings.Join(lost, ", ")
	}
	return line
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
