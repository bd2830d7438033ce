package main

import (
	"fmt"
	"io"
	"iter"
	"strings"

	"okrsync/feishu"
	"okrsync/sync"
	"okrsync/sync/report"
)

// writeText writes the plan for people: the changes, what is to be mended, and what
// it all comes to.
func (r *rehearsal) writeText(w io.Writer, plan sync.Plan, results iter.Seq2[sync.Result, error]) error {
	lang, first := r.config.lang, true
	if len(r.flags.files) > 1 {
		fmt.Fprintf(w, "== %s\n", printable(r.summary.Input.Path))
	}
	for result, err := range r.problems.of(results) {
		if err != nil {
			return err
		}
		if result.Status != sync.Planned {
			continue
		}
		if first {
			changesHead(w, lang)
			first = false
		}
		writeChanges(w, result, lang)
	}
	if !first {
		fmt.Fprintln(w)
	}
	r.problems.writeTo(w, lang, r.summary, "--json")
	for _, line := range r.facts(plan) {
		for part := range wrap(line, lineWidth) {
			fmt.Fprintln(w, part)
		}
	}
	return nil
}

// facts are the sentences about the plan as a whole.
func (r *rehearsal) facts(plan sync.Plan) []string {
	lang := r.config.lang
	calls := r.callsAhead(plan)
	time := phrase(lang,
		fmt.Sprintf("按 %s 约需 %s", limitList(r.config.limits), roughly("zh", plan.Time)),
		fmt.Sprintf("about %s at %s", roughly("en", plan.Time), limitList(r.config.limits)))
	if len(r.config.limits) == 0 {
		time = phrase(lang, "找到限制之后才知道需要多久（--rate auto）", "how long is known when the limit is found (--rate auto)")
	}
	facts := []string{phrase(lang, "调用：", "calls: ") + callList(calls, lang) + phrase(lang, "；", "; ") + time}
	if plan.Short != nil {
		facts = append(facts, explain(plan.Short, lang))
	} else if most := r.config.maxCalls; most > 0 && total(calls) > most {
		facts = append(facts, phrase(lang,
			fmt.Sprintf("只允许 %d 次调用（max_calls）：其余的行留待下次运行", most),
			fmt.Sprintf("only %d calls are allowed (max_calls): the rows left over are for the next run", most)))
	}
	if fewer := updates(plan.BatchedCalls); fewer < updates(plan.Calls) && len(r.config.limits) == 0 {
		facts = append(facts, phrase(lang,
			fmt.Sprintf("每批 %d 项（--batch-size %d）时更新只需 %d 次调用", feishu.MaxBatch, feishu.MaxBatch, fewer),
			fmt.Sprintf("in batches (--batch-size %d) the updates would take %s", feishu.MaxBatch, plural(fewer, "call"))))
	} else if fewer < updates(plan.Calls) {
		facts = append(facts, phrase(lang,
			fmt.Sprintf("每批 %d 项（--batch-size %d）时更新只需 %d 次调用，共约 %s", feishu.MaxBatch, feishu.MaxBatch, fewer, roughly("zh", plan.BatchedTime)),
			fmt.Sprintf("in batches (--batch-size %d) the updates would take %s, about %s in all", feishu.MaxBatch, plural(fewer, "call"), roughly("en", plan.BatchedTime))))
	}
	switch {
	case r.config.diff == diffOff:
		facts = append(facts, phrase(lang,
			"没有与飞书中的数值比较（--no-diff），无法知道会通知谁",
			"nothing was compared with the live items (--no-diff), so it is not known who would be messaged"))
	case len(plan.Notified) > 0:
		facts = append(facts, phrase(lang,
			fmt.Sprintf("飞书将通知 %d 人，涉及 %d 行（带 * 的行）", len(plan.Notified), plan.Notifying),
			fmt.Sprintf("Feishu messages %s about %s (marked with *)", people(len(plan.Notified)), plural(plan.Notifying, "row"))))
	case plan.Counts[sync.Planned] == 0:
		facts = append(facts, phrase(lang, "没有要更新的内容", "nothing would be changed"))
	default:
		facts = append(facts, phrase(lang, "飞书不会通知任何人", "Feishu messages nobody about it"))
	}
	for _, b := range plan.Breaches {
		facts = append(facts, phrase(lang, "拦截：", "guard: ")+b.Words().In(lang)+rowsOf(b, lang))
	}
	return facts
}

// callsAhead are the calls that a sync will make: those for reading that were made
// now, and those for the updates.
func (r *rehearsal) callsAhead(plan sync.Plan) report.Calls {
	calls := *r.summary.Calls
	calls.Patch, calls.BatchUpdate = plan.Calls[feishu.CallPatch], plan.Calls[feishu.CallBatchUpdate]
	if calls.Token = 0; r.config.AccessToken == "" && total(calls) > 0 {
		calls.Token = 1
	}
	return calls
}

// updates is how many calls there are of any kind.
func updates(calls map[feishu.Call]int) int {
	n := 0
	for _, of := range calls {
		n += of
	}
	return n
}

func total(c report.Calls) int { return c.Token + c.List + c.Get + c.Patch + c.BatchUpdate }

// callList names the kinds of calls that there are.
func callList(c report.Calls, lang string) string {
	var parts []string
	for _, kind := range []struct {
		zh, en string
		n      int
	}{{"登录", "token", c.Token}, {"列表", "list", c.List}, {"单项读取", "get", c.Get}, {"单项更新", "patch", c.Patch}, {"批量更新", "batch_update", c.BatchUpdate}} {
		if kind.n > 0 {
			parts = append(parts, phrase(lang, fmt.Sprintf("%s %d 次", kind.zh, kind.n), fmt.Sprintf("%d %s", kind.n, kind.en)))
		}
	}
	if len(parts) == 0 {
		return "0"
	}
	return strings.Join(parts, phrase(lang, "，", ", "))
}

// limitList writes limits as --rate takes them.
func limitList(limits []sync.Limit) string {
	var parts []string
	for _, l := range limits {
		parts = append(parts, l.String())
	}
	return strings.Join(parts, ",")
}
