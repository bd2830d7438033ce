package feishu

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// TestSwitchedProtocols meets a server that takes the connection for something else, says
// that all is well and then nothing more: that is no success, and nobody waits for the rest.
func TestSwitchedProtocols(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			if _, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
				fmt.Fprint(conn, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n"+`{"code":0,"data":{"metric_item_id":"1"}}`)
			}
			t.Cleanup(func() { conn.Close() })
		}
	}()
	address := "http://" + listener.Addr().String()
	c, err := NewClient(Config{BaseURL: address, AccessToken: "t", Timeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_, err = c.Patch(t.Context(), Table{"1", "2"}, "1", Fields{Current: "1"})
	if refusal, ok := errors.AsType[*Error](err); !ok || refusal.Code != CodeNoReply {
		t.Errorf("the update: %v", err)
	}
	bot := Bot{URL: Secret(address + "/hook/x")}
	err = bot.Send(t.Context(), Card{})
	if refusal, ok := errors.AsType[*Error](err); !ok || refusal.Class != ClassTransient {
		t.Errorf("the message: %v", err)
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
	c, err := NewClient(Config{BaseURL: server.URL, AccessToken: "t"})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Patch(t.Context(), Table{"1", "2"}, "1", Fields{Current: "1"}); err != nil {
		t.Error(err)
	}
}

// TestAddress holds the addresses of calls against those that parsing the whole gives.
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
		c := &Client{base: u}
		r := c.request(t.Context(), attempt{method: http.MethodGet, path: path, query: query}, nil)
		wanted, err := http.NewRequest(http.MethodGet, want+path+"?"+query, nil)
		if err != nil {
			t.Fatal(err)
		}
		if r.URL.RequestURI() != wanted.URL.RequestURI() || r.Host != wanted.Host || r.URL.String() != wanted.URL.String() {
			t.Errorf("%s: %s at %s, want %s", base, r.URL.RequestURI(), r.Host, wanted.URL)
		}
	}
}
