package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/gofrs/flock"
	"github.com/spf13/cobra"

	"okrsync/feishu"
	"okrsync/source"
	"okrsync/sync"
	"okrsync/sync/report"
)

// syncFlags are what a user can say about one invocation only.
type syncFlags struct {
	json     bool
	quiet    bool
	verbose  bool
	progress string // auto, bar, plain or none
	noDiff   bool
	yes      bool
	fresh    bool
	listed   bool // every result is shown afterwards
	files    []string
}

func (p *program) syncCommand() *cobra.Command {
	var f syncFlags
	cmd := &cobra.Command{
		Use:   "sync FILE…",
		Short: "read a file, check it whole, send its updates to Feishu, report on every row",
		Long: `sync reads each FILE (CSV or XLSX; - is standard input), checks it as a
whole, compares it with the live items, and only then sends what differs: one
update per row. Every row gets an answer in a folder of its own for each run:
result.csv, rollback.csv with the values before, the page report.html,
summary.json and journal.jsonl.
okrsync plan shows all of it without sending anything.

The same content again, whatever the file is called, continues a run of it that
was cut short: rows that are done are not sent again. --fresh starts anew.

The exit code is 0 when nothing is left to do; see okrsync help exit-codes.`,
		Example: `  okrsync sync --source 7041234567890123456 --table 7041234567890123457 values.xlsx
  okrsync sync --lang zh --json values.csv`,
		RunE: func(cmd *cobra.Command, files []string) error {
			c, err := p.load(cmd)
			if err != nil {
				return err
			}
			var s *session
			started := time.Now()
			p.atEnd = func(code int) { p.writeMetrics(c, s, started, code) }
			if s, err = p.onlineSession(cmd, c, f, files); err != nil {
				return err
			}
			defer s.close()
			return s.eachFile(cmd.Context(), s.syncFile)
		},
	}
	f.add(cmd)
	return cmd
}

// add gives a command the flags that every run takes.
func (f *syncFlags) add(cmd *cobra.Command) {
	addSettings(cmd, "source", "table", "sheet", "out", "rate", "workers", "batch-size", "user-id-type", "lang", "log-level", "log-format",
		"max-calls", "max-changed-rows", "max-notified", "max-factor", "metrics-file")
	cmd.Flags().StringVar(&f.progress, "progress", "auto", "auto, bar, plain or none")
	cmd.Flags().BoolVar(&f.noDiff, "no-diff", false, "send every given field unasked, without reading the live items first")
	cmd.Flags().BoolVar(&f.fresh, "fresh", false, "start again instead of continuing an unfinished run of the same file")
	cmd.Flags().BoolVar(&f.yes, "yes", false, "let the run pass the guards: a person has looked at the changes")
	cmd.Flags().BoolVar(&f.json, "json", false, "write the summary of each run to standard output, one line of JSON each")
	cmd.Flags().BoolVarP(&f.quiet, "quiet", "q", false, "say nothing but errors")
	cmd.Flags().BoolVarP(&f.verbose, "verbose", "v", false, "log every repeated call")
}

// apply brings the flags that only change what is said into the configuration.
func (f syncFlags) apply(c config) config {
	switch {
	case f.quiet:
		c.logLevel, c.progress = "error", progressNone
	case f.verbose && c.logLevel == "info":
		c.logLevel = "debug"
	}
	if f.noDiff {
		c.diff = diffOff
	}
	return c
}

// onlineSession starts the session of a command that speaks with Feishu about files.
func (p *program) onlineSession(cmd *cobra.Command, c config, f syncFlags, files []string) (*session, error) {
	if len(files) == 0 {
		return nil, usagef("no file given: okrsync %s FILE…", cmd.Name())
	}
	if err := oneOf(&c.progress, progressAuto, progressBar, progressPlain, progressNone)(f.progress); err != nil {
		return nil, usagef("--progress: %v", err)
	}
	if problems := c.checkCredentials(); len(problems) > 0 {
		return nil, &usageError{problems}
	}
	f.files, p.placed = files, positionals(cmd.Flags(), p.args)
	c = f.apply(c)
	if problem := c.blindGuards(); problem != "" && !f.yes {
		return nil, usagef("%s", problem)
	}
	return p.newSession(c, f)
}

// A session is what the files of one invocation share: they are sent by one
// client at one pace.
type session struct {
	program    *program
	config     config
	flags      syncFlags
	client     *feishu.Client
	pacer      *sync.Pacer
	lock       *flock.Flock     // of the output folder; nil until a file is to be sent
	remembered bool             // the calls of earlier runs are known to the pacer
	silence    time.Duration    // that an earlier run was asked for, until it is told
	runs       []report.Summary // of the files that are done with
}

func (p *program) newSession(c config, f syncFlags) (*session, error) {
	pacer := c.pacer()
	client, err := c.client(pacer)
	return &session{program: p, config: c, flags: f, client: client, pacer: pacer}, err
}

// eachFile runs the files one after the other. A run that was stopped for a reason
// that will meet the next file too is the last one.
func (s *session) eachFile(ctx context.Context, run func(ctx context.Context, name string, again retype) int) error {
	var codes []int
	files := s.flags.files
	for i, name := range files {
		code := run(ctx, name, s.program.retype(i))
		codes = append(codes, code)
		if stopsAll(code) && i+1 < len(files) {
			s.program.say(phrase(s.config.lang, "其余文件没有开始；之后运行 ", "the other files were not started; after that, ") + s.program.retypeRest(i+1)())
			break
		}
	}
	return told{gravest(codes...)}
}

// stopsAll reports whether the files after one that ended so would end so too.
func stopsAll(code int) bool {
	switch code {
	case exitOK, exitRows, exitInput, exitGuard:
		return false
	}
	return true
}

// syncFile runs one file and returns its exit code, having told everything.
func (s *session) syncFile(ctx context.Context, name string, again retype) int {
	started := time.Now().UTC()
	input, err := s.open(ctx, name)
	if err != nil {
		return s.ended(ctx, report.Message{Summary: s.refused(name, started, err)})
	}
	defer input.Close()
	t := s.newTransfer(input, again, started)
	defer t.closeBefore()
	t.sync(ctx)
	t.end()
	return s.ended(ctx, t.message())
}

// ended takes in what came of a file, tells the group of it and returns the exit code.
func (s *session) ended(ctx context.Context, m report.Message) int {
	s.runs = append(s.runs, m.Summary)
	s.notify(ctx, m)
	return m.Summary.ExitCode
}

// open opens a file whose rows have somewhere to go.
func (s *session) open(ctx context.Context, name string) (*source.File, error) {
	input, err := s.program.openInput(ctx, name, s.config.sourceOptions())
	if err != nil {
		return nil, err
	}
	if err := checkTarget(s.config, input); err != nil {
		return nil, errors.Join(err, input.Close())
	}
	return input, nil
}

// checkTarget reports a metric source or table that neither the configuration
// nor the file's columns name.
func checkTarget(c config, input *source.File) error {
	columns, err := input.Given()
	if err != nil {
		return err
	}
	var problems []string
	for _, what := range missingTargets(c, columns) {
		problems = append(problems, fmt.Sprintf("the metric %[1]s is missing: give --%[1]s ID, set target.metric_%[1]s_id, or have a column metric_%[1]s_id in the file; okrsync tables lists them", what))
	}
	if len(problems) > 0 {
		return &usageError{problems}
	}
	return nil
}

// missingTargets says which of the metric source and table are named nowhere: by
// their flags, "source" and "table".
func missingTargets(c config, columns []source.Column) []string {
	var missing []string
	if c.target.SourceID == "" && !slices.Contains(columns, source.ColumnSource) {
		missing = append(missing, "source")
	}
	if c.target.ID == "" && !slices.Contains(columns, source.ColumnTable) {
		missing = append(missing, "table")
	}
	return missing
}

// refused tells about a file that cannot be read at all.
func (s *session) refused(name string, started time.Time, err error) report.Summary {
	code := s.program.tell(err)
	summary := report.Summary{
		Version: version(), Input: sync.Input{Path: name}, Outcome: outcomes[code], ExitCode: code, Stop: stopOf(err),
		Counts: report.NewCounts(), Calls: new(report.Calls), StartedAt: started, FinishedAt: time.Now().UTC(), Files: []string{},
	}
	if s.flags.json {
		s.program.printJSON(summary)
	}
	return summary
}
