package sync_test

import (
	"context"
	"errors"
	"fmt"
	stdsync "sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"okrsync/feishu"
	"okrsync/feishu/feishutest"
	"okrsync/source"
	"okrsync/sync"
)

// shardOf is which of so many shards answers a row, by the engine itself.
func shardOf(t *testing.T, count int, updates ...source.Update) map[int]int {
	t.Helper()
	found := map[int]int{}
	for index := 1; index <= count; index++ {
		job := sync.Job{
			Rows: rows(updates...), Pacer: sync.NewPacer(nil, 0), Shard: sync.ShardOf(index, count),
			Table: feishu.Table{SourceID: feishutest.SampleSource, ID: feishutest.SampleTable},
		}
		plan, results, err := job.Plan(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		answered := 0
		for r, err := range results {
			if _, twice := found[r.Row]; err != nil || twice {
				t.Fatalf("row %d has two shards: %v", r.Row, err)
			}
			found[r.Row] = index
			answered++
		}
		if plan.Rows != answered {
			t.Errorf("shard %d: %d rows, %d answered", index, plan.Rows, answered)
		}
	}
	return found
}

// TestShardOfAnItem has fixed values: pods of two versions must agree.
func TestShardOfAnItem(t *testing.T) {
	want := map[string]int{"1": 3, "7": 3, "007": 3, "7100000000000000001": 1, "7100000000000000002": 4, "18446744073709551615": 4, "99999999999999999999": 1}
	got := map[string]int{}
	for item := range want {
		got[item] = shardOf(t, 4, source.Update{Row: 2, ItemID: item, Current: "1"})[2]
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// TestShardsAreEven spreads ids that differ in their last digits only.
func TestShardsAreEven(t *testing.T) {
	const n = 20_000
	var updates []source.Update
	for i := range n {
		updates = append(updates, source.Update{Row: i + 2, ItemID: feishutest.SampleItem(i + 1), Current: "1"})
	}
	for _, count := range []int{2, 4, 7, 32} {
		sizes := map[int]int{}
		for _, index := range shardOf(t, count, updates...) {
			sizes[index]++
		}
		for index := 1; index <= count; index++ {
			if mean := n / count; sizes[index] < mean*4/5 || sizes[index] > mean*6/5 {
				t.Errorf("shard %d of %d has %d rows", index, count, sizes[index])
			}
		}
	}
}

// TestShardsPartition holds for any file that each row has one shard, and each item one.
func TestShardsPartition(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		count := rapid.IntRange(1, 9).Draw(r, "count")
		var updates []source.Update
		for i := range rapid.IntRange(0, 60).Draw(r, "rows") {
			u := source.Update{Row: i + 2, ItemID: fmt.Sprint(rapid.IntRange(1, 20).Draw(r, "item")), Current: "1"}
			switch rapid.IntRange(0, 5).Draw(r, "kind") {
			case 0:
				u.Current = ""
			case 1:
				u.ItemID, u.Aside = "", source.AsideTotal
			}
			updates = append(updates, u)
		}
		found, items := shardOf(t, count, updates...), map[string]int{}
		if len(found) != len(updates) {
			r.Fatalf("%d of %d rows have a shard", len(found), len(updates))
		}
		for _, u := range updates {
			if index, seen := items[u.ItemID]; seen && u.ItemID != "" && index != found[u.Row] {
				r.Fatalf("item %s is in the shards %d and %d", u.ItemID, index, found[u.Row])
			}
			items[u.ItemID] = found[u.Row]
		}
	})
}

// TestSharesAddUp holds that parts of a number add up to it, and those of a limit too.
func TestSharesAddUp(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		count := rapid.IntRange(1, 50).Draw(r, "count")
		n := rapid.IntRange(count, 10_000).Draw(r, "n")
		sum := 0
		for index := 1; index <= count; index++ {
			limits, err := sync.ShardOf(index, count).Limits([]sync.Limit{{N: n, Period: time.Second}})
			if err != nil || limits[0].N < 1 {
				r.Fatalf("%v, %v", limits, err)
			}
			sum += limits[0].N
		}
		if sum != n {
			r.Fatalf("%d in all, of %d", sum, n)
		}
	})
}

// TestShardsShareALimit sends from shards that begin at different times to a server that
// counts their calls together: none is refused.
func TestShardsShareALimit(t *testing.T) {
	for _, window := range []feishutest.Window{feishutest.Sliding, feishutest.Fixed} {
		synctest.Test(t, func(t *testing.T) {
			const items, count = 300, 4
			limit := feishutest.Limit{N: 30, Period: time.Second, Window: window}
			all := newScene(t, feishutest.Config{Limit: limit, Latency: 10 * time.Millisecond, Jitter: 30 * time.Millisecond}, items)
			var wg stdsync.WaitGroup
			for index := 1; index <= count; index++ {
				wg.Go(func() {
					shard := sync.ShardOf(index, count)
					limits, err := shard.Limits([]sync.Limit{{N: limit.N, Period: limit.Period}})
					if err != nil {
						t.Error(err)
						return
					}
					pacer := sync.NewPacer(limits, 0)
					client, err := feishu.NewClient(feishu.Config{
						BaseURL: "https://open.feishu.cn", AppID: "cli_a", AppSecret: "sesame", Transport: all.sim.Transport(), Admit: pacer.Admit,
					})
					if err != nil {
						t.Error(err)
						return
					}
					<-time.After(time.Duration(index) * 370 * time.Millisecond)
					job := all.job
					job.Client, job.Pacer, job.Shard, job.Workers = client, pacer, shard, 0
					results := map[int]sync.Result{}
					for r, err := range job.Run(t.Context()) {
						if err != nil {
							t.Error(err)
						}
						results[r.Row] = r
					}
					wantPlaces(t, results)
				})
			}
			wg.Wait()
			if s := all.sim.Stats(); s.Refused != 0 || s.Updates != items || s.Calls[feishutest.Patch] != items {
				t.Errorf("%d refused, %d updates by %d calls", s.Refused, s.Updates, s.Calls[feishutest.Patch])
			}
		})
	}
}

// TestShardsRefuseOwners refuses a file in each shard alike before anything is asked.
func TestShardsRefuseOwners(t *testing.T) {
	for index := 1; index <= 3; index++ {
		s := newScene(t, feishutest.Config{}, 3)
		s.job.Rows = rows(update(2, 1, "1"), source.Update{Row: 3, UserID: "ou_b", Current: "2"})
		s.job.Shard = sync.ShardOf(index, 3)
		_, err := s.run(context.Background())
		if e, ok := errors.AsType[*sync.ShardError](err); !ok || e.Row != 3 || len(s.sim.Requests()) != 0 {
			t.Errorf("shard %d: %v", index, err)
		}
	}
}

// TestShardsJudgeTheWholeFile stops each shard of a file that is mostly rejected.
func TestShardsJudgeTheWholeFile(t *testing.T) {
	for index := 1; index <= 4; index++ {
		s := newScene(t, feishutest.Config{}, 12)
		all := s.job.Rows
		s.job.Rows = func(yield func(source.Update, error) bool) {
			all(yield)
			for row := 100; row < 120; row++ {
				bad := &source.RowError{Row: row, Problems: []source.Problem{{Code: source.CodeNumberInvalid}}}
				if !yield(source.Update{}, bad) {
					return
				}
			}
		}
		s.job.Shard = sync.ShardOf(index, 4)
		_, err := s.run(t.Context())
		if g, ok := errors.AsType[*sync.GuardError](err); !ok || g.Breaches[0].Guard != sync.GuardRejected || s.sim.Stats().Updates != 0 {
			t.Errorf("shard %d: %v", index, err)
		}
	}
}
