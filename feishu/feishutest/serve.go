package feishutest

import (
	"context"
	"io"
	"net"
	"net/http"
	"strconv"
)

// maxBody bounds what is read of a request; a batch of 100 is some 30 KiB.
const maxBody = 4 << 20

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := readBody(r)
	if err != nil {
		panic(http.ErrAbortHandler) // it never arrived whole, so it never arrived
	}
	rep, logID, err := s.handle(r.Context(), r, body)
	if err != nil {
		panic(http.ErrAbortHandler) // the client has left
	}
	if rep.ending == endReset {
		reset(w)
		return
	}
	h := w.Header()
	rep.fill(h, logID)
	h["Content-Length"] = []string{strconv.Itoa(len(rep.body))}
	w.WriteHeader(rep.status)
	switch rep.ending {
	case endCut:
		w.Write(rep.body[:len(rep.body)/2])
		http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	case endSlow:
		s.trickle(r.Context(), w, rep.body)
	default:
		w.Write(rep.body)
	}
}

// readBody reads all of a request's body, so that the net/http server can tell when the client leaves.
func readBody(r *http.Request) ([]byte, error) {
	if r.ContentLength > 0 && r.ContentLength <= maxBody {
		body := make([]byte, r.ContentLength)
		_, err := io.ReadFull(r.Body, body)
		return body, err
	}
	if r.Body == nil {
		return nil, nil
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if len(body) > maxBody {
		err = io.ErrShortBuffer
	}
	return body, err
}

// fill writes the answer's headers.
func (r *reply) fill(h http.Header, logID string) {
	contentType := r.kind
	if contentType == "" {
		contentType = "application/json; charset=utf-8"
	}
	h["Content-Type"] = []string{contentType}
	h["X-Tt-Logid"] = []string{logID}
	for _, pair := range r.headers {
		h.Set(pair[0], pair[1])
	}
}

// reset breaks the connection so that the client sees it reset, not merely closed.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // HTTP/2 has no connection of its own to break
	}
	under := conn
	if tls, ok := conn.(interface{ NetConn() net.Conn }); ok {
		under = tls.NetConn()
	}
	if tcp, ok := under.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // it fails on a connection that has been reset already
	}
	_ = conn.Close()
}

// trickle writes the body in ten pieces spread over Config.Slow.
func (s *Server) trickle(ctx context.Context, w http.ResponseWriter, body []byte) {
	const pieces = 10
	for i := range pieces {
		if sleep(ctx, s.config.Slow/pieces) != nil {
			panic(http.ErrAbortHandler)
		}
		w.Write(body[len(body)*i/pieces : len(body)*(i+1)/pieces])
		http.NewResponseController(w).Flush()
	}
}
