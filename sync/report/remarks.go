package report

import (
	"strings"

	"okrsync/sync"
)

// OutcomesText is the chart of the outcomes in words.
func (p *page) OutcomesText() sync.Text {
	var zh, en []string
	for _, o := range p.Outcomes {
		zh, en = append(zh, o.State.Words.ZH+" "+grouped(o.Count)), append(en, grouped(o.Count)+" "+o.State.Words.EN)
	}
	return sync.Text{ZH: strings.Join(zh, "，"), EN: strings.Join(en, ", ")}
}

// Unlisted says how many rows the page leaves to result.csv, "" for none.
func (p *page) Unlisted() sync.Text {
	left := p.Seen - p.Listed
	if left == 0 {
		return sync.Text{}
	}
	return say(
		"本页列出 %[1]s 行，需要修改或没有处理的优先；另有 %[2]s 行只在 result.csv 中。",
		"This page lists %[1]s rows, those to mend or not processed before others; %[2]s more stand in result.csv only.",
		grouped(p.Listed), grouped(left))
}

// Unreached says how many rows have no line anywhere, "" for none.
func (p *page) Unreached() sync.Text {
	left := p.Input.Rows - p.Seen
	if left <= 0 {
		return sync.Text{}
	}
	if p.Shards != nil {
		return sync.Text{
			ZH: grouped(left) + " 行属于没有给出结果的分片，不在列表中；它们算作未处理。",
			EN: countOf(left) + " of shards that gave no answer: not listed here, and counted as unprocessed.",
		}
	}
	return sync.Text{
		ZH: "程序停止时还有 " + grouped(left) + " 行没有轮到，不在列表中；它们算作未处理。",
		EN: countOf(left) + " had not been reached when the program stopped: not listed here, and counted as unprocessed.",
	}
}

// Unprinted says how many rows to mend the table on paper leaves out, "" for none.
func (p *page) Unprinted() sync.Text {
	left := p.ToMend - len(p.Printed)
	if left == 0 {
		return sync.Text{}
	}
	return say("另有 %s 行需要修改，见 result.csv。", "%s more to be mended: see result.csv.", grouped(left))
}

// Text is the chart of the calls in words.
func (c *chart) Text() sync.Text {
	return sync.Text{
		ZH: "共 " + grouped(c.Total) + " 次调用，历时 " + c.Length.ZH + "；每根柱为 " + c.Step.ZH + "，最高 " + grouped(c.Most) + " 次",
		EN: several(c.Total, "call") + " in " + c.Length.EN + "; each bar is " + c.Step.EN + ", the highest " + grouped(c.Most),
	}
}

// Shorter says how many pauses are not told one by one, "" for none.
func (c *chart) Shorter() sync.Text {
	if c.Others == 0 {
		return sync.Text{}
	}
	return sync.Text{ZH: "另有 " + grouped(c.Others) + " 次较短的暂停", EN: "and " + several(c.Others, "shorter pause")}
}

// Words is a pause in one sentence.
func (r rest) Words() sync.Text {
	return sync.Text{
		ZH: "第 " + r.After.ZH + "起暂停 " + r.Length.ZH + "：" + r.Reason.ZH,
		EN: "pause of " + r.Length.EN + " after " + r.After.EN + ": " + r.Reason.EN,
	}
}
