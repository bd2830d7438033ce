package feishu

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// TestAddress holds the addresses of calls, as each way writes them, against those that
// parsing the whole gives.
func TestAddress(t *testing.T) {
	const path, query = "/open-apis/okr/v1/x/1", "user_id_type=open_id"
	for base, want := range map[string]string{
		"https://h": "https://h", "https://h//": "https://h", "https://h:": "https://h", "https://h/a b": "https://h/a%20b", "https://h/a%2Fb/": "https://h/a%2Fb",
		"https://h/x%2F": "https://h/x%2F", "https://h/a%20b%2f/": "https://h/a%20b%2f", "https://h/中文": "https://h/%E4%B8%AD%E6%96%87", "https://[::1]:8080/p": "https://[::1]:8080/p",
	} {
		u, err := baseURL(base)
		if err != nil {
			t.Fatal(err)
		}
		wanted, err := http.NewRequest(http.MethodGet, want+path+"?"+query, nil)
		if err != nil {
			t.Fatal(err)
		}
		c := &Client{base: u}
		m := &message{method: http.MethodGet, url: c.address(path, query)}
		r := m.request(t.Context())
		if r.URL.RequestURI() != wanted.URL.RequestURI() || r.Host != wanted.Host || r.URL.String() != wanted.URL.String() {
			t.Errorf("%s: %s at %s, want %s", base, r.URL.RequestURI(), r.Host, wanted.URL)
		}
		if r := written(t, m); r.RequestURI != wanted.URL.RequestURI() || r.Host != wanted.Host {
			t.Errorf("%s: a wire has %s at %s, want %s", base, r.RequestURI, r.Host, wanted.URL)
		}
	}
}

// written is a message as a server reads it from a wire.
func written(t *testing.T, m *message) *http.Request {
	t.Helper()
	sent := bytes.NewBuffer(append(m.appendHead(nil), m.body...))
	r, err := http.ReadRequest(bufio.NewReader(sent))
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil || sent.Len() > 0 {
		t.Fatalf("%v, and %q is left", err, sent.Bytes())
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	return r
}

// TestBothWaysSayTheSame holds what a wire writes against what net/http sends.
func TestBothWaysSayTheSame(t *testing.T) {
	type said struct {
		method, target, host string
		header               http.Header
		length               int64
		body                 string
	}
	hear := func(r *http.Request) said {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		return said{r.Method, r.RequestURI, r.Host, r.Header, r.ContentLength, string(body)}
	}
	var heard said
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { heard = hear(r) }))
	defer server.Close()
	base, err := baseURL(server.URL + "/a b")
	if err != nil {
		t.Fatal(err)
	}
	c := &Client{base: base}
	for name, m := range map[string]message{
		"read":   {method: http.MethodGet, url: c.address("/x", "page_size=10&page_token=a%2Bb")},
		"update": {method: http.MethodPatch, url: c.address("/x/1", "q=1"), bearer: "Bearer t", body: []byte(`{"a":1}`)},
		"batch":  {method: http.MethodPatch, url: c.address("/x/1", "q=1"), bearer: "Bearer t", body: bytes.Repeat([]byte("1234567890"), 3000)},
		"token":  {method: http.MethodPost, url: c.address("/y", ""), body: []byte(`{}`)},
	} {
		m.agent, m.until = "okrsync/1", time.Now().Add(time.Minute)
		way := standard{standardTransport(1)}
		answer, err := way.send(t.Context(), &m)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		way.close()
		if got := hear(written(t, &m)); !reflect.DeepEqual(got, heard) {
			t.Errorf("%s: a wire says %+v,\nnet/http %+v", name, got, heard)
		}
	}
}

// TestWhichWay shows where a wire is used: to plain names, if no proxy leads there.
func TestWhichWay(t *testing.T) {
	for base, plain := range map[string]bool{
		"https://open.feishu.cn": true, "http://127.0.0.1:80": true, "https://[::1]": true, "https://okr.例子.cn": false, "https://[fe80::1%25eth0]": false,
	} {
		u, err := baseURL(base)
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := newWay(u, 0).(*wire); ok != plain {
			t.Errorf("%s: %v", base, ok)
		}
	}
}

// TestBodiesOfAnySize sends batches whose bodies are as long as what is written at once, a
// byte less and a byte more, and far longer.
func TestBodiesOfAnySize(t *testing.T) {
	var got atomic.Pointer[[]byte]
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		got.Store(&body)
		_, _ = io.WriteString(w, `{"code":0,"data":{}}`)
	}))
	defer server.Close()
	eachWay(t, server.URL, func(t *testing.T, c *Client) {
		t.Helper()
		for _, size := range []int{2, mostJoined - 1, mostJoined, mostJoined + 1, 1 << 20, 3} {
			body := json.RawMessage(`"` + strings.Repeat("x", size-2) + `"`)
			err := c.call(t.Context(), attempt{call: CallPatch, method: http.MethodPatch, path: "/x", body: body}, new(Item))
			if err != nil || !bytes.Equal(*got.Load(), body) {
				t.Errorf("%d bytes: %v, %d arrived", size, err, len(*got.Load()))
			}
		}
	})
}
