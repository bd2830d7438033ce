package sync_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"okrsync/feishu"
	"okrsync/feishu/feishutest"
	"okrsync/source"
	"okrsync/sync"
)

// TestPlanIsWhatRunDoes holds a plan against the run that follows it: the same rows,
// the same values, the calls and people that it said, and nothing changed before.
func TestPlanIsWhatRunDoes(t *testing.T) {
	for _, size := range []int{1, 29, 40, 100} {
		s := comparing(t, feishutest.Config{}, 1000)
		s.job.BatchSize = size
		var all []source.Update
		for i := range 1000 { // as it is, but for 30 rows
			live, _ := s.sim.Item(feishutest.SampleSource, feishutest.SampleTable, feishutest.SampleItem(i+1))
			u := source.Update{Row: i + 2, ItemID: live.ID, Initial: source.Number(live.Initial), Target: source.Number(live.Target), Current: source.Number(live.Current)}
			if i%34 == 0 {
				u.Target = source.Number(fmt.Sprint(i + 7000))
			}
			all = append(all, u)
		}
		s.job.Rows = rows(all...)
		plan, results, err := s.job.Plan(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		planned := map[int]sync.Result{}
		for r, err := range results {
			if err != nil {
				t.Fatal(err)
			}
			planned[r.Row] = r
			if r.FinishedAt.IsZero() {
				t.Errorf("row %d was never planned", r.Row)
			}
		}
		if got := s.calls(); got != "10 list, 0 get, 0 patch, 0 batch" || s.sim.Stats().Updates != 0 {
			t.Errorf("planning made %s", got)
		}
		ran, err := s.run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for row, r := range ran {
			p := planned[row]
			if (p.Status == sync.Planned) != (r.Status == sync.Updated) || p.Before != r.Before || p.After != r.After || p.Notifies != r.Notifies {
				t.Errorf("size %d, row %d: planned %+v\nran %+v", size, row, p, r)
			}
		}
		n := s.sim.Stats().Calls
		if plan.Counts[sync.Planned] != 30 || plan.Counts[sync.Unchanged] != 970 ||
			plan.Calls[feishu.CallPatch] != n[feishutest.Patch] || plan.Calls[feishu.CallBatchUpdate] != n[feishutest.BatchUpdate] ||
			plan.BatchedCalls[feishu.CallBatchUpdate] != 1 || plan.Notifying != s.sim.Notified() {
			t.Errorf("size %d: %+v; then %s", size, plan, s.calls())
		}
		for _, r := range s.sim.Requests() {
			if r.Call == feishutest.Patch && strings.Count(string(r.Body), ":") != 1 {
				t.Errorf("more was sent than differs: %s", r.Body)
			}
		}
	}
}

// TestPlanWithoutComparing counts what is planned against the results that the plan gives,
// with rows that concern each other and without, for a whole file and for shards of it.
func TestPlanWithoutComparing(t *testing.T) {
	alone := []source.Update{update(2, 1, "1"), update(3, 2, "2"), {Row: 4, ItemID: feishutest.SampleItem(3)}, {Row: 5, Aside: source.AsideTotal}, update(6, 4, "4")}
	for name, all := range map[string][]source.Update{
		"alone": alone, "repeated": append(alone, update(7, 1, "1")), "contradicted": append(alone, update(7, 1, "2")),
	} {
		for shard := range 3 {
			s := newScene(t, feishutest.Config{}, 10)
			if s.job.Rows = rows(all...); shard > 0 {
				s.job.Shard = sync.Shard{Index: shard, Count: 2}
			}
			plan, results, err := s.job.Plan(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			want, n := map[sync.Status]int{}, 0
			for r, err := range results {
				if err != nil {
					t.Fatal(err)
				}
				want[r.Status]++
				n++
			}
			if !maps.Equal(plan.Counts, want) || plan.Rows != n || plan.Calls[feishu.CallPatch] != want[sync.Planned] {
				t.Errorf("%s, shard %d: %v of %d rows in %v, want %v of %d", name, shard, plan.Counts, plan.Rows, plan.Calls, want, n)
			}
		}
	}
}

// TestPlannedTime holds the forecast against the time that the run then takes.
func TestPlannedTime(t *testing.T) {
	for _, test := range []struct {
		rows, size, workers int
		rate                string
	}{
		{30, 1, 4, "100/1m"},
		{450, 1, 4, "100/1m"},
		{450, 1, 1, "1000/1s"},
		{3000, 100, 4, "10/1m"},
		{100, 1, 8, "1/1s"},
		{1000, 1, 0, "50/1s"},
		{1000, 1, 0, "100/6s"},
		{10_000, 100, 0, "100/1m"},
		{10_000, 100, 0, "10/6s"},
		{2000, 1, 0, "50/1s,1000/1m"},
		{1900, 1, 16, "1000/1m,50/1s"},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := comparing(t, feishutest.Config{Latency: 200 * time.Millisecond}, test.rows)
			s.job.Rows = values(test.rows, 50_000)
			limits, err := sync.ParseLimits(test.rate)
			if err != nil {
				t.Fatal(err)
			}
			pace(s, limits...)
			s.job.Workers, s.job.BatchSize = test.workers, test.size
			var plan sync.Plan
			s.job.OnPlan = func(p sync.Plan) { plan = p }
			started := time.Now()
			results, err := s.run(t.Context())
			took := time.Since(started)
			if counts(results)[sync.Updated] != test.rows || err != nil {
				t.Fatalf("%v, %v", counts(results), err)
			}
			if math.Abs(plan.Time.Seconds()-took.Seconds()) > 0.1*took.Seconds() {
				t.Errorf("%+v: %s planned, %s taken", test, plan.Time, took)
			}
		})
	}
}

// TestGuards shows what each guard stops, that a stop sends nothing and answers every
// row, and that a person's word lets the run pass.
func TestGuards(t *testing.T) {
	unknown := func(n int) []source.Update {
		var all []source.Update
		for i := range n {
			all = append(all, update(100+i, 1000+i, "5"))
		}
		return all
	}
	elsewhere := func(n int) []source.Update {
		var all []source.Update
		for i := range n {
			u := update(50+i, 1+i, "5")
			u.TableID = "1" // which Feishu does not have
			all = append(all, u)
		}
		return all
	}
	set := func(row, item int, target string) source.Update {
		return source.Update{Row: row, ItemID: feishutest.SampleItem(item), Target: source.Number(target)}
	}
	good := []source.Update{set(2, 3, "70"), set(3, 6, "71"), set(4, 9, "72")} // key results of three people
	for _, test := range []struct {
		name   string
		guards sync.Guards
		rows   []source.Update
		want   string // the guard, "" if none stops it
	}{
		{"as many rows as allowed", sync.Guards{MaxChangedRows: 3}, good, ""},
		{"a row too many", sync.Guards{MaxChangedRows: 2}, good, "max_changed_rows 3"},
		{"as many people as allowed", sync.Guards{MaxNotified: 3}, good, ""},
		{"a person too many", sync.Guards{MaxNotified: 2}, good, "max_notified 3"},
		{"silent rows", sync.Guards{MaxNotified: 1}, []source.Update{update(2, 3, "5"), update(3, 6, "5"), set(4, 9, "72")}, ""},
		{"factor", sync.Guards{MaxFactor: 100}, []source.Update{set(2, 3, "70"), set(3, 9, "710000"), set(4, 1, "0.0095")}, "max_factor 2"},
		{"all at once", sync.Guards{MaxChangedRows: 1, MaxNotified: 1, MaxFactor: 1.01}, good, "max_changed_rows 3, max_notified 3, max_factor 2"},
		{"mostly rejected", sync.Guards{}, append(good, unknown(7)...), "mostly_rejected 7"},
		{"half rejected", sync.Guards{}, append(append(good, set(5, 7, "73"), set(6, 8, "74")), unknown(5)...), ""},
		{"half rejected, and some refused", sync.Guards{}, append(append(good, elsewhere(6)...), unknown(9)...), ""},
		{"a small file", sync.Guards{}, append(good, unknown(6)...), ""},
		{"nothing left to send", sync.Guards{}, unknown(20), ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := comparing(t, feishutest.Config{}, 10)
			s.job.Rows, s.job.Guards = rows(test.rows...), test.guards
			plan, _, err := s.job.Plan(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			var breached []string
			for _, b := range plan.Breaches {
				breached = append(breached, fmt.Sprintf("%s %d", b.Guard, b.Found))
				if words := b.Words(); words.ZH == "" || words.EN == "" || strings.Contains(words.ZH+words.EN, "%!") {
					t.Errorf("%+v", words)
				}
			}
			if got := strings.Join(breached, ", "); got != test.want {
				t.Errorf("%q, want %q", got, test.want)
			}
			results, err := s.run(t.Context())
			stop, stopped := errors.AsType[*sync.GuardError](err)
			if stopped != (test.want != "") || stopped && len(stop.Breaches) != len(plan.Breaches) || len(results) != len(test.rows) {
				t.Errorf("%v; %v", err, counts(results))
			}
			if sent := s.sim.Stats().Updates; stopped && (sent > 0 || counts(results)[sync.Unprocessed] != plan.Counts[sync.Planned]) {
				t.Errorf("%d updates; %s", sent, statuses(results))
			}
			if stopped && results[2].Code != string(sync.Guarded) {
				t.Errorf("%+v", results[2])
			}
			s.job.Confirmed = true
			if _, err := s.run(t.Context()); err != nil {
				t.Errorf("confirmed: %v", err)
			}
			if sent := s.sim.Stats().Updates; sent != plan.Counts[sync.Planned] {
				t.Errorf("confirmed: %d updates", sent)
			}
		})
	}
}

// TestFactor shows which changes of a value are a jump.
func TestFactor(t *testing.T) {
	for _, test := range []struct {
		live, given string
		jumps       bool
	}{
		{"100", "1000", false},
		{"100", "1000.1", true},
		{"1000", "100", false},
		{"1000", "99.9", true},
		{"12345678", "1234.5678", true}, // 元 and 万元
		{"-5", "-50", false},
		{"-5", "-50.5", true},
		{"5", "-5", true},
		{"-0.001", "0.001", true},
		{"5", "0", true},
		{"0", "5000000", false}, // there is no factor from zero
		{"0", "-5", false},
	} {
		s := comparing(t, feishutest.Config{}, 1)
		s.change(1, func(i *feishutest.Item) { i.Current = json.Number(test.live) })
		s.job.Rows, s.job.Guards = rows(update(2, 1, test.given)), sync.Guards{MaxFactor: 10}
		plan, _, err := s.job.Plan(t.Context())
		if err != nil || (len(plan.Breaches) > 0) != test.jumps {
			t.Errorf("%s → %s: %+v, %v", test.live, test.given, plan.Breaches, err)
		}
	}
}
