package sync

import "fmt"

// A Reason is one of okrsync's own reasons for a row's status, beside those of
// the sheet (source.Code) and of Feishu (feishu.Code).
type Reason string

// The reasons. Those with a row in their words name it as "row %d".
const (
	NoValue          Reason = "nothing_to_do"
	TotalRow         Reason = "total_row"
	HeaderRow        Reason = "header_row"
	SameAsRow        Reason = "duplicate_same"
	ConflictsWithRow Reason = "duplicate_conflict"
	SupersededByRow  Reason = "duplicate_superseded"
	TableUnknown     Reason = "table_unknown"
	Interrupted      Reason = "interrupted"
	OtherValue       Reason = "other_value"
)

// sentences are a reason's words; %d in them is the other row's number.
type sentences struct{ reason, advice Text }

var reasons = map[Reason]sentences{
	NoValue: {
		Text{"这一行没有要更新的数值", "the row gives no value to update"},
		Text{"无需处理；要更新请填写数值", "nothing to do; fill in a value to update the item"},
	},
	TotalRow: {
		Text{"合计行，不是指标项", "a total line, not a metric item"},
		Text{"无需处理", "nothing to do"},
	},
	HeaderRow: {
		Text{"重复的表头，不是指标项", "the header once more, not a metric item"},
		Text{"无需处理", "nothing to do"},
	},
	SameAsRow: {
		Text{"与第 %d 行相同", "same as row %d"},
		Text{"无需处理；可删除重复行", "nothing to do; the repetition can be deleted"},
	},
	ConflictsWithRow: {
		Text{"与第 %d 行是同一指标项，但内容不同，无法确定以哪一行为准", "the same item as row %d with other values, so it is not certain which one holds"},
		Text{"只保留正确的一行；若应以最后一行为准，设置 input.duplicates: last", "keep the right row only; if the last one is meant to win, set input.duplicates: last"},
	},
	SupersededByRow: {
		Text{"同一指标项以后面的第 %d 行为准", "row %d further down gives the same item and wins"},
		Text{"无需处理；可删除此行", "nothing to do; this row can be deleted"},
	},
	TableUnknown: {
		Text{"这一行没有指标来源 ID 或指标表 ID，配置中也没有", "neither the row nor the configuration names the metric source and table"},
		Text{"填写这一行的指标来源 ID 和指标表 ID，或用 --source 和 --table 指定", "fill in the row's source and table ids, or give them with --source and --table"},
	},
	OtherValue: {
		Text{"飞书回答更新成功，但返回的数值与发送的不同", "Feishu says it took the update, but gives another value back"},
		Text{"在飞书中核对这个指标项现在的数值，见 after 一列", "look at the item in Feishu; column after has the value it gave back"},
	},
	Interrupted: {
		Text{"运行被中断，这一行没有完成", "the run was interrupted before this row was done"},
		Text{"用同一文件再运行一次", "run the same file again"},
	},
}

// words returns the reason's sentences, with the other row's number where they
// name one.
func (r Reason) words(row int) (reason, advice Text) {
	w := reasons[r]
	switch r {
	case SameAsRow, ConflictsWithRow, SupersededByRow:
		return Text{ZH: fmt.Sprintf(w.reason.ZH, row), EN: fmt.Sprintf(w.reason.EN, row)}, w.advice
	}
	return w.reason, w.advice
}
