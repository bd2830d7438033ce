package report

import (
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"okrsync/feishu"
	"okrsync/source"
	"okrsync/sync"
)

// MostCopied is how many rows a sheet may have to be copied into result.xlsx. Larger ones
// are nothing that people read; of them it has the rows to mend, and those left.
const MostCopied = 200_000

// mostListed is how many rows of a large file result.xlsx has at most.
const mostListed = 50_000

// XLSX writes result.xlsx into the folder: the user's own sheet with what became of each
// row beside it, a summary, and the rows to mend, in the given language ("zh" or "en").
// The file is nil where it is not at hand any more; the rows' ids stand for it then.
func XLSX(folder, lang string, s Summary, file *source.File, results iter.Seq2[sync.Result, error]) error {
	book := workbook{lang: lang, summary: s}
	var err error
	if s.Counts[sync.Updated]+s.Counts[sync.Failed]+s.Counts[sync.Unprocessed] > 0 {
		if book.fields, err = fieldsIn(results); err != nil {
			return err
		}
	}
	if s.Input.Rows > MostCopied {
		file, results = nil, only(results)
	}
	scratch, err := sync.Scratch(folder)
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(scratch) }() // the next run sweeps what is left
	return sync.WriteFile(filepath.Join(folder, XLSXName), func(w io.Writer) error {
		answer := book.answer(scratch, results)
		answer.Empty = file == nil && s.Input.Rows == 0
		if file == nil {
			return source.WriteAnswer(w, answer)
		}
		return file.WriteAnswer(w, answer)
	})
}

// workbook is what result.xlsx is made from.
type workbook struct {
	lang    string
	summary Summary
	fields  []field
}

// A field is a value of an item, in the words of the sheet.
type field struct {
	name   sync.Text
	number bool
	of     func(feishu.Fields) string
}

var fields = []field{
	{sync.Text{ZH: "起始值", EN: "initial value"}, true, func(f feishu.Fields) string { return f.Initial.String() }},
	{sync.Text{ZH: "目标值", EN: "target value"}, true, func(f feishu.Fields) string { return f.Target.String() }},
	{sync.Text{ZH: "当前值", EN: "current value"}, true, func(f feishu.Fields) string { return f.Current.String() }},
	{sync.Text{ZH: "支撑的上级", EN: "supported superior"}, false, func(f feishu.Fields) string { return f.SupportedUserID }},
}

// fieldsIn lists the fields that some row has sent.
func fieldsIn(results iter.Seq2[sync.Result, error]) ([]field, error) {
	used := make([]bool, len(fields))
	for r, err := range results {
		if err != nil {
			return nil, err
		}
		for i, f := range fields {
			used[i] = used[i] || f.of(r.Sent) != ""
		}
		if !slices.Contains(used, false) {
			break // and the rest of the rows say nothing new
		}
	}
	var list []field
	for i, f := range fields {
		if used[i] {
			list = append(list, f)
		}
	}
	return list, nil
}

// only passes on the first of the rows to mend and of those left.
func only(results iter.Seq2[sync.Result, error]) iter.Seq2[sync.Result, error] {
	return func(yield func(sync.Result, error) bool) {
		n := 0
		for r, err := range results {
			if err == nil && !r.ToMend() && r.Status != sync.Unprocessed {
				continue
			}
			if n++; n > mostListed || !yield(r, err) {
				return
			}
		}
	}
}

// say picks the words in the workbook's language.
func (b workbook) say(zh, en string) string { return sync.Text{ZH: zh, EN: en}.In(b.lang) }

func (b workbook) answer(scratch string, results iter.Seq2[sync.Result, error]) source.Answer {
	own := func(zh, en string) string { return source.OwnHead + b.say(zh, en) }
	a := source.Answer{
		Columns: []source.AnswerColumn{
			{Head: own("状态", "status"), Width: 15},
			{Head: own("原因", "reason"), Width: 44},
			{Head: own("建议", "advice"), Width: 44},
			{Head: own("错误码", "code"), Width: 18},
		},
		MendColumns: 4,
		Sheet:       own("结果", "result"), Summary: own("摘要", "summary"), Mend: own("待修改", "to mend"),
		RowHead: own("行号", "row"),
		Keys: []source.AnswerColumn{
			{Head: "metric_source_id", Width: 23}, {Head: "metric_table_id", Width: 23}, {Head: "metric_item_id", Width: 23},
		},
		LeftOut: b.say("未复制的工作表", "sheets not copied"),
		Facts:   b.facts,
		Temp:    scratch,
	}
	for _, f := range b.fields {
		a.Columns = append(a.Columns,
			source.AnswerColumn{Head: own("更新前 ", "old ") + f.name.In(b.lang), Width: 14},
			source.AnswerColumn{Head: own("更新后 ", "new ") + f.name.In(b.lang), Width: 14})
	}
	a.Unreached = b.unreached()
	a.Rows = func(yield func(source.AnswerRow, error) bool) {
		for r, err := range results {
			if !yield(b.row(r), err) {
				return
			}
		}
	}
	return a
}

// unreached is what the workbook says about a row that has no answer in the journal.
func (b workbook) unreached() source.AnswerRow {
	s := b.summary
	switch {
	case s.Shard.Divided(): // its own rows have one, unless it was killed, when nobody knows which they are
		row := source.AnswerRow{Cells: make([]any, 4+2*len(b.fields))}
		row.Cells[0] = b.say("其他分片", "another shard's")
		if s.Counts[sync.Unprocessed] > 0 {
			row.Cells[0] = b.say("其他分片或未处理", "another shard's, or unprocessed")
		}
		return row
	case s.Shards != nil:
		return b.row(sync.Result{Status: sync.Unprocessed, Reason: unmerged, Advice: s.Todo()})
	}
	return b.row(sync.Result{Status: sync.Unprocessed, Reason: unreached, Advice: s.Todo()})
}

// Why a row has no answer in a journal.
var (
	unreached = sync.Text{ZH: "运行停止时还没有轮到这一行", EN: "the run stopped before it reached this row"}
	unmerged  = sync.Text{ZH: "处理这一行的分片没有结果", EN: "the shard that has this row gave no answer"}
)

// row is what the workbook says about a row.
func (b workbook) row(r sync.Result) source.AnswerRow {
	said := source.AnswerRow{
		Row: r.Row, Tone: toneOf(r.Status), Mend: r.ToMend(), Keys: []string{r.Source, r.Table, r.Item},
		Cells: make([]any, 0, 4+2*len(b.fields)),
	}
	status := signs[r.Status] + " " + r.Status.Words().In(b.lang)
	said.Cells = append(said.Cells, status, text(r.Reason.In(b.lang)), text(r.Advice.In(b.lang)), text(r.Code))
	for _, f := range b.fields {
		before, after := any(nil), any(nil)
		if f.of(r.Sent) != "" {
			before, after = f.cell(r.Before), f.cell(r.After)
		}
		said.Cells = append(said.Cells, before, after)
	}
	return said
}

// cell is the field's value in a cell.
func (f field) cell(of feishu.Fields) any {
	value := f.of(of)
	switch {
	case value == "":
		return nil
	case f.number:
		return source.Number(plain(json.Number(value)))
	}
	return value
}

func text(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func toneOf(s sync.Status) source.Tone {
	switch s {
	case sync.Updated, sync.Planned:
		return source.ToneDone
	case sync.Rejected, sync.Failed:
		return source.ToneMend
	case sync.Unprocessed:
		return source.ToneLeft
	}
	return source.TonePlain
}

// facts are the lines of the summary.
func (b workbook) facts(copied bool) [][2]string {
	s := b.summary
	facts := [][2]string{
		{b.say("结论", "verdict"), s.Verdict().In(b.lang)},
		{b.say("怎么办", "what to do"), s.Todo().In(b.lang)},
	}
	add := func(zh, en, value string) {
		if value != "" {
			facts = append(facts, [2]string{b.say(zh, en), value})
		}
	}
	if s.Stop != nil {
		add("停止原因", "why it stopped", s.Stop.Reason.In(b.lang))
	}
	for _, status := range sync.Statuses {
		if n := s.Counts[status]; n > 0 {
			words := status.Words()
			add(words.ZH, words.EN, b.say(fmt.Sprintf("%d 行", n), countOf(n)))
		}
	}
	for _, n := range s.Notices {
		add("提示", "note", n.In(b.lang))
	}
	add("怎样使用", "how to use this", b.usage(copied))
	if s.Shard.Divided() {
		add("分片", "shard", s.shardText().In(b.lang))
	}
	add("文件", "file", strings.TrimSpace(s.Input.Path+"  "+s.Input.Sheet))
	add("SHA-256", "SHA-256", s.Input.SHA256)
	add("开始时间", "started", s.StartedAt.Format(time.RFC3339))
	add("结束时间", "finished", s.FinishedAt.Format(time.RFC3339))
	if s.Notified != nil {
		add("飞书通知的人数", "people messaged by Feishu", fmt.Sprint(*s.Notified))
	}
	add("程序版本", "version", "okrsync "+s.Version)
	return facts
}

// usage says what can be done with the workbook.
func (b workbook) usage(copied bool) string {
	switch {
	case b.summary.Input.Rows > MostCopied:
		return b.say(
			fmt.Sprintf("文件超过 %d 行，这里只列出需要修改和没有处理的行（最多 %d 行）；全部结果见 %s。请在原文件中修改", MostCopied, mostListed, CSVName),
			fmt.Sprintf("the file has more than %d rows: only those to mend and those left are here, %d at most; all stand in %s; mend the file itself", MostCopied, mostListed, CSVName))
	case !copied:
		return b.say(
			"表格没有复制到这里（文件已不在原处或已改变，或者表格过大、过于特殊），只有各行的 ID 和结果。请在原文件中修改",
			"the sheet is not copied here, only the rows' ids and results: the file is not where it was or not what it was, or the sheet is too large or too odd; mend the file itself")
	}
	return b.say(
		"可以直接在第一个工作表中修改，然后把这个文件交给 okrsync：okrsync 开头的列和工作表会被忽略，已完成的行不会重复发送。“待修改”工作表只供查看",
		"mend the rows on the first sheet, then give this file to okrsync: columns and sheets whose names begin with okrsync are ignored, and rows that are done are not sent again; the sheet of the rows to mend is for looking only")
}
