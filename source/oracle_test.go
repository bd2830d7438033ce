//go:build oracle

package source

import (
	"context"
	"encoding/csv"
	"fmt"
	"math/big"
	"math/rand/v2"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// These tests hold what is read from thousands of generated cells against what
// another program says of the same cells: LibreOffice, which neither this
// package nor excelize has anything in common with. Every sheet is read in
// four shapes, and all of them must tell the same numbers:
//
//	the workbook     written by excelize, or made by LibreOffice from a CSV
//	  raw            its values as a CSV: what is stored, to 15 digits
//	  shown          its cells as a CSV, as a person sees them
//	    again        the workbook that LibreOffice makes of that

// cellsPerFamily is how many rows each of the sheets has.
const cellsPerFamily = 2000

// A family is a sheet whose cells all come about in the same way.
type family struct {
	name    string
	formats []string // the number formats of its cells, in turn
	percent PercentMode

	// One of the two makes the cells: write those of a workbook, typed those
	// of a CSV that LibreOffice reads as if somebody typed them in.
	write func(r *rand.Rand, i int) any
	typed func(r *rand.Rand, i int) string
	// id is what stands in the column of ids; nil means an id as text.
	id func(i int) any

	text     bool // the workbook's cells are text, so what LibreOffice stores is read as text
	formulas bool // typed are formulas, which LibreOffice computes and no CSV may hold

	code   Code // every row of the workbook is refused with it
	hidden bool // every row of the CSV as shown is refused
	unseen bool // what is shown tells nothing
}

// anyCode is the code of a refusal of which only that it is one matters.
const anyCode Code = "any"

// An office is where LibreOffice works: a profile of its own, and a folder for
// each of the four shapes.
type office struct{ folder, program string }

func (o office) path(shape, name, extension string) string {
	return filepath.Join(o.folder, shape, name+extension)
}

func newOffice(t *testing.T) office {
	t.Helper()
	program, err := exec.LookPath("soffice")
	if err != nil {
		t.Fatalf("this test needs LibreOffice Calc as soffice on the PATH (%v): apt-get install libreoffice-calc-nogui, "+
			"brew install --cask libreoffice, or leave out -tags oracle", err)
	}
	o := office{t.TempDir(), program}
	for _, shape := range []string{"typed", "book", "raw", "shown", "again"} {
		if err := os.Mkdir(filepath.Join(o.folder, shape), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	return o
}

// The tokens are documented as those of the CSV filter: comma, quotation mark,
// UTF-8, from line 1, column formats, language, quote all, then for reading
// "detect special numbers", for writing "numbers without quotes" and "as
// shown". The first column is read as text and everything as in en-US.
const (
	readCSVFilter  = "--infilter=CSV:44,34,76,1,1/2,1033,false,true"
	writeCSVFilter = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,%t,false"
)

// convert has LibreOffice convert files into a shape, all in one start.
func (o office) convert(t *testing.T, shape, extension, format string, files []string, options ...string) {
	t.Helper()
	const longest = 2 * time.Minute
	ctx, cancel := context.WithTimeout(t.Context(), longest)
	defer cancel()
	profile := url.URL{Scheme: "file", Path: filepath.Join(o.folder, "profile")}
	arguments := append([]string{"-env:UserInstallation=" + profile.String(), "--headless"}, options...)
	arguments = append(arguments, "--convert-to", format, "--outdir", filepath.Join(o.folder, shape))
	command := exec.CommandContext(ctx, o.program, append(arguments, files...)...)
	command.Env = append(os.Environ(), "LC_ALL=C.UTF-8") // marks and separators follow it
	command.WaitDelay = time.Second
	output, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("soffice: %v\n%s", err, output)
	}
	for _, file := range files { // it does not fail when it fails
		name := strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))
		if _, err := os.Stat(o.path(shape, name, extension)); err != nil {
			t.Fatalf("soffice did not convert %s: %v\n%s", file, err, output)
		}
	}
}

func TestOracle(t *testing.T) {
	o := newOffice(t)
	var typed, books, shown []string
	for i, f := range families {
		r := rand.New(rand.NewPCG(uint64(i), cellsPerFamily)) // the same cells every time
		if f.typed != nil {
			typed = append(typed, f.writeTyped(t, o, r))
		} else {
			f.writeBook(t, o, r)
		}
		books = append(books, o.path("book", f.name, ".xlsx"))
		shown = append(shown, o.path("shown", f.name, ".csv"))
	}
	o.convert(t, "book", ".xlsx", "xlsx", typed, readCSVFilter)
	o.convert(t, "raw", ".csv", fmt.Sprintf(writeCSVFilter, false), books)
	o.convert(t, "shown", ".csv", fmt.Sprintf(writeCSVFilter, true), books)
	o.convert(t, "again", ".xlsx", "xlsx", shown, readCSVFilter)
	for _, f := range families {
		t.Run(f.name, func(t *testing.T) { f.check(t, o) })
	}
}

// column is what LibreOffice wrote into the column of values.
func column(t *testing.T, path string) []string {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	records, err := csv.NewReader(file).ReadAll()
	if err != nil || len(records) != cellsPerFamily+1 {
		t.Fatalf("%s: %d rows, %v", path, len(records), err)
	}
	var texts []string
	for _, record := range records[1:] {
		texts = append(texts, record[1])
	}
	return texts
}

// An outcome is what became of a row: a value, or the code it is refused with.
type outcome struct {
	id    string
	value *big.Rat // nil if refused
	code  Code
}

func (o outcome) String() string {
	if o.value == nil {
		return fmt.Sprintf("refused %s", o.code)
	}
	return o.value.RatString()
}

func (o outcome) agrees(other outcome) bool {
	if o.value == nil || other.value == nil {
		return o.value == nil && other.value == nil && (o.code == other.code || other.code == anyCode)
	}
	return o.value.Cmp(other.value) == 0
}

// anyhow is the outcome of the same cell in another shape, where a refusal may
// have another code.
func (o outcome) anyhow() outcome { return outcome{o.id, o.value, anyCode} }

// outcomes reads a file with what is to be tested.
func (f family) outcomes(t *testing.T, path string) []outcome {
	t.Helper()
	a := read(t, path, Options{Percent: f.percent})
	if a.fatal != nil || len(a.updates)+len(a.refused) != cellsPerFamily {
		t.Fatalf("%s: %d rows, %d refused, %v", filepath.Base(path), len(a.updates), len(a.refused), a.fatal)
	}
	rows := make([]outcome, cellsPerFamily)
	for _, u := range a.updates {
		value, _ := new(big.Rat).SetString(string(u.Current))
		rows[u.Row-2] = outcome{u.ItemID, value, "blank"}
	}
	for _, e := range a.refused {
		rows[e.Row-2] = outcome{e.Update.ItemID, nil, e.Problems[0].Code}
	}
	return rows
}

// check holds the four shapes of a family against each other.
func (f family) check(t *testing.T, o office) {
	t.Helper()
	raw, shown := column(t, o.path("raw", f.name, ".csv")), column(t, o.path("shown", f.name, ".csv"))
	book, visible := f.outcomes(t, o.path("book", f.name, ".xlsx")), f.outcomes(t, o.path("shown", f.name, ".csv"))
	again, typed := f.outcomes(t, o.path("again", f.name, ".xlsx")), book
	if f.typed != nil {
		typed = f.outcomes(t, o.path("typed", f.name, ".csv"))
	}
	var wrong []string
	for i := range cellsPerFamily {
		if problem := f.wrong(i, raw[i], shown[i], book[i], visible[i], again[i], typed[i]); problem != "" {
			wrong = append(wrong, fmt.Sprintf("row %d, raw %q, shown %q: %s", i+2, raw[i], shown[i], problem))
		}
	}
	if len(wrong) > 0 {
		const enough = 8
		t.Errorf("%d of %d cells, such as\n%s", len(wrong), cellsPerFamily, strings.Join(wrong[:min(enough, len(wrong))], "\n"))
	}
}

// wrong says what does not agree in a row, or "".
func (f family) wrong(i int, raw, shown string, book, visible, again, typed outcome) string {
	stored, seen, kept := f.stored(raw), reference(shown, f.percent), f.id == nil
	if f.hidden {
		seen = display{outcome: outcome{code: anyCode}}
	}
	wanted := stored
	if f.code != "" {
		wanted = outcome{code: f.code}
	}
	switch {
	case kept && (book.id != itemID(i) || visible.id != itemID(i) || again.id != itemID(i) || typed.id != itemID(i)):
		return fmt.Sprintf("ids %q, %q, %q, %q", book.id, visible.id, again.id, typed.id)
	case !book.agrees(wanted):
		return fmt.Sprintf("the workbook gives %v, not %v", book, wanted)
	case f.formulas && typed.value != nil:
		return fmt.Sprintf("the formula is taken for %v", typed)
	case !f.formulas && !typed.agrees(book.anyhow()):
		return fmt.Sprintf("typed it is %v, in the workbook %v", typed, book)
	case f.unseen:
		return ""
	case !f.hidden && seen.code == anyCode && !isExponential(shown):
		return "the reference cannot read what is shown"
	case !f.text && !seen.near(stored):
		return fmt.Sprintf("the reference takes what is shown for %v, but stored is %v", seen, stored)
	case !visible.agrees(seen.outcome):
		return fmt.Sprintf("the CSV gives %v, not %v", visible, seen)
	// Text with an exponent is refused even where a spreadsheet would take it.
	case !isExponential(shown) && !visible.agrees(again.anyhow()):
		return fmt.Sprintf("the CSV gives %v, as a workbook %v", visible, again)
	}
	return ""
}

// stored is the outcome for what LibreOffice has stored, which it writes as
// text, as a percentage or as a plain number.
func (f family) stored(raw string) outcome {
	value, ok := new(big.Rat).SetString(raw)
	if !ok || f.text {
		return reference(raw, f.percent).outcome
	}
	return inRange(value)
}

func inRange(value *big.Rat) outcome {
	if limit := big.NewRat(1e15, 1); new(big.Rat).Abs(value).Cmp(limit) >= 0 {
		return outcome{code: CodeNumberRange}
	}
	return outcome{value: value}
}

// A display is the outcome of a text and how finely it shows the number: the
// number is scaled by a unit and rounded to steps.
type display struct {
	outcome
	unit, step *big.Rat
}

// near reports whether a stored number may be shown as d. A text that is
// refused shows nothing.
func (d display) near(stored outcome) bool {
	if d.value == nil || stored.value == nil {
		return true
	}
	difference := new(big.Rat).Mul(stored.value, d.unit)
	difference.Sub(difference, d.value).Abs(difference)
	return difference.Cmp(new(big.Rat).Quo(d.step, big.NewRat(2, 1))) <= 0
}

const marks = `(?:US\$|HK\$|[¥$€£]|RMB|CNY|USD|EUR)`

var (
	shownDash   = regexp.MustCompile(`^\s*` + marks + `\s*-\s*$|^\s+-\s+$`)
	shownNumber = regexp.MustCompile(`^(?:[-+(]|` + marks + `|\s)*(\d+|\d{1,3}(?:,\d{3})+)(?:\.(\d+))?\s*(%?)(万亿|万|亿|)(?:[-)元]|` + marks + `|\s)*$`)
	exponential = regexp.MustCompile(`^\s*[-+]?[\d.]+[eE][-+]?\d+\s*$`)
	asASCII     = strings.NewReplacer("０", "0", "１", "1", "２", "2", "３", "3", "４", "4", "５", "5", "６", "6", "７", "7", "８", "8", "９", "9",
		"．", ".", "，", ",", "－", "-", "−", "-", "–", "-", "＋", "+", "（", "(", "）", ")", "％", "%", "￥", "¥", "\u00a0", " ", "\u3000", " ", "\u200b", "", "\ufeff", "")
)

func isExponential(text string) bool { return exponential.MatchString(text) }

// reference reads a text as a person does who knows the cells are numbers. It
// has nothing in common with the parser that it is there to check, and it is
// lenient: the sheets hold no text that only looks like a number.
func reference(text string, mode PercentMode) display {
	text = asASCII.Replace(text)
	if shownDash.MatchString(text) {
		return display{outcome{value: new(big.Rat)}, big.NewRat(1, 1), big.NewRat(1, 1)}
	}
	found := shownNumber.FindStringSubmatch(text)
	if found == nil {
		return display{outcome: outcome{code: anyCode}}
	}
	whole, fraction, percent := strings.ReplaceAll(found[1], ",", ""), found[2], found[3] != ""
	unit := map[string]int64{"": 1, "万": 1e4, "亿": 1e8, "万亿": 1e12}[found[4]]
	d := display{unit: big.NewRat(unit, 1), step: big.NewRat(unit, 1)}
	if percent && mode == PercentRatio {
		d.step.SetFrac64(1, 100)
	}
	value, _ := new(big.Rat).SetString(whole + fraction)
	for range fraction {
		d.step.Quo(d.step, big.NewRat(10, 1))
	}
	value.Mul(value, d.step)
	if strings.ContainsAny(text, "-(") {
		value.Neg(value)
	}
	d.outcome = inRange(value)
	if undecided := mode == "" || mode == PercentAuto; percent && undecided && value.Sign() != 0 {
		d.outcome = outcome{code: CodePercentUndecided}
	}
	return d
}
