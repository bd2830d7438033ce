package sync

import (
	"cmp"
	"iter"
	"slices"
)

// Results gives the rows' results in file order. An error is the last thing
// yielded.
func (r *Record) Results() iter.Seq2[Result, error] {
	return r.resultsOf(func(span) bool { return true })
}

// ToMend gives the results of the rows that somebody has to do something about, likewise.
func (r *Record) ToMend() iter.Seq2[Result, error] {
	return r.resultsOf(func(s span) bool { return Result{Status: Statuses[s.status]}.ToMend() })
}

// together is how many results are read at a time: rows that are near each other in the
// sheet are so in the journal, but in the order in which they were done.
const together = 256

func (r *Record) resultsOf(wanted func(span) bool) iter.Seq2[Result, error] {
	return func(yield func(Result, error) bool) {
		g := group{record: r}
		for i, s := range r.lines {
			if wanted(s) {
				g.spans = append(g.spans, s)
			}
			if len(g.spans) < together && i+1 < len(r.lines) {
				continue
			}
			results, err := g.read()
			for _, result := range results {
				if !yield(result, nil) {
					return
				}
			}
			if err != nil {
				yield(Result{}, err)
				return
			}
			g.spans = g.spans[:0]
		}
	}
}

// result returns the result of one row.
func (r *Record) result(s span) (Result, error) {
	g := group{record: r, spans: []span{s}}
	results, err := g.read()
	if err != nil {
		return Result{}, err
	}
	return results[0], nil
}

// A group is some results that are read at a time.
type group struct {
	record  *Record
	spans   []span // in the order of the rows
	results []Result
	order   []int // indices of spans in the order of the journal
	text    []byte

	good int // results before the first that cannot be read
	err  error
}

// read returns the group's results, good until the next call, and what keeps the others
// from being read.
func (g *group) read() ([]Result, error) {
	g.results, g.order = slices.Grow(g.results[:0], len(g.spans))[:len(g.spans)], g.order[:0]
	g.good, g.err = len(g.spans), nil
	for i, s := range g.spans {
		if sent, ok := g.record.sent[int(s.row)]; ok {
			g.results[i] = sent
		} else {
			g.order = append(g.order, i)
		}
	}
	slices.SortFunc(g.order, func(i, j int) int { return cmp.Compare(g.spans[i].start, g.spans[j].start) })
	for rest := g.order; len(rest) > 0; {
		n := 1
		for n < len(rest) && g.spans[rest[n]].start <= g.spans[rest[n-1]].end()+1 { // a line feed between
			n++
		}
		g.readLines(rest[:n])
		rest = rest[n:]
	}
	return g.results[:g.good], g.err
}

// readLines reads lines that stand behind each other.
func (g *group) readLines(spans []int) {
	first, last := g.spans[spans[0]], g.spans[spans[len(spans)-1]]
	length := int(last.end() - first.start)
	g.text = slices.Grow(g.text[:0], length)[:length]
	if _, err := g.record.file.ReadAt(g.text, first.start); err != nil {
		g.fail(slices.Min(spans), err)
		return
	}
	for _, i := range spans {
		s := g.spans[i]
		result, err := parseResult(string(g.text[s.start-first.start : s.end()-first.start]))
		if err != nil {
			g.fail(i, Errorf("第 %d 行的记录：%v", "the line of row %d: %v", s.row, errDamaged))
		}
		g.results[i] = result
	}
}

// fail notes that a result cannot be read.
func (g *group) fail(i int, err error) {
	if i < g.good {
		g.good, g.err = i, err
	}
}
