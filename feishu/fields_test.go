package feishu

import (
	"encoding/json"
	"testing"
)

func TestSameNumber(t *testing.T) {
	for _, test := range []struct {
		given, live json.Number
		want        bool
	}{
		{"5", "5", true},
		{"5", "5.0", true},
		{"5", "5e0", true},
		{"0", "-0", true},
		{"0", "0.000", true},
		{"0.3", "0.30000000000000004", true},
		{"0.30000000000000004", "0.3", false}, // has the digits itself
		{"0.30000000000000004", "0.30000000000000004", true},
		{"123456789012345.6", "123456789012345.4", false},
		{"123456789012345", "123456789012345.4", true}, // 15 digits are all that is sure
		{"99999.994999999995", "99999.995", true},      // one float64
		{"99999.995", "99999.994999999995", true},
		{"1e22", "10000000000000000000000", true},
		{"5", "-5", false},
		{"5", "5.00001", false},
		{"0", "1e-300", false},
		{"5", "", false},
		{"", "5", false},
		{"", "", true},
		{"5", "many", false},
	} {
		if got := SameNumber(test.given, test.live); got != test.want {
			t.Errorf("%q, live %q: %v", test.given, test.live, got)
		}
	}
}

func TestFieldsAgainstLive(t *testing.T) {
	live := Fields{Initial: "1", Current: "5.0", SupportedUserID: "ou_a"}
	given := Fields{Target: "10", Current: "5", SupportedUserID: "ou_b"}
	changing := given.Changing(live)
	if want := (Fields{Target: "10", SupportedUserID: "ou_b"}); changing != want {
		t.Errorf("changing %+v", changing)
	}
	if before := live.Only(changing); before != (Fields{SupportedUserID: "ou_a"}) {
		t.Errorf("before %+v", before)
	}
	if after := changing.Over(live); after != (Fields{Initial: "1", Target: "10", Current: "5.0", SupportedUserID: "ou_b"}) {
		t.Errorf("after %+v", after)
	}
	if !given.Changing(given).Empty() || given.Changing(Fields{}) != given || !(Fields{}).Changing(live).Empty() {
		t.Error("a field that is not given must not be sent, and one that is not there must")
	}
}
