//go:build unix

package feishu

import (
	"crypto/tls"
	"errors"
	"os"
	"syscall"
	"time"
)

// canAsk says that silent can tell.
const canAsk = true

// silent reports whether a connection that waits for a message is as it should be: open,
// and nothing came. A server that closed it meanwhile would not see the message; words that
// nobody asked for would be taken for the answer to it.
func (c *conn) silent() bool {
	if secure, ok := c.Conn.(*tls.Conn); ok && !nothingIn(secure) {
		return false
	}
	if c.SetDeadline(time.Time{}) != nil { // that of the last call
		return false
	}
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

// nothingIn reports whether TLS has nothing that it has read from the socket already: a
// time that is over keeps it from reading more.
func nothingIn(secure *tls.Conn) bool {
	if secure.SetReadDeadline(time.Unix(1, 0)) != nil {
		return false
	}
	var b [1]byte
	n, err := secure.Read(b[:])
	return n == 0 && errors.Is(err, os.ErrDeadlineExceeded)
}
