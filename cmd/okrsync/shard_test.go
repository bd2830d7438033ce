package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"okrsync/sync"
)

// TestWhichShard tells a command in all ways which shard it has.
func TestWhichShard(t *testing.T) {
	tests := []struct {
		flag, shard, shards, pod string
		want                     string // "" for the whole file
		problem                  string
	}{
		{},
		{flag: "2/4", want: "2/4"},
		{flag: "0/4", want: "4/4"},
		{flag: "1/1"},
		{shard: "3/4", want: "3/4"},
		{flag: "2/4", shard: "3/4", want: "2/4"},
		{shards: "4", pod: "0", want: "4/4"},
		{shards: "4", pod: "3", want: "3/4"},
		{shards: "1", pod: "0"},
		{flag: "1/4", shards: "4", pod: "0", want: "1/4"},
		{flag: "1/1", pod: "7"},
		{flag: "2/4", pod: "1", want: "2/4"}, // counted from 1
		{flag: "2/4", pod: "2", want: "2/4"}, // and from 0
		{flag: "2/4", pod: "0", problem: "the pods would send the same shard"},
		{flag: "2/4", pod: "3", problem: "the pods would send the same shard"},
		{flag: "5/4", problem: "is not a shard"},
		{flag: "-1/4", problem: "is not a shard"},
		{flag: "2", problem: "is not a shard"},
		{flag: "1/1001", problem: "is not a shard"},
		{pod: "0", problem: "each of them would send everything"},
		{pod: "x", shards: "4", problem: "is not the index of a pod"},
		{shards: "4", problem: "which one this is"},
		{shards: "4", pod: "4", problem: "there are 4"},
		{shards: "4", flag: "1/5", problem: "let them agree"},
		{flag: "1/4", pod: "4", problem: "more pods than shards"},
	}
	for _, test := range tests {
		c := defaults()
		err := checked(&c.shardText, isShard)
		var failed error
		for _, given := range []string{test.shard, test.flag} {
			if given != "" && failed == nil {
				failed = err(given)
			}
		}
		if test.shards != "" && failed == nil {
			failed = count(&c.shards, 0, sync.MostShards)(test.shards)
		}
		if failed == nil {
			p := &program{environ: []string{completionIndex + "=" + test.pod}}
			c, failed = p.sharded(c)
		}
		got := ""
		if c.shard.Divided() {
			got = c.shard.String()
		}
		if problem := failed != nil; problem != (test.problem != "") || problem && !strings.Contains(failed.Error(), test.problem) || !problem && got != test.want {
			t.Errorf("%+v: %q, %v", test, got, failed)
		}
	}
}

// TestSharedLimits leaves a shard its part of what is given for all, and refuses a rate that
// cannot be divided.
func TestSharedLimits(t *testing.T) {
	c := defaults()
	c.shardText, c.burst, c.guards = "2/4", 9, sync.Guards{MaxChangedRows: 101, MaxNotified: 4, MaxFactor: 100}
	c.limits = []sync.Limit{{N: 50, Period: time.Second}, {N: 1001, Period: time.Minute}}
	got, err := (&program{}).sharded(c)
	want := sync.Guards{MaxChangedRows: 26, MaxNotified: 1, MaxFactor: 100}
	if err != nil || got.burst != 2 || got.guards != want || fmt.Sprint(got.limits) != "[13/1s 250/1m]" {
		t.Errorf("%v, %d, %+v, %v", got.limits, got.burst, got.guards, err)
	}
	c.limits = []sync.Limit{{N: 3, Period: time.Second}}
	if _, err := (&program{}).sharded(c); exitCode(err) != exitUsage || !strings.Contains(err.Error(), "3/1s is too low") {
		t.Error(err)
	}
}
