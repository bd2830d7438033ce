package report

import (
	"io"
	"iter"
	"path/filepath"
	"strings"

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
	return createCSV(filepath.Join(folder, CSVName), columns, results, resultIn(lang))
}

// resultIn gives the cells of a line of result.csv in a language.
func resultIn(lang string) cellsOf {
	return func(l *csvLine, r *sync.Result) error { return l.result(r, lang) }
}

// createCSV writes a file with a header and a line for each result.
func createCSV(name string, head []string, results iter.Seq2[sync.Result, error], cells cellsOf) error {
	return sync.WriteFile(name, func(w io.Writer) error {
		var l csvLine
		if err := l.writeHead(w, head); err != nil {
			return err
		}
		return l.writeAll(w, results, cells)
	})
}

// cellsOf adds the cells of a result to a line; one without any is left out.
type cellsOf func(*csvLine, *sync.Result) error

// writeHead writes the first line. Spreadsheets know the file by its byte order mark for
// UTF-8.
func (l *csvLine) writeHead(w io.Writer, head []string) error {
	l.begin()
	for _, name := range head {
		l.text(name)
	}
	_, err := w.Write(append([]byte("\uFEFF"), l.end()...))
	return err
}

// writeAll writes the lines of results.
func (l *csvLine) writeAll(w io.Writer, results iter.Seq2[sync.Result, error], cells cellsOf) error {
	var r sync.Result // one for all lines, since cells may hold on to it
	for result, err := range sync.Ahead(results) {
		if err != nil {
			return err
		}
		r = result
		l.begin()
		if err := cells(l, &r); err != nil {
			return err
		}
		if l.cells == 0 {
			continue
		}
		if _, err := w.Write(l.end()); err != nil {
			return err
		}
	}
	return nil
}

// result adds the cells of a line of result.csv.
func (l *csvLine) result(r *sync.Result, lang string) error {
	l.number(r.Row)
	l.text(r.Source)
	l.text(r.Table)
	l.text(r.Item)
	l.text(string(r.Status))
	l.text(defuse(r.Code))
	l.text(defuse(r.Reason.In(lang)))
	l.text(defuse(r.Advice.In(lang)))
	l.fieldNames(r.Sent)
	if err := l.object(r.Before); err != nil {
		return err
	}
	if err := l.object(r.After); err != nil {
		return err
	}
	l.number(r.Attempts)
	l.omitNumber(r.HTTPStatus)
	l.text(defuse(r.LogID))
	l.time(r.FinishedAt)
	return nil
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
