package sync

import "okrsync/feishu"

// A RunError ends a run because Feishu refused one row after the other for the same
// reason. What a refusal says of a row is said here of the run.
type RunError struct{ Refusal *feishu.Error }

// runWords are the words for a run where those for a row would mislead.
var runWords = map[feishu.Code]sentences{
	feishu.CodeUpdateLimit: {
		Text{"更新数量超过飞书的限制", "the number of updates exceeds Feishu's limit"},
		Text{"稍后（例如明天）再运行，会接着处理其余的行；若一直如此，请联系飞书支持人员", "run again later, for instance tomorrow: it continues with the rows left; if it stays so, ask Feishu's support"},
	},
	feishu.CodeNoPermission: {
		Text{"应用无权修改这些指标项，连续多行都被拒绝", "the app may not change these metric items: row after row is refused"},
		Text{"请指标库管理员授权该应用，或核对指标来源和指标表 ID，然后再运行一次", "have the metric source's administrator authorise the app, or check the ids of source and table, then run again"},
	},
}

// Error says it in English.
func (e *RunError) Error() string { return e.Reason("en") + "; " + e.Advice("en") }

// Unwrap returns the refusal of the last row.
func (e *RunError) Unwrap() error { return e.Refusal }

// Reason says in Chinese ("zh") or English (anything else) what Feishu refused.
func (e *RunError) Reason(lang string) string {
	if w, ok := runWords[e.Refusal.Code]; ok {
		return w.reason.In(lang)
	}
	return e.Refusal.Reason(lang)
}

// Advice says what to do about it.
func (e *RunError) Advice(lang string) string {
	if w, ok := runWords[e.Refusal.Code]; ok {
		return w.advice.In(lang)
	}
	return e.Refusal.Advice(lang)
}
