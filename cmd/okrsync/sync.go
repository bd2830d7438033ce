package main

import (
	"context"
	"errors"
	"io"
	"slices"
	"time"

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
		Short: p.phrase("读取文件、整体检查、把更新发送到飞书，并对每一行给出结果", "read a file, check it whole, send its updates to Feishu, report on every row"),
		Long:  p.page("sync"),
		Example: `  okrsync sync --source ID --table ID values.xlsx
  okrsync sync --lang zh --json values.csv`,
		RunE: func(cmd *cobra.Command, files []string) error {
			started := time.Now()
			c, err := p.load(cmd)
			if err == nil {
				c, err = p.sharded(c)
			}
			var s *session
			p.atEnd = func(code int) { p.writeMetrics(c, s, started, code) } // also that the configuration is none
			if err != nil {
				return err
			}
			if s, err = p.onlineSession(cmd, c, f, files); err != nil {
				return err
			}
			defer s.close()
			return s.eachFile(cmd.Context(), s.syncFile)
		},
	}
	f.add(cmd)
	addSettings(cmd.Flags(), "shard")
	return cmd
}

// add gives a command the flags of runs that somebody starts for a file.
func (f *syncFlags) add(cmd *cobra.Command) {
	f.addForAll(cmd)
	cmd.Flags().BoolVar(&f.noDiff, "no-diff", false, "send every given field unasked, without reading the live items first")
	cmd.Flags().BoolVar(&f.fresh, "fresh", false, "start again instead of continuing an unfinished run of the same file")
}

// addForAll gives a command the flags that every run takes.
func (f *syncFlags) addForAll(cmd *cobra.Command) {
	addSettings(cmd.Flags(), "source", "table", "sheet", "out", "rate", "workers", "batch-size", "user-id-type", "log-level", "log-format",
		"max-calls", "max-changed-rows", "max-notified", "max-factor", "metrics-file")
	cmd.Flags().StringVar(&f.progress, "progress", "auto", "`HOW` progress is shown: auto, bar, plain or none")
	cmd.Flags().BoolVar(&f.yes, "yes", false, "let the run pass the guards: a person has looked at the changes")
	cmd.Flags().BoolVar(&f.json, "json", false, "write the summary of each run to standard output as JSON")
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
		return nil, usagef("没有给出文件：okrsync %s FILE…", "no file given: okrsync %s FILE…", cmd.Name())
	}
	if err := oneOf(&c.progress, progressModes...)(f.progress); err != nil {
		return nil, usagef("--progress：%v", "--progress: %v", err)
	}
	if problems := c.checkCredentials(); len(problems) > 0 {
		return nil, &usageError{problems}
	}
	f.files, p.placed = files, positionals(cmd.Flags(), p.args)
	c = f.apply(c)
	if problem := c.blindGuards(); problem != (sync.Text{}) && !f.yes {
		return nil, &usageError{[]sync.Text{problem}}
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
	lock       io.Closer        // of the output folder; nil until a file is to be sent
	remembered bool             // the calls of earlier runs are known to the pacer
	silence    time.Duration    // that an earlier run was asked for, until it is told
	runs       []report.Summary // of the files that are done with
	dropped    *dropped         // the file that is from an inbox, nil for others
	fates      map[string]int   // of the files of an inbox, nil for others
	counted    sync.Tally       // of the calls that the metrics have told of
	deaf       bool             // the group's bot did not answer: the files that follow do not wait for it
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
	return s.ended(ctx, s.run(ctx, input, again, started).message())
}

// run runs one file that is open.
func (s *session) run(ctx context.Context, input *source.File, again retype, started time.Time) *transfer {
	t := s.newTransfer(input, again, started)
	defer t.closeBefore()
	defer t.dropDraft()
	t.sync(ctx)
	t.end()
	return t
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
	var problems []sync.Text
	for _, what := range missingTargets(c, columns) {
		problems = append(problems, sync.Textf("缺少%[2]v：请给出 --%[1]s ID，或设置 target.metric_%[1]s_id，或在文件中加 metric_%[1]s_id 列；okrsync tables 会列出",
			"the metric %[1]s is missing: give --%[1]s ID, set target.metric_%[1]s_id, or have a column metric_%[1]s_id in the file; okrsync tables lists them", what, targetWords[what]))
	}
	if len(problems) > 0 {
		return &usageError{problems}
	}
	return nil
}

// targetWords are the metric source and table in words.
var targetWords = map[string]sync.Text{
	"source": {ZH: "指标来源", EN: "metric source"},
	"table":  {ZH: "指标表", EN: "metric table"},
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
