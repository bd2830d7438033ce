// Package feishutest is a faithful fake of Feishu's OKR metric API: an http.Handler with a real store, paging, tokens
// that expire, limits, quotas, faults and a log of all requests. It stands in for the vendor in tests (in memory by
// Transport, or behind an httptest.Server) and in okrsync simulate and demo.
//
// Nothing is canned: an error comes because the request, the store or the clock is so, or because a fault or a script
// says so. The wire format is written here a second time, on purpose, so that a mistake in the client is noticed.
//
// A call passes, in this order: path and method (404 as text), Config.NotOffered, token, address, scope, limits,
// monthly quota, faults and script, edition, parameters, the OKR service. The login and the webhook of a group's bot
// pass path, limits and faults.
// All time is the time package's, with no goroutines of the server's own, so it works in testing/synctest bubbles.
package feishutest

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// Server is the simulator. Its methods may be called at any time from any goroutine.
type Server struct {
	config Config // as given, with defaults; never changed
	start  time.Time
	drawn  atomic.Uint64 // delays drawn so far

	mu            sync.Mutex // guards all below
	world         *world
	tokens        tokens
	kinds         map[Call]*kind
	rules         []*rule
	chances       []chance
	monthly       int // calls of the month so far
	total         int // calls of all kinds so far
	arrivals      int // and requests of any sort
	firstArrival  time.Time
	log           requestLog
	stats         Stats // but for Calls
	notifications []Notification
	messages      []Message
}

// kind is what the server knows of one kind of call.
type kind struct {
	calls int
	gates []*gate
}

// New returns a server with an empty store. It panics on a configuration that Validate refuses.
func New(c Config) *Server {
	if err := c.Validate(); err != nil {
		panic("feishutest: " + err.Error())
	}
	c = c.filled()
	s := &Server{
		config: c,
		start:  time.Now(),
		world:  newWorld(),
		tokens: tokens{life: c.TokenLife, byText: map[string]*token{}, newest: map[string]*token{}},
		kinds:  map[Call]*kind{"": {}},
		log:    requestLog{limit: c.LogLimit},
	}
	for _, call := range Calls() {
		s.kinds[call] = &kind{gates: c.gatesFor(call, s.start)}
	}
	s.chances, _ = parseFaults(c.Faults) // Validate has seen them
	return s
}

// exchange is one request on its way through the server.
type exchange struct {
	route
	query  url.Values
	header http.Header
	body   []byte
	now    time.Time // of the arrival
	number int       // of its kind, from 1
	total  int       // of all kinds, from 1
	serial int       // of the token
	logID  string
	idType string

	rename string // faults: the first item in the answer is called so
	omit   []string
	page   string
}

// handle takes a request from its arrival to its answer, waiting as the configuration wants. The error is the
// context's, when the client leaves first.
func (s *Server) handle(ctx context.Context, r *http.Request, body []byte) (reply, string, error) {
	if err := sleep(ctx, s.part(s.config.InboundJitter)); err != nil {
		return reply{}, "", err
	}
	rep, logID := s.arrive(r, body)
	if rep.ending == endHang {
		<-ctx.Done()
		return reply{}, "", context.Cause(ctx)
	}
	err := sleep(ctx, s.config.Latency+s.part(s.config.Jitter)+rep.wait)
	return rep, logID, err
}

// part draws a random part of d.
func (s *Server) part(d time.Duration) time.Duration {
	if d <= 0 {
		return 0
	}
	const delays = 1 << 62 // a range of draws that faults do not use
	return time.Duration(s.draw(delays|s.drawn.Add(1)) * float64(d))
}

// sleep waits for d or the end of ctx, whose cause it then returns.
func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// arrive counts and logs a request and decides its answer, all at one moment.
func (s *Server) arrive(r *http.Request, body []byte) (reply, string) {
	c := &exchange{route: findRoute(r), query: parseQuery(r.URL.RawQuery), header: r.Header, body: body}
	s.mu.Lock()
	defer s.mu.Unlock()
	c.now = time.Now()
	s.arrivals++
	c.logID = s.logID(c.now)
	if s.arrivals == 1 {
		s.firstArrival = c.now
	}
	kind := s.kinds[c.kind]
	kind.calls++
	c.number = kind.calls
	if c.kind != "" {
		s.total++
		c.total = s.total
	}
	entry := s.log.add(s.arrivals, c, r)
	rep := s.decide(c)
	if entry != nil {
		entry.Token, entry.Status, entry.Code, entry.Applied = c.serial, rep.status, rep.code, rep.applied
	}
	return rep, c.logID
}

func parseQuery(raw string) url.Values {
	values, _ := url.ParseQuery(raw) // what cannot be read is as good as absent
	return values
}

// logID is unlike every other of this server and tells the time as the vendor's do: 14 digits of date, then hex.
func (s *Server) logID(now time.Time) string {
	id := make([]byte, 0, 34)
	id = now.UTC().AppendFormat(id, "20060102150405")
	id = strconv.AppendInt(id, int64(now.Nanosecond())+1<<32, 16)
	id = strconv.AppendInt(id, int64(s.arrivals)+1<<40, 16)
	return string(id)
}

// decide takes a call through the order that the package comment tells.
func (s *Server) decide(c *exchange) reply {
	if c.kind == "" || s.config.NotOffered && c.kind.okr() {
		return notFound()
	}
	if c.kind.okr() {
		if rep, refused := s.admit(c); refused {
			return rep
		}
	}
	if rep, refused := s.limited(c); refused {
		return rep
	}
	if c.kind.okr() && s.overMonth() {
		return c.refuse(codeMonthly)
	}
	p := s.pick(c)
	var odd reply // gathers what changes the answer
	s.change(c, &odd, p.changes)
	var rep reply
	if p.end == nil || p.end.after {
		rep = s.serve(c)
	}
	if p.end != nil {
		s.stats.Faults++
		rep = s.spoil(c, p.end, rep)
	}
	rep.wait = odd.wait
	rep.headers = append(rep.headers, odd.headers...)
	return rep
}

// admit checks what the gateway asks of every call: a token, the caller's address, the app's scope.
func (s *Server) admit(c *exchange) (reply, bool) {
	var code int
	c.serial, code = s.tokens.check(c.header.Get("Authorization"), c.now)
	switch {
	case code != 0:
	case s.config.DenyIP:
		code = codeIP
	case s.config.NoScope:
		code = codeScope
	default:
		return reply{}, false
	}
	return c.refuse(code), true
}
