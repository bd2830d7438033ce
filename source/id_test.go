package source

import (
	"testing"
)

func TestParseID(t *testing.T) {
	const id = "7041234567890123456"
	for text, want := range map[string]string{
		id: id, "1": "1", "12345678901234567890": "12345678901234567890",
		" " + id + "\t": id, "\ufeff" + id + "\u200b": id, "\u00a0" + id + "\u3000": id,
		"'" + id: id, "’" + id: id, `="` + id + `"`: id, `="` + id + `" `: id,
		"７０４１": "7041", "120000": "120000", "7041234567890120001": "7041234567890120001", "7041234567890120010": "7041234567890120010", "70412345678901200": "70412345678901200",
	} {
		if got, code := parseID(text); got != want || code != "" {
			t.Errorf("parseID(%q) = %q, %q, want %q", text, got, code, want)
		}
	}
	for text, want := range map[string]Code{
		"7.04E+18": CodeIDDamaged, "7.04123456789012E+018": CodeIDDamaged, "7e18": CodeIDDamaged,
		"7041234567890120000": CodeIDRounded, "70412345678901000000": CodeIDRounded, "704123456789012000": CodeIDRounded, "0012": CodeIDInvalid, "0": CodeIDInvalid,
		"123456789012345678901": CodeIDInvalid, "7041 2345": CodeIDInvalid, "7,041": CodeIDInvalid,
		"+7041": CodeIDInvalid, "-1": CodeIDInvalid, "12.0": CodeIDInvalid, "abc": CodeIDInvalid,
		"'": CodeIDInvalid, `=""`: CodeIDInvalid, "''1": CodeIDInvalid, "70\u200b41": CodeIDInvalid, "٣": CodeIDInvalid,
	} {
		if got, code := parseID(text); got != "" || code != want {
			t.Errorf("parseID(%q) = %q, %q, want %q", text, got, code, want)
		}
	}
}

func TestIntegerText(t *testing.T) {
	for _, test := range []struct {
		text, want string
		code       Code
	}{
		{text: "123", want: "123"},
		{text: "123456789012345", want: "123456789012345"},
		{text: "1.23E+5", want: "123000"},
		{text: "12.0", want: "12"},
		{text: "0", want: "0"},
		{text: "1234567890123456", code: CodeIDNotText},
		{text: "7041234567890123456", code: CodeIDNotText},
		{text: "7.04123456789012E+18", code: CodeIDNotText},
		{text: "1.5", code: CodeIDInvalid},
		{text: "1E-999", code: CodeIDInvalid},
		{text: "-5", code: CodeIDInvalid},
		{text: "NaN", code: CodeIDInvalid},
	} {
		if got, code := integerText(test.text); got != test.want || code != test.code {
			t.Errorf("integerText(%q) = %q, %q, want %q, %q", test.text, got, code, test.want, test.code)
		}
	}
}

func TestParseUserID(t *testing.T) {
	for text, want := range map[string]string{"ou_7d8a": "ou_7d8a", " a-B_9 ": "a-B_9"} {
		if got, code := parseUserID(text); got != want || code != "" {
			t.Errorf("parseUserID(%q) = %q, %q", text, got, code)
		}
	}
	for _, text := range []string{"张三", "张三(ou_1)", "a b", "a,b", "a@b", string(make([]byte, 65)), "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"} {
		if got, code := parseUserID(text); code != CodeTextInvalid {
			t.Errorf("parseUserID(%q) = %q, %q", text, got, code)
		}
	}
}

// FuzzItemID: an id is digits, and reading it again does not change it.
func FuzzItemID(f *testing.F) {
	for _, text := range []string{"7041234567890123456", "'12", `="12"`, "7.04E+18", "１２", "\ufeff1", "1e5", "7041234567890120000"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		id, code := parseID(text)
		if (id == "") == (code == "") {
			t.Fatalf("%q and %q", id, code)
		}
		if id != "" {
			if again, _ := parseID(id); again != id || !isDigits(id) || len(id) > 20 {
				t.Errorf("%q became %q, then %q", text, id, again)
			}
		}
		if n, code := integerText(text); code == "" && (len(n) > 15 || !isDigits(n)) {
			t.Errorf("%q became %q", text, n)
		}
		if user, code := parseUserID(text); (user == "") == (code == "") || len(user) > 64 {
			t.Errorf("%q became %q", text, user)
		}
	})
}
