package source

import (
	"fmt"
	"testing"
)

// TestStoredFloat shows that a number of the user's is copied as the nearest float to the
// digits that a spreadsheet keeps, and as no shorter one.
func TestStoredFloat(t *testing.T) {
	for text, want := range map[string]float64{
		"0.1": 0.1, "1234567.89": 1234567.89, "-0.000123456789012345": -0.000123456789012345, "123456789012345": 123456789012345,
		"0.30000000000000004": 0.3, "1E3": 1000, " 7 ": 7,
	} {
		if got, ok := storedFloat(text); !ok || got != want {
			t.Errorf("%q is %v, %t; want %v", text, got, ok, want)
		}
	}
	for _, text := range []string{"", "x", "1e999", "0x1"} {
		if got, ok := storedFloat(text); ok {
			t.Errorf("%q is %v", text, got)
		}
	}
}

// TestAnswersThatWait shows that what is said about a row stands beside that row, when
// rows before it have no answer.
func TestAnswersThatWait(t *testing.T) {
	rows := []int{3, 5}
	a := &answering{Answer: Answer{Unreached: AnswerRow{Row: -1}}}
	a.next = func() (row AnswerRow, err error, ok bool) {
		if len(rows) == 0 {
			return AnswerRow{}, nil, false
		}
		row.Row, rows = rows[0], rows[1:]
		return row, nil, true
	}
	var got []int
	for number := 2; number <= 6; number++ {
		said, err := a.about(number)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, said.Row)
	}
	if fmt.Sprint(got) != "[-1 3 -1 5 -1]" {
		t.Errorf("beside rows 2 to 6 stand %v", got)
	}
}
