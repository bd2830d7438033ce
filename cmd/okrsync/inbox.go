package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
	"github.com/spf13/cobra"

	"okrsync/source/inbox"
	"okrsync/sync"
)

// inboxSettings are the settings of a drop folder.
func inboxSettings(c *config) []setting {
	return []setting{
		{key: "inbox.settle", flag: "settle", usage: "how long a file must have been the same before it is taken, `TIME` (default 10s)", set: duration(&c.settle, 0, time.Hour)},
		{key: "inbox.interval", flag: "interval", usage: "how often --watch looks into the folder although it heard of nothing new, `TIME` (default 1m)", set: duration(&c.interval, time.Second, 24*time.Hour)},
	}
}

func (p *program) inboxCommand() *cobra.Command {
	var f syncFlags
	var watch bool
	cmd := &cobra.Command{
		Use:   "inbox DIR",
		Short: p.phrase("处理投递文件夹：逐个发送其中的表格，并把它们连同结果移走", "send the spreadsheets of a drop folder, and move each away with its answer"),
		Long:  p.page("inbox"),
		Example: `  okrsync inbox --source ID --table ID /data/inbox
  okrsync inbox --watch --lang zh /data/inbox`,
		RunE: func(cmd *cobra.Command, args []string) error {
			started := time.Now()
			c, err := p.load(cmd)
			var n *intake
			p.atEnd = func(code int) {
				if n == nil {
					p.writeMetrics(c, nil, started, code) // also that the configuration is none
				} else {
					n.writeMetrics(code)
				}
			}
			if err != nil {
				return err
			}
			if len(args) != 1 {
				return usagef("请给出一个文件夹：okrsync inbox DIR", "give one folder: okrsync inbox DIR")
			}
			if watch && f.yes {
				return usagef("--yes 表示有人核对过变化，不能与 --watch 一起使用", "--yes says that a person has looked at the changes: it cannot be together with --watch")
			}
			if n, err = p.newIntake(cmd, c, f, args[0]); err != nil {
				return err
			}
			defer n.close()
			if watch {
				return n.watch(cmd.Context())
			}
			return told{n.pass(cmd.Context())}
		},
	}
	f.addForAll(cmd)
	addSettings(cmd.Flags(), "settle", "interval")
	cmd.Flags().BoolVar(&watch, "watch", false, "keep going: take each file when it comes")
	return cmd
}

// An intake is one invocation of okrsync inbox.
type intake struct {
	*session
	base    config // of the command; the session has the one of the folder that is at hand
	dir     string
	box     *inbox.Box
	held    *flock.Flock    // of the inbox
	folders []string        // that were there at the last look
	known   map[string]bool // what the pass before has told
	said    map[string]bool // what this one would tell
	began   time.Time       // of this pass
	spent   bool            // the calls of --max-calls are used up
	blind   bool            // the inbox cannot be looked into any more
}

// newIntake opens the inbox for this process alone.
func (p *program) newIntake(cmd *cobra.Command, c config, f syncFlags, dir string) (*intake, error) {
	if c.shardText != "" || c.shards > 0 {
		return nil, usagef("投递文件夹不能分片处理：请去掉 sync.shard 和 sync.shards", "an inbox is not divided into shards: leave sync.shard and sync.shards out")
	}
	s, err := p.onlineSession(cmd, c, f, []string{dir})
	if err != nil {
		return nil, err
	}
	if s.config.diff == diffOff {
		p.say(p.phrase("投递文件夹总是先比较再发送：不使用 sync.diff: off", "an inbox always compares before it sends: sync.diff: off is not used"))
		s.config.diff = diffAuto
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		s.close()
		if err == nil {
			err = sync.Errorf("%s 不是文件夹", "%s is not a folder", dir)
		}
		return nil, usagef("无法打开投递文件夹：%v", "the inbox cannot be opened: %v", err)
	}
	n := &intake{session: s, base: s.config, dir: dir, said: map[string]bool{}, began: time.Now()}
	if n.held, err = lockFolder(dir); err != nil {
		s.close()
		if held, ok := errors.AsType[*heldError](err); ok {
			held.inbox = true
		}
		return nil, err
	}
	if n.box, err = inbox.Open(dir); err != nil {
		n.close()
		return nil, usagef("无法打开投递文件夹：%v", "the inbox cannot be opened: %v", err)
	}
	return n, nil
}

// close ends the invocation.
func (n *intake) close() {
	n.session.close()
	if n.box != nil {
		_ = n.box.Close()
	}
	_ = n.held.Close() // it ends with the process anyway
}

// watch passes over the inbox whenever something has changed in it, until it is told to
// end. A pass that was stopped is followed by a longer wait each time, up to an hour: what
// stopped it seldom goes within a minute.
func (n *intake) watch(ctx context.Context) error {
	ears := n.box.Watch()
	defer ears.Close()
	n.sayUnlessQuiet(fmt.Sprintf(phrase(n.base.lang, "正在监视 %s；按 Ctrl-C 结束", "watching %s; Ctrl-C ends it"), n.dir))
	const breath = time.Second // between two passes
	var least time.Duration
	most := n.base.interval
	for {
		code := n.pass(ctx)
		switch {
		case context.Cause(ctx) != nil:
			return context.Cause(ctx)
		case n.spent, n.blind:
			return told{code}
		case code == exitInternal, code == exitHeld, code == exitApp, code == exitQuota, code == exitTrouble:
			most = min(2*most, max(time.Hour, n.base.interval))
			least = most // whatever comes meanwhile would be stopped too
		default:
			least, most = breath, n.base.interval
		}
		n.writeMetrics(code)
		if ears.Wait(ctx, n.folders, least, most); context.Cause(ctx) != nil {
			return context.Cause(ctx)
		}
	}
}

// writeMetrics writes the metrics of a pass.
func (n *intake) writeMetrics(code int) {
	n.program.writeMetrics(n.base, n.session, n.began, code)
}

// path is a path within the inbox as people know it.
func (n *intake) path(within string) string {
	return filepath.Join(n.dir, filepath.FromSlash(within))
}

// sayUnlessQuiet says something that is no error.
func (n *intake) sayUnlessQuiet(text string) {
	if !n.flags.quiet {
		n.program.say(text)
	}
}
