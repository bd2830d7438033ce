package feishu

import (
	"encoding/json"
	"math"
	"strconv"

	"okrsync/feishu/plainjson"
)

// Fields are the values of an item that can be updated. "" leaves a field out:
// an absent field is left alone, and neither null nor "" is ever sent.
type Fields struct {
	Initial         json.Number `json:"metric_initial_value,omitempty"`
	Target          json.Number `json:"metric_target_value,omitempty"`
	Current         json.Number `json:"metric_current_value,omitempty"`
	SupportedUserID string      `json:"supported_user_id,omitempty"`
}

// Empty reports whether there is nothing to send.
func (f Fields) Empty() bool { return f == Fields{} }

// AppendJSON appends the fields as encoding/json has them. What is no number is an error.
func (f Fields) AppendJSON(b []byte) ([]byte, error) {
	o := plainjson.Begin(b)
	f.appendMembers(&o)
	return o.End()
}

func (f Fields) appendMembers(o *plainjson.Object) {
	o.OmitNumber("metric_initial_value", f.Initial)
	o.OmitNumber("metric_target_value", f.Target)
	o.OmitNumber("metric_current_value", f.Current)
	o.OmitText("supported_user_id", f.SupportedUserID)
}

// Names returns the API names of the fields that are given, in the order of the
// vendor's page.
func (f Fields) Names() []string {
	var names []string
	for _, field := range []struct {
		name  string
		given bool
	}{
		{"metric_initial_value", f.Initial != ""},
		{"metric_target_value", f.Target != ""},
		{"metric_current_value", f.Current != ""},
		{"supported_user_id", f.SupportedUserID != ""},
	} {
		if field.given {
			names = append(names, field.name)
		}
	}
	return names
}

// Changing returns those of the fields that are not as the live item has them:
// what is left to send.
func (f Fields) Changing(live Fields) Fields {
	if SameNumber(f.Initial, live.Initial) {
		f.Initial = ""
	}
	if SameNumber(f.Target, live.Target) {
		f.Target = ""
	}
	if SameNumber(f.Current, live.Current) {
		f.Current = ""
	}
	if f.SupportedUserID == live.SupportedUserID {
		f.SupportedUserID = ""
	}
	return f
}

// Only returns the fields that other gives as well.
func (f Fields) Only(other Fields) Fields {
	if other.Initial == "" {
		f.Initial = ""
	}
	if other.Target == "" {
		f.Target = ""
	}
	if other.Current == "" {
		f.Current = ""
	}
	if other.SupportedUserID == "" {
		f.SupportedUserID = ""
	}
	return f
}

// Over returns the fields with those of the live item where they give none: what
// the item has after an update.
func (f Fields) Over(live Fields) Fields {
	if f.Initial == "" {
		f.Initial = live.Initial
	}
	if f.Target == "" {
		f.Target = live.Target
	}
	if f.Current == "" {
		f.Current = live.Current
	}
	if f.SupportedUserID == "" {
		f.SupportedUserID = live.SupportedUserID
	}
	return f
}

// SameNumber reports whether a live number is the given one as Feishu can hold it,
// in a float64. What lies beyond the 15 digits that every decimal survives there is
// binary noise (0.30000000000000004), unless the given number has more digits itself.
// An absent number is only the same as another absent one.
func SameNumber(given, live json.Number) bool {
	const apart = 1e-13 // of a number: ten times what two with the same 15 digits can differ by
	if given == live {
		return true
	}
	x, errX := strconv.ParseFloat(string(given), 64)
	y, errY := strconv.ParseFloat(string(live), 64)
	switch {
	case errX != nil || errY != nil:
		return false
	case x == y:
		return true
	case math.Abs(x-y) > apart*max(math.Abs(x), math.Abs(y)):
		return false // the usual case, without putting them into text
	}
	return digits15(x) == digits15(y) && strconv.FormatFloat(x, 'e', -1, 64) == shortest(digits15(x))
}

// digits15 is a number rounded to 15 digits.
func digits15(x float64) string { return strconv.FormatFloat(x, 'e', 14, 64) }

// shortest is a decimal in the fewest digits that a float64 needs for it.
func shortest(decimal string) string {
	x, _ := strconv.ParseFloat(decimal, 64)
	return strconv.FormatFloat(x, 'e', -1, 64)
}
