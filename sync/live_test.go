package sync

import (
	"slices"
	"strings"
	"testing"

	"okrsync/feishu"
)

// someTable is a table that was read whole.
func someTable(ids ...string) *liveTable {
	t := newLiveTable()
	for _, id := range ids {
		t.take(id, &feishu.Item{ID: id, UserID: "ou_" + id})
	}
	t.finish(true)
	return t
}

// TestNear shows which live ids a damaged one may have been.
func TestNear(t *testing.T) {
	table := someTable("7041234567890123456", "7041234567890129999", "7041234567899999999", "7052000000000000001")
	for damaged, want := range map[string]string{
		"7.04123456789012E+18":  "7041234567890123456, 7041234567890129999",
		"7.04123456789012E+018": "7041234567890123456, 7041234567890129999",
		"7.041234567890124e+18": "7041234567890123456, 7041234567890129999", // 16 digits, of which 15 are sure
		"7.04123456790E+18":     "7041234567899999999",                      // rounded up
		"7.04E+18":              "",                                         // could be anything
		"7.04123456789012E+17":  "",                                         // of another length
		"7041234567890120000":   "7041234567890123456, 7041234567890129999",
		"704123456789012345":    "7041234567890123456, 7041234567890129999", // a digit is missing
		"7041234567890123457":   "",                                         // does not look damaged
		"7052000000000000000":   "7052000000000000001",
		"":                      "",
		"x":                     "",
		"1.2.3E+4":              "",
		"-7.04123456789012E+18": "",
		"7.04123456789012E+999999999999999999999": "",
		"7.04123456789012E+999999999":             "",
	} {
		if got := strings.Join(slices.Collect(table.near(damaged)), ", "); got != want {
			t.Errorf("%s: %q, want %q", damaged, got, want)
		}
	}
}

// TestNearAmongShortIDs shows that an id that lost digits is one of the long ones.
func TestNearAmongShortIDs(t *testing.T) {
	table := someTable("8", "7041230000000000123")
	if got := slices.Collect(table.near("704123000000000")); !slices.Equal(got, []string{"7041230000000000123"}) {
		t.Errorf("got %v", got)
	}
}

func FuzzNear(f *testing.F) {
	f.Add("7.04123456789012E+18")
	f.Add("7041234567890120000")
	f.Add("E+")
	table := someTable("7041234567890123456", "7041234567890129999", "1", "22")
	f.Fuzz(func(t *testing.T, damaged string) {
		for id := range table.near(damaged) {
			if id[:7] != "7041234" {
				t.Errorf("%q may have been %s", damaged, id)
			}
		}
		for id := range noTable.near(damaged) {
			t.Errorf("%q may have been %s", damaged, id)
		}
	})
}

// TestSome shows that a message names few of many.
func TestSome(t *testing.T) {
	for want, ids := range map[string][]string{"": nil, "1": {"1"}, "1, 2, 3": {"1", "2", "3"}, "1, 2, 3 …": {"1", "2", "3", "4"}} {
		if got := some(slices.Values(ids)); got != want {
			t.Errorf("%q is %q", ids, got)
		}
	}
}

// TestMentionsGiveTheirIDs shows that an id comes back as it went in.
func TestMentionsGiveTheirIDs(t *testing.T) {
	for _, id := range []string{"0", "7", "007", "7041234567890123456", "18446744073709551615", "18446744073709551616", "99999999999999999999", "00000000000000000001"} {
		number, over := value(id)
		if got := (mention{id: number, over: over, digits: uint8(len(id))}).item(); got != id {
			t.Errorf("%s comes back as %s", id, got)
		}
	}
}
