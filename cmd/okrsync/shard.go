package main

import (
	"strconv"

	"okrsync/sync"
)

// completionIndex is the variable in which Kubernetes tells a pod of an Indexed Job which
// one it is, from 0 on (kubernetes.io/docs/concepts/workloads/controllers/job). How many
// there are it does not tell.
const completionIndex = "JOB_COMPLETION_INDEX"

// sharded finds out which shard of its files a command has, and leaves it that shard's part
// of the limits and guards, which are given for all shards together.
func (p *program) sharded(c config) (config, error) {
	shard, problem := c.whichShard(p.getenv(completionIndex))
	if problem != nil {
		return c, problem
	}
	limits, err := shard.Limits(c.limits)
	if err != nil {
		return c, usagef("--rate（sync.rate）：%v", "--rate (sync.rate): %v", err)
	}
	c.shard, c.limits, c.guards = shard, limits, shard.Guards(c.guards)
	if c.burst > 0 {
		c.burst = max(shard.Of(c.burst), 1)
	}
	return c, nil
}

// whichShard puts together what is said of the shard: sync.shard, else sync.shards with
// the index of the pod. What contradicts itself is refused.
func (c config) whichShard(pod string) (sync.Shard, error) {
	index, err := strconv.Atoi(pod)
	if pod != "" && (err != nil || index < 0) {
		return sync.Shard{}, usagef("环境变量 %s：“%s”不是序号", "%s: %q is not the index of a pod", completionIndex, pod)
	}
	if c.shardText == "" {
		return c.shardOfPod(pod, index)
	}
	shard, err := sync.ParseShard(c.shardText)
	switch count := max(shard.Count, 1); {
	case err != nil:
		return sync.Shard{}, usagef("--shard（sync.shard）：%v", "--shard (sync.shard): %v", err)
	case c.shards > 0 && c.shards != count:
		return sync.Shard{}, usagef(
			"sync.shard 是 %s，而 sync.shards 是 %d：请只保留一个，或让总数一致",
			"sync.shard is %s, and sync.shards is %d: leave one of them out, or let them agree", c.shardText, c.shards)
	case count > 1 && pod != "" && index < count && shard != sync.ShardOf(index, count) && shard != sync.ShardOf(index+1, count):
		return sync.Shard{}, usagef(
			"sync.shard 是 %[1]s，而环境变量 %[2]s=%[3]d：各 Pod 会发送同一个分片；请用 sync.shards: %[4]d 代替 sync.shard",
			"sync.shard is %[1]s, but %[2]s=%[3]d: the pods would send the same shard; say sync.shards: %[4]d instead of sync.shard",
			c.shardText, completionIndex, index, count)
	case count > 1 && pod != "" && index >= count:
		return sync.Shard{}, usagef(
			"sync.shard 是 %s，而环境变量 %s=%d 表示 Pod 比分片多：请让分片数等于 Job 的 completions",
			"sync.shard is %s, but %s=%d: there are more pods than shards; let the shards be as many as the Job's completions", c.shardText, completionIndex, index)
	}
	return shard, nil
}

// shardOfPod is the shard of a pod, where nothing else says which one it is. An index
// without a count is refused: each pod would send everything.
func (c config) shardOfPod(pod string, index int) (sync.Shard, error) {
	switch {
	case c.shards == 0 && pod == "":
		return sync.Shard{}, nil
	case c.shards == 0:
		return sync.Shard{}, usagef(
			"环境变量 %[1]s=%[2]s 表示这是 Indexed Job 的一个 Pod，但没有说明共有几个分片，每个 Pod 都会发送全部内容：请设置 sync.shards（OKRSYNC_SYNC_SHARDS）为 Pod 的总数；若各 Pod 有各自的文件，请加 --shard 1/1",
			"%[1]s=%[2]s says that this is a pod of an Indexed Job, and nothing says how many there are, so that each of them would send everything: set sync.shards (OKRSYNC_SYNC_SHARDS) to the number of pods; if each pod has a file of its own, say --shard 1/1", completionIndex, pod)
	case pod == "":
		return sync.Shard{}, usagef(
			"sync.shards：共有 %[1]d 个分片，但没有说明是哪一个：请给出 --shard I/%[1]d，或在 Indexed Job 中运行（环境变量 %[2]s）",
			"sync.shards: there are %[1]d shards, and nothing says which one this is: give --shard I/%[1]d, or run it in an Indexed Job (%[2]s)", c.shards, completionIndex)
	case index >= c.shards:
		return sync.Shard{}, usagef(
			"环境变量 %s=%d：sync.shards 只有 %d 个分片，序号从 0 开始；请让 sync.shards 等于 Job 的 completions",
			"%s=%d: sync.shards says that there are %d, counted from 0; set it to the Job's completions", completionIndex, index, c.shards)
	}
	return sync.ShardOf(index, c.shards), nil
}

// isShard reports whether a text says which shard a run is.
func isShard(s string) error {
	_, err := sync.ParseShard(s)
	return err
}
