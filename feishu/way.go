package feishu

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// A way is how messages get to the server. Its errors are the network's; that of a time
// that ran out is context.DeadlineExceeded.
type way interface {
	// send sends a message once, and ends with its time, not with the context. The answer's
	// body must be closed.
	send(ctx context.Context, m *message) (*http.Response, error)

	// close closes the connections that nobody uses.
	close()
}

// A message is a request on its way.
type message struct {
	method string
	url    *url.URL
	agent  string // "" for none
	bearer string // the value of the header Authorization, "" for none
	body   []byte // nil for none
	until  time.Time
}

// Values of headers. Without the second a gateway may compress, which costs more than it
// saves.
const (
	jsonBody = "application/json; charset=utf-8"
	identity = "identity"
)

// appendHead appends a message as HTTP/1.1 has it, up to its body.
func (m *message) appendHead(b []byte) []byte {
	header := func(name, value string) {
		if value != "" {
			b = append(b, name...)
			b = append(b, value...)
			b = append(b, "\r\n"...)
		}
	}
	b = append(b, m.method...)
	b = append(b, ' ')
	b = append(b, m.url.EscapedPath()...)
	if m.url.RawQuery != "" {
		b = append(b, '?')
		b = append(b, m.url.RawQuery...)
	}
	header(" HTTP/1.1\r\nHost: ", m.url.Host)
	header("User-Agent: ", m.agent)
	header("Accept-Encoding: ", identity)
	header("Authorization: ", m.bearer)
	if m.body != nil {
		header("Content-Type: ", jsonBody)
		b = append(b, "Content-Length: "...)
		b = strconv.AppendInt(b, int64(len(m.body)), 10)
		b = append(b, "\r\n"...)
	}
	return append(b, "\r\n"...)
}

// newWay returns the way to a server. Where a proxy leads there, its name is not plain, or
// the system does not tell about idle connections, net/http knows it.
func newWay(base *url.URL, connections int) way {
	if connections <= 0 {
		connections = 4
	}
	proxy, err := http.ProxyFromEnvironment(&http.Request{URL: base})
	if !canAsk || proxy != nil || err != nil || strings.Trim(base.Host, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-.:[]") != "" {
		return standard{standardTransport(connections)}
	}
	return newWire(base, connections)
}

// standard is a way that a round tripper knows, net/http's for one.
type standard struct{ http.RoundTripper }

func (s standard) send(ctx context.Context, m *message) (*http.Response, error) {
	// It is not to follow a redirect, which would carry the token elsewhere, and turn a
	// PATCH into a GET whose success means nothing.
	ctx, cancel := context.WithDeadline(context.WithoutCancel(ctx), m.until)
	answer, err := s.RoundTrip(m.request(ctx))
	if err != nil {
		cancel()
		return nil, err
	}
	answer.Body = closing{answer.Body, cancel}
	return answer, nil
}

func (s standard) close() { (&http.Client{Transport: s.RoundTripper}).CloseIdleConnections() }

// closing is a body that does something besides when it is closed.
type closing struct {
	io.ReadCloser
	also func()
}

// Close closes it.
func (c closing) Close() error {
	defer c.also()
	return c.ReadCloser.Close()
}

// request makes net/http's request of a message.
func (m *message) request(ctx context.Context) *http.Request {
	r := (&http.Request{
		Method: m.method, URL: m.url, Host: m.url.Host, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Accept-Encoding": {identity}},
	}).WithContext(ctx)
	if m.bearer != "" {
		r.Header.Set("Authorization", m.bearer)
	}
	if m.agent != "" {
		r.Header.Set("User-Agent", m.agent)
	}
	if m.body == nil {
		// A body that net/http cannot rewind, though it is empty: it would else send a
		// request without one again by itself, on each idle connection that turns out to
		// be broken, and nobody would have admitted it.
		r.Body, r.ContentLength = io.NopCloser(strings.NewReader("")), -1
		return r
	}
	r.Header.Set("Content-Type", jsonBody)
	open := func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(m.body)), nil }
	r.Body, _ = open()
	r.GetBody, r.ContentLength = open, int64(len(m.body))
	return r
}

// standardTransport is net/http's way, which knows about proxies.
func standardTransport(connections int) *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConnsPerHost = connections
	t.MaxConnsPerHost = connections
	t.OnProxyConnectResponse = proxyAnswered
	t.DisableCompression = true // answers are small, see identity
	// HTTP/1.1 keeps one attempt on one connection: a reset then concerns one row.
	// The clone's TLS configuration goes too, since it would still offer HTTP/2 to
	// the server.
	t.ForceAttemptHTTP2, t.TLSClientConfig = false, nil
	return t
}
