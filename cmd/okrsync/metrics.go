package main

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"go.uber.org/zap"

	"okrsync/sync"
	"okrsync/sync/report"
)

// writeMetrics writes the metrics of a command that ended with a code, whatever that is.
// The session is nil if it did not come to one. A failure is told and changes nothing:
// the rows are where they are.
func (p *program) writeMetrics(c config, s *session, started time.Time, code int) {
	if c.metricsFile == "" {
		return
	}
	m := report.Metrics{
		Task: strings.TrimSuffix(filepath.Base(c.metricsFile), ".prom"), Version: version(),
		ExitCode: code, StartedAt: started, FinishedAt: time.Now(),
	}
	if s != nil {
		c = s.config // with what the flags say about the log
		m.Tally, m.Runs, m.Inbox = s.pacer.Tally().Since(s.counted), s.runs, s.fates
	}
	m.LastSuccess = m.FinishedAt
	if code != exitOK {
		before, _ := readSmall(c.metricsFile) // without it, there was none
		m.LastSuccess = report.LastSuccess(bytes.NewReader(before), m.FinishedAt)
	}
	if err := replaceMetrics(c.metricsFile, m); err != nil {
		if failed, ok := errors.AsType[*fs.PathError](err); ok {
			err = failed.Err // without the temporary name
		}
		f := fault{doing: writingMetrics, where: c.metricsFile, err: err}
		newLogger(p.stderr, c).Warn(f.Reason(c.lang), zap.String("advice", f.Advice(c.lang)))
	}
}

// replaceMetrics puts metrics in the place of those of the run before. The file is for
// everybody to read, since a node exporter is another user; there is no text of the sheet
// in it. What is not a file, such as a link to somewhere else, is left alone.
func replaceMetrics(name string, m report.Metrics) error {
	info, err := os.Lstat(name)
	if err == nil && !info.Mode().IsRegular() {
		return sync.Errorf("它不是普通文件", "it is not a regular file")
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return sync.WriteFileMode(name, 0o644, m.Write)
}
