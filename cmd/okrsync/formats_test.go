package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// bilingualCalls are what takes a Chinese and an English sentence, and at which of its
// arguments they begin.
var bilingualCalls = map[string]int{
	"usagef": 0, "problem": 0, "Textf": 0, "Errorf": 0, "optionErrorf": 0, "addressErrorf": 0, "phrase": 0, "section": 1,
}

// TestEverySentenceIsThereTwice reads the source: wherever a sentence is said in both
// languages, each stands in its own, and its format takes the arguments there are.
func TestEverySentenceIsThereTwice(t *testing.T) {
	found := 0
	err := filepath.WalkDir("../..", func(name string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return err
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, name, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			at, ok := bilingualCalls[called(call)]
			if ok && called(call) == "phrase" && isPlain(call) {
				at = 1 // the function, whose first argument is the language
			}
			if !ok || len(call.Args) < at+2 {
				return true
			}
			zh, isZH := literal(call.Args[at])
			en, isEN := literal(call.Args[at+1])
			if !isZH || !isEN {
				return true
			}
			found++
			checkSentences(t, set.Position(call.Pos()).String(), zh, en, len(call.Args)-at-2, called(call) != "phrase" && called(call) != "section")
			return true
		})
		return nil
	})
	if err != nil || found < 150 {
		t.Errorf("%d sentences, %v", found, err)
	}
}

// punctuation is the Chinese one, and what it is in English.
var punctuation = strings.NewReplacer("：", ": ", "，", ", ", "；", "; ", "（", " (", "）", ")")

// checkSentences holds two sentences to their languages, and formats to their arguments.
func checkSentences(t *testing.T, place, zh, en string, args int, formats bool) {
	t.Helper()
	onlyPlace := punctuation.Replace(zh) == en // names and arguments, and what stands between them
	if chinese(en) || !chinese(zh) && !onlyPlace {
		t.Errorf("%s: %q, %q", place, zh, en)
	}
	if !formats {
		return
	}
	values := make([]any, args)
	for i := range values {
		values[i] = 1
	}
	for _, format := range []string{zh, en} {
		said := fmt.Sprintf(format, values...)
		for _, wrong := range []string{"%!(EXTRA", "(BADINDEX)", "(MISSING)", "(NOVERB)"} {
			if strings.Contains(said, wrong) {
				t.Errorf("%s: %s", place, said)
			}
		}
	}
}

// called is the name of what a call calls, without its package or receiver.
func called(call *ast.CallExpr) string {
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		if from, ok := f.X.(*ast.Ident); ok && from.Name == "fmt" {
			return ""
		}
		return f.Sel.Name
	}
	return ""
}

func isPlain(call *ast.CallExpr) bool {
	_, ok := call.Fun.(*ast.Ident)
	return ok
}

// literal is the text of a string in the source.
func literal(e ast.Expr) (string, bool) {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(lit.Value)
	return text, err == nil
}
