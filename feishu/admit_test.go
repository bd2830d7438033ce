package feishu_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"okrsync/feishu"
	"okrsync/feishu/feishutest"
)

// TestCancel shows that a context that has ended keeps a call from going out,
// and one that ends later does not touch it.
func TestCancel(t *testing.T) {
	client, sim := newClient(t, feishutest.Config{}, func(c *feishu.Config) {
		c.AccessToken = "given"
		c.Admit = func(ctx context.Context, _ feishu.Call) (func(error), error) { return func(error) {}, ctx.Err() }
	})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := client.Get(ctx, table, "1"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if n := len(sim.Requests()); n != 0 {
		t.Errorf("%d requests were sent", n)
	}

	ctx, cancel = context.WithCancel(t.Context())
	client, _ = newClient(t, feishutest.Config{}, func(c *feishu.Config) {
		c.Admit = func(context.Context, feishu.Call) (func(error), error) { return func(error) { cancel() }, nil }
		inner := c.Transport
		c.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
			cancel() // the call is on the wire
			return inner.RoundTrip(r)
		})
	})
	if _, err := client.Patch(ctx, table, feishutest.SampleItem(1), feishu.Fields{Current: "5"}); err != nil {
		t.Errorf("a call on the wire was cut: %v", err)
	}
}

// TestTokenEndsInAWait shows that a token that has ended while its call waited for a
// permit is fetched anew, as often as that happens, and is not taken for one that Feishu
// refuses for good.
func TestTokenEndsInAWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		waits := 0
		client, _ := newClient(t, feishutest.Config{TokenLife: time.Minute}, func(c *feishu.Config) {
			c.Admit = func(_ context.Context, call feishu.Call) (func(error), error) {
				if call == feishu.CallPatch && waits < 3 {
					waits++
					<-time.After(2 * time.Minute)
				}
				return func(error) {}, nil
			}
		})
		if _, err := client.Patch(t.Context(), table, feishutest.SampleItem(1), feishu.Fields{Current: "5"}); err != nil || waits != 3 {
			t.Errorf("after %d waits: %v", waits, err)
		}
	})
}

// TestNothingGoesOutUnasked shows that a read whose connection breaks is not sent again by
// the transport itself: each request at the server was admitted.
func TestNothingGoesOutUnasked(t *testing.T) {
	var arrived, admitted atomic.Int64
	var broken atomic.Bool
	var together sync.WaitGroup
	together.Add(4)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		arrived.Add(1)
		if r.ContentLength > 0 || len(r.TransferEncoding) > 0 {
			t.Errorf("%s has a body", r.Method)
		}
		if broken.Load() {
			panic(http.ErrAbortHandler)
		}
		together.Done()
		together.Wait() // so that several connections are open
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"code":0,"data":{"items":[],"has_more":false}}`))
	}))
	defer server.Close()
	client, err := feishu.NewClient(feishu.Config{
		BaseURL: server.URL, AccessToken: "given", Connections: 4,
		Admit: func(context.Context, feishu.Call) (func(error), error) {
			admitted.Add(1)
			return func(error) {}, nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if _, err := client.Items(t.Context(), table, "", 10); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	broken.Store(true)
	if _, err := client.Items(t.Context(), table, "", 10); err == nil {
		t.Error("a broken connection gave no error")
	}
	if arrived.Load() != admitted.Load() {
		t.Errorf("%d requests arrived, %d were admitted", arrived.Load(), admitted.Load())
	}
}
