package sync_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"okrsync/feishu"
	"okrsync/feishu/feishutest"
	"okrsync/source"
	"okrsync/sync"
)

// TestQuotaThatRefills shows that no row is blamed for a quota that everybody
// shares: all rows pass if it lets some through after each cool-down, else the
// run stops and the rest is left for later.
func TestQuotaThatRefills(t *testing.T) {
	for _, quota := range []feishutest.Quota{{N: 2, Period: time.Minute}, {N: 20, Period: 70 * time.Second}, {N: 7, Period: 59 * time.Second}} {
		synctest.Test(t, func(t *testing.T) {
			s := newScene(t, feishutest.Config{Latency: 10 * time.Millisecond, Quota: quota}, 60)
			s.job.Workers = 4
			results, err := s.run(t.Context())
			got := counts(results)
			if got[sync.Failed] != 0 || (err == nil) != (got[sync.Updated] == 60) || quota.Period <= time.Minute && err != nil {
				t.Errorf("quota %+v: %v, %v", quota, got, err)
			}
		})
	}
}

// TestGateCallsBackWhoWaits shows that updates that wait for their permit when
// the gate closes do not go out during the cool-down, nor all at once behind it.
func TestGateCallsBackWhoWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, feishutest.Config{Latency: 10 * time.Millisecond, Quota: feishutest.Quota{N: 5}}, 100)
		pace(s, sync.Limit{N: 1, Period: time.Second})
		s.job.Workers = 16
		if _, err := s.run(t.Context()); err == nil {
			t.Error("the quota was not told")
		}
		refused := 0
		var first time.Time
		for _, r := range s.sim.Requests() {
			if r.Code != 1001005 {
				continue
			}
			if refused++; refused == 1 {
				first = r.At
			} else if r.At.Sub(first) < time.Minute {
				t.Errorf("an update went out %s after the first refusal", r.At.Sub(first))
			}
		}
		if refused != 4 {
			t.Errorf("%d updates were refused, want the first and three probes", refused)
		}
	})
}

// TestProbeInTrouble shows that a probe that meets other trouble stays the
// probe, and that one that ends otherwise lets another go.
func TestProbeInTrouble(t *testing.T) {
	for _, script := range []string{
		"patch 3 code:1001005\npatch 4 500\npatch 5 html502",
		"patch 3 code:1001005\npatch 4 code:1001004",
		"patch 3 code:1001005\npatch 4 ratelimit:2",
		"patch 3 code:1001005\npatch 4 code:1001005\npatch 5 code:1001004",
	} {
		synctest.Test(t, func(t *testing.T) {
			s := newScene(t, feishutest.Config{Latency: 10 * time.Millisecond}, 30)
			s.job.Workers = 4
			s.script(script)
			results, err := s.run(t.Context())
			got := counts(results)
			if err != nil || got[sync.Updated]+got[sync.Failed] != 30 || got[sync.Failed] > 2 {
				t.Errorf("%q: %v, %v", script, got, err)
			}
		})
	}
}

// TestLimitedItemsAmongGoodOnes shows that items with a limit of their own cost
// themselves, however many there are, as long as others pass in between.
func TestLimitedItemsAmongGoodOnes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, feishutest.Config{Latency: 10 * time.Millisecond}, 60)
		s.job.Workers = 4
		for i := 5; i <= 60; i += 10 {
			s.sim.Change(feishutest.SampleItem(i), func(it *feishutest.Item) { it.Limited = true })
		}
		results, err := s.run(t.Context())
		if got := counts(results); err != nil || got[sync.Updated] != 54 || got[sync.Failed] != 6 {
			t.Errorf("%v, %v", got, err)
		}
	})
}

// TestInterruptedCoolDown shows that a pause that the run's end cuts short is
// not counted in full, and that a pause is told once.
func TestInterruptedPauses(t *testing.T) {
	for _, script := range []string{"patch * ratelimit:300", "patch * code:1001005"} {
		synctest.Test(t, func(t *testing.T) {
			s := newScene(t, feishutest.Config{Latency: 50 * time.Millisecond, Jitter: 30 * time.Millisecond}, 20)
			s.job.Workers = 8
			s.script(script)
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
			defer cancel()
			if _, err := s.run(ctx); err == nil {
				t.Error("no error")
			}
			if paused := s.job.Pacer.Tally().Paused; paused > 2*time.Second {
				t.Errorf("%s: paused for %s in two seconds", script, paused)
			}
			if len(s.pauses) != 1 {
				t.Errorf("%s: pauses told: %v", script, s.pauses)
			}
		})
	}
}

// answer is a Feishu that answers every update with the same words.
type answer string

func (a answer) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(string(a))), Request: r}, nil
}

// answering gives the scene's job a client of such a Feishu.
func answering(s *scene, a answer) {
	s.t.Helper()
	client, err := feishu.NewClient(feishu.Config{BaseURL: "https://open.feishu.cn", AccessToken: "t", Transport: a, Admit: s.job.Pacer.Admit})
	if err != nil {
		s.t.Fatal(err)
	}
	s.job.Client = client
}

// TestAnswersWithOtherValues shows that a row is not updated if Feishu's answer
// has another number, and what the result says the item has now.
func TestAnswersWithOtherValues(t *testing.T) {
	tests := []struct {
		sent  source.Number
		reply answer
		want  string
		after string
	}{
		{"1", `{"code":0,"data":{"metric_current_value":1}}`, "updated", "1"},
		{"1", `{"code":0,"data":{"metric_current_value":1.0}}`, "updated", "1.0"},
		{"1", `{"code":0,"data":{"metric_target_value":9}}`, "updated", "1"},
		{"1", `{"code":0}`, "updated", "1"},
		{"0.3", `{"code":0,"data":{"metric_current_value":0.30000000000000004}}`, "updated", "0.30000000000000004"},
		{"1", `{"code":0,"data":{"metric_current_value":999}}`, "failed other_value", "999"},
		{"0.333", `{"code":0,"data":{"metric_current_value":0.33}}`, "failed other_value", "0.33"},
		{"5", `{"code":0,"data":{"metric_current_value":-5}}`, "failed other_value", "-5"},
	}
	for _, test := range tests {
		s := newScene(t, feishutest.Config{}, 1)
		s.job.Rows = rows(update(2, 1, string(test.sent)))
		answering(s, test.reply)
		results, err := s.run(t.Context())
		if got := statuses(results); err != nil || got != test.want || string(results[2].After.Current) != test.after {
			t.Errorf("%s: %s with %s, %v; want %s with %s", test.reply, got, results[2].After.Current, err, test.want, test.after)
		}
	}
}

// TestUnreadableDuplicates shows that an item that one row names with values
// that are not certain is not sent for another row either.
func TestUnreadableDuplicates(t *testing.T) {
	for _, policy := range []sync.Duplicates{sync.RejectDuplicates, sync.LastDuplicate} {
		s := newScene(t, feishutest.Config{}, 3)
		s.job.Duplicates = policy
		s.job.Rows = func(yield func(source.Update, error) bool) {
			_ = yield(update(2, 1, "5"), nil) && yield(source.Update{}, &source.RowError{
				Row: 3, Update: source.Update{Row: 3, ItemID: feishutest.SampleItem(1)},
				Problems: []source.Problem{{Code: source.CodeNumberInvalid, Row: 3, Cell: "B3", Found: "1O0"}},
			}) && yield(update(4, 2, "6"), nil)
		}
		results, err := s.run(t.Context())
		if err != nil || results[2].Status == sync.Updated || results[3].Code != "number_invalid" || results[4].Status != sync.Updated {
			t.Errorf("%s: %s, %v", policy, statuses(results), err)
		}
	}
}

// TestErrorThatMustNotHappen shows that an update that cannot even be asked for
// ends the run with its error, and never in silence.
func TestErrorThatMustNotHappen(t *testing.T) {
	s := newScene(t, feishutest.Config{}, 3)
	s.job.Rows = rows(update(2, 1, "1"), update(3, 2, "NaN"), update(4, 3, "3"))
	results, err := s.run(t.Context())
	if err == nil || results[3].Status != sync.Unprocessed || len(results) != 3 {
		t.Errorf("%s, %v", statuses(results), err)
	}
}

// TestTroubleMustBeInARow shows that rows in trouble stop a run only if nothing
// passes between them.
func TestTroubleMustBeInARow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, feishutest.Config{}, 40)
		for i := 1; i <= 40; i += 4 {
			s.script("patch item:" + feishutest.SampleItem(i) + " html502")
		}
		results, err := s.run(t.Context())
		if got := counts(results); err != nil || got[sync.Updated] != 30 || got[sync.Failed] != 10 {
			t.Errorf("%v, %v", got, err)
		}
		for _, r := range results {
			if r.Status == sync.Failed && !r.Troubled() {
				t.Errorf("%+v does not say that it was trouble", r)
			}
		}
	})
}
