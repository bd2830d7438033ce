package feishu

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// answers is a transport that gives tokens and answers everything else as it
// is told.
type answers func(*http.Request) (status int, header http.Header, body string)

func (a answers) RoundTrip(r *http.Request) (*http.Response, error) {
	status, header, body := http.StatusOK, http.Header{}, `{"code":0,"tenant_access_token":"t-planted","expire":7200}`
	if !strings.HasSuffix(r.URL.Path, "/internal") {
		status, header, body = a(r)
	}
	if header == nil {
		header = http.Header{}
	}
	return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
}

func answering(t *testing.T, a answers) *Client {
	t.Helper()
	c, err := NewClient(Config{BaseURL: "https://open.feishu.cn", AppID: "a", AppSecret: "planted-secret", Transport: a})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestOddRefusals shows that the code decides however odd the rest of the answer
// is.
func TestOddRefusals(t *testing.T) {
	tests := []struct {
		status int
		body   string
		code   Code
		class  Class
	}{
		{400, `{"code":99991400,"msg":"x","error":""}`, "99991400", ClassSlowDown},
		{429, `{"code":99991403,"error":"quota"}`, "99991403", ClassMonthlyQuota},
		{403, `{"code":1001002,"error":[]}`, "1001002", ClassRow},
		{400, `{"code":99992402,"error":{"field_violations":{}}}`, "99992402", ClassRow},
		{200, `{"code":1001004,"msg":{"text":1},"data":[],"error":{"log_id":7}}`, "1001004", ClassRow},
		{200, `{"code":"1001004"}`, "1001004", ClassRow},
		{200, `{"code":null}`, CodeBadReply, ClassTransient},
		{200, `{"code":"none"}`, CodeBadReply, ClassTransient},
		{200, `{"code":1.5}`, CodeBadReply, ClassTransient},
		{200, `[]`, CodeBadReply, ClassTransient},
		{500, `{"code":0,"data":{}}`, CodeHTTPServer, ClassTransient},
		{307, `{"code":0,"data":{}}`, CodeRedirect, ClassApp},
		{404, `{"code":1001004}`, "1001004", ClassRow},
		{408, `busy`, CodeHTTPServer, ClassTransient},
	}
	for _, test := range tests {
		c := answering(t, func(*http.Request) (int, http.Header, string) { return test.status, nil, test.body })
		_, err := c.Patch(t.Context(), Table{"1", "2"}, "3", Fields{Current: "5"})
		e, ok := errors.AsType[*Error](err)
		if !ok || e.Code != test.code || e.Class != test.class {
			t.Errorf("%d %s: got %v", test.status, test.body, err)
		}
	}
}

// TestOddItems shows that an update counts as made although its answer has a
// field of another type than documented.
func TestOddItems(t *testing.T) {
	for body, want := range map[string]Fields{
		`{"code":0}`:                     {},
		`{"code":0,"data":null}`:         {},
		`{"code":"0","data":{}}`:         {},
		`{"code":0,"data":{"kr_id":7}}`:  {},
		`{"code":0,"data":{"kr_id":{}}}`: {},
		`{"code":0,"data":{"updated_at":1675742400000,"metric_unit":"x"}}`:                     {},
		`{"code":0,"data":{"metric_item_id":3,"metric_target_value":""}}`:                      {},
		`{"code":0,"data":{"metric_current_value":"5.0","supported_user_id":null}}`:            {Current: "5.0"},
		`{"code":0,"data":{"metric_current_value":5e0,"metric_initial_value":"NaN"}}`:          {Current: "5e0"},
		`{"code":0,"data":{"supported_user_id":"` + strings.Repeat("x", 300) + `"}}`:           {},
		`{"code":0,"data":{"metric_item_id":"3","metric_target_value":-1,"user_id":["ou_a"]}}`: {Target: "-1"},
	} {
		c := answering(t, func(*http.Request) (int, http.Header, string) { return 200, nil, body })
		item, err := c.Patch(t.Context(), Table{"1", "2"}, "3", Fields{Current: "5"})
		if err != nil || item.Fields != want {
			t.Errorf("%s: %+v, %v", body, item.Fields, err)
		}
	}
}

// TestForeignItems shows that no call takes an answer about another item.
func TestForeignItems(t *testing.T) {
	c := answering(t, func(*http.Request) (int, http.Header, string) {
		return 200, nil, `{"code":0,"data":{"metric_item_id":"t-planted"}}`
	})
	_, patched := c.Patch(t.Context(), Table{"1", "2"}, "3", Fields{Current: "5"})
	_, got := c.Get(t.Context(), Table{"1", "2"}, "3")
	for _, err := range []error{patched, got} {
		e, ok := errors.AsType[*Error](err)
		if !ok || e.Code != CodeBadReply || strings.Contains(e.Error()+e.Msg, "t-planted") {
			t.Errorf("got %v", err)
		}
	}
}

// TestEchoes shows that a secret does not come back by way of a trace id, nor
// control characters or endless words by way of a message.
func TestEchoes(t *testing.T) {
	for _, echo := range []string{"t-planted", "planted-secret"} {
		c := answering(t, func(*http.Request) (int, http.Header, string) {
			return 400, http.Header{"X-Tt-Logid": {echo}, "X-Request-Id": {"good-id"}},
				fmt.Sprintf(`{"code":4711,"msg":"a\u001b[31m\n%s %s"}`, echo, strings.Repeat("x", 2000))
		})
		_, err := c.Get(t.Context(), Table{"1", "2"}, "3")
		e, _ := errors.AsType[*Error](err)
		if e.LogID != "good-id" || strings.ContainsAny(e.Msg, "\x1b\n") || len(e.Msg) > 310 || strings.Contains(e.Msg, echo) {
			t.Errorf("%s: log id %q, message %q", echo, e.LogID, e.Msg)
		}
	}
	given, err := NewClient(Config{BaseURL: "https://open.feishu.cn", AccessToken: "planted-token", Transport: answers(
		func(*http.Request) (int, http.Header, string) { return 400, nil, `{"code":4711,"msg":"planted-token"}` })})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := given.Get(t.Context(), Table{"1", "2"}, "3"); strings.Contains(err.Error(), "planted") {
		t.Errorf("the given token stands in %q", err)
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	for value, want := range map[string]time.Duration{
		"3":                             3 * time.Second,
		"Sun, 22 Nov 2026 12:00:09 GMT": 9 * time.Second,
		"Sun, 22 Nov 2026 11:00:00 GMT": 0,
		"soon":                          0,
	} {
		if got := reset(http.Header{"Retry-After": {value}}, now); got != want {
			t.Errorf("%q: %s, want %s", value, got, want)
		}
	}
}

// TestTokenCallConcernsEverybody shows that whatever refuses the token call is
// about the app and not about a row.
func TestTokenCallConcernsEverybody(t *testing.T) {
	for _, body := range []string{`{"code":99992402}`, `{"code":10019,"msg":"m"}`, `{"code":99991663}`, `{"code":4711}`} {
		c, err := NewClient(Config{BaseURL: "https://open.feishu.cn", AppID: "a", AppSecret: "b", Transport: tokenAnswer(body)})
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.Get(t.Context(), Table{"1", "2"}, "3")
		e, ok := errors.AsType[*Error](err)
		if !ok || e.Class != ClassApp || e.Call != CallToken || strings.Contains(e.Advice("en"), "row") {
			t.Errorf("%s: %v", body, err)
		}
	}
	for _, body := range []string{`{"code":0}`, `{"code":0,"tenant_access_token":"t","expire":0}`, `{"code":0,"tenant_access_token":"","expire":7200}`, `garbage`} {
		c, err := NewClient(Config{BaseURL: "https://open.feishu.cn", AppID: "a", AppSecret: "b", Transport: tokenAnswer(body)})
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.Get(t.Context(), Table{"1", "2"}, "3")
		if e, ok := errors.AsType[*Error](err); !ok || e.Code != CodeBadTokenReply || e.Class != ClassTransient {
			t.Errorf("%s: %v", body, err)
		}
	}
}

// tokenAnswer is a transport that answers everything the same way.
type tokenAnswer string

func (a tokenAnswer) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(string(a))), Request: r}, nil
}

// TestTokenLostWhileWaiting shows that a caller who waited for a token that was
// refused to another one meanwhile goes on to the next, and never without one.
func TestTokenLostWhileWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fetched := 0
		c := answering(t, nil)
		c.way = standard{counting(func() string {
			fetched++
			return fmt.Sprintf(`{"code":0,"tenant_access_token":"t-%d","expire":7200}`, fetched)
		})}
		c.tokens.fetching <- struct{}{} // one caller fetches
		got := make(chan Secret, 1)
		go func() { // another one waits
			token, err := c.tokens.get(t.Context())
			if err != nil {
				t.Error(err)
			}
			got <- token
		}()
		synctest.Wait()
		first, err := c.tokens.fetch(t.Context())
		if err != nil {
			t.Error(err)
		}
		c.tokens.drop(first) // a third one has tried it already
		<-c.tokens.fetching
		if token := <-got; token != "t-2" {
			t.Errorf("got %q", string(token))
		}
		c.tokens.drop("t-1") // late news of the first must not cost the second
		if token, _, _ := c.tokens.state(); token != "t-2" {
			t.Errorf("the good token was dropped")
		}
	})
}

type counting func() string

func (f counting) RoundTrip(r *http.Request) (*http.Response, error) {
	return tokenAnswer(f()).RoundTrip(r)
}

// TestTLS speaks with a server that offers HTTP/2 as well, and refuses one whose
// certificate nobody vouches for.
func TestTLS(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, `{"code":0,"data":{"metric_item_id":"3","user_id":%q}}`, r.Proto)
	}))
	server.EnableHTTP2 = true
	var opened atomic.Int64
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			opened.Add(1)
		}
	}
	server.Config.ErrorLog = nil
	server.StartTLS()
	defer server.Close()

	eachWay(t, server.URL, func(t *testing.T, careful *Client) {
		t.Helper()
		_, err := careful.Get(t.Context(), Table{"1", "2"}, "3")
		if e, ok := errors.AsType[*Error](err); !ok || e.Code != CodeCertificate || e.Class != ClassApp {
			t.Errorf("got %v", err)
		}
	})
	trust := &tls.Config{RootCAs: x509.NewCertPool()}
	trust.RootCAs.AddCert(server.Certificate())
	eachWay(t, server.URL, func(t *testing.T, trusting *Client) {
		t.Helper()
		switch way := trusting.way.(type) {
		case *wire:
			way.tls.RootCAs = trust.RootCAs
		case standard:
			way.RoundTripper.(*http.Transport).TLSClientConfig = trust
		}
		opened.Store(0)
		for range 3 {
			if item, err := trusting.Get(t.Context(), Table{"1", "2"}, "3"); err != nil || item.UserID != "HTTP/1.1" {
				t.Errorf("%+v, %v", item, err)
			}
		}
		if opened.Load() != 1 {
			t.Errorf("%d connections for three calls", opened.Load())
		}
	})
}

// eachWay tries a client of each way to a server.
func eachWay(t *testing.T, address string, try func(t *testing.T, c *Client)) {
	t.Helper()
	for name, transport := range map[string]http.RoundTripper{"wire": nil, "standard": standardTransport(4)} {
		t.Run(name, func(t *testing.T) {
			c, err := NewClient(Config{BaseURL: address, AccessToken: "t", Timeout: time.Minute, Transport: transport})
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			if _, plain := c.way.(*wire); plain != (name == "wire") {
				t.Fatalf("the way is a %T", c.way)
			}
			try(t, c)
		})
	}
}
