package sync

import (
	"fmt"
	"hash/fnv"
	"strconv"
	"strings"

	"okrsync/source"
)

// A Shard is one of several runs that share the rows of a file, each in a process of its
// own. They do not speak with each other: which rows are a shard's follows from the file
// alone. The zero value is the only run of its file, which has all rows.
type Shard struct {
	Index int `json:"index"` // from 1 to Count
	Count int `json:"count"`
}

// A Part is a shard with what it is a part of.
type Part struct {
	Shard

	// Rows is how many rows the whole file has; those of all shards add up to it.
	Rows int `json:"rows"`
}

// MostShards is how many shards a file can have.
const MostShards = 1000

// ParseShard reads a shard in the form I/N, such as "2/4". I is from 1 to N; 0/N is the
// last one, N/N, so that counting from 0 to N-1 reaches each shard as well. 1/1 is the
// whole file, the zero value.
func ParseShard(s string) (Shard, error) {
	first, second, _ := strings.Cut(s, "/")
	index, err := strconv.Atoi(strings.TrimSpace(first))
	count, err2 := strconv.Atoi(strings.TrimSpace(second))
	if err != nil || err2 != nil || count < 1 || count > MostShards || index < 0 || index > count {
		return Shard{}, Errorf("“%s”不是分片：请写 I/N，例如 2/4；I 从 1 到 N，N 不超过 %d",
			"%q is not a shard: write I/N, such as 2/4; I is from 1 to N, and N is %d at most", s, MostShards)
	}
	return ShardOf(index, count), nil
}

// ShardOf is a shard of so many. The index may count from 0, as ParseShard has it.
func ShardOf(index, count int) Shard {
	if count < 2 {
		return Shard{}
	}
	if index == 0 {
		index = count
	}
	return Shard{Index: index, Count: count}
}

// Divided reports whether there are other shards.
func (s Shard) Divided() bool { return s.Count > 1 }

// besides reports whether another shard is one of those that this one divides a file with.
func (s Shard) besides(other Shard) bool {
	return s.Divided() && s.Count == other.Count && s.Index != other.Index
}

// String returns the shard in the form ParseShard reads.
func (s Shard) String() string { return fmt.Sprintf("%d/%d", s.Index, s.Count) }

// Words is the shard as people read it.
func (s Shard) Words() Text {
	return Text{ZH: fmt.Sprintf("分片 %d/%d", s.Index, s.Count), EN: fmt.Sprintf("shard %d of %d", s.Index, s.Count)}
}

// owns reports whether a row is the shard's, given as source.Rows gives it: all rows of
// an item are the same shard's. A row that names none has its number for that.
func (s Shard) owns(u source.Update, bad *source.RowError) bool {
	if !s.Divided() {
		return true
	}
	row, item := u.Row, u.ItemID
	if bad != nil {
		row, item = bad.Row, bad.Update.ItemID
		if item == "" {
			item = bad.Rounded
		}
	}
	if item == "" {
		item = "row " + strconv.Itoa(row)
	}
	return s.has(item)
}

// has reports whether an item is the shard's. Programs of different versions may work on
// one file, so this never changes: it is FNV-1a in 64 bits over the digits of the id, then
// the finalizer of SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number
// generators", 2014), since the last digits of similar ids alone would not spread evenly,
// modulo the count; the remainder 0 is the last shard.
func (s Shard) has(item string) bool {
	if !s.Divided() {
		return true
	}
	h := fnv.New64a()
	_, _ = h.Write([]byte(item)) // it has no errors
	x := h.Sum64()
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	x ^= x >> 31
	return x%uint64(s.Count) == uint64(s.Index%s.Count)
}

// Of is the shard's part of a number that all have in common, rounded down, and by one
// more for the first ones, so that the parts add up to n.
func (s Shard) Of(n int) int {
	if !s.Divided() {
		return n
	}
	part := n / s.Count
	if s.Index <= n%s.Count {
		part++
	}
	return part
}

// Limits are the shard's parts of limits that hold for all shards together: whenever their
// calls go out, no period sees more of them than it may. A limit of fewer calls than there
// are shards cannot be divided, and is the error.
func (s Shard) Limits(limits []Limit) ([]Limit, error) {
	if !s.Divided() {
		return limits, nil
	}
	var parts []Limit
	for _, l := range limits {
		if l.N < s.Count {
			return nil, Errorf("频率 %[1]s 不够 %[2]d 个分片分配：每个分片至少要有一次调用；请减少分片，或用较长的时间表示同一频率，例如用 60/1m 代替 1/1s",
				"the rate %[1]s is too low to be divided among %[2]d shards, each of which needs a call: have fewer shards, or say the rate of a longer period, such as 60/1m for 1/1s",
				l.String(), s.Count)
		}
		parts = append(parts, Limit{N: s.Of(l.N), Period: l.Period})
	}
	return parts, nil
}

// Guards are the shard's guards, where limits of rows and people hold for all shards
// together: each has its part, rounded up.
func (s Shard) Guards(g Guards) Guards {
	if !s.Divided() {
		return g
	}
	g.MaxChangedRows = (g.MaxChangedRows + s.Count - 1) / s.Count
	g.MaxNotified = (g.MaxNotified + s.Count - 1) / s.Count
	return g
}

// A ShardError refuses a file for all of its shards alike, before anything is sent: a row
// names its item by its owner alone. Which item that is only Feishu's list can tell, so
// that two shards might write it.
type ShardError struct {
	Row   int // as Excel shows it
	Owner string
}

// Error says it in English.
func (e *ShardError) Error() string { return e.Reason("en") + "; " + e.Advice("en") }

// Reason says in Chinese ("zh") or English (anything else) what was found.
func (e *ShardError) Reason(lang string) string {
	reason, _ := ItemNeeded.words([]any{e.Row, e.Owner})
	return reason.In(lang)
}

// Advice says what to do.
func (e *ShardError) Advice(lang string) string {
	_, advice := ItemNeeded.words(nil)
	return advice.In(lang)
}
