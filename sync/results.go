package sync

import (
	"cmp"
	"iter"
	"slices"
)

// Results gives the rows' results in file order. An error is the last thing
// yielded.
func (r *Record) Results() iter.Seq2[Result, error] {
	return r.resultsOf(func(int, span) bool { return true })
}

// ResultsBehind gives those of the rows behind one.
func (r *Record) ResultsBehind(last int) iter.Seq2[Result, error] {
	return r.resultsOf(func(row int, _ span) bool { return row > last })
}

// ToMend gives the results of the rows that somebody has to do something about, likewise.
func (r *Record) ToMend() iter.Seq2[Result, error] {
	return r.resultsOf(func(_ int, s span) bool { return Result{Status: Statuses[s.status]}.ToMend() })
}

// together is how many results are read at a time: rows that are near each other in the
// sheet are so in the journal, but in the order in which they were done.
const together = 256

func (r *Record) resultsOf(wanted func(int, span) bool) iter.Seq2[Result, error] {
	return func(yield func(Result, error) bool) {
		g := group{record: r}
		for row, s := range r.lines.all() {
			if !wanted(row, s) {
				continue
			}
			g.places = append(g.places, place{row, s})
			if len(g.places) == together && !g.hand(yield) {
				return
			}
		}
		g.hand(yield)
	}
}

// result returns the result of one row.
func (r *Record) result(row int, s span) (Result, error) {
	g := group{record: r, places: []place{{row, s}}}
	results, err := g.read()
	if err != nil {
		return Result{}, err
	}
	return results[0], nil
}

// A group is some results that are read at a time.
type group struct {
	record  *Record
	places  []place // in the order of the rows
	results []Result
	order   []int // indices of places in the order of the journal
	text    []byte

	good int // results before the first that cannot be read
	err  error
}

// A place is where the line of a row is.
type place struct {
	row int
	span
}

// hand yields the group's results and empties it. It reports whether more are wanted.
func (g *group) hand(yield func(Result, error) bool) bool {
	results, err := g.read()
	for _, result := range results {
		if !yield(result, nil) {
			return false
		}
	}
	if err != nil {
		yield(Result{}, err)
		return false
	}
	g.places = g.places[:0]
	return true
}

// read returns the group's results, good until the next call, and what keeps the others
// from being read.
func (g *group) read() ([]Result, error) {
	g.results, g.order = slices.Grow(g.results[:0], len(g.places))[:len(g.places)], g.order[:0]
	g.good, g.err = len(g.places), nil
	for i, s := range g.places {
		if sent, ok := g.record.sent[s.row]; ok {
			g.results[i] = sent
		} else {
			g.order = append(g.order, i)
		}
	}
	slices.SortFunc(g.order, func(i, j int) int { return cmp.Compare(g.places[i].start, g.places[j].start) })
	for rest := g.order; len(rest) > 0; {
		n := 1
		for n < len(rest) && g.places[rest[n]].start <= g.places[rest[n-1]].end()+1 { // a line feed between
			n++
		}
		g.readLines(rest[:n])
		rest = rest[n:]
	}
	return g.results[:g.good], g.err
}

// readLines reads lines that stand behind each other.
func (g *group) readLines(spans []int) {
	first, last := g.places[spans[0]], g.places[spans[len(spans)-1]]
	length := int(last.end() - first.start)
	g.text = slices.Grow(g.text[:0], length)[:length]
	if _, err := g.record.file.ReadAt(g.text, first.start); err != nil {
		g.fail(slices.Min(spans), err)
		return
	}
	for _, i := range spans {
		s := g.places[i]
		line := g.text[s.start-first.start : s.end()-first.start]
		result, err := parseResult(string(line))
		if err == nil {
			err = unseal(line)
		}
		if err != nil || result.Row != s.row {
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
