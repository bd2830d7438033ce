package feishu

import (
	"cmp"
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
	"testing"
)

// TestCodes is the code table of the vendor's page and of the gateway, row by
// row: the HTTP status and code of an answer, and what it concerns.
func TestCodes(t *testing.T) {
	tests := []struct {
		status int
		class  Class
		codes  string
	}{
		{500, ClassTransient, "1009999 1009998"},
		{200, ClassRow, "1001001 1001002 1001003 1001004"},
		{400, ClassUpdateLimit, "1001005"},
		{400, ClassRow, "1001006 1001007"},
		{403, ClassApp, "1000403"},
		{429, ClassSlowDown, "99991400 1000004 1000005"},
		{400, ClassSlowDown, "99991400 1000004 1000005"},
		{429, ClassMonthlyQuota, "99991403"},
		{400, ClassToken, "99991663 99991664 99991665 99991671 99991668"},
		{401, ClassToken, "99991663 99991664 99991665 99991671 99991668"},
		{200, ClassToken, "99991663 99991664 99991665 99991671 99991668"},
		{400, ClassApp, "99991661 99991672 99991673 99991676 99991679 99991662"},
		{403, ClassApp, "99991401"},
		{200, ClassApp, "10003 10005 10012 10013 10014 10015 99991543"},
		{200, ClassTransient, "2200"},
		{400, ClassRow, "99992402"},
		{400, ClassRow, "99992351 99992352 99992360 99992364 99992381"},
		{404, ClassApp, "99991201 99991301"},
		{503, ClassTransient, "123456"},
		{200, ClassRow, "123456 99992350 99992365"},
		{429, ClassSlowDown, "123456"},
		{0, ClassTransient, string(CodeNoReply + " " + CodeTimeout)},
		{200, ClassTransient, string(CodeBadReply)},
	}
	for _, test := range tests {
		for code := range strings.FieldsSeq(test.codes) {
			if got := classify(Code(code), test.status); got != test.class {
				t.Errorf("%d %s: %s, want %s", test.status, code, got, test.class)
			}
		}
	}
}

func TestStatusCodes(t *testing.T) {
	for status, want := range map[int]Code{
		200: CodeBadReply, 302: CodeRedirect, 307: CodeRedirect, 400: CodeHTTPOther, 401: CodeDenied, 403: CodeDenied,
		404: CodeNotOffered, 407: CodeDenied, 413: CodeHTTPOther, 429: CodeThrottled, 500: CodeHTTPServer, 502: CodeHTTPServer,
	} {
		if got := statusCode(status); got != want {
			t.Errorf("%d: %s, want %s", status, got, want)
		}
	}
}

// TestWords holds that every code has all four sentences, in the right language.
func TestWords(t *testing.T) {
	all := map[string]words{"unknown": unknownCode, "user": wrongUser, "table": noTable, "token": noToken}
	for code, r := range refusals {
		all[string(code)] = r.words
		if r.class == "" {
			t.Errorf("%s has no class", code)
		}
	}
	for code, r := range botRefusals {
		all["bot "+string(code)] = r.words
		if r.class == "" {
			t.Errorf("%s of a bot has no class", code)
		}
	}
	all["bot unknown"] = botRefusal("4711", 200).words
	for _, t := range troubles {
		all[t.reason.en] = words{t.reason, text{cmp.Or(t.advice.zh, serverTrouble.advice.zh), cmp.Or(t.advice.en, serverTrouble.advice.en)}}
	}
	for code, w := range all {
		for _, t2 := range []text{w.reason, w.advice} {
			if !chinese(t2.zh) || t2.en == "" || chinese(t2.en) {
				t.Errorf("%s: zh %q, en %q", code, t2.zh, t2.en)
			}
		}
	}
}

// TestEveryCodeHasWords holds that each constant of code.go has words, and that words
// which are not for a code of Feishu's are for such a constant.
func TestEveryCodeHasWords(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "code.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	declared := map[Code]bool{}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if kind, ok := spec.Type.(*ast.Ident); ok && kind.Name == "Code" {
			text, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			declared[Code(text)] = true
		}
		return true
	})
	for code := range declared {
		_, worded := refusals[code]
		if _, ofBot := botRefusals[code]; !worded && !ofBot {
			t.Errorf("%s has no words", code)
		}
	}
	for code := range refusals {
		if !code.Feishus() && !declared[code] {
			t.Errorf("%s has words, but nobody can give it", code)
		}
	}
	if len(declared) < 19 {
		t.Errorf("only %d codes were found", len(declared))
	}
}

func chinese(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r >= 0x4e00 && r <= 0x9fff })
}

// TestUnknownCodeQuotesTheServer shows that the server's words are kept where
// okrsync has none of its own, and left out where it has.
func TestUnknownCodeQuotesTheServer(t *testing.T) {
	unknown := &Error{Code: "4711", Msg: "strange"}
	if !strings.Contains(unknown.Reason("en"), "strange") || !strings.Contains(unknown.Reason("zh"), "strange") {
		t.Errorf("%q", unknown.Reason("en"))
	}
	known := &Error{Code: "1001004", Msg: "okr data not found"}
	if strings.Contains(known.Reason("en"), known.Msg) {
		t.Errorf("%q", known.Reason("en"))
	}
}

// TestSign holds the signature against what openssl makes of the time in Feishu's guide:
// printf %s | openssl dgst -sha256 -mac HMAC -macopt key:"$(printf '1599360473\nsecret')" -binary | base64
func TestSign(t *testing.T) {
	if got := sign("1599360473", "secret"); got != "q4jswNiMy51J5JuQV566yJat0/lQ/c+22kINzUgKsGU=" {
		t.Error(got)
	}
}
