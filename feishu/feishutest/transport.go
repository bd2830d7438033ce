package feishutest

import (
	"cmp"
	"context"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"syscall"
	"time"
)

// Transport returns a round tripper that reaches the server without sockets, for http.Client in tests and synctest
// bubbles: any host is this server. It behaves as a connection would: a reset is a *net.OpError of ECONNRESET, a cut
// body ends with io.ErrUnexpectedEOF, a hanging call ends with its context. Unlike http.Transport it never sends a
// request again on its own after a broken connection.
func (s *Server) Transport() http.RoundTripper { return transport{s} }

type transport struct{ server *Server }

// RoundTrip answers one request, which it does not change.
func (t transport) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	body, err := takeBody(req)
	if err == nil {
		err = context.Cause(ctx)
	}
	if err != nil {
		return nil, err
	}
	rep, logID, err := t.server.handle(ctx, arriving(req), body)
	if err != nil {
		return nil, err
	}
	if rep.ending == endReset {
		return nil, connectionReset(req.URL)
	}
	resp := &http.Response{
		Status: strconv.Itoa(rep.status) + " " + http.StatusText(rep.status), StatusCode: rep.status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Date": {time.Now().UTC().Format(http.TimeFormat)}}, Request: req,
		ContentLength: int64(len(rep.body)),
		Body:          &responseBody{ctx: ctx, rest: rep.body},
	}
	rep.fill(resp.Header, logID)
	resp.Header.Set("Content-Length", strconv.Itoa(len(rep.body)))
	switch rep.ending {
	case endCut:
		resp.Body = &responseBody{ctx: ctx, rest: rep.body[:len(rep.body)/2], cut: true}
	case endSlow:
		resp.Body = &responseBody{ctx: ctx, rest: rep.body, piece: len(rep.body)/10 + 1, pause: t.server.config.Slow / 10}
	}
	return resp, nil
}

// takeBody reads and closes the request's body, as every round tripper must.
func takeBody(req *http.Request) ([]byte, error) {
	if req.Body == nil {
		return nil, nil
	}
	defer req.Body.Close()
	return readBody(req)
}

// arriving is the request as a server would see it.
func arriving(req *http.Request) *http.Request {
	method := req.Method
	if method == "" {
		method = http.MethodGet
	}
	header := req.Header.Clone()
	if header == nil {
		header = http.Header{}
	}
	if _, ok := header["User-Agent"]; !ok {
		header.Set("User-Agent", "Go-http-client/1.1")
	}
	return &http.Request{Method: method, URL: req.URL, Header: header, Host: cmp.Or(req.Host, req.URL.Host)}
}

// connectionReset is what reading from a connection gives that the other side has reset.
func connectionReset(u *url.URL) error {
	return &net.OpError{
		Op: "read", Net: "tcp", Addr: hostAddr(u.Host),
		Err: os.NewSyscallError("read", syscall.ECONNRESET),
	}
}

// hostAddr is a net.Addr that is only a name.
type hostAddr string

func (hostAddr) Network() string  { return "tcp" }
func (a hostAddr) String() string { return string(a) }

// responseBody gives an answer's body as a connection would: all there is, in pieces with pauses before them, or cut.
type responseBody struct {
	ctx   context.Context
	rest  []byte
	piece int // 0: as much as asked for
	pause time.Duration
	cut   bool
	shut  bool
}

func (b *responseBody) Read(p []byte) (int, error) {
	if b.shut {
		return 0, http.ErrBodyReadAfterClose
	}
	if err := context.Cause(b.ctx); err != nil {
		return 0, err
	}
	if len(b.rest) == 0 {
		if b.cut {
			return 0, io.ErrUnexpectedEOF
		}
		return 0, io.EOF
	}
	if b.piece > 0 && len(p) > b.piece {
		p = p[:b.piece]
	}
	if err := sleep(b.ctx, b.pause); err != nil {
		return 0, err
	}
	n := copy(p, b.rest)
	b.rest = b.rest[n:]
	return n, nil
}

func (b *responseBody) Close() error {
	b.shut = true
	return nil
}
