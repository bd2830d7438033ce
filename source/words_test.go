package source

import (
	"errors"
	"go/ast"
	"go/parser"
	gotoken "go/token"
	"io/fs"
	"strconv"
	"strings"
	"testing"
)

// codes reads the codes off the source, so that none can be forgotten here.
func codes(t *testing.T) []Code {
	t.Helper()
	file, err := parser.ParseFile(gotoken.NewFileSet(), "errors.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var all []Code
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if name, ok := spec.Type.(*ast.Ident); ok && name.Name == "Code" {
			text, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, Code(text))
		}
		return true
	})
	return all
}

func TestEveryCodeHasWords(t *testing.T) {
	all := codes(t)
	if len(all) < 29 || len(all) != len(vocabulary) {
		t.Errorf("%d codes, words for %d", len(all), len(vocabulary))
	}
	for _, code := range all {
		w, ok := vocabulary[code]
		if !ok {
			t.Errorf("%s has no words", code)
		}
		for _, text := range []string{w.en.reason, w.en.advice, w.zh.reason, w.zh.advice} {
			if text == "" || strings.HasSuffix(text, ".") || strings.HasSuffix(text, "。") {
				t.Errorf("%s: %q", code, text)
			}
		}
		if !isASCII(strings.NewReplacer("“", "", "”", "").Replace(w.en.reason+w.en.advice)) && code != CodeFileNotASpreadsheet {
			t.Errorf("%s: not English: %q", code, w.en)
		}
		if isASCII(w.zh.reason) || isASCII(w.zh.advice) {
			t.Errorf("%s: not Chinese: %q", code, w.zh)
		}
	}
}

func TestRowErrorTellsPlaceFindingAndRemedy(t *testing.T) {
	e := &RowError{Row: 17, Problems: []Problem{
		{Code: CodeNumberInvalid, Row: 17, Cell: "C17", Column: "目标值", Found: "abc"},
		{Code: CodeNumberInvalid, Row: 17, Cell: "D17", Column: "当前值", Found: "x"},
	}}
	for _, test := range []struct{ got, want string }{
		{e.Problems[0].Error(), "row 17, column 目标值 (C17): “abc” is not a number; " + vocabulary[CodeNumberInvalid].en.advice},
		{e.Reason("en"), "row 17, column 目标值 (C17): “abc” is not a number; column 当前值 (D17): “x” is not a number"},
		{e.Reason("zh"), "第 17 行，“目标值”列（C17）：“abc”不是数字；“当前值”列（D17）：“x”不是数字"},
		{e.Advice("zh"), vocabulary[CodeNumberInvalid].zh.advice},
		{Problem{Code: CodeRowTooLong, Row: 3, Cell: "D3", Found: "5"}.Reason("en"), "row 3, D3: the row has more cells than the header, as if “5” were part of the cell before it"},
		{(&RowError{Row: 4, Problems: []Problem{{Code: CodeIDMissing, Row: 4}}}).Reason("zh"), "第 4 行：这一行没有指标项 ID"},
	} {
		if test.got != test.want {
			t.Errorf("got  %s\nwant %s", test.got, test.want)
		}
	}
}

func TestFileErrorTellsPlaceAndCause(t *testing.T) {
	e := &FileError{Code: CodeFileDamaged, File: "a.xlsx", Place: "xl/x.xml", Offset: 7, Err: fs.ErrPermission}
	if got, want := e.Reason("en"), "a.xlsx, xl/x.xml, byte 7: the file is damaged or incomplete"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := e.Reason("zh"), "a.xlsx，xl/x.xml，第 7 字节：文件已损坏或不完整"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if !errors.Is(e, fs.ErrPermission) {
		t.Error("the cause is lost")
	}
	if got := (&FileError{Code: "new_code"}).Error(); got != "new_code; new_code" {
		t.Error(got)
	}
}

func TestShow(t *testing.T) {
	for text, want := range map[string]string{
		"abc":                   "abc",
		"a\"b\n\u200b\u00a0":    `a\"b\n\u200b\u00a0`,
		"目标":                    "目标",
		"\xff":                  `\xff`,
		strings.Repeat("长", 41): strings.Repeat("长", 40) + "…",
		strings.Repeat("x", 40): strings.Repeat("x", 40),
	} {
		if got := show(text); got != want {
			t.Errorf("show(%q) = %q, want %q", text, got, want)
		}
	}
}
