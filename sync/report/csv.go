package report

import (
	"encoding/csv"
	"encoding/json"
	"io"
	"iter"
	"path/filepath"
	"strconv"
	"strings"

	"okrsync/feishu"
	"okrsync/sync"
)

// columns is the header of result.csv.
var columns = []string{
	"row", "metric_source_id", "metric_table_id", "metric_item_id",
	"status", "code", "reason", "advice", "changed", "before", "after",
	"attempts", "http_status", "log_id", "finished_at",
}

// CSV writes result.csv into the folder: one line per row of the input, in file
// order, with reason and advice in the given language ("zh" or "en").
func CSV(folder, lang string, results iter.Seq2[sync.Result, error]) error {
	return createCSV(filepath.Join(folder, CSVName), columns, results, func(r sync.Result) ([]string, error) { return csvLine(r, lang) })
}

// createCSV writes a file with a header and a line for each result; one without cells
// is left out. Spreadsheets know it by its byte order mark for UTF-8.
func createCSV(name string, head []string, results iter.Seq2[sync.Result, error], cells func(sync.Result) ([]string, error)) error {
	return sync.WriteFile(name, func(w io.Writer) error {
		if _, err := io.WriteString(w, "\uFEFF"); err != nil {
			return err
		}
		lines := csv.NewWriter(w)
		lines.UseCRLF = true
		if err := lines.Write(head); err != nil {
			return err
		}
		for r, err := range results {
			if err != nil {
				return err
			}
			line, err := cells(r)
			if err == nil && line != nil {
				err = lines.Write(line)
			}
			if err != nil {
				return err
			}
		}
		lines.Flush()
		return lines.Error()
	})
}

func csvLine(r sync.Result, lang string) ([]string, error) {
	before, err := object(r.Before)
	if err != nil {
		return nil, err
	}
	after, err := object(r.After)
	if err != nil {
		return nil, err
	}
	return []string{
		strconv.Itoa(r.Row), r.Source, r.Table, r.Item,
		string(r.Status), defuse(r.Code), defuse(r.Reason.In(lang)), defuse(r.Advice.In(lang)),
		strings.Join(r.Sent.Names(), ","), before, after,
		strconv.Itoa(r.Attempts), unlessZero(r.HTTPStatus), defuse(r.LogID),
		r.FinishedAt.Format("2006-01-02T15:04:05.000Z07:00"),
	}, nil
}

// object writes fields as a JSON object, none as nothing.
func object(f feishu.Fields) (string, error) {
	if f.Empty() {
		return "", nil
	}
	b, err := json.Marshal(f)
	return string(b), err
}

func unlessZero(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// defuse keeps a text from being run as a formula by the spreadsheet that opens
// it, by the apostrophe that spreadsheets know for it: at the beginning, and where
// a spreadsheet that takes something else than a comma for the delimiter would
// begin a cell. It is for text only: numbers are written by us and may begin with a
// minus.
func defuse(s string) string {
	if s == "" || !strings.ContainsAny(s, dangerous) {
		return s
	}
	var b strings.Builder
	for start := 0; start < len(s); {
		end := len(s)
		if i := strings.IndexAny(s[start:], ";|\t\r\n"); i >= 0 {
			end = start + i + 1
		}
		if piece := s[start:]; beginsFormula(piece) {
			b.WriteByte('\'')
		}
		b.WriteString(s[start:end])
		start = end
	}
	return b.String()
}

// dangerous are the characters with which a formula may begin.
const dangerous = "=+-@＝＋－＠\t\r"

// beginsFormula reports whether a spreadsheet may take a text for a formula.
func beginsFormula(s string) bool {
	first := strings.TrimLeft(s, " \"\n\u00a0\u3000\uFEFF")
	return first != "" && strings.ContainsRune(dangerous, []rune(first[:min(len(first), 4)])[0])
}
