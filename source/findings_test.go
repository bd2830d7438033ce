package source

import (
	"go/ast"
	"go/parser"
	gotoken "go/token"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

// TestFindingsAreTranslated holds that whatever the source says of a refused file
// in English has Chinese words: the formats of damaged and tooLarge, and what
// stands in Found.
func TestFindingsAreTranslated(t *testing.T) {
	said := map[string]bool{}
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		file, err := parser.ParseFile(gotoken.NewFileSet(), name, content, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			for _, text := range saidIn(n) {
				said[text] = true
			}
			return true
		})
	}
	if len(said) < 40 {
		t.Fatalf("only %d findings were found", len(said))
	}
	for text := range said {
		if findings[text] == "" {
			t.Errorf("no Chinese words for %q", text)
		}
	}
	for en, zh := range findings {
		if strings.Count(en, "%") != strings.Count(zh, "%") || strings.ContainsFunc(en, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
			t.Errorf("%q and %q", en, zh)
		}
	}
}

// saidIn lists the findings that a node of the source spells out.
func saidIn(n ast.Node) (texts []string) {
	add := func(e ast.Expr) {
		if l, ok := e.(*ast.BasicLit); ok && l.Kind == gotoken.STRING {
			if text, err := strconv.Unquote(l.Value); err == nil {
				texts = append(texts, text)
			}
		}
	}
	switch n := n.(type) {
	case *ast.KeyValueExpr:
		if key, ok := n.Key.(*ast.Ident); ok && key.Name == "Found" {
			add(n.Value)
		}
	case *ast.CallExpr:
		switch f := n.Fun.(type) {
		case *ast.Ident: // damaged(part, offset, format, …), tooLarge(part, format, …)
			if at := map[string]int{"damaged": 2, "tooLarge": 1}[f.Name]; at > 0 {
				add(n.Args[at])
			}
		case *ast.SelectorExpr: // s.damaged(format, …)
			if f.Sel.Name == "damaged" {
				add(n.Args[0])
			}
		}
	}
	return texts
}

func TestFindingsInBothLanguages(t *testing.T) {
	e := damaged("xl/a.xml", 7, "cell “%s” in row %d", "B3", 2)
	e.File = "a.xlsx"
	if got, want := e.Reason("zh"), "a.xlsx，xl/a.xml，第 7 字节：文件已损坏或不完整（第 2 行中的单元格“B3”）"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := e.Reason("en"), "a.xlsx, xl/a.xml, byte 7: the file is damaged or incomplete (cell “B3” in row 2)"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
