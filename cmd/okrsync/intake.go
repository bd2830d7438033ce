package main

import (
	"context"
	"fmt"
	"time"

	"go.uber.org/zap"

	"okrsync/source/inbox"
	"okrsync/sync"
)

// A fate is what becomes of a file in the inbox: a label of the metrics.
type fate string

// The fates. What waits for the next pass goes to attention nevertheless if a file behind
// it comes through: it is then the file, and not Feishu, that is in the way, and its
// values must not come after those of a later one.
const (
	toDone      fate = "done"
	toAttention fate = "attention"
	toWait      fate = "waiting" // the next pass goes on with it, unless a later one comes through
	toStop      fate = "stopped" // nor do the others get through now
	toLeave     fate = "left"    // it is not finished, or cannot be taken
)

// pass takes every finished file once, and returns the exit code.
func (n *intake) pass(ctx context.Context) int {
	n.startPass()
	look, err := n.look(ctx)
	if err != nil {
		n.blind = true
		return n.program.tell(err)
	}
	if len(look.Ready) > 0 {
		if _, err := n.hold(); err != nil {
			return n.program.tell(err)
		}
	}
	var codes []int
	var waiting []taken
	untaken := len(look.Ready)
	for _, d := range look.Ready {
		if err := context.Cause(ctx); err != nil {
			codes = append(codes, exitCode(err))
			break
		}
		untaken--
		t := n.take(ctx, d)
		if t.through() {
			for _, w := range waiting {
				w.fate = toAttention
				codes = append(codes, n.conclude(ctx, w))
			}
			waiting = nil
		}
		if t.fate == toWait && !(t.stopped && len(waiting) > 0) {
			waiting = append(waiting, t)
			continue
		}
		codes = append(codes, n.conclude(ctx, t))
		if t.fate == toStop || t.fate == toWait {
			break
		}
	}
	for _, w := range waiting {
		codes = append(codes, n.conclude(ctx, w))
	}
	n.fates[string(toLeave)] += untaken
	return gravest(append(codes, n.tellPass(look))...)
}

// startPass forgets the pass before, but for what it has told.
func (n *intake) startPass() {
	n.known, n.said = n.said, map[string]bool{}
	n.began, n.runs, n.counted = time.Now(), nil, n.pacer.Tally()
	n.fates = map[string]int{}
	for _, f := range []fate{toDone, toAttention, toWait, toStop, toLeave} {
		n.fates[string(f)] = 0 // so that no alert has to tell a zero from a hole
	}
	n.config, n.dropped = n.base, nil
}

// count counts a file of this pass.
func (n *intake) count(f fate) { n.fates[string(f)]++ }

// look looks twice if a file may still be written to.
func (n *intake) look(ctx context.Context) (inbox.Look, error) {
	look, err := n.box.Look(time.Now(), n.base.settle)
	if err == nil && len(look.Settling) > 0 {
		select {
		case <-ctx.Done():
			return look, context.Cause(ctx)
		case <-time.After(n.base.settle):
		}
		look, err = n.box.Look(time.Now(), n.base.settle)
	}
	if err != nil {
		return look, fault{doing: readingInbox, where: n.dir, err: err}
	}
	n.folders = look.Folders
	return look, nil
}

// tellPass tells what was left alone and what became of the others. It returns the exit code
// of what could not even be looked at.
func (n *intake) tellPass(look inbox.Look) int {
	code := exitOK
	for _, l := range look.Left {
		n.tellLeft(l)
		if l.Why == inbox.Unreadable || l.Why == inbox.TooMany {
			code = exitInternal
		}
	}
	for _, d := range look.Settling {
		n.inform(phrase(n.base.lang, "还在写入，留到下次：", "still being written, left for the next pass: ") + n.path(d.Path()))
		n.count(toLeave)
	}
	if n.flags.quiet || len(look.Ready) == 0 {
		return code
	}
	count := func(f fate) int { return n.fates[string(f)] }
	n.program.say(fmt.Sprintf(phrase(n.base.lang,
		"%s：完成 %d 个文件，需要处理 %d 个，留下 %d 个",
		"%s: files done %d, to be looked at %d, left %d"), n.dir, count(toDone), count(toAttention), count(toWait)+count(toStop)+count(toLeave)))
	return code
}

// inform tells something about the inbox, unless it has been told.
func (n *intake) inform(text string, fields ...zap.Field) {
	if n.news(text) {
		newLogger(n.program.stderr, n.base).Info(text, fields...)
	}
}

// news reports whether something has been told neither in this pass nor in the one before.
func (n *intake) news(text string) bool {
	known := n.known[text] || n.said[text]
	n.said[text] = true
	return !known
}

// oldLock is how long an editor's lock file lies there before it is more likely that the
// editor has left it behind.
const oldLock = 24 * time.Hour

// tellLeft tells why something is left alone.
func (n *intake) tellLeft(l inbox.Left) {
	lang, name := n.base.lang, n.path(l.Path)
	var text sync.Text
	switch l.Why {
	case inbox.Locked:
		text = sync.Textf("留下 %s：有人正打开它（%s）", "left alone: %s is open somewhere (%s)", name, l.By)
		if time.Since(l.At) > oldLock {
			text = sync.Textf("留下 %s：%s 表示有人正打开它，但已经超过一天；如果没有人打开，请删除 %[2]s",
				"left alone: %s is open somewhere, says %s, but for more than a day; if nobody has it open, delete %[2]s", name, l.By)
		}
	case inbox.NotRegular:
		text = sync.Textf("留下 %s：它不是普通文件（链接、管道等）", "left alone: %s is not a regular file (a link, a pipe)", name)
	case inbox.NotSpreadsheet:
		text = sync.Textf("留下 %s：从名称看不是表格", "left alone: by its name %s is no spreadsheet", name)
	case inbox.NoSettings:
		text = sync.Textf("留下 %s 中的表格：该文件夹中没有 "+inbox.SettingsName, "left alone: the spreadsheets in %s, since there is no "+inbox.SettingsName+" in it", name)
	case inbox.TooMany:
		text = sync.Textf("%s 中的文件太多，先处理其中一部分", "there are too many files in %s: some of them wait", name)
	case inbox.Unreadable:
		text = sync.Textf("无法读取文件夹 %s", "the folder %s cannot be read", name)
	}
	n.inform(text.In(lang))
	if l.Why != inbox.NotSpreadsheet && l.Why != inbox.NotRegular {
		n.count(toLeave)
	}
}
