package feishu_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"okrsync/feishu"
	"okrsync/feishu/feishutest"
)

// patch updates the first item and fails the test if that fails.
func patch(t *testing.T, client *feishu.Client) {
	t.Helper()
	if _, err := client.Patch(t.Context(), table, feishutest.SampleItem(1), feishu.Fields{Current: "5"}); err != nil {
		t.Error(err)
	}
}

func TestTokenIsFetchedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, sim := newClient(t, feishutest.Config{Latency: 100 * time.Millisecond}, nil)
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() { patch(t, client) })
		}
		wg.Wait()
		if n := sim.Stats().Calls[feishutest.Token]; n != 1 {
			t.Errorf("%d token calls for 50 callers", n)
		}
	})
}

func TestTokenIsRenewedBeforeItEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, sim := newClient(t, feishutest.Config{}, nil)
		for range 6 * 60 {
			patch(t, client)
			<-time.After(time.Minute)
		}
		for _, r := range sim.Requests() {
			if r.Status != http.StatusOK {
				t.Fatalf("%s was answered %d %d: the token had ended", r.Call, r.Status, r.Code)
			}
		}
		if n := sim.Stats().Calls[feishutest.Token]; n < 3 || n > 4 {
			t.Errorf("%d token calls in six hours of two-hour tokens", n)
		}
	})
}

// TestTokenRenewalHoldsNobodyUp shows that callers go on with the old token
// while one of them fetches the new one, even if that takes long or fails.
func TestTokenRenewalHoldsNobodyUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, sim := newClient(t, feishutest.Config{}, nil)
		patch(t, client)
		<-time.After(115 * time.Minute)
		if err := sim.Script(strings.NewReader("token * 500")); err != nil {
			t.Fatal(err)
		}
		patch(t, client)
		if n := sim.Stats().Calls[feishutest.Token]; n != 2 {
			t.Errorf("%d token calls, want the first and a failed renewal", n)
		}
	})
}

func TestRefusedTokenIsFetchedAgainOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, sim := newClient(t, feishutest.Config{Latency: 10 * time.Millisecond}, nil)
		patch(t, client)
		sim.RevokeTokens()
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() { patch(t, client) })
		}
		wg.Wait()
		if n := sim.Stats().Calls[feishutest.Token]; n != 2 {
			t.Errorf("%d token calls, want 2", n)
		}
	})
}

func TestTokenRefusedTwice(t *testing.T) {
	client, sim := newClient(t, feishutest.Config{}, nil)
	if err := sim.Script(strings.NewReader("patch * expire")); err != nil {
		t.Fatal(err)
	}
	_, err := client.Patch(t.Context(), table, feishutest.SampleItem(1), feishu.Fields{Current: "5"})
	if e := refusal(t, err); e.Class != feishu.ClassApp {
		t.Errorf("got %s, %s", e.Code, e.Class)
	}
	if n := sim.Stats().Calls[feishutest.Patch]; n != 2 {
		t.Errorf("%d patch calls, want 2", n)
	}
}

// TestSameTokenAgain shows that a token endpoint that repeats a refused token
// ends the matter.
func TestSameTokenAgain(t *testing.T) {
	client, sim := newClient(t, feishutest.Config{}, nil)
	if err := sim.Script(strings.NewReader("patch * code:99991663:400")); err != nil {
		t.Fatal(err)
	}
	_, err := client.Patch(t.Context(), table, feishutest.SampleItem(1), feishu.Fields{Current: "5"})
	if e := refusal(t, err); e.Code != feishu.CodeTokenStale || e.Class != feishu.ClassApp {
		t.Errorf("got %s, %s", e.Code, e.Class)
	}
	if n := sim.Stats().Calls[feishutest.Patch]; n != 1 {
		t.Errorf("%d patch calls, want 1", n)
	}
}

func TestGivenTokenIsNeverFetched(t *testing.T) {
	sim := feishutest.New(feishutest.Config{})
	sim.Sample(1)
	for token, class := range map[string]feishu.Class{sim.IssueToken(): "", "wrong": feishu.ClassApp} {
		client, err := feishu.NewClient(feishu.Config{BaseURL: "https://open.feishu.cn", AccessToken: feishu.Secret(token), Transport: sim.Transport()})
		if err != nil {
			t.Fatal(err)
		}
		_, err = client.Get(t.Context(), table, feishutest.SampleItem(1))
		if class == "" && err != nil {
			t.Errorf("the given token was refused: %v", err)
		} else if class != "" && refusal(t, err).Class != class {
			t.Errorf("got %v", err)
		}
	}
	if n := sim.Stats().Calls[feishutest.Token]; n != 0 {
		t.Errorf("%d token calls", n)
	}
}

func TestWrongCredentials(t *testing.T) {
	client, _ := newClient(t, feishutest.Config{AppSecret: "another"}, nil)
	_, err := client.Get(t.Context(), table, "1")
	if e := refusal(t, err); e.Call != feishu.CallToken || e.Code != "10014" || e.Class != feishu.ClassApp {
		t.Errorf("got %v", err)
	}
}

// TestFailedFetchIsShared shows that callers who waited for a token share the
// failure and do not all ask again.
func TestFailedFetchIsShared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, sim := newClient(t, feishutest.Config{Latency: time.Second}, nil)
		if err := sim.Script(strings.NewReader("token 1 500")); err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		for range 10 {
			wg.Go(func() {
				_, err := client.Get(t.Context(), table, feishutest.SampleItem(1))
				if e := refusal(t, err); e.Class != feishu.ClassTransient {
					t.Errorf("got %v", err)
				}
			})
		}
		wg.Wait()
		if n := sim.Stats().Calls[feishutest.Token]; n != 1 {
			t.Errorf("%d token calls", n)
		}
	})
}
