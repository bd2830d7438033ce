package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"os"
	"slices"

	"okrsync/source"
	"okrsync/sync"
	"okrsync/sync/report"
)

// A problem is one thing that is wrong with a row, in the form of --json.
type problem struct {
	Row    int       `json:"row"`
	Cell   string    `json:"cell,omitempty"`   // C17
	Field  string    `json:"field,omitempty"`  // metric_target_value
	Column string    `json:"column,omitempty"` // as the header spells it
	Item   string    `json:"metric_item_id,omitempty"`
	Code   string    `json:"code"`
	Found  string    `json:"found,omitempty"`
	Reason sync.Text `json:"reason"`
	Advice sync.Text `json:"advice"`
}

// problems groups what is to be mended by what it is and where: a person mends a
// column at a time. For --json it keeps all of them in a file, for there may be
// more of them than fit into memory.
type problems struct {
	groups map[groupKey]*group
	all    *os.File
	lines  *bufio.Writer
	count  int
}

type groupKey struct{ code, column, field string }

// A group is one kind of problem in one column.
type group struct {
	groupKey
	advice sync.Text
	count  int
	first  []sync.Text // the reasons of the first ones
}

func newProblems() *problems { return &problems{groups: make(map[groupKey]*group)} }

// of passes results on and takes in their problems as they go by.
func (ps *problems) of(results iter.Seq2[sync.Result, error]) iter.Seq2[sync.Result, error] {
	return func(yield func(sync.Result, error) bool) {
		for r, err := range results {
			if err == nil && r.ToMend() {
				err = ps.take(r)
			}
			if !yield(r, err) {
				return
			}
		}
	}
}

// problemsIn are those of the rows of a journal.
func problemsIn(record *sync.Record) (*problems, error) {
	ps := newProblems()
	for _, err := range ps.of(record.ToMend()) {
		if err != nil {
			return nil, err
		}
	}
	return ps, nil
}

// take takes in what is wrong with a row: cell by cell, or the row as a whole.
func (ps *problems) take(r sync.Result) error {
	if len(r.Problems) == 0 {
		return ps.add(groupKey{code: r.Code}, func() problem {
			return problem{Row: r.Row, Item: r.Item, Code: r.Code, Reason: placed(r), Advice: r.Advice}
		})
	}
	for _, p := range r.Problems {
		err := ps.add(groupKey{code: string(p.Code), column: p.Column, field: string(p.Field)}, func() problem {
			told := problem{
				Row: r.Row, Cell: p.Cell, Field: string(p.Field), Column: p.Column, Item: r.Item, Code: string(p.Code), Found: p.Found,
				Reason: sync.Text{ZH: p.Reason("zh"), EN: p.Reason("en")},
				Advice: sync.Text{ZH: p.Advice("zh"), EN: p.Advice("en")},
			}
			if len(r.Problems) == 1 {
				told.Reason = r.Reason // which may know more, such as the live ids that are near
			}
			return told
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// placed is the reason of a row as a whole, with its number. One about a cell has it
// already.
func placed(r sync.Result) sync.Text {
	if r.Placed() {
		return r.Reason
	}
	return sync.Text{ZH: fmt.Sprintf("第 %d 行：%s", r.Row, r.Reason.ZH), EN: fmt.Sprintf("row %d: %s", r.Row, r.Reason.EN)}
}

// begin makes the file for all problems, if it is wanted. It has no name where the
// system allows that.
func (ps *problems) begin(all bool) (err error) {
	if !all {
		return nil
	}
	if ps.all, err = os.CreateTemp("", "okrsync-check-*"); err != nil {
		return err
	}
	_ = os.Remove(ps.all.Name())
	ps.lines = bufio.NewWriter(ps.all)
	return nil
}

// close removes the file.
func (ps *problems) close() {
	if ps.all != nil {
		_ = ps.all.Close()
		_ = os.Remove(ps.all.Name()) // where it could not be removed before
	}
}

// copyTo writes all problems as the elements of a JSON array.
func (ps *problems) copyTo(w io.Writer) error {
	if ps.all == nil {
		return nil
	}
	if err := ps.lines.Flush(); err != nil {
		return err
	}
	if _, err := ps.all.Seek(0, io.SeekStart); err != nil {
		return err
	}
	_, err := io.Copy(w, ps.all)
	return err
}

// add takes in a problem, which is put into words only if they are read.
func (ps *problems) add(key groupKey, words func() problem) error {
	const most = 10 // that are shown of a group; all of them stand in result.csv
	g := ps.groups[key]
	if g == nil {
		g = &group{groupKey: key}
		ps.groups[key] = g
	}
	g.count++
	if ps.all == nil && len(g.first) == most {
		return nil
	}
	p := words()
	if g.advice = p.Advice; len(g.first) < most {
		g.first = append(g.first, p.Reason)
	}
	if ps.all == nil {
		return nil
	}
	line, err := json.Marshal(p)
	if err != nil {
		return err
	}
	comma := ","
	if ps.count++; ps.count == 1 {
		comma = ""
	}
	_, err = fmt.Fprintf(ps.lines, "%s\n%s", comma, inert(line))
	return err
}

// sorted lists the groups in the order of the columns' documentation, the largest
// first within a column.
func (ps *problems) sorted() []*group {
	place := func(g *group) int { return slices.Index(source.Columns(), source.Column(g.field)) }
	var all []*group
	for _, g := range ps.groups {
		all = append(all, g)
	}
	slices.SortFunc(all, func(a, b *group) int {
		return cmp.Or(cmp.Compare(place(a), place(b)), cmp.Compare(b.count, a.count), cmp.Compare(a.code, b.code), cmp.Compare(a.column, b.column))
	})
	return all
}

// writeTo writes notices and groups for people. all is what shows every one of them.
func (ps *problems) writeTo(w io.Writer, lang string, s report.Summary, all string) {
	for _, n := range s.Notices {
		fmt.Fprintf(w, "%s%s\n", phrase(lang, "提示：", "note: "), printable(n.In(lang)))
	}
	for i, g := range ps.sorted() {
		if i > 0 || len(s.Notices) > 0 {
			fmt.Fprintln(w)
		}
		fmt.Fprintln(w, printable(g.title(lang)))
		for _, reason := range g.first {
			fmt.Fprintf(w, "  %s\n", printable(reason.In(lang)))
		}
		if more := g.count - len(g.first); more > 0 {
			fmt.Fprintln(w, phrase(lang, fmt.Sprintf("  …还有 %d 处，见 %s", more, all), fmt.Sprintf("  … and %d more, see %s", more, all)))
		}
		fmt.Fprintf(w, "  → %s\n", printable(g.advice.In(lang)))
	}
	if len(ps.groups) > 0 {
		fmt.Fprintln(w)
	}
}

// brief says in a few lines what is to be mended: the first of each kind.
func (ps *problems) brief(lang string) iter.Seq[string] {
	const most = 5
	return func(yield func(string) bool) {
		for i, g := range ps.sorted() {
			if i == most {
				yield(phrase(lang, fmt.Sprintf("…还有 %d 类", len(ps.groups)-most), fmt.Sprintf("… and %d more kinds", len(ps.groups)-most)))
				return
			}
			if !yield(g.title(lang) + phrase(lang, "：", ": ") + g.first[0].In(lang)) {
				return
			}
		}
	}
}

// title names a group: its column, how many there are, and their code.
func (g *group) title(lang string) string {
	column := cmp.Or(g.column, g.field)
	switch {
	case column == "" && lang == "zh":
		return fmt.Sprintf("%d 行（%s）", g.count, g.code)
	case column == "":
		return fmt.Sprintf("%s (%s)", plural(g.count, "row"), g.code)
	case lang == "zh":
		return fmt.Sprintf("“%s”列：%d 处（%s）", column, g.count, g.code)
	}
	return fmt.Sprintf("column %s: %s (%s)", column, plural(g.count, "cell"), g.code)
}
