package feishu

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"sync"
	"time"
)

// A wire is the way to one server without a proxy: HTTP/1.1, one request at a time on each
// connection. What net/http reads and writes of it is used; what http.Transport does
// besides is not wanted here. That sends a request again by itself when a connection turns
// out to be broken, though nobody admitted it, and keeps two goroutines for each
// connection, which take a quarter of the processor's time of a run that no limit holds
// back.
//
// A request goes out once, or fails without a byte of it sent. It ends with the deadline
// of its context, which it must have, and not sooner.
type wire struct {
	address string        // host and port
	tls     *tls.Config   // nil for plain HTTP
	turns   chan struct{} // held by those who use a connection
	mu      sync.Mutex
	idle    []*conn // what was used last stands last
}

// longestIdle is how long a connection is kept that nobody uses.
const longestIdle = 90 * time.Second

// newWire returns a wire to the server of an address that keeps so many connections open
// at most.
func newWire(base *url.URL, connections int) *wire {
	port := base.Port()
	w := &wire{turns: make(chan struct{}, connections)}
	if base.Scheme == "https" {
		w.tls = &tls.Config{ServerName: base.Hostname(), MinVersion: tls.VersionTLS12}
	}
	if port == "" {
		port = map[bool]string{false: "80", true: "443"}[w.tls != nil]
	}
	w.address = net.JoinHostPort(base.Hostname(), port)
	return w
}

// RoundTrip sends a request and returns the answer to it, whose body must be closed. The
// error of a time that ran out is context.DeadlineExceeded.
func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	select {
	case w.turns <- struct{}{}:
	case <-r.Context().Done():
		return nil, context.Cause(r.Context())
	}
	c, err := w.connection(r.Context())
	if err != nil {
		<-w.turns
		return nil, err
	}
	answer, err := c.ask(r)
	if err != nil {
		w.leave(c, false)
		return nil, inTime(err)
	}
	answer.Body = &wireBody{ReadCloser: answer.Body, left: answer.ContentLength, wire: w, conn: c, last: answer.Close || answer.StatusCode < http.StatusOK}
	return answer, nil
}

// connection returns a connection that is good, an open one if there is one.
func (w *wire) connection(ctx context.Context) (*conn, error) {
	for {
		w.mu.Lock()
		n := len(w.idle)
		if n == 0 {
			w.mu.Unlock()
			return w.dial(ctx)
		}
		c := w.idle[n-1]
		w.idle = w.idle[:n-1]
		w.mu.Unlock()
		if time.Since(c.since) < longestIdle && c.silent() {
			return c, nil
		}
		_ = c.Close() // the server is done with it
	}
}

func (w *wire) dial(ctx context.Context) (*conn, error) {
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
		return nil, inTime(err)
	}
	return newConn(secure, plain), nil
}

// leave gives the turn on, and keeps the connection if it is good for another request.
func (w *wire) leave(c *conn, good bool) {
	if good {
		c.since = time.Now()
		w.mu.Lock()
		w.idle = append(w.idle, c)
		w.mu.Unlock()
	} else {
		_ = c.Close() // nothing is expected of it
	}
	<-w.turns
}

// CloseIdleConnections closes the connections that nobody uses.
func (w *wire) CloseIdleConnections() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range w.idle {
		_ = c.Close() // nothing is expected of it
	}
	w.idle = nil
}

// A wireBody is the body of an answer. Whether its connection is good for another request
// is known when it is closed.
type wireBody struct {
	io.ReadCloser
	left  int64 // bytes of it, negative where that is not known
	ended bool
	last  bool // the connection ends with it
	wire  *wire
	conn  *conn
}

func (b *wireBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.left -= int64(n)
	b.ended = b.ended || errors.Is(err, io.EOF)
	return n, inTime(err)
}

// Close gives the connection back, or closes it if the body was not read to its end: what
// is left of it must not be taken for the next answer.
func (b *wireBody) Close() error {
	if b.wire != nil {
		b.wire.leave(b.conn, (b.ended || b.left == 0) && !b.last && b.conn.reader.Buffered() == 0)
		b.wire = nil
	}
	return nil
}

// inTime makes one error of all those of a time that ran out.
func inTime(err error) error {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return context.DeadlineExceeded
	}
	return err
}

// A conn is a connection.
type conn struct {
	net.Conn
	plain  net.Conn          // beneath TLS
	bound  *io.LimitedReader // of what is read for one answer
	reader *bufio.Reader
	writer *bufio.Writer
	since  time.Time // nobody has used it
}

// mostOfAnswer bounds an answer with its headers; the longest honest one is a hundredth.
const mostOfAnswer = 8 << 20

func newConn(c, plain net.Conn) *conn {
	bound := &io.LimitedReader{R: c}
	return &conn{Conn: c, plain: plain, bound: bound, reader: bufio.NewReader(bound), writer: bufio.NewWriter(c)}
}

// mostForerunners is how many answers 1xx may come before the one that counts, as in
// net/http.
const mostForerunners = 5

var errForerunners = errors.New("too many answers 1xx before the one that counts")

// ask sends a request and reads the head of the answer.
func (c *conn) ask(r *http.Request) (*http.Response, error) {
	deadline, _ := r.Context().Deadline()
	if err := c.SetDeadline(deadline); err != nil {
		return nil, err
	}
	if err := r.Write(c.writer); err != nil {
		return nil, err
	}
	if err := c.writer.Flush(); err != nil {
		return nil, err
	}
	c.bound.N = mostOfAnswer
	for range mostForerunners + 1 {
		answer, err := http.ReadResponse(c.reader, r)
		if err != nil {
			return nil, err
		}
		if answer.StatusCode >= http.StatusOK || answer.StatusCode == http.StatusSwitchingProtocols {
			return answer, nil
		}
	}
	return nil, errForerunners
}
