package main

import (
	"fmt"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"okrsync/sync"
	"okrsync/sync/report"
)

// mostToldRows is how many rows to mend the log tells of one by one; all of them
// stand in result.csv.
const mostToldRows = 20

// ending says at once that a signal was heard, and what is still waited for, since the
// end may take a while.
func (t *transfer) ending() {
	t.show.stops(t.config.timeout)
	if t.flags.quiet {
		return
	}
	lang, out := t.config.lang, t.pacer.Outlook(nil, 0).Flying
	waiting := sync.Text{ZH: "正在写入结果", EN: "writing the results"}
	if out > 0 {
		waiting = sync.Text{
			ZH: fmt.Sprintf("等待已发出的 %d 个调用，最多 %s", out, t.config.timeout),
			EN: fmt.Sprintf("waiting up to %s for %s", t.config.timeout, plural(out, "call")),
		}
	}
	t.program.say(phrase(lang, "正在停止：", "stopping: ") + waiting.In(lang) + phrase(lang,
		"；再按一次 Ctrl-C 立即结束，只留下 "+sync.JournalName, "; a second Ctrl-C ends at once and leaves "+sync.JournalName+" only"))
	t.program.stderr.atParting("okrsync: " + phrase(lang,
		fmt.Sprintf("已立即结束：结果只在 %s 中；再次运行会继续", sync.JournalName),
		fmt.Sprintf("ended at once: the results are in %s only; run it again to go on", sync.JournalName)))
}

// retried notes that a call is made again.
func (t *transfer) retried(again sync.Repeat) {
	t.retries.Add(1)
	lang, why := t.config.lang, again.Refusal.Reason(t.config.lang)
	text := phrase(lang, "重试：", "retry: ")
	if again.Row > 0 {
		text += phrase(lang, fmt.Sprintf("第 %d 行：", again.Row), fmt.Sprintf("row %d: ", again.Row))
	}
	t.logger.Debug(text+why,
		zap.Int(fieldRow, again.Row), zap.String("item", again.Item),
		zap.Int("attempt", again.Attempt), zap.Duration("wait", again.Wait),
		zap.String("code", string(again.Refusal.Code)), zap.String("log_id", again.Refusal.LogID))
}

// toldOf tells about a row that somebody has to mend, unless the log does not take it.
func (t *transfer) toldOf(result sync.Result) {
	if result.Troubled() {
		t.trouble = true
	}
	if !result.ToMend() {
		return
	}
	if t.untold != nil {
		return // the end tells of it
	}
	lang := t.config.lang
	fields := []zap.Field{zap.Int(fieldRow, result.Row), zap.String("item", result.Item), zap.String("code", result.Code)}
	if result.Attempts > 0 {
		fields = append(fields, zap.Int("attempt", result.Attempts), zap.String("log_id", result.LogID))
	}
	fields = append(fields, zap.String(fieldAdvice, result.Advice.In(lang)))
	level := zapcore.WarnLevel
	if t.toMend++; t.toMend > mostToldRows {
		level = zapcore.DebugLevel
	}
	if t.toMend == mostToldRows+1 {
		t.logger.Warn(phrase(lang, "还有更多行需要修改，见 ", "more rows are to be mended: see ") + report.CSVName)
	}
	t.logger.Log(level, result.Status.Words().In(lang)+phrase(lang, "：", ": ")+placed(result).In(lang), fields...)
}
