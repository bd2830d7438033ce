package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"go.uber.org/zap"

	"okrsync/sync"
	"okrsync/sync/report"
)

// A step is what to do next: a command to type, and what goes before it.
type step struct{ first, command string }

func (s step) String() string { return s.first + s.command }

// tellErrors says what went wrong with the run as a whole.
func (a *account) tellErrors() {
	lang := a.config.lang
	for _, err := range []error{a.fault, a.stop} {
		if guarded, ok := errors.AsType[*sync.GuardError](err); ok {
			a.tellGuard(guarded)
		} else if err != nil {
			a.program.complain(explain(err, lang))
		}
	}
}

// tellGuard says which guards stopped the run, and for which rows.
func (a *account) tellGuard(guarded *sync.GuardError) {
	lang := a.config.lang
	for _, b := range guarded.Breaches {
		if a.program.json != nil {
			a.program.complain(b.Words().In(lang) + rowsOf(b, lang))
			continue
		}
		a.program.complain(b.Words().In(lang))
		breachRows(a.program.stderr, b, lang)
	}
	a.program.complain(guarded.Advice(lang))
}

// tellEnd says how the run ended, where its results are and what to do next.
func (a *account) tellEnd(next step) {
	if a.flags.quiet {
		return
	}
	lang := a.config.lang
	if a.program.json != nil {
		a.program.json.Info(a.verdict(),
			zap.String("outcome", a.summary.Outcome), zap.Int("exit_code", a.summary.ExitCode), zap.Any("counts", a.summary.Counts),
			zap.String("results", a.folder), zap.Stringer("next", next))
		return
	}
	a.program.say(a.verdict())
	if a.untold != nil {
		for line := range a.untold.brief(lang) {
			a.program.say(line)
		}
	}
	if a.folder != "" {
		a.program.say(phrase(lang, "结果：", "results: ") + a.folder)
	}
	a.program.sayNext(next)
}

// sayNext says what to do next. On a terminal a command that does not fit behind what goes
// before it has a line to itself. It is never broken, so that it can be copied.
func (p *program) sayNext(next step) {
	if next == (step{}) {
		return
	}
	label := phrase(p.lang, "下一步：", "next: ")
	width := p.stderr.width()
	switch {
	case p.json != nil, width == 0, terminal.StringWidth("okrsync: "+label+next.String()) <= width:
		p.say(label + next.String())
	case next.first == "":
		p.say(strings.TrimSpace(label))
		fmt.Fprintln(p.stderr, "  "+printable(next.command))
	default:
		p.say(label + strings.TrimSpace(next.first))
		fmt.Fprintln(p.stderr, "  "+printable(next.command))
	}
}

// verdict is a run in one line. If answers could not be recorded, the rows
// without one are not passed over.
func (a *account) verdict() string {
	lang, s := a.config.lang, a.summary
	file, rowsZH, rows := s.Input.Path, fmt.Sprintf("共 %d 行", s.Input.Rows), plural(s.Input.Rows, "row")
	if s.Shard.Divided() {
		file += phrase(lang, "，", ", ") + s.Shard.Words().In(lang)
		rowsZH = fmt.Sprintf("%d 行中的 %d 行", s.Shard.Rows, s.Input.Rows)
		rows = fmt.Sprintf("%d of %s", s.Input.Rows, plural(s.Shard.Rows, "row"))
	}
	if answered := s.Counts.Total(); answered != s.Input.Rows {
		return phrase(lang,
			fmt.Sprintf("%s：%s，只有 %d 行有记录：%s", file, rowsZH, answered, a.counts()),
			fmt.Sprintf("%s: only %d of %s have a recorded answer: %s", file, answered, plural(s.Input.Rows, "row"), a.counts()))
	}
	return phrase(lang,
		fmt.Sprintf("%s：%s：%s", file, rowsZH, a.counts()),
		fmt.Sprintf("%s: %s: %s", file, rows, a.counts()))
}

// counts lists the statuses that occurred.
func (a *account) counts() string {
	var parts []string
	for _, status := range sync.Statuses {
		words := status.Words()
		if a.rehearsed && status == sync.Updated { // a plan updates nothing
			words = sync.Text{ZH: "此前已完成", EN: "done before"}
		}
		if n := a.summary.Counts[status]; n > 0 {
			parts = append(parts, phrase(a.config.lang, fmt.Sprintf("%s %d", words.ZH, n), fmt.Sprintf("%d %s", n, words.EN)))
		}
	}
	if len(parts) == 0 {
		return phrase(a.config.lang, "没有数据行", "nothing in it")
	}
	return strings.Join(parts, phrase(a.config.lang, "，", ", "))
}

// unconfirmed is a command line without --yes: a word about these changes is none about
// those of a file that was mended.
func unconfirmed(command string) string {
	return strings.TrimSpace(strings.Replace(command+" ", " --yes ", " ", 1))
}

// breachesOf are the guards that stopped a run.
func breachesOf(err error) []sync.Breach {
	if guarded, ok := errors.AsType[*sync.GuardError](err); ok {
		return guarded.Breaches
	}
	return nil
}

// looking is what goes before a command that passes the guards.
func (a *account) looking(breaches []sync.Breach) string {
	rejected := func(b sync.Breach) bool { return b.Guard == sync.GuardRejected }
	if slices.ContainsFunc(breaches, rejected) {
		return phrase(a.config.lang,
			"请核对文件是否正确，修改被拒绝的行；若只要发送其余的行，运行 ",
			"look whether it is the right file, and mend the rejected rows; to send the others only, ")
	}
	return phrase(a.config.lang, "核对上面的变化，确认无误后运行 ", "look at the changes above; if they are meant, ")
}

// bestView is the file that says best to a person what to do about each row.
func (a *account) bestView() string {
	for _, name := range []string{report.XLSXName, report.HTMLName, report.CSVName} {
		if slices.Contains(a.summary.Files, name) {
			return filepath.Join(a.folder, name)
		}
	}
	return a.folder
}

// next is what to do after the run.
func (a *account) next() step {
	if a.again == nil {
		return step{}
	}
	lang, again := a.config.lang, a.again()
	results := a.bestView()
	if a.fault != nil {
		return step{command: again}
	}
	switch a.summary.ExitCode {
	case exitOK:
		return step{command: a.onward}
	case exitRows:
		file := a.summary.Input.Path
		return step{
			phrase(lang, "按 "+results+" 中的建议修改 "+file+"，然后运行 ", "mend the rows of "+file+" as "+results+" advises, then "),
			unconfirmed(again),
		}
	case exitApp:
		return step{phrase(lang, "修好上述设置后运行 ", "mend the set-up as said above, then "), again}
	case exitGuard:
		return step{a.looking(breachesOf(a.stop)), a.again("sync", "--yes")}
	case exitQuota:
		if spent, ok := errors.AsType[*sync.BudgetError](a.stop); ok && spent.TooFew {
			return step{
				phrase(lang, fmt.Sprintf("用大于 %d 的次数 N 运行 ", spent.Calls), fmt.Sprintf("with a number N above %d, ", spent.Calls)),
				a.again("sync", "--max-calls N"),
			}
		} else if ok {
			return step{command: again}
		}
		return step{phrase(lang, "额度恢复后运行 ", "when the quota allows it, "), again}
	}
	return step{command: again}
}
