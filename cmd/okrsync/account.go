package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"okrsync/source"
	"okrsync/sync"
	"okrsync/sync/report"
)

// An account is what is known of the run of one file, and tells it to people.
type account struct {
	*session
	again   retype       // the command line that continues
	onward  string       // the one to type when all is well, "" for none
	folder  string       // of the run, "" before there is one
	stop    error        // why the run ended before its last row
	fault   error        // what must not happen: a disk that is full, a bug
	before  *sync.Record // of the unfinished run that this one continues, nil for none
	summary report.Summary
}

// closeBefore closes the record of the run before.
func (a *account) closeBefore() {
	if a.before != nil {
		_ = a.before.Close() // it was only read
	}
}

// account starts the account of a file.
func (s *session) account(input *source.File, again retype, started time.Time) account {
	return account{session: s, again: again, summary: report.Summary{
		Version: version(),
		Input: sync.Input{
			Path: input.Name(), SHA256: input.SHA256(), Sheet: input.Sheet(),
			Encoding: string(input.Encoding()), Delimiter: input.Delimiter(),
		},
		Counts:    report.NewCounts(),
		Calls:     new(report.Calls),
		Files:     []string{},
		StartedAt: started,
	}}
}

// noted takes in what the first reading of the file has shown.
func (a *account) noted(input *source.File, rows int) {
	a.summary.Input.Rows = rows
	for _, n := range input.Notices() {
		a.summary.Notices = append(a.summary.Notices, report.Notice{
			Code: string(n.Code), Text: sync.Text{ZH: n.Text("zh"), EN: n.Text("en")},
		})
	}
}

// tellErrors says what went wrong with the run as a whole.
func (a *account) tellErrors() {
	lang := a.config.lang
	for _, err := range []error{a.fault, a.stop} {
		if guarded, ok := errors.AsType[*sync.GuardError](err); ok {
			for _, b := range guarded.Breaches {
				a.program.say(b.Words().In(lang))
				breachRows(a.program.stderr, b, lang)
			}
			a.program.say(guarded.Advice(lang))
		} else if err != nil {
			a.program.say(explain(err, lang))
		}
	}
}

// tellEnd says how the run ended, where its results are and what to type next.
func (a *account) tellEnd() {
	if a.folder == "" || a.flags.quiet {
		return
	}
	lang := a.config.lang
	a.program.say(a.verdict())
	a.program.say(phrase(lang, "结果：", "results: ") + a.folder)
	if next := a.next(); next != "" {
		a.program.say(phrase(lang, "下一步：", "next: ") + next)
	}
}

// verdict is a run in one line. If answers could not be recorded, the rows
// without one are not passed over.
func (a *account) verdict() string {
	lang, s := a.config.lang, a.summary
	if answered := s.Counts.Total(); answered != s.Input.Rows {
		return phrase(lang,
			fmt.Sprintf("%s：共 %d 行，只有 %d 行有记录：%s", s.Input.Path, s.Input.Rows, answered, a.counts()),
			fmt.Sprintf("%s: only %d of %s have a recorded answer: %s", s.Input.Path, answered, plural(s.Input.Rows, "row"), a.counts()))
	}
	return phrase(lang,
		fmt.Sprintf("%s：共 %d 行：%s", s.Input.Path, s.Input.Rows, a.counts()),
		fmt.Sprintf("%s: %s: %s", s.Input.Path, plural(s.Input.Rows, "row"), a.counts()))
}

// counts lists the statuses that occurred.
func (a *account) counts() string {
	var parts []string
	for _, status := range sync.Statuses {
		if n := a.summary.Counts[status]; n > 0 {
			parts = append(parts, phrase(a.config.lang,
				fmt.Sprintf("%s %d", status.Words().ZH, n),
				fmt.Sprintf("%d %s", n, status.Words().EN)))
		}
	}
	if len(parts) == 0 {
		return phrase(a.config.lang, "没有数据行", "nothing in it")
	}
	return strings.Join(parts, phrase(a.config.lang, "，", ", "))
}

// next is what to do after the run.
func (a *account) next() string {
	if a.again == nil {
		return ""
	}
	lang, again := a.config.lang, a.again()
	results := filepath.Join(a.folder, "result.csv")
	if a.fault != nil {
		return again
	}
	switch a.summary.ExitCode {
	case exitOK:
		return a.onward
	case exitRows:
		return phrase(lang,
			fmt.Sprintf("按 %s 中的建议修改这些行，然后运行 %s", results, again),
			fmt.Sprintf("mend the rows as %s advises, then %s", results, again))
	case exitApp:
		return phrase(lang, "修好上述设置后运行 ", "mend the set-up as said above, then ") + again
	case exitGuard:
		return a.again("sync", "--yes")
	case exitQuota:
		if spent, ok := errors.AsType[*sync.BudgetError](a.stop); ok && spent.Reading {
			return phrase(lang, "调大 --max-calls 后运行 ", "with a higher --max-calls, ") + again
		} else if ok {
			return again
		}
		return phrase(lang, "额度恢复后运行 ", "when the quota allows it, ") + again
	}
	return again
}
