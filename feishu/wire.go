package feishu

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/url"
	"os"
	"sync"
	"time"
)

// A wire is the way to a server that no proxy leads to: HTTP/1.1 with one request at a
// time on each connection. Answers are read with net/http, but http.Transport is not used:
// it sends a request again by itself where a connection turns out to be broken, though
// nobody admitted it, and it keeps two goroutines for each connection, which cost more than
// all else that okrsync does for a row.
//
// A message goes out once, or fails.
type wire struct {
	address string        // host and port
	tls     *tls.Config   // nil for plain HTTP
	turns   chan struct{} // held by those who use a connection
	mu      sync.Mutex
	idle    []*conn // the one that was used last is the last
}

// longestIdle is how long a connection is kept that nobody uses.
const longestIdle = 90 * time.Second

// newWire returns a wire to the server of an address, with so many connections at most.
func newWire(base *url.URL, connections int) *wire {
	w, port := &wire{turns: make(chan struct{}, connections)}, "80"
	if base.Scheme == "https" {
		w.tls, port = &tls.Config{ServerName: base.Hostname(), MinVersion: tls.VersionTLS12}, "443"
	}
	if base.Port() != "" {
		port = base.Port()
	}
	w.address = net.JoinHostPort(base.Hostname(), port)
	return w
}

// send sends a message and returns the answer to it.
func (w *wire) send(ctx context.Context, m *message) (*http.Response, error) {
	if hasControl(m.bearer) || hasControl(m.agent) {
		return nil, errHeader
	}
	if err := w.turn(m.until); err != nil {
		return nil, err
	}
	c, err := w.connection(ctx, m.until)
	if err != nil {
		<-w.turns
		return nil, inTime(err)
	}
	answer, err := c.ask(m)
	if err != nil {
		w.leave(c, false)
		return nil, inTime(err)
	}
	answer.Body = newWireBody(answer, w, c)
	return answer, nil
}

// errHeader is a message that would be two, or another one.
var errHeader = errors.New("a control character stands in a header")

func hasControl(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] == 0x7f {
			return true
		}
	}
	return false
}

// turn waits until a connection may be used.
func (w *wire) turn(until time.Time) error {
	select {
	case w.turns <- struct{}{}:
		return nil
	default:
	}
	timer := time.NewTimer(time.Until(until))
	defer timer.Stop()
	select {
	case w.turns <- struct{}{}:
		return nil
	case <-timer.C:
		return context.DeadlineExceeded
	}
}

// connection returns a connection that is good: one that is open, or else a new one.
func (w *wire) connection(ctx context.Context, until time.Time) (*conn, error) {
	for {
		c := w.take()
		switch {
		case c == nil:
			return w.dial(ctx, until)
		case time.Since(c.since) < longestIdle && c.silent():
			return c, nil
		}
		c.close() // the server is done with it
	}
}

// take takes the connection that was used last, nil if none is open.
func (w *wire) take() *conn {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := len(w.idle)
	if n == 0 {
		return nil
	}
	c := w.idle[n-1]
	w.idle = w.idle[:n-1]
	return c
}

// dial opens a connection. As the call, it ends with its time and not with the context.
func (w *wire) dial(ctx context.Context, until time.Time) (*conn, error) {
	ctx, cancel := context.WithDeadline(context.WithoutCancel(ctx), until)
	defer cancel()
	var dialer net.Dialer
	plain, err := dialer.DialContext(ctx, "tcp", w.address)
	if err != nil {
		return nil, err
	}
	if w.tls == nil {
		return newConn(plain, plain), nil
	}
	secure := tls.Client(plain, w.tls)
	if err := secure.HandshakeContext(ctx); err != nil {
		_ = plain.Close() // nothing was sent
		return nil, err
	}
	return newConn(secure, plain), nil
}

// leave gives the turn on, and keeps the connection if it is good for another message.
func (w *wire) leave(c *conn, good bool) {
	if good {
		c.since = time.Now()
		w.mu.Lock()
		w.idle = append(w.idle, c)
		w.mu.Unlock()
	} else {
		c.close()
	}
	<-w.turns
}

// close closes the connections that nobody uses.
func (w *wire) close() {
	for c := w.take(); c != nil; c = w.take() {
		c.close()
	}
}

// inTime makes one error of all those of a time that ran out.
func inTime(err error) error {
	if errors.Is(err, os.ErrDeadlineExceeded) && !whileConnecting(err) {
		return context.DeadlineExceeded
	}
	return err
}
