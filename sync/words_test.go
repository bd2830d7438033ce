package sync

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"okrsync/feishu"
)

// TestEveryReasonHasWords holds that each reason that is declared has words in both
// languages, is given by some code, and that there are no words beside them.
func TestEveryReasonHasWords(t *testing.T) {
	declared, used := inventory(t, "Reason")
	if len(declared) < 22 || len(reasons) != len(declared) {
		t.Errorf("%d reasons are declared and %d have words", len(declared), len(reasons))
	}
	for name, reason := range declared {
		if w, ok := reasons[Reason(reason)]; !ok {
			t.Errorf("%s has no words", name)
		} else {
			bilingual(t, name, w.reason, w.advice)
		}
		if used[name] < 3 { // declared, worded, given
			t.Errorf("%s has words, but nobody gives it", name)
		}
	}
}

func TestEveryStatusHasWords(t *testing.T) {
	declared, _ := inventory(t, "Status")
	if len(declared) != len(statusWords) || len(declared) != len(Statuses) {
		t.Errorf("%d statuses, %d have words, %d are listed", len(declared), len(statusWords), len(Statuses))
	}
	for name, status := range declared {
		bilingual(t, name, Status(status).Words())
	}
}

func TestEveryGuardHasWords(t *testing.T) {
	declared, _ := inventory(t, "Guard")
	said := map[Text]bool{}
	for name, guard := range declared {
		words := Breach{Guard: Guard(guard), Limit: 3, Found: 5}.Words()
		bilingual(t, name, words)
		said[words] = true
	}
	if len(declared) < 4 || len(said) != len(declared) {
		t.Errorf("%d guards say %d things", len(declared), len(said))
	}
}

// TestEveryStopHasWords holds the same for what ends a run.
func TestEveryStopHasWords(t *testing.T) {
	for _, stop := range []interface {
		error
		Reason(lang string) string
		Advice(lang string) string
	}{
		&GuardError{Breaches: []Breach{{Guard: GuardNotified, Limit: 3, Found: 5}}},
		&BudgetError{Calls: 7}, &BudgetError{Calls: 7, TooFew: true},
		&RunError{&feishu.Error{Code: feishu.CodeUpdateLimit}},
		&RunError{&feishu.Error{Code: feishu.CodeNoPermission}},
		&RunError{&feishu.Error{Code: "2200"}},
		&ShardError{Row: 12, Owner: "ou_a"},
	} {
		name := stop.Error()
		bilingual(t, name, Text{ZH: stop.Reason("zh"), EN: stop.Reason("en")}, Text{ZH: stop.Advice("zh"), EN: stop.Advice("en")})
		if name != stop.Reason("en")+"; "+stop.Advice("en") {
			t.Error(name)
		}
	}
	if row := (&feishu.Error{Code: feishu.CodeUpdateLimit}); (&RunError{row}).Advice("en") == row.Advice("en") {
		t.Error("a run is told what to do about a row")
	}
}

// inventory reads the constants of a type off the source, and how often each name
// stands anywhere in the package.
func inventory(t *testing.T, of string) (declared map[string]string, used map[string]int) {
	t.Helper()
	declared, used = map[string]string{}, map[string]int{}
	for _, name := range sources(t) {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.Ident:
				used[n.Name]++
			case *ast.ValueSpec:
				if kind, ok := n.Type.(*ast.Ident); ok && kind.Name == of && len(n.Values) == 1 {
					if text, err := strconv.Unquote(n.Values[0].(*ast.BasicLit).Value); err == nil {
						declared[n.Names[0].Name] = text
					}
				}
			}
			return true
		})
	}
	if len(slices.Compact(slices.Sorted(maps.Values(declared)))) != len(declared) {
		t.Errorf("two constants of %s are the same: %v", of, declared)
	}
	return declared, used
}

// sources are the files of the package, tests left out.
func sources(t *testing.T) []string {
	t.Helper()
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ".go") && !strings.HasSuffix(e.Name(), "_test.go") {
			names = append(names, e.Name())
		}
	}
	return names
}

// bilingual holds that sentences are there, each in its own language.
func bilingual(t *testing.T, what string, texts ...Text) {
	t.Helper()
	han := func(r rune) bool { return unicode.Is(unicode.Han, r) }
	for _, text := range texts {
		if !strings.ContainsFunc(text.ZH, han) || text.EN == "" || strings.ContainsFunc(text.EN, han) {
			t.Errorf("%s: %+v", what, text)
		}
	}
}
