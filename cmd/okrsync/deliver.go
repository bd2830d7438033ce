package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"

	"okrsync/source/inbox"
	"okrsync/sync"
)

// conclude does with a file what is its fate, tells it, and returns its exit code.
func (n *intake) conclude(ctx context.Context, t taken) int {
	if t.scratch {
		defer func() { _ = os.RemoveAll(t.folder) }() // else the next process sweeps it
	}
	name := n.path(t.drop.Path())
	lang := n.base.lang
	switch t.fate {
	case toDone, toAttention:
		if fault := n.deliver(&t); fault != nil {
			t.code, t.fate = n.program.tell(fault), toLeave
			if n.box.Stuck(t.drop) {
				t.answer = nil // the group has heard of it
			}
		}
	case toWait, toStop:
		n.keep(t)
		n.sayUnlessQuiet(name + phrase(lang, " 留在原处，下次从停下的地方继续", " stays where it is: the next pass goes on with it"))
	case toLeave:
		n.keep(t)
	}
	n.count(t.fate)
	if t.answer == nil {
		return t.code
	}
	_ = n.ended(ctx, *t.answer) // whose code does not know of the moving
	return t.code
}

// keep notes that this process has not died on a file.
func (n *intake) keep(t taken) {
	if !t.bug {
		_ = n.box.Keep(&t.drop) // else it counts as one that has
	}
}

// shelves are where the fates lead.
var shelves = map[fate]inbox.Shelf{toDone: inbox.Done, toAttention: inbox.Attention}

// deliver moves a file away together with its answers. One that somebody has replaced
// meanwhile stays for the next pass.
func (n *intake) deliver(t *taken) error {
	lang, name := n.base.lang, n.path(t.drop.Path())
	place, err := n.box.Deliver(t.drop, shelves[t.fate], time.Now().Format(time.DateOnly), t.answersIn())
	if errors.Is(err, inbox.ErrChanged) {
		t.fate = toLeave
		n.sayUnlessQuiet(name + phrase(lang, " 在处理期间被替换：它留在原处，下次处理", " was replaced meanwhile: it stays, and is taken by the next pass"))
		return nil
	}
	if err != nil {
		return fault{doing: movingAway, where: name, err: err}
	}
	t.answer.Folder = n.path(place.Folder)
	if folder, err := filepath.Abs(t.answer.Folder); err == nil {
		t.answer.Folder = folder
	}
	n.sayUnlessQuiet(name + " → " + n.path(place.File()) + phrase(lang, "，结果在它旁边", ", with its answer beside it"))
	return nil
}

// errDied is what is known of a file on which process after process has died.
var errDied = sync.Errorf("okrsync 已多次在处理它时中断，每次都没有新的进展", "okrsync was cut off several times while it was at it, and each time had not come any further")
