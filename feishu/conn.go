package feishu

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"time"
)

// A conn is a connection of a wire.
type conn struct {
	net.Conn
	plain  net.Conn          // the one beneath TLS
	bound  *io.LimitedReader // of what is read for one answer
	reader *bufio.Reader
	head   []byte    // of the last message
	since  time.Time // nobody has used it
}

// mostOfAnswer bounds an answer with its headers; the longest honest one is a hundredth.
const mostOfAnswer = 8 << 20

func newConn(c, plain net.Conn) *conn {
	bound := &io.LimitedReader{R: c}
	return &conn{Conn: c, plain: plain, bound: bound, reader: bufio.NewReader(bound)}
}

func (c *conn) close() { _ = c.Close() } // nothing is expected of it any more

// mostForerunners is how many answers 1xx may come before the one that counts, as in
// net/http.
const mostForerunners = 5

var errForerunners = errors.New("too many answers 1xx before the one that counts")

// ask sends a message and reads the answer up to its body.
func (c *conn) ask(m *message) (*http.Response, error) {
	if err := c.SetDeadline(m.until); err != nil {
		return nil, err
	}
	if err := c.write(m); err != nil {
		return nil, err
	}
	c.bound.N = mostOfAnswer
	for range mostForerunners + 1 {
		answer, err := http.ReadResponse(c.reader, nil) // as to a GET: there is a body
		if err != nil || answer.StatusCode >= http.StatusOK || answer.StatusCode < http.StatusContinue || answer.StatusCode == http.StatusSwitchingProtocols {
			return answer, err
		}
	}
	return nil, errForerunners
}

// mostJoined is how large a body is copied behind its head at most.
const mostJoined = 4 << 10

// write writes a message, over plain TCP at once, so that the server need not be woken twice.
func (c *conn) write(m *message) error {
	c.head = m.appendHead(c.head[:0])
	parts := net.Buffers{c.head, m.body}
	if len(m.body) <= mostJoined {
		c.head = append(c.head, m.body...)
		parts = net.Buffers{c.head}
	}
	_, err := parts.WriteTo(c.Conn) // all of it, or an error
	return err
}

// A wireBody is the body of an answer. Only when it is closed is it known whether its
// connection is good for another message.
type wireBody struct {
	body  io.ReadCloser
	left  int64 // bytes of it, negative where that is not known
	ended bool
	last  bool // the connection ends with it
	wire  *wire
	conn  *conn // nil when it is closed
}

func newWireBody(answer *http.Response, w *wire, c *conn) *wireBody {
	last := answer.Close || answer.StatusCode < http.StatusOK
	return &wireBody{body: answer.Body, left: answer.ContentLength, last: last, wire: w, conn: c}
}

// Read reads of it.
func (b *wireBody) Read(p []byte) (int, error) {
	n, err := b.body.Read(p)
	b.left -= int64(n)
	b.ended = b.ended || errors.Is(err, io.EOF)
	return n, inTime(err)
}

// Close gives the connection back. It is closed if the body was not read to its end, or if
// there is more than that: nothing of it must be taken for the next answer.
func (b *wireBody) Close() error {
	if b.conn == nil {
		return nil
	}
	whole := b.ended || b.left == 0
	b.wire.leave(b.conn, whole && !b.last && b.conn.reader.Buffered() == 0)
	b.conn = nil
	return nil
}
