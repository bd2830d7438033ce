package sync_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"okrsync/feishu/feishutest"
	"okrsync/source"
	"okrsync/sync"
)

// TestLostAnswers shows what follows a write whose answer was lost: the same again if it
// is silent, a look at the item if people may have been told of it.
func TestLostAnswers(t *testing.T) {
	silent := update(2, 1, "5")
	target := source.Update{Row: 2, ItemID: feishutest.SampleItem(1), Target: "77"}
	superior := source.Update{Row: 2, ItemID: feishutest.SampleItem(1), SupportedUserID: feishutest.SampleUser(5)}
	initial := source.Update{Row: 2, ItemID: feishutest.SampleItem(1), Initial: "3"}
	for _, test := range []struct {
		script string
		update source.Update
		want   string // the calls after the token's and the list's
	}{
		{"patch 1 reset-after", silent, "patch, patch"},
		{"patch 1 reset-after", target, "patch, get"},
		{"patch 1 500-after", target, "patch, get"},
		{"patch 1 cut", superior, "patch, get"},
		{"patch 1 hang-after", initial, "patch, get"},
		{"patch 1 reset", target, "patch, get, patch"},
		{"patch 1 html502\npatch 2 reset", target, "patch, get, patch, get, patch"},
		{"patch 1 reset-after\nget 1 500", target, "patch, get, get"},
		{"patch 1 reset-after\nget 1 ratelimit:1", target, "patch, get, get"},
		{"patch 1 expire", target, "patch, token, patch"},
		{"patch 1 ratelimit:1", target, "patch, patch"},
	} {
		for _, compare := range []bool{true, false} {
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t, feishutest.Config{NotifyUnchanged: true}, 3)
				s.job.Compare = compare
				s.script(test.script)
				s.job.Rows = rows(test.update)
				results, err := s.run(t.Context())
				if got := statuses(results); err != nil || got != "updated" {
					t.Errorf("%q: %s, %v", test.script, got, err)
				}
				var calls []string
				for _, r := range s.sim.Requests()[1:] {
					if r.Call != feishutest.List {
						calls = append(calls, string(r.Call))
					}
				}
				if got := strings.Join(calls, ", "); got != test.want {
					t.Errorf("%q of %+v: %s, want %s", test.script, test.update, got, test.want)
				}
				tries := strings.Count(test.want, "patch") - strings.Count(test.want, "token") // the client repeats that one
				if r := results[2]; r.After.Empty() || r.Attempts != tries {
					t.Errorf("%q: %+v", test.script, r)
				}
			})
		}
	}
}

// TestUnconfirmed shows what becomes of a row that may have been updated if Feishu cannot
// be asked: it is not sent again unread, and not said to be what a read was refused for.
func TestUnconfirmed(t *testing.T) {
	for _, test := range []struct {
		size   int
		script string
	}{
		{1, "patch 1 reset-after\nget * code:1001002"},
		{1, "patch 1 reset-after\nget * code:1001005"},
		{1, "patch 1 reset-after\nget * 500"},
		{3, "batch_update 1 reset-after\nlist from:2 code:1001001\nget * code:1001002"},
		{3, "batch_update 1 omit:" + feishutest.SampleItem(1) + "\nget * code:1001005"},
		{3, "batch_update 1 omit:" + feishutest.SampleItem(1) + "\nget * 500"},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := comparing(t, feishutest.Config{NotifyUnchanged: true, Latency: 5 * time.Millisecond}, 3)
			s.job.BatchSize = test.size
			s.script(test.script)
			s.job.Rows = rows(
				source.Update{Row: 2, ItemID: feishutest.SampleItem(1), Target: "77"},
				source.Update{Row: 3, ItemID: feishutest.SampleItem(2), Target: "78"},
				source.Update{Row: 4, ItemID: feishutest.SampleItem(3), Target: "79"},
			)
			results, _ := s.run(t.Context())
			r := results[2]
			if r.Status != sync.Failed || r.Code != string(sync.Unconfirmed) || !r.Uncertain || !r.MayHaveChanged() || !r.Troubled() || r.Reason.ZH == "" {
				t.Errorf("%q: %+v", test.script, r)
			}
			told := map[string]bool{}
			for _, n := range s.sim.Notifications() {
				if told[n.ItemID] {
					t.Errorf("%q: told twice of %s", test.script, n.ItemID)
				}
				told[n.ItemID] = true
			}
		})
	}
}

// TestLostWhileRefused shows that refusals for frequency are no tries: a write that is
// lost after many of them is looked at all the same.
func TestLostWhileRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := comparing(t, feishutest.Config{NotifyUnchanged: true}, 3)
		s.script("patch 1 ratelimit:1 x10\npatch 11 500-after")
		s.job.Rows = rows(source.Update{Row: 2, ItemID: feishutest.SampleItem(1), Target: "77"})
		results, err := s.run(t.Context())
		if got := statuses(results); err != nil || got != "updated" || s.calls() != "1 list, 1 get, 11 patch, 0 batch" {
			t.Errorf("%s, %v; %s", got, err, s.calls())
		}
	})
}

// TestNobodyIsToldTwice shows that nobody is messaged about one update twice, however
// many answers get lost, singly and in batches.
func TestNobodyIsToldTwice(t *testing.T) {
	const items = 300
	for _, size := range []int{1, 50} {
		for seed := range uint64(5) {
			synctest.Test(t, func(t *testing.T) {
				s := comparing(t, feishutest.Config{NotifyUnchanged: true, Seed: seed, Latency: 5 * time.Millisecond}, items)
				s.job.BatchSize, s.job.Workers = size, 8
				var all []source.Update
				for i := range items {
					u := update(i+2, i+1, fmt.Sprint(i+5000))
					if i%3 > 0 {
						u.Target = source.Number(fmt.Sprint(i + 90_000))
					}
					all = append(all, u)
				}
				s.job.Rows = rows(all...)
				s.sim.SetFaults(map[feishutest.Fault]float64{"reset-after": 0.08, "cut": 0.08, "500-after": 0.05, "reset": 0.04})
				results, err := s.run(t.Context())
				if got := counts(results); err != nil || got[sync.Updated] != items {
					t.Errorf("size %d, seed %d: %v, %v", size, seed, got, err)
					for _, r := range results {
						if r.Status != sync.Updated {
							t.Errorf("%+v", r)
						}
					}
				}
				told := map[string]int{}
				for _, n := range s.sim.Notifications() {
					if told[n.ItemID]++; told[n.ItemID] > 1 {
						t.Errorf("seed %d: %s is told of %s again", seed, n.UserID, n.ItemID)
					}
				}
				if len(told) < 20 {
					t.Errorf("only %d were told at all", len(told))
				}
			})
		}
	}
}

// TestLostForGood shows that a write that may have told somebody is tried as often as
// others, and that its row says that it may have been applied.
func TestLostForGood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := comparing(t, feishutest.Config{}, 3)
		s.job.Retry = sync.Retry{Attempts: 4, Initial: time.Second, Max: 10 * time.Second}
		s.script("patch * html502")
		s.job.Rows = rows(source.Update{Row: 2, ItemID: feishutest.SampleItem(1), Target: "77"})
		start := time.Now()
		results, _ := s.run(t.Context())
		if r := results[2]; r.Status != sync.Failed || r.Attempts != 4 || !r.Uncertain {
			t.Errorf("%+v", r)
		}
		if s.calls() != "1 list, 3 get, 4 patch, 0 batch" {
			t.Error(s.calls())
		}
		if time.Since(start) == 0 {
			t.Error("there was no back-off")
		}
	})
}
