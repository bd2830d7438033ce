package main

import (
	"slices"
	"strings"
	"testing"
)

func TestWrap(t *testing.T) {
	tests := []struct {
		text  string
		width int
		want  []string
	}{
		{"", 10, []string{""}},
		{"short", 10, []string{"short"}},
		{"one two three", 7, []string{"one two", "three"}},
		{"one  two", 4, []string{"one", "two"}},
		{"incomprehensible word", 8, []string{"incomprehensible", "word"}},
		{"目标值不是数字", 6, []string{"目标值", "不是数", "字"}},
		{"请改。然后", 4, []string{"请", "改。", "然后"}},
		{"设为 ratio 或 points", 8, []string{"设为", "ratio 或", "points"}},
	}
	for _, test := range tests {
		if got := slices.Collect(wrap(test.text, test.width)); !slices.Equal(got, test.want) {
			t.Errorf("%q in %d columns: %q, want %q", test.text, test.width, got, test.want)
		}
	}
}

func FuzzWrap(f *testing.F) {
	f.Add("row 6, column 目标值 (D6): “待定” is not a plain number", 20)
	f.Fuzz(func(t *testing.T, text string, width int) {
		if width < 2 || width > 200 || strings.ContainsRune(text, '\uFFFD') || len(text) > 1000 {
			return
		}
		var all strings.Builder
		for line := range wrap(text, width) {
			if terminal.StringWidth(line) > width && strings.Contains(strings.TrimSpace(line), " ") {
				t.Errorf("%q is wider than %d", line, width)
			}
			all.WriteString(line)
		}
		bare := func(s string) string { return strings.ReplaceAll(s, " ", "") }
		if bare(all.String()) != bare(text) {
			t.Errorf("%q came out as %q", text, all.String())
		}
	})
}
