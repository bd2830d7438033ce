package sync

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Guards stop a run before it sends anything, for a person to look. Each is off at 0.
type Guards struct {
	// MaxChangedRows is how many rows may be sent.
	MaxChangedRows int

	// MaxNotified is how many people Feishu may message.
	MaxNotified int

	// MaxFactor is by which factor a value may grow or shrink. A value that changes
	// its sign or drops to zero exceeds any; one that was zero before exceeds none.
	MaxFactor float64
}

// A Guard is one of the guards, by the name of its key in the configuration, or the
// one that nobody has to ask for.
type Guard string

// The guards.
const (
	GuardChangedRows Guard = "max_changed_rows"
	GuardNotified    Guard = "max_notified"
	GuardFactor      Guard = "max_factor"
	GuardRejected    Guard = "mostly_rejected" // most rows of a file of some size are rejected
)

// leastRows is from how many rows on a file that is mostly rejected is taken for the
// wrong file or one with a shifted column. In a smaller one people see each row.
const leastRows = 10

// A Breach is a guard that a run would exceed.
type Breach struct {
	Guard Guard
	Found int      // rows, for GuardNotified people
	Limit float64  // as set; for GuardRejected the rows that there are
	Of    int      // rows that it is about, of which
	Rows  []Result // are the first ones
}

// A GuardError ends a run before it sends anything: guards were exceeded.
type GuardError struct{ Breaches []Breach }

// Error says in English which guards were exceeded.
func (e *GuardError) Error() string { return e.Reason("en") + "; " + e.Advice("en") }

// Reason says in Chinese ("zh") or English (anything else) which guards were exceeded.
func (e *GuardError) Reason(lang string) string {
	var reasons []string
	for _, b := range e.Breaches {
		reasons = append(reasons, b.Words().In(lang))
	}
	return strings.Join(reasons, Text{ZH: "；", EN: "; "}.In(lang))
}

// Advice says what to do.
func (e *GuardError) Advice(lang string) string {
	_, advice := Guarded.words(nil)
	return advice.In(lang)
}

// Words says what the guard found.
func (b Breach) Words() Text {
	limit := strconv.FormatFloat(b.Limit, 'f', -1, 64)
	switch b.Guard {
	case GuardChangedRows:
		return Text{
			ZH: fmt.Sprintf("将更新 %d 行，超过 max_changed_rows 允许的 %s 行", b.Found, limit),
			EN: fmt.Sprintf("%d rows would change, more than max_changed_rows allows (%s)", b.Found, limit),
		}
	case GuardNotified:
		return Text{
			ZH: fmt.Sprintf("飞书将通知 %d 人，超过 max_notified 允许的 %s 人", b.Found, limit),
			EN: fmt.Sprintf("Feishu would message %d people, more than max_notified allows (%s)", b.Found, limit),
		}
	case GuardFactor:
		return Text{
			ZH: fmt.Sprintf("有 %d 行的数值变化超过 %s 倍（max_factor）、变号或归零，可能弄错了单位（元与万元）", b.Found, limit),
			EN: fmt.Sprintf("rows whose values jump by more than %s times (max_factor), change their sign or drop to zero, as if the unit were another: %d", limit, b.Found),
		}
	}
	return Text{
		ZH: fmt.Sprintf("%s 行数据中有 %d 行被拒绝，可能用错了文件或列错位", limit, b.Found),
		EN: fmt.Sprintf("%d of %s rows are rejected, as if it were another file or a column had shifted", b.Found, limit),
	}
}

// breaches lists the guards that what the survey found exceeds.
func (s *survey) breaches() []Breach {
	g, planned := s.guards, s.counts[Planned]
	var all []Breach
	add := func(exceeded bool, b Breach) {
		if exceeded {
			all = append(all, b)
		}
	}
	add(g.MaxChangedRows > 0 && planned > g.MaxChangedRows, Breach{GuardChangedRows, planned, float64(g.MaxChangedRows), s.sent.count, s.sent.first})
	add(g.MaxNotified > 0 && len(s.people) > g.MaxNotified, Breach{GuardNotified, len(s.people), float64(g.MaxNotified), s.tells.count, s.tells.first})
	add(s.jumps.count > 0, Breach{GuardFactor, s.jumps.count, g.MaxFactor, s.jumps.count, s.jumps.first})
	b, wrong := s.mostlyRejected()
	if !wrong && s.whole != nil {
		b, wrong = s.whole.mostlyRejected()
	}
	add(wrong && planned > 0, b)
	return all
}

// mostlyRejected reports whether most rows that ask for something are rejected.
func (s *survey) mostlyRejected() (Breach, bool) {
	rejected := s.counts[Rejected]
	asked := rejected + s.counts[Planned] + s.counts[Updated] + s.counts[Unchanged] + s.counts[Failed]
	return Breach{GuardRejected, rejected, float64(asked), rejected, s.refused.first}, asked >= leastRows && 2*rejected > asked
}

// jumps reports whether a value of a row changes by more than MaxFactor.
func (g Guards) jumps(r *Result) bool {
	if g.MaxFactor == 0 {
		return false
	}
	return jumps(r.Before.Initial, r.Sent.Initial, g.MaxFactor) ||
		jumps(r.Before.Target, r.Sent.Target, g.MaxFactor) ||
		jumps(r.Before.Current, r.Sent.Current, g.MaxFactor)
}

func jumps(before, after json.Number, factor float64) bool {
	x, errX := before.Float64()
	y, errY := after.Float64()
	if errX != nil || errY != nil || x == 0 { // absent, or where anything is infinitely more
		return false
	}
	small, large := math.Abs(x), math.Abs(y)
	if small > large {
		small, large = large, small
	}
	return math.Signbit(x) != math.Signbit(y) || large > factor*small
}

// examples are the first few of many rows.
type examples struct {
	count int
	first []Result
}

func (e *examples) add(r *Result) {
	const most = 10
	if e.count++; len(e.first) < most {
		e.first = append(e.first, *r)
	}
}
