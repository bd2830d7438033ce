package report

import (
	"fmt"

	"okrsync/sync"
)

// Verdict is the run in one sentence: what came of it.
func (s Summary) Verdict() sync.Text {
	rows, mend := s.Input.Rows, s.Counts[sync.Rejected]+s.Counts[sync.Failed]
	left := s.Counts[sync.Unprocessed] + rows - s.Counts.Total()
	switch {
	case left > 0 && mend > 0:
		return sync.Text{
			ZH: fmt.Sprintf("没有全部完成：%d 行中有 %d 行没有处理，%d 行需要修改", rows, left, mend),
			EN: fmt.Sprintf("Not finished: of %s, %d %s not processed and %d must be mended", countOf(rows), left, was(left), mend),
		}
	case left > 0:
		return sync.Text{
			ZH: fmt.Sprintf("没有全部完成：%d 行中有 %d 行没有处理", rows, left),
			EN: fmt.Sprintf("Not finished: %d of %s %s not processed", left, countOf(rows), was(left)),
		}
	case mend > 0 && s.Counts[sync.Planned] > 0:
		return sync.Text{
			ZH: fmt.Sprintf("%d 行中有 %d 行需要修改，其余可以发送", rows, mend),
			EN: fmt.Sprintf("%d of %s must be mended; the others are ready to be sent", mend, countOf(rows)),
		}
	case mend > 0 && s.Outcome == outcomeTrouble:
		return sync.Text{
			ZH: fmt.Sprintf("%d 行中有 %d 行没有写入飞书", rows, mend),
			EN: fmt.Sprintf("%d of %s did not reach Feishu", mend, countOf(rows)),
		}
	case mend > 0:
		return sync.Text{
			ZH: fmt.Sprintf("%d 行中有 %d 行没有写入飞书，需要修改", rows, mend),
			EN: fmt.Sprintf("%d of %s did not reach Feishu and must be mended", mend, countOf(rows)),
		}
	case s.ExitCode != 0 && s.Stop != nil: // although nothing is left of the rows
		return s.Stop.Reason
	case rows == 0:
		return sync.Text{ZH: "文件中没有数据行", EN: "The file has no rows of data"}
	case s.Counts[sync.Planned] > 0:
		return sync.Text{
			ZH: fmt.Sprintf("%d 行都可以发送", rows),
			EN: every(rows) + " ready to be sent",
		}
	}
	if s.Counts[sync.Ignored] == rows {
		return sync.Text{ZH: fmt.Sprintf("没有要更新的内容：%d 行都已忽略", rows), EN: every(rows) + " ignored: nothing to update"}
	}
	return sync.Text{
		ZH: fmt.Sprintf("%d 行全部完成", rows),
		EN: every(rows) + " done",
	}
}

// Todo is what the reader has to do about the run, without a command line; there is
// always an answer.
func (s Summary) Todo() sync.Text {
	mend := s.Counts[sync.Rejected] + s.Counts[sync.Failed]
	if s.Inbox != "" {
		if todo, ok := s.todoWithDropped(mend); ok {
			return todo
		}
	}
	switch {
	case s.Stop != nil && s.Stop.Advice != sync.Text{}:
		return s.Stop.Advice
	case s.Counts.Total() < s.Input.Rows || s.Counts[sync.Unprocessed] > 0:
		return again
	case s.Outcome == outcomeTrouble:
		return again
	case mend > 0 && s.Counts[sync.Planned] > 0:
		return sync.Text{
			ZH: "按各行的建议修改，再检查一次，然后用 okrsync sync 发送；现在还没有发送任何内容",
			EN: "mend these rows as each of them advises, check the file again, then send it with okrsync sync; nothing has been sent yet",
		}
	case mend > 0:
		return sync.Text{
			ZH: "按各行的建议修改，然后再运行一次：已完成的行不会重复发送",
			EN: "mend these rows as each of them advises, then run it again: rows that are done are not sent twice",
		}
	case s.Counts[sync.Planned] > 0:
		return sync.Text{
			ZH: "用 okrsync sync 发送；现在还没有发送任何内容",
			EN: "send the file with okrsync sync; nothing has been sent yet",
		}
	}
	if s.ExitCode != 0 {
		return sync.Text{ZH: "排除上述原因，然后再运行一次", EN: "see to the reason, then run it again"}
	}
	return sync.Text{ZH: "无需处理", EN: "nothing to do"}
}

// todoWithDropped is what to do about a file that came from a drop folder: whoever dropped
// it types no commands.
func (s Summary) todoWithDropped(mend int) (todo sync.Text, ok bool) {
	switch {
	case s.Stop != nil && s.Stop.Code == string(sync.Guarded):
		return sync.Text{
			ZH: "请让运行 okrsync 的人核对这些变化；确认无误后，由其用 okrsync sync --yes 发送这个文件，或修改后再放进 " + s.Inbox,
			EN: "have whoever runs okrsync look at the changes; if they are meant, okrsync sync --yes sends this file; else mend it and put it into " + s.Inbox + " again",
		}, true
	case s.Stop != nil && s.Stop.Advice != sync.Text{}:
		return s.Stop.Advice, true
	case s.Counts.Total() < s.Input.Rows || s.Counts[sync.Unprocessed] > 0 || s.Outcome == outcomeTrouble:
		return sync.Text{
			ZH: "如果文件还在 " + s.Inbox + " 中，无需处理：下次会从停下的地方继续；否则请再放进去。已完成的行不会重复发送",
			EN: "nothing if the file is still in " + s.Inbox + ": the next pass goes on where this one stopped; else put it there again. Rows that are done are not sent twice",
		}, true
	case mend > 0:
		return sync.Text{
			ZH: "按各行的建议修改（可以直接改 result.xlsx），然后把文件再放进 " + s.Inbox + "：已完成的行不会重复发送",
			EN: "mend these rows as each of them advises (result.xlsx will do), then put the file into " + s.Inbox + " again: rows that are done are not sent twice",
		}, true
	}
	return sync.Text{}, false
}

// again is what to do about a run that did not come to its end.
var again = sync.Text{
	ZH: "用同一文件再运行一次：从停下的地方继续，已完成的行不会重复发送",
	EN: "run the same file again: it goes on where it stopped, and rows that are done are not sent twice",
}

// outcomeTrouble is the outcome of a run that network or server trouble has ended.
const outcomeTrouble = "trouble"

// countOf is a number of rows in English.
func countOf(n int) string {
	if n == 1 {
		return "1 row"
	}
	return fmt.Sprintf("%d rows", n)
}

// every is the beginning of a sentence about all rows.
func every(rows int) string {
	if rows == 1 {
		return "The row is"
	}
	return fmt.Sprintf("All %d rows are", rows)
}

func was(n int) string {
	if n == 1 {
		return "was"
	}
	return "were"
}
