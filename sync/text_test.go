package sync_test

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"
	"testing"

	"okrsync/sync"
)

// TestTextf shows that what has words in both languages is said in each, however deep.
func TestTextf(t *testing.T) {
	inner := sync.Errorf("“%s”不是数字", "%q is not a number", "x")
	outer := sync.Errorf("第 %d 行：%v", "line %d: %v", 3, inner)
	if want := (sync.Text{ZH: "第 3 行：“x”不是数字", EN: `line 3: "x" is not a number`}); outer.Text != want {
		t.Errorf("%+v", outer.Text)
	}
	if outer.Error() != outer.EN || !errors.Is(outer, inner) {
		t.Errorf("%v does not come from %v", outer, inner)
	}
	swapped := sync.Textf("%[2]v 的 %[1]v", "%v of %v", sync.Text{ZH: "行", EN: "row"}, sync.Text{ZH: "表", EN: "table"})
	if want := (sync.Text{ZH: "表 的 行", EN: "row of table"}); swapped != want {
		t.Errorf("%+v", swapped)
	}
}

// TestSaid shows what becomes of errors that okrsync has not worded.
func TestSaid(t *testing.T) {
	full := &fs.PathError{Op: "write", Path: "a", Err: syscall.ENOSPC}
	for _, test := range []struct {
		err    error
		zh, en string
	}{
		{full, "磁盘空间已满（write a: no space left on device）", "write a: no space left on device"},
		{errors.New("odd"), "odd", "odd"},
		{errors.Join(sync.Errorf("甲", "a"), nil), "甲", "a"},
		{errors.Join(sync.Errorf("甲", "a"), full), "甲；磁盘空间已满（write a: no space left on device）", "a\nwrite a: no space left on device"},
		{fmt.Errorf("the lock: %w", full), "磁盘空间已满（the lock: write a: no space left on device）", "the lock: write a: no space left on device"},
	} {
		if zh, en := sync.Said(test.err, "zh"), sync.Said(test.err, "en"); zh != test.zh || en != test.en {
			t.Errorf("%q, %q", zh, en)
		}
	}
}
