package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"okrsync/sync/report"
)

func (p *program) checkCommand() *cobra.Command {
	var f syncFlags
	cmd := &cobra.Command{
		Use:   "check FILE…",
		Short: p.phrase("只读取文件、不发送：列出每一行的全部问题", "read a file without sending anything: every problem of every row"),
		Long:  p.page("check"),
		Example: `  okrsync check values.xlsx
  okrsync check --lang zh --json values.csv | jq .problems`,
		RunE: func(cmd *cobra.Command, files []string) error {
			if len(files) == 0 {
				return usagef("没有给出文件：okrsync check FILE…", "no file given: okrsync check FILE…")
			}
			c, err := p.load(cmd)
			if err != nil {
				return err
			}
			f.files, p.placed = files, positionals(cmd.Flags(), p.args)
			s := &session{program: p, config: c, flags: f}
			return s.eachFile(cmd.Context(), s.checkFile)
		},
	}
	f.add(cmd)
	return cmd
}

// checkFile checks one file and returns its exit code, having told everything.
func (s *session) checkFile(ctx context.Context, name string, again retype) int {
	started := time.Now().UTC()
	input, err := s.program.openInput(ctx, name, s.config.sourceOptions())
	if err != nil {
		return s.refused(name, started, err).ExitCode
	}
	defer input.Close()
	i := &inspection{account: s.account(input, again, started), input: input, problems: newProblems()}
	defer func() { i.problems.close() }()
	check, err := i.newCheck(ctx)
	if err == nil {
		err = i.read(check)
	}
	if err != nil {
		return s.refused(name, started, err).ExitCode
	}
	return i.end()
}

// end writes the other files, tells what is to be mended and returns the exit code.
func (i *inspection) end() int {
	i.write()
	switch {
	case i.flags.json:
		_ = i.printJSON(i.program.stdout) // what becomes of a failure, run decides for all commands
	case i.fault == nil && i.stop == nil && !i.flags.quiet:
		all := report.CSVName
		if !i.config.has(formatCSV) {
			all = filepath.Base(i.bestView())
		}
		i.problems.writeTo(i.program.stdout, i.config.lang, i.summary, all)
	}
	i.tellErrors()
	if i.folder != "" {
		i.tellEnd(i.next())
	}
	return i.summary.ExitCode
}

// printJSON writes the summary with a list of all problems.
func (i *inspection) printJSON(w io.Writer) error {
	head, err := json.Marshal(i.summary)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(w, `%s,"problems":[`, inert(head[:len(head)-1])); err != nil {
		return err
	}
	if err := i.problems.copyTo(w); err != nil {
		return err
	}
	_, err = fmt.Fprintln(w, "]}")
	return err
}
