package feishu_test

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"okrsync/feishu"
)

// TestConnections makes more calls at a time than there may be connections, some of which
// break: there are never more.
func TestConnections(t *testing.T) {
	const connections, callers, calls = 5, 20, 100
	var mu sync.Mutex
	open, most, opened := map[net.Conn]bool{}, 0, 0
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer t" {
			t.Errorf("the header is %q", r.Header)
		}
		if r.URL.Path[len(r.URL.Path)-2:] == "99" {
			panic(http.ErrAbortHandler)
		}
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		fmt.Fprint(w, `{"code":0,"data":{},"msg":""}`)
	}))
	server.Config.ConnState = func(c net.Conn, state http.ConnState) {
		mu.Lock()
		defer mu.Unlock()
		switch state {
		case http.StateNew:
			open[c] = true
			opened++
		case http.StateClosed, http.StateHijacked:
			delete(open, c)
		}
		most = max(most, len(open))
	}
	server.Start()
	defer server.Close()
	client, err := feishu.NewClient(feishu.Config{BaseURL: server.URL, AccessToken: "t", Connections: connections})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	table := feishu.Table{SourceID: "1", ID: "2"}
	var group sync.WaitGroup
	for caller := range callers {
		group.Go(func() {
			for call := range calls {
				item := fmt.Sprint(1000*(caller+1) + call)
				if _, err := client.Patch(t.Context(), table, item, feishu.Fields{Current: "1"}); (err != nil) != (call == 99) {
					t.Errorf("item %s: %v", item, err)
				}
			}
		})
	}
	group.Wait()
	mu.Lock()
	defer mu.Unlock()
	// One that breaks may still count here while the next is open already.
	if most > 2*connections || opened > connections+callers {
		t.Errorf("%d connections at a time, %d in all", most, opened)
	}
}
