package source

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// entries is how many things real files do stand in docs/spreadsheets.md: P00, P01 …
const entries = 120

// TestCatalogue holds that every entry of docs/spreadsheets.md has a test that is
// named after it, and a line in both languages.
func TestCatalogue(t *testing.T) {
	tests := map[string]bool{}
	for _, pattern := range []string{"../*/*_test.go", "../*/*/*_test.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			for _, match := range regexp.MustCompile(`(?m)^func Test(P\d+)_`).FindAllStringSubmatch(readText(t, file), -1) {
				tests[match[1]] = true
			}
		}
	}
	english, chinese := readText(t, "../docs/spreadsheets.md"), readText(t, "../docs/spreadsheets.zh-CN.md")
	for i := range entries {
		entry := fmt.Sprintf("P%02d", i)
		line := "\n| " + entry + " |"
		if !tests[entry] || strings.Count(english, line) != 1 || strings.Count(chinese, line) != 1 {
			t.Errorf("%s: test %t, lines %d and %d", entry, tests[entry], strings.Count(english, line), strings.Count(chinese, line))
		}
	}
	if len(tests) != entries {
		t.Errorf("tests of %d entries", len(tests))
	}
}

// TestDocumentedNames holds the names and codes of docs/spreadsheets.md against
// those of the code.
func TestDocumentedNames(t *testing.T) {
	for _, name := range []string{"../docs/spreadsheets.md", "../docs/spreadsheets.zh-CN.md"} {
		text := readText(t, name)
		for _, column := range columnNames {
			for _, alias := range column.names {
				if !strings.Contains(text, alias) {
					t.Errorf("%s: %s is missing", name, alias)
				}
			}
		}
		for _, code := range codes(t) {
			if !strings.Contains(text, "`"+string(code)+"`") {
				t.Errorf("%s: code %s is missing", name, code)
			}
		}
		for code := range noticeWords {
			if !strings.Contains(text, "`"+string(code)+"`") {
				t.Errorf("%s: notice %s is missing", name, code)
			}
		}
	}
}

func readText(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
