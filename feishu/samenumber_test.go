package feishu

import (
	"encoding/json"
	"math"
	"strconv"
	"testing"
)

// FuzzSameNumber holds SameNumber against what it means, of numbers that are near each
// other as well.
func FuzzSameNumber(f *testing.F) {
	for _, x := range []float64{0, 0.3, 1, 85, 1e15, 999999999999999, 123456.789012345, 1e-300, 5e-324, 5e-310, math.MaxFloat64} {
		for _, steps := range []int64{0, 1, -1, 2, 5, 40, 100, 1000} {
			f.Add(x, steps)
		}
	}
	f.Fuzz(func(t *testing.T, x float64, steps int64) {
		y := math.Float64frombits(math.Float64bits(x) + uint64(steps))
		if math.IsNaN(x) || math.IsInf(x, 0) || math.IsNaN(y) || math.IsInf(y, 0) {
			return
		}
		text := func(x float64) json.Number { return json.Number(strconv.FormatFloat(x, 'g', -1, 64)) }
		want := x == y || digits15(x) == digits15(y) && strconv.FormatFloat(x, 'e', -1, 64) == shortest(digits15(x))
		if got := SameNumber(text(x), text(y)); got != want {
			t.Errorf("%v and %v are the same: %v", x, y, got)
		}
	})
}
