package source

import (
	"testing"
	"unicode"
)

// isFiller knows some characters without asking Unicode's tables, which must say the same.
func TestIsFiller(t *testing.T) {
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if want := unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r); isFiller(r) != want {
			t.Errorf("%U is filler: %v", r, !want)
		}
	}
}
