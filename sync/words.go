package sync

import "fmt"

// A Reason is one of okrsync's own reasons for a row's status, beside those of
// the sheet (source.Code) and of Feishu (feishu.Code).
type Reason string

// The reasons.
const (
	NoValue          Reason = "nothing_to_do"
	TotalRow         Reason = "total_row"
	HeaderRow        Reason = "header_row"
	SameAsRow        Reason = "duplicate_same"
	ConflictsWithRow Reason = "duplicate_conflict"
	SupersededByRow  Reason = "duplicate_superseded"
	TableUnknown     Reason = "table_unknown"
	Interrupted      Reason = "interrupted"
	InFlight         Reason = "in_flight"
	OtherValue       Reason = "other_value"
	StartIsTarget    Reason = "start_is_target"
	ItemUnknown      Reason = "item_unknown"
	ItemDamaged      Reason = "item_damaged"
	OwnerUnknown     Reason = "owner_unknown"
	OwnerAmbiguous   Reason = "owner_ambiguous"
	OwnerUnread      Reason = "owner_not_compared"
	OtherOwner       Reason = "owner_other"
	ListIncomplete   Reason = "list_incomplete"
	Guarded          Reason = "guarded"
	CallsUsedUp      Reason = "max_calls"
	BatchRefused     Reason = "batch_refused"
	Unconfirmed      Reason = "unconfirmed"
	ItemNeeded       Reason = "shard_needs_item"
)

// sentences are a reason's words, with places for the details of the case.
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
		Text{"只保留正确的一行，删除其他重复行（若总是以最后一行为准，管理员可设置 input.duplicates: last）", "keep the right row only; if the last one is meant to win, set input.duplicates: last"},
	},
	SupersededByRow: {
		Text{"同一指标项以后面的第 %d 行为准", "row %d further down gives the same item and wins"},
		Text{"无需处理；可删除此行", "nothing to do; this row can be deleted"},
	},
	TableUnknown: {
		Text{"这一行没有指标来源 ID 或指标表 ID，配置中也没有指定", "neither the row nor the configuration names the metric source and table"},
		Text{"填写这一行的指标来源 ID 和指标表 ID，或用 --source 和 --table 指定", "fill in the row's source and table ids, or give them with --source and --table"},
	},
	OtherValue: {
		Text{"飞书回答更新成功，但返回的数值与发送的不同", "Feishu says it took the update, but gives another value back"},
		Text{"在飞书中核对这个指标项；结果的 after 一列是飞书返回的数值", "look at the item in Feishu; column after has the value it gave back"},
	},
	Unconfirmed: {
		Text{"飞书没有说明是否已更新这一行，读取指标项核对时又遇到问题", "Feishu did not say whether it took this update, and the item could not be read to find out"},
		Text{"再运行一次：已更新的行会显示为无变化", "run the file again: if it was taken, the row is unchanged"},
	},
	ItemNeeded: {
		Text{"第 %d 行只有负责人（%s），没有指标项 ID，无法确定由哪个分片处理", "row %d has an owner (%s) and no item id, so it is not certain which shard it belongs to"},
		Text{"填写指标项 ID（okrsync template 会列出全部指标项），或不分片运行", "fill in the item's id (okrsync template lists the items), or run the file without shards"},
	},
	BatchRefused: {
		Text{"飞书在批量更新中拒绝了这一行：%s", "Feishu refused this row of a batch: %s"},
		Text{"多行被拒后不再逐行查询原因；用 --batch-size 1 再运行一次可得到错误码", "after many such rows they are no longer sent singly to learn why; run it again with --batch-size 1 for the code"},
	},
	StartIsTarget: {
		Text{"更新后起始值与目标值都是 %s，飞书不允许两者相等", "the initial and the target value would both be %s, and Feishu does not take equal ones"},
		Text{"把起始值或目标值改成不同的数", "change the initial or the target value so that they differ"},
	},
	ItemUnknown: {
		Text{"飞书的指标表中没有指标项 %s", "the metric table has no item %s"},
		Text{"从指标表重新复制 ID（okrsync template 会列出全部指标项），或核对指标表 ID", "copy the id from the metric table again (okrsync template lists its items), or check the table's id"},
	},
	ItemDamaged: {
		Text{"飞书的指标表中没有指标项 %s，它的后几位像是被表格软件改掉了；可能是 %s", "the metric table has no item %s, whose last digits look damaged by a spreadsheet; it may be %s"},
		Text{"把该列设为“文本”格式，再从指标表重新复制正确的 ID", "format the column as Text, then copy the right id from the metric table again"},
	},
	OwnerUnknown: {
		Text{"指标表中没有负责人是 %s 的指标项", "no item of the metric table is owned by %s"},
		Text{"核对负责人 ID 和配置 feishu.user_id_type，或填写指标项 ID", "check the owner's id and feishu.user_id_type, or fill in the item's id"},
	},
	OwnerAmbiguous: {
		Text{"负责人 %s 在指标表中有多个指标项：%s", "%s owns several items of the metric table: %s"},
		Text{"填写要更新的那个指标项的 ID", "fill in the id of the item that is meant"},
	},
	OwnerUnread: {
		Text{"这一行只有负责人，要读取飞书中的指标项才能确定是哪一项", "the row names an owner only, and which item that is can be found only in Feishu's list"},
		Text{"填写指标项 ID，或不使用 --no-diff（sync.diff: auto）", "fill in the item's id, or run without --no-diff (sync.diff: auto)"},
	},
	OtherOwner: {
		Text{"这一行的负责人是 %s，而该指标项的负责人是 %s", "the row's owner is %s, but the item's is %s"},
		Text{"核对各行的 ID 与负责人是否错位，以及配置 feishu.user_id_type；若以 ID 为准，清空这一行的负责人", "check whether ids and owners have been shifted against each other, and feishu.user_id_type; if the id is right, clear the row's owner"},
	},
	ListIncomplete: {
		Text{"飞书给出的指标项列表不完整，无法确定这一行是哪一项", "Feishu's list of the items is not complete, so it is not certain which one the row means"},
		Text{"稍后再运行一次，或填写指标项 ID", "run it again later, or fill in the item's id"},
	},
	Guarded: {
		Text{"运行在发送之前停下，等待人工确认", "the run stopped before it sent anything, for a person to look"},
		Text{"核对后加 --yes 再运行一次", "look at the changes, then run it again with --yes"},
	},
	CallsUsedUp: {
		Text{"允许的调用次数已用完", "the calls that may be made are used up"},
		Text{"再运行一次即可继续，或调大 --max-calls", "run it again to go on, or raise --max-calls"},
	},
	InFlight: {
		Text{"程序停止时这一行的更新已经发出，还没有收到回答", "the update had been sent and had no answer yet when the program died"},
		Text{"用同一文件再运行一次：会先核对飞书中的值", "run the same file again: it looks at the item first"},
	},
	Interrupted: {
		Text{"运行被中断，这一行没有完成", "the run was interrupted before this row was done"},
		Text{"用同一文件再运行一次", "run the same file again"},
	},
}

// words returns the reason's sentences, with the details of the case in them.
func (r Reason) words(details []any) (reason, advice Text) {
	w := reasons[r]
	if len(details) == 0 {
		return w.reason, w.advice
	}
	return Text{ZH: fmt.Sprintf(w.reason.ZH, details...), EN: fmt.Sprintf(w.reason.EN, details...)}, w.advice
}
