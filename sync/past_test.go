package sync

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"okrsync/feishu"
)

// at is a time so many milliseconds after the beginning of a test's world.
func at(ms int) time.Time {
	return time.Date(2026, 11, 25, 8, 0, 0, 0, time.UTC).Add(time.Duration(ms) * time.Millisecond)
}

func sent(ms, answered int) note {
	return note{Attempt: Attempt{Call: feishu.CallPatch, At: at(ms), Answered: answered}}
}

// TestPast reads from the notes of runs by when each call was answered: never before it
// can have been.
func TestPast(t *testing.T) {
	start := note{Attempt: Attempt{At: at(500)}, Start: true}
	tests := map[string]struct {
		notes []note
		want  string // answers and by when, in milliseconds
	}{
		"nothing":                    {nil, ""},
		"one without an answer":      {[]note{sent(0, 0)}, "1 by 2000"},
		"one after the other":        {[]note{sent(0, 0), sent(10, 1), sent(20, 2)}, "1 by 10, 1 by 20, 1 by 2000"},
		"two at a time":              {[]note{sent(0, 0), sent(1, 0), sent(20, 2)}, "2 by 20, 1 by 2000"},
		"written in another order":   {[]note{sent(1, 0), sent(0, 0), sent(21, 1), sent(20, 1)}, "1 by 21, 3 by 2000"},
		"killed":                     {[]note{sent(0, 0), sent(10, 1), start, sent(510, 0), sent(520, 1)}, "1 by 10, 1 by 1500, 1 by 520, 1 by 2000"},
		"the second file of a run":   {[]note{sent(0, 70), sent(10, 71)}, "1 by 10, 1 by 2000"},
		"a run that ended":           {[]note{{Attempt: Attempt{Call: feishu.CallPatch, At: at(30)}, Over: 4}}, "4 by 30"},
		"one that ended, continued":  {[]note{{Attempt: Attempt{Call: feishu.CallPatch, At: at(30)}, Over: 4}, start, sent(600, 0)}, "4 by 30, 1 by 2000"},
		"a first note that was lost": {[]note{sent(10, 1), sent(20, 2)}, "1 by 20, 1 by 2000"},
	}
	for name, test := range tests {
		past := newPast()
		past.add(test.notes, at(1000))
		var got []string
		for _, a := range past.answers[feishu.CallPatch] {
			got = append(got, fmt.Sprintf("%d by %d", a.n, a.at.Sub(at(0)).Milliseconds()))
		}
		if strings.Join(got, ", ") != test.want {
			t.Errorf("%s: %s, want %s", name, strings.Join(got, ", "), test.want)
		}
	}
}

// TestRemember shows that a pacer takes over the permits that earlier runs have used up,
// and the silence that they were asked for, but none that only a wrong clock explains.
func TestRemember(t *testing.T) {
	tests := map[string]struct {
		used  []answers
		quiet time.Duration // from now
		want  []time.Duration
	}{
		"nothing":                   {want: []time.Duration{0, 0, 0, time.Minute}},
		"two calls, half gone":      {used: []answers{{at: now(-30 * time.Second), n: 2}}, want: []time.Duration{0, 30 * time.Second, 30 * time.Second, time.Minute}},
		"long ago":                  {used: []answers{{at: now(-61 * time.Second), n: 3}}, want: []time.Duration{0, 0, 0, time.Minute}},
		"a clock that was set back": {used: []answers{{at: now(time.Hour), n: 3}}, want: []time.Duration{61 * time.Second}},
		"a silence":                 {quiet: 20 * time.Second, want: []time.Duration{20 * time.Second}},
		"a silence without an end":  {quiet: 24 * time.Hour, want: []time.Duration{15 * time.Minute}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began, past := time.Now(), newPast()
				for _, u := range test.used {
					past.answers[feishu.CallPatch] = append(past.answers[feishu.CallPatch], answers{at: began.Add(u.at.Sub(at(0))), n: u.n})
				}
				if test.quiet > 0 {
					past.quiet = began.Add(test.quiet)
				}
				p := NewPacer([]Limit{{N: 3, Period: time.Minute}}, 0)
				p.Strict = true
				p.Remember(past)
				var got []time.Duration
				for range test.want {
					done, err := p.Admit(context.Background(), feishu.CallPatch)
					if err != nil {
						t.Fatal(err)
					}
					got = append(got, time.Since(began).Round(time.Second))
					done(nil)
				}
				if !slices.Equal(got, test.want) {
					t.Errorf("%v, want %v", got, test.want)
				}
			})
		})
	}
}

// TestCallThatCannotBeNoted shows that a call that is not made uses up nothing.
func TestCallThatCannotBeNoted(t *testing.T) {
	full := errors.New("disk full")
	p := NewPacer([]Limit{{N: 1, Period: time.Minute}}, 0)
	p.Allow(1)
	p.OnAttempt = func(Attempt) error { return full }
	if _, err := p.Admit(t.Context(), feishu.CallPatch); !errors.Is(err, full) {
		t.Errorf("got %v", err)
	}
	var noted []Attempt
	p.OnAttempt = func(a Attempt) error {
		noted = append(noted, a)
		return nil
	}
	done, err := p.Admit(t.Context(), feishu.CallPatch)
	if err != nil {
		t.Fatal(err)
	}
	done(nil)
	if got := p.Tally().Calls[feishu.CallPatch]; got != 1 || len(noted) != 1 || noted[0].Answered != 0 {
		t.Errorf("%d calls, %+v", got, noted)
	}
	if next := attemptOf(t.Context(), feishu.CallPatch, p.answered(feishu.CallPatch)); next.Answered != 1 {
		t.Errorf("%+v", next)
	}
}

func now(d time.Duration) time.Time { return at(0).Add(d) }
