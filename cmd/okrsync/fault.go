package main

import (
	"errors"
	"syscall"

	"okrsync/sync"
)

// A fault is a failure of this machine's, and not of the input's or Feishu's:
// a disk that is full, a folder that cannot be written.
type fault struct {
	doing sync.Text // what could not be done
	where string    // the folder or file, "" if that goes without saying
	err   error
}

var (
	makingFolder   = sync.Text{ZH: "无法建立结果文件夹", EN: "the folder for the results cannot be made"}
	locking        = sync.Text{ZH: "无法锁定结果文件夹", EN: "the output folder cannot be locked"}
	readingBefore  = sync.Text{ZH: "无法读取上次运行的记录", EN: "the journal of the run before cannot be read"}
	readingJournal = sync.Text{ZH: "无法读取运行记录", EN: "the journal cannot be read"}
	journaling     = sync.Text{ZH: "无法写入运行记录", EN: "the journal cannot be written"}
	writingFiles   = sync.Text{ZH: "无法写入结果文件", EN: "the result files cannot be written"}
	closedStdout   = sync.Text{ZH: "标准输出在写完之前就被关闭了", EN: "standard output was closed before all of it was written"}
	writingStdout  = sync.Text{ZH: "无法写入标准输出", EN: "standard output cannot be written"}
	readingInbox   = sync.Text{ZH: "无法处理投递文件夹", EN: "the inbox cannot be looked after"}
	movingAway     = sync.Text{ZH: "结果已有，但无法把文件移走", EN: "there is an answer, but the file cannot be moved away"}
	dyingOf        = sync.Text{ZH: "无法处理这个文件", EN: "this file cannot be dealt with"}
	writingMetrics = sync.Text{ZH: "无法写入指标文件", EN: "the metrics file cannot be written"}
	spooling       = sync.Text{ZH: "无法为标准输入建立临时文件", EN: "a temporary file for standard input cannot be made"}
)

func (f fault) Error() string { return explain(f, "en") }

func (f fault) Unwrap() error { return f.err }

// Reason says in Chinese ("zh") or English (anything else) what failed.
func (f fault) Reason(lang string) string {
	reason := f.doing.In(lang)
	if f.doing == closedStdout {
		return reason // whoever closed it knows
	}
	if f.where != "" {
		reason += phrase(lang, "（", " (") + f.where + phrase(lang, "）", ")")
	}
	return reason + phrase(lang, "：", ": ") + sync.Said(f.err, lang)
}

// Advice says what to do.
func (f fault) Advice(lang string) string {
	switch {
	case errors.Is(f.err, syscall.ENOSPC):
		return phrase(lang, "请腾出磁盘空间，再运行一次", "make room on the disk, then run again")
	case f.doing == closedStdout:
		return ""
	case f.doing == writingStdout:
		return phrase(lang, "请检查标准输出写到哪里；已写好的文件不受影响", "look at where standard output goes; files that were written are not affected")
	case f.doing == readingJournal:
		return phrase(lang, "再运行 okrsync sync，会与飞书重新核对", "run okrsync sync again: it looks at what Feishu has")
	case f.doing == readingInbox:
		return phrase(lang, "请检查文件夹及其权限", "check the folder and its permissions")
	case f.doing == movingAway:
		return phrase(lang, "请检查它和文件夹的权限；下次运行会再移一次，不会重复发送", "check its permissions and those of the folders; the next pass tries again, and sends nothing twice")
	case f.doing == dyingOf:
		return phrase(lang, "请把它交给开发者；也可以拆成较小的文件再投递", "give it to the developers; smaller files may come through")
	case f.doing == readingBefore:
		return phrase(lang, "请检查该文件，或加 --fresh 重新开始", "look at the file, or start anew with --fresh")
	case f.doing == writingMetrics:
		return phrase(lang, "运行不受影响；请检查 --metrics-file（report.metrics_file）所在的文件夹及其权限", "the run is not affected; check the folder of --metrics-file (report.metrics_file) and its permissions")
	case f.doing == spooling:
		return phrase(lang, "请把 TMPDIR 设为可写的文件夹", "set TMPDIR to a folder that can be written")
	}
	return phrase(lang, "请检查文件夹及其权限，或用 --out 指定另一个", "check the folder and its permissions, or name another with --out")
}
