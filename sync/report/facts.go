package report

import (
	"fmt"
	"time"

	"okrsync/sync"
)

// A fact is a line of what is known of the run: words, a time, or what needs no
// translation.
type fact struct {
	Name  sync.Text
	Words sync.Text
	At    time.Time
	Plain string
	Long  bool // takes a whole line
}

// Facts are what is known of the run besides its rows.
func (p *page) Facts() []fact {
	facts := []fact{
		{Name: say("输入文件", "Input file"), Plain: p.Input.Path, Long: true},
		{Name: say("工作表", "Sheet"), Plain: p.Input.Sheet},
		{Name: say("分片", "Shard"), Words: p.shardText()},
		{Name: say("行数", "Rows"), Plain: grouped(p.Input.Rows)},
		{Name: say("开始", "Started"), At: p.StartedAt},
		{Name: say("继续", "Resumed"), At: p.ResumedAt},
		{Name: say("结束", "Finished"), At: p.FinishedAt},
		{Name: say("用时", "Took"), Words: p.Took()},
	}
	if p.RowsBefore > 0 {
		facts = append(facts, fact{Name: say("之前已完成的行", "Rows done before"), Plain: grouped(p.RowsBefore)})
	}
	facts = append(facts,
		fact{Name: say("飞书通知的人数", "People Feishu messages"), Words: known(p.Notified)},
		fact{Name: say("退出码", "Exit code"), Plain: fmt.Sprintf("%d (%s)", p.ExitCode, p.Outcome)},
		fact{Name: say("程序版本", "Program version"), Plain: p.Version},
	)
	facts = append(facts, p.callFacts()...)
	facts = append(facts, fact{Name: say("文件的 SHA-256", "SHA-256 of the file"), Plain: p.Input.SHA256, Long: true})
	told := facts[:0]
	for _, f := range facts {
		if f.Plain != "" || f.Words != (sync.Text{}) || !f.At.IsZero() {
			told = append(told, f)
		}
	}
	return told
}

// shardText says which of the file's rows the run has, "" for all.
func (s Summary) shardText() sync.Text {
	if !s.Shard.Divided() {
		return sync.Text{}
	}
	return say("第 %[1]d 个，共 %[2]d 个：%[4]s 行中的 %[3]s 行", "%d of %d: %s of %s rows",
		s.Shard.Index, s.Shard.Count, grouped(s.Input.Rows), grouped(s.Shard.Rows))
}

// callFacts are those about calls. Where only a journal is left of a run they are not
// known, which is another thing than none.
func (p *page) callFacts() []fact {
	if p.Calls == nil {
		return []fact{{Name: say("调用", "Calls"), Words: known(nil)}}
	}
	c := p.Calls
	return []fact{
		{Name: say("因频率被拒绝", "Refused for frequency"), Plain: grouped(p.RateLimited)},
		{Name: say("重试", "Retries"), Plain: grouped(p.Retries)},
		{Name: say("暂停", "Paused"), Words: lasting(duration(p.PausedSeconds))},
		{Name: say("调用", "Calls"), Words: say(
			"共 %[1]d 次：登录 %[2]d，列表 %[3]d，单项读取 %[4]d，单项更新 %[5]d，批量更新 %[6]d",
			"%[1]d: %[2]d token, %[3]d list, %[4]d get, %[5]d patch, %[6]d batch_update",
			c.Token+c.List+c.Get+c.Patch+c.BatchUpdate, c.Token, c.List, c.Get, c.Patch, c.BatchUpdate), Long: true},
	}
}

// known is a number that may not be known.
func known(n *int) sync.Text {
	if n == nil {
		return say("不详", "not known")
	}
	return sync.Text{ZH: grouped(*n), EN: grouped(*n)}
}

// Took is how long this part of the run took.
func (p *page) Took() sync.Text {
	from := p.StartedAt
	if !p.ResumedAt.IsZero() {
		from = p.ResumedAt
	}
	return lasting(p.FinishedAt.Sub(from))
}
