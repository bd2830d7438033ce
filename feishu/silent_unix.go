//go:build unix

package feishu

import (
	"errors"
	"syscall"
)

// silent reports whether a connection that waits for a request is as it should be: open,
// and nothing came. A server that closed it meanwhile would not see the request; words that
// nobody asked for would be taken for the answer to it.
func (c *conn) silent() bool {
	socket, ok := c.plain.(syscall.Conn)
	if !ok {
		return false
	}
	raw, err := socket.SyscallConn()
	if err != nil {
		return false
	}
	silent := false
	err = raw.Read(func(fd uintptr) bool {
		var b [1]byte
		_, err := syscall.Read(int(fd), b[:]) // it does not wait: Go's sockets do not
		silent = errors.Is(err, syscall.EAGAIN)
		return true
	})
	return silent && err == nil
}
