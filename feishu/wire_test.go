package feishu

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// A scripted server does with each connection as it is told: each request is answered with
// the next of the texts, as it stands. Then the connection ends, unless it is to be held.
type scripted struct {
	address  string
	accepted atomic.Int64  // connections
	heard    atomic.Int64  // requests
	answered chan struct{} // gets a word for each, when the connection is ended too if it is to be
}

const held = "held"

func serve(t *testing.T, answers ...string) *scripted {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &scripted{address: "http://" + listener.Addr().String(), answered: make(chan struct{}, 100)}
	over := make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			s.accepted.Add(1)
			all.Go(func() {
				defer c.Close()
				s.talk(c, answers, over)
			})
		}
	})
	t.Cleanup(func() {
		close(over)
		listener.Close()
		all.Wait()
	})
	return s
}

func (s *scripted) talk(c net.Conn, answers []string, over <-chan struct{}) {
	requests := bufio.NewReader(c)
	for i, answer := range answers {
		if answer == held {
			<-over
			return
		}
		r, err := http.ReadRequest(requests)
		if err != nil {
			return
		}
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			return
		}
		s.heard.Add(1)
		fmt.Fprint(c, answer)
		if i == len(answers)-1 {
			c.Close()
		}
		s.answered <- struct{}{}
	}
}

// itemAnswer is an answer about an item as Feishu has it.
func itemAnswer(head string) string {
	const body = `{"code":0,"data":{"metric_item_id":"7","metric_current_value":1},"msg":""}`
	return fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\n%sContent-Length: %d\r\n\r\n%s", head, len(body), body)
}

// TestAnswersOnTheWire sends three updates, one after the other, to servers that answer
// in all sorts of ways.
func TestAnswersOnTheWire(t *testing.T) {
	const chunks = "HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n" +
		"a\r\n{\"code\":0,\r\n21\r\n\"data\":{\"metric_item_id\":\"7\"}}   \r\n0\r\n\r\n"
	good := itemAnswer("")
	early := "HTTP/1.1 100 Continue\r\n\r\n" + "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
	for name, test := range map[string]struct {
		answers            []string // of each connection
		succeed            int      // of the three updates
		connections, heard int64
	}{
		"one connection":         {[]string{good, good, good, held}, 3, 1, 3},
		"in pieces":              {[]string{chunks, chunks, chunks, held}, 3, 1, 3},
		"one after the other":    {[]string{good}, 3, 3, 3},
		"it says that it ends":   {[]string{itemAnswer("Connection: close\r\n"), held}, 3, 3, 3},
		"HTTP/1.0":               {[]string{strings.Replace(good, "1.1", "1.0", 1), held}, 3, 3, 3},
		"to the end":             {[]string{"HTTP/1.1 200 OK\r\n\r\n" + `{"code":0,"data":{}}`}, 3, 3, 3},
		"forerunners":            {[]string{early + good, early + good, early + good, held}, 3, 1, 3},
		"too many forerunners":   {[]string{strings.Repeat(early, 3) + good, held}, 0, 3, 3},
		"words unasked":          {[]string{good + itemAnswer("X-Other: yes\r\n"), held}, 3, 3, 3},
		"words unasked, a piece": {[]string{good + "H", held}, 3, 3, 3},
		"another protocol":       {[]string{"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n" + `{"code":0,"data":{}}`, held}, 0, 3, 3},
		"cut in the body":        {[]string{good[:len(good)-3]}, 0, 3, 3},
		"cut in the head":        {[]string{good[:20]}, 0, 3, 3},
		"nothing":                {[]string{""}, 0, 3, 3},
		"no HTTP":                {[]string{"250 OK\r\n", held}, 0, 3, 3},
		"an endless header":      {[]string{"HTTP/1.1 200 OK\r\nX-Long: " + strings.Repeat("x", mostOfAnswer), held}, 0, 3, 3},
		"endless headers":        {[]string{"HTTP/1.1 200 OK\r\n" + strings.Repeat("X-Many: x\r\n", mostOfAnswer/11), held}, 0, 3, 3},
		"no status":              {[]string{strings.Replace(good, "200", "099", 1) + good, held}, 0, 3, 3},
		"two lengths":            {[]string{itemAnswer("Content-Length: 5\r\n"), held}, 0, 3, 3},
		"too long a body":        {[]string{"HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n" + strings.Repeat("x", maxBody+8192), held}, 0, 3, 3},
		"a body that is not one": {[]string{strings.Replace(good, "200", "204", 1), held}, 0, 3, 3},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, test.answers...)
			c, err := NewClient(Config{BaseURL: s.address, AccessToken: "t", Timeout: time.Minute, Connections: 1})
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			succeeded := 0
			for range 3 {
				_, err := c.Patch(t.Context(), Table{"1", "2"}, "7", Fields{Current: "1"})
				if err == nil {
					succeeded++
				} else if _, ok := errors.AsType[*Error](err); !ok {
					t.Errorf("the error is %v", err)
				}
				<-s.answered // a call that meets the end of a connection on its way is lost
			}
			if succeeded != test.succeed || s.accepted.Load() != test.connections || s.heard.Load() != test.heard {
				t.Errorf("%d succeeded, over %d connections, in %d requests; want %d, %d, %d",
					succeeded, s.accepted.Load(), s.heard.Load(), test.succeed, test.connections, test.heard)
			}
		})
	}
}

// TestWordsUnaskedInTLS meets a server that sends two answers to each request, in one
// record: the second is not the answer to the next call, whose own never comes.
func TestWordsUnaskedInTLS(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		c, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		t.Cleanup(func() { c.Close() })
		long := `{"code":0,"data":{"metric_item_id":"7"}}` + strings.Repeat(" ", 9000) // more than a buffer
		fmt.Fprint(c, fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", len(long))+long+"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n"+`{"code":0,"data":{}}`)
	}))
	server.TLS = &tls.Config{DynamicRecordSizingDisabled: true}
	server.StartTLS()
	defer server.Close()
	c, err := NewClient(Config{BaseURL: server.URL, AccessToken: "t", Timeout: 5 * time.Second, Connections: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	w, ok := c.way.(*wire)
	if !ok {
		t.Fatalf("the way is a %T", c.way)
	}
	w.tls.RootCAs = x509.NewCertPool()
	w.tls.RootCAs.AddCert(server.Certificate())
	for range 3 {
		if item, err := c.Patch(t.Context(), Table{"1", "2"}, "7", Fields{Current: "1"}); err != nil || item.ID != "7" {
			t.Errorf("%+v, %v", item, err)
		}
	}
}

// TestClosedWhileIdle shows that a connection that the server has closed between two calls
// is noticed: the next call is heard, once, over another one.
func TestClosedWhileIdle(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"code":0,"data":{}}`)
	}))
	defer server.Close()
	c, err := NewClient(Config{BaseURL: server.URL, AccessToken: "t"})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for i := range 20 {
		if _, err := c.Patch(t.Context(), Table{"1", "2"}, "7", Fields{Current: "1"}); err != nil {
			t.Errorf("call %d: %v", i, err)
		}
		server.CloseClientConnections()
	}
}

// TestTimeOnTheWire shows that a call ends with its time, wherever the server is silent.
func TestTimeOnTheWire(t *testing.T) {
	for name, answer := range map[string]string{
		"before the answer": "", "in the head": "HTTP/1.1 200 OK\r\n", "in the body": "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{",
		"between forerunners": "HTTP/1.1 100 Continue\r\n\r\n",
	} {
		s := serve(t, answer, held)
		eachWay(t, s.address, func(t *testing.T, c *Client) {
			t.Helper()
			c.timeout = 50 * time.Millisecond
			_, err := c.Patch(t.Context(), Table{"1", "2"}, "7", Fields{Current: "1"})
			if e, ok := errors.AsType[*Error](err); !ok || e.Code != CodeTimeout {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
}

// TestTimeInLine shows that a call whose turn does not come ends with its time, too.
func TestTimeInLine(t *testing.T) {
	s := serve(t, held)
	base, err := baseURL(s.address)
	if err != nil {
		t.Fatal(err)
	}
	w := newWire(base, 1)
	w.turns <- struct{}{} // somebody has it, and keeps it
	c := &Client{base: base}
	_, err = w.send(t.Context(), &message{method: http.MethodGet, url: c.address("/", ""), until: time.Now().Add(20 * time.Millisecond)})
	if code, _ := networkCode(err); code != CodeTimeout || s.accepted.Load() != 0 {
		t.Errorf("%v, %d connections", err, s.accepted.Load())
	}
	<-w.turns
}

// TestTimeOfTheHandshake meets a server that accepts connections and is silent then, where
// TLS was to begin.
func TestTimeOfTheHandshake(t *testing.T) {
	s := serve(t, held)
	c, err := NewClient(Config{BaseURL: strings.Replace(s.address, "http:", "https:", 1), AccessToken: "t", Timeout: 50 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Get(t.Context(), Table{"1", "2"}, "7")
	if e, ok := errors.AsType[*Error](err); !ok || e.Code != CodeTimeout {
		t.Error(err)
	}
}

// TestNotThere shows what is told of a server that is not there, and that it takes no turn
// with it.
func TestNotThere(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listener.Close()
	eachWay(t, "http://"+listener.Addr().String(), func(t *testing.T, c *Client) {
		t.Helper()
		for range 6 {
			_, err := c.Get(t.Context(), Table{"1", "2"}, "7")
			if e, ok := errors.AsType[*Error](err); !ok || e.Code != CodeNoReply || !strings.Contains(e.Reason("en"), "refuses connections") {
				t.Error(err)
			}
		}
	})
}

// TestHeadersAreNotBroken shows that a token that would make a header of its own goes
// nowhere.
func TestHeadersAreNotBroken(t *testing.T) {
	s := serve(t, itemAnswer(""))
	eachWay(t, s.address, func(t *testing.T, c *Client) {
		t.Helper()
		c.tokens = newTokens(c, Config{AccessToken: "t\r\nX-Other: 1"})
		if _, err := c.Get(t.Context(), Table{"1", "2"}, "7"); err == nil || s.heard.Load() > 0 {
			t.Errorf("%v, %d requests", err, s.heard.Load())
		}
	})
}

// TestIdleTooLong shows that a connection that nobody has used for long is not used.
func TestIdleTooLong(t *testing.T) {
	s := serve(t, itemAnswer(""), itemAnswer(""), held)
	c, err := NewClient(Config{BaseURL: s.address, AccessToken: "t"})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for range 2 {
		if _, err := c.Patch(t.Context(), Table{"1", "2"}, "7", Fields{Current: "1"}); err != nil {
			t.Error(err)
		}
		c.way.(*wire).idle[0].since = time.Now().Add(-longestIdle)
	}
	if s.accepted.Load() != 2 {
		t.Errorf("%d connections", s.accepted.Load())
	}
}

// TestNotCompressed tells a gateway that may compress what it likes not to.
func TestNotCompressed(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if got := r.Header.Get("Accept-Encoding"); got != "identity" {
			t.Errorf("it accepts %q", got)
		}
		fmt.Fprint(w, `{"code":0,"data":{}}`)
	}))
	defer server.Close()
	eachWay(t, server.URL, func(t *testing.T, c *Client) {
		t.Helper()
		if _, err := c.Patch(t.Context(), Table{"1", "2"}, "1", Fields{Current: "1"}); err != nil {
			t.Error(err)
		}
	})
}

// TestSwitchedProtocols meets a server that takes the connection for something else, says
// that all is well and then nothing more: that is no success, and nobody waits for the rest.
func TestSwitchedProtocols(t *testing.T) {
	s := serve(t, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n"+`{"code":0,"data":{"metric_item_id":"1"}}`, held)
	eachWay(t, s.address, func(t *testing.T, c *Client) {
		t.Helper()
		_, err := c.Patch(t.Context(), Table{"1", "2"}, "1", Fields{Current: "1"})
		if refusal, ok := errors.AsType[*Error](err); !ok || refusal.Code != CodeNoReply {
			t.Errorf("the update: %v", err)
		}
	})
	bot := Bot{URL: Secret(s.address + "/hook/x")}
	err := bot.Send(t.Context(), Card{})
	if refusal, ok := errors.AsType[*Error](err); !ok || refusal.Class != ClassTransient {
		t.Errorf("the message: %v", err)
	}
}
