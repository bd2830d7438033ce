package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"okrsync/feishu/feishutest"
	"okrsync/source"
	"okrsync/sync"
)

func (p *program) demoCommand() *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use:     "demo",
		Short:   p.phrase("用模拟的飞书完整试一遍：不需要账号，也不需要网络", "try it all on a simulated Feishu: no account, no network"),
		Long:    p.page("demo"),
		Args:    noArguments,
		PreRunE: p.checkLang,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c := defaults()
			c.out, c.lang, c.logLevel, c.progress = out, p.lang, "error", progressNone
			return p.demo(cmd.Context(), c)
		},
	}
	cmd.Flags().StringVar(&out, "out", "okrsync-demo", "the `DIR` in which the demo makes its folder")
	return cmd
}

// demo runs the sample against a simulator of its own.
func (p *program) demo(ctx context.Context, c config) error {
	folder, err := sync.CreateFolder(c.out, "demo", time.Now())
	if err != nil {
		return usagef("无法为演示建立文件夹：%v；请用 --out 指定另一个", "the folder for the demo cannot be made: %v; name another with --out", err)
	}
	workbook := filepath.Join(folder, "sample.xlsx")
	if err := writeSample(workbook); err != nil {
		return err
	}
	listener, err := listenLoopback(ctx, "127.0.0.1:0")
	if err != nil {
		return err
	}
	c.baseURL, c.appID, c.AppSecret = "http://"+listener.Addr().String(), "cli_demo", "demo"
	c.target.SourceID, c.target.ID = feishutest.SampleSource, feishutest.SampleTable
	c.out = folder

	serving, stop := context.WithCancel(ctx)
	served := make(chan error, 1)
	go func() { served <- serve(serving, listener, demoServer()) }()
	code, err := p.demoRuns(ctx, c, workbook)
	stop()
	if err := errors.Join(err, <-served); err != nil {
		return err
	}
	if err := p.showResults(folder, c.lang); err != nil {
		return err
	}
	if code != exitRows {
		return told{code} // not what this workbook must end in
	}
	fmt.Fprintln(p.stdout, phrase(c.lang,
		fmt.Sprintf("这样的运行以退出码 %d 结束（有些行需要修改）；演示本身以 0 结束。", code),
		fmt.Sprintf("Such a run ends with exit code %d (some rows must be mended); the demo itself ends with 0.", code)))
	return nil
}

// demoRuns plans and syncs the workbook and returns the exit code of the latter.
func (p *program) demoRuns(ctx context.Context, c config, workbook string) (int, error) {
	s, err := p.newSession(c, syncFlags{listed: true})
	if err != nil {
		return 0, err
	}
	defer s.close()
	code := 0
	for _, step := range []struct {
		command string
		run     func(ctx context.Context, name string, again retype) int
	}{{"plan", s.planFile}, {"sync", s.syncFile}} {
		fmt.Fprintf(p.stdout, "$ okrsync %s --source %s --table %s %s\n", step.command, c.target.SourceID, c.target.ID, shellWord(workbook))
		if code = step.run(ctx, workbook, nil); code != exitRows {
			break // not what this workbook must end in
		}
		fmt.Fprintln(p.stdout)
	}
	return code, nil
}

// demoServer is a Feishu with a few people and an item the app may not touch.
func demoServer() *feishutest.Server {
	server := feishutest.New(feishutest.Config{Latency: 20 * time.Millisecond, Limit: feishutest.Limit{N: 100, Period: time.Minute}})
	server.Sample(14)
	server.AddUser(feishutest.SampleUser(1), feishutest.SampleUser(2), feishutest.SampleUser(3))
	server.Change(feishutest.SampleItem(6), func(i *feishutest.Item) { i.Forbidden = true })
	return server
}

// sample is what somebody in finance might send: most of it good, the rest
// wrong in different ways.
func sample() [][]any {
	id := feishutest.SampleItem
	return [][]any{
		{"指标项ID", "负责部门", "起始值", "目标值", "当前值", "支撑的上级", "备注"},
		{id(1), "华东销售", nil, source.Number("1200"), source.Number("860.5"), nil, ""},
		{id(2), "华南销售", nil, nil, source.Number("0.3"), feishutest.SampleUser(2), ""},
		{id(3), "产品", source.Number("10"), source.Number("95.75"), nil, nil, ""},
		{id(4), "客服", source.Number("50"), source.Number("50"), nil, nil, "起始值与目标值相等"},
		{id(5), "市场", nil, "待定", source.Number("12"), nil, "目标还没定"},
		{id(6), "法务", nil, nil, source.Number("4"), nil, "应用无权修改"},
		{id(7), "人力", nil, "85%", nil, nil, "是 85 还是 0.85？"},
		{id(8), "研发", nil, nil, nil, nil, "没有要更新的数值"},
		{7050000000000000900.0, "运营", nil, nil, source.Number("7"), nil, "ID 被 Excel 当成了数字"},
		{"7050000000000999999", "数据", nil, nil, source.Number("8"), nil, "没有这个指标项"},
		{id(9), "物流", nil, source.Number("31"), nil, "ou_nobody", "查无此人"},
		{id(10), "采购", nil, source.Number("40"), nil, nil, ""},
		{id(10), "采购", nil, source.Number("44"), nil, nil, "与上一行矛盾"},
		{id(11), "行政", nil, source.Number("-2.5"), nil, nil, ""},
		{id(12), "财务", nil, source.Number("9"), source.Number("7.4"), nil, "目标值没有变"},
		{id(13), "战略", nil, nil, source.Number("0"), nil, "没有变化"},
		{id(14), "培训", nil, nil, source.Number("1305.5"), nil, ""},
		{"合计", "", nil, source.Number("1304.25"), source.Number("887.8"), nil, ""},
	}
}

func writeSample(name string) (err error) {
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	return source.WriteXLSX(file, "指标", slices.Values(sample()))
}

// showResults prints the results of the one run in the folder as a table.
func (p *program) showResults(folder, lang string) error {
	journals, err := filepath.Glob(filepath.Join(folder, "*", sync.JournalName))
	if err != nil || len(journals) != 1 {
		return sync.Errorf("演示的运行没有在 %s 中留下记录", "the demo's run has left no journal in %s", folder)
	}
	record, err := sync.OpenRecord(filepath.Dir(journals[0]))
	if err != nil {
		return err
	}
	defer record.Close()
	p.resultLine(phrase(lang, "行", "row"), phrase(lang, "状态", "status"), phrase(lang, "错误码", "code"), phrase(lang, "原因与建议", "reason and advice"))
	for r, err := range record.Results() {
		if err != nil {
			return err
		}
		words := r.Reason.In(lang)
		if advice := r.Advice.In(lang); advice != "" {
			words += phrase(lang, "；", "; ") + advice
		}
		p.resultLine(fmt.Sprint(r.Row), r.Status.Words().In(lang), r.Code, words)
	}
	files, err := filepath.Glob(filepath.Join(filepath.Dir(journals[0]), "*"))
	if err != nil {
		return err
	}
	fmt.Fprintf(p.stdout, "\n%s\n  %s\n\n", phrase(lang, "文件：", "Files:"),
		strings.Join(append([]string{filepath.Join(folder, "sample.xlsx")}, files...), "\n  "))
	return nil
}

// resultLine prints a line of the table, 80 columns wide; the words are wrapped
// into the last of its columns.
func (p *program) resultLine(row, status, code, words string) {
	const before = 3 + 2 + 11 + 2 + 18 + 2
	first := fmt.Sprintf("%s  %s  %s  ", terminal.FillLeft(row, 3), terminal.FillRight(status, 11), terminal.FillRight(code, 18))
	for line := range wrap(words, 80-before) {
		fmt.Fprintln(p.stdout, strings.TrimRight(first+line, " "))
		first = strings.Repeat(" ", before)
	}
}
