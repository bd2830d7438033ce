package report

import (
	"embed"
	"encoding/json"
	"html/template"
	"io"
	"iter"
	"path/filepath"
	stdsync "sync"

	"okrsync/sync"
)

const (
	// mostOnPage is how many rows the page lists at most: some 50 MB, which browsers open.
	mostOnPage = 100_000

	// mostPrinted is how many rows to mend stand in the page without a script, and on paper.
	mostPrinted = 100
)

var (
	//go:embed html
	files embed.FS

	//go:embed html/style.css
	style template.CSS

	//go:embed html/page.js
	script template.JS

	// pages are parsed for the first page that is made: most commands make none.
	pages = stdsync.OnceValue(func() *template.Template {
		return template.Must(template.New("").Funcs(template.FuncMap{
			"say":    say,
			"status": stateOf,
			"field":  fieldWords,
			"time":   clock,
			"count":  grouped,
		}).ParseFS(files, "html/*.gohtml"))
	})
)

// HTML writes report.html into the folder: the run on one page for people, which needs
// no network and no other file. It opens in the given language ("zh" or "en") and has
// both. The results are ranged over once and written as they come, in file order; of
// more than 100,000 those to mend and those not processed are listed before others, and
// the page says how many it leaves to result.csv.
func HTML(folder, lang string, s Summary, results iter.Seq2[sync.Result, error]) error {
	return sync.WriteFile(filepath.Join(folder, HTMLName), func(w io.Writer) error {
		p := newPage(lang, s)
		if err := pages().ExecuteTemplate(w, "head", p); err != nil {
			return err
		}
		if err := p.writeRows(w, results); err != nil {
			return err
		}
		return pages().ExecuteTemplate(w, "tail", p)
	})
}

// writeRows writes the rows for the script of the page: one JSON object a line, in an
// element that no text can end, since JSON has another way to write <, > and &.
func (p *page) writeRows(w io.Writer, results iter.Seq2[sync.Result, error]) error {
	if _, err := io.WriteString(w, `<script type="application/json" id="data">[`); err != nil {
		return err
	}
	encoder, separator := json.NewEncoder(w), "\n"
	for r, err := range results {
		if err != nil {
			return err
		}
		if !p.admits(r) {
			continue
		}
		if _, err := io.WriteString(w, separator); err != nil {
			return err
		}
		if err := encoder.Encode(lineOf(r)); err != nil {
			return err
		}
		separator = ","
	}
	_, err := io.WriteString(w, "]</script>\n")
	return err
}

// admits decides whether a row is listed, and keeps the first of those to mend for the
// table on paper.
func (p *page) admits(r sync.Result) bool {
	p.Seen++
	if r.ToMend() {
		if p.ToMend++; len(p.Printed) < mostPrinted {
			p.Printed = append(p.Printed, lineOf(r))
		}
	}
	room := &p.roomForOthers
	if r.ToMend() || r.Status == sync.Unprocessed {
		room = &p.roomForFirst
	}
	if *room == 0 {
		return false
	}
	*room--
	p.Listed++
	return true
}
