package errno

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"
	"testing"
	"unicode"
)

func TestChinese(t *testing.T) {
	_, missing := os.Open("nowhere")
	for _, test := range []struct {
		err  error
		want string
	}{
		{missing, "文件或文件夹不存在"},
		{&fs.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC}, "磁盘空间已满"},
		{fmt.Errorf("the journal: %w", syscall.EDQUOT), "磁盘配额已用完"},
		{&os.LinkError{Op: "rename", Err: syscall.EROFS}, "磁盘是只读的"},
		{syscall.EACCES, "没有访问权限"},
		{syscall.EPERM, "系统不允许这样做"},
		{errors.Join(errors.New("first"), syscall.EMFILE), "程序打开的文件过多"},
		{fs.ErrPermission, "没有访问权限"},
		{io.ErrShortWrite, ""},
		{nil, ""},
	} {
		if got := Chinese(test.err); got != test.want {
			t.Errorf("%v: %q, want %q", test.err, got, test.want)
		}
	}
}

// TestRefusals holds that each refusal is there once, in Chinese, and that none stands
// behind a wider one that takes it in.
func TestRefusals(t *testing.T) {
	for i, r := range refusals {
		chinese := false
		for _, c := range r.zh {
			chinese = chinese || unicode.Is(unicode.Han, c)
		}
		if !chinese {
			t.Errorf("%v: %q", r.err, r.zh)
		}
		for _, before := range refusals[:i] {
			if errors.Is(r.err, before.err) {
				t.Errorf("%v is never reached: %v stands before it", r.err, before.err)
			}
		}
	}
}
