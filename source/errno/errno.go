// Package errno says the operating system's refusals in Chinese. In English the
// system's own words stand; they are kept beside the Chinese ones too, for whoever
// looks after the machine.
package errno

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

// refusals are the refusals that a batch job meets, in the words of somebody who knows
// files and folders. The first that an error is counts: fs.ErrPermission and its like
// stand behind the numbers that they take in.
var refusals = []struct {
	err error
	zh  string
}{
	{syscall.ENOSPC, "磁盘空间已满"},
	{syscall.EDQUOT, "磁盘配额已用完"},
	{syscall.EROFS, "磁盘是只读的"},
	{syscall.EACCES, "没有访问权限"},
	{syscall.EPERM, "系统不允许这样做"},
	{syscall.ENOENT, "文件或文件夹不存在"},
	{syscall.EEXIST, "同名文件已存在"},
	{syscall.ENOTDIR, "路径中有一段不是文件夹"},
	{syscall.EISDIR, "这是文件夹，不是文件"},
	{syscall.ENOTEMPTY, "文件夹不是空的"},
	{syscall.EMFILE, "程序打开的文件过多"},
	{syscall.ENFILE, "系统中打开的文件过多"},
	{syscall.ENAMETOOLONG, "名称过长"},
	{syscall.ELOOP, "链接指向了自己"},
	{syscall.EFBIG, "文件超过了允许的大小"},
	{syscall.EIO, "磁盘读写出错"},
	{syscall.ENXIO, "没有这个设备"},
	{syscall.EXDEV, "不能跨磁盘移动文件"},
	{syscall.ETXTBSY, "文件正在使用"},
	{syscall.EBUSY, "文件或设备正在使用"},
	{syscall.EPIPE, "接收输出的程序已经结束"},
	{syscall.EBADF, "文件已经关闭"},
	{syscall.EINVAL, "系统认为操作无效"},
	{syscall.ENOMEM, "内存不足"},
	{syscall.ENOLCK, "系统的文件锁已用完"},
	{syscall.ENOTSUP, "这个文件系统不支持此操作"},
	{syscall.ENOSYS, "系统不支持此操作"},
	{syscall.EADDRINUSE, "地址已被其他程序占用"},
	{syscall.EADDRNOTAVAIL, "本机没有这个地址"},
	{fs.ErrPermission, "没有访问权限"},
	{fs.ErrNotExist, "文件或文件夹不存在"},
	{fs.ErrExist, "同名文件已存在"},
	{fs.ErrClosed, "文件已经关闭"},
	{os.ErrDeadlineExceeded, "等待超时"},
}

// Chinese says in Chinese what the system refused, "" for an error that is not the
// system's or that has no words here.
func Chinese(err error) string {
	for _, r := range refusals {
		if errors.Is(err, r.err) {
			return r.zh
		}
	}
	return ""
}
