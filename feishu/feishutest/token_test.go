package feishutest

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestThirtyMinuteRule: with 30 min or more left the same token comes back; below that a new one, and both work.
func TestThirtyMinuteRule(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := sampled(1, Config{})
		c := &caller{t: t, http: &http.Client{Transport: s.Transport()}, base: "https://feishu.example"}
		first := c.login()
		if first.Code != 0 || first.Expire != 7200 || !strings.HasPrefix(first.Token, "t-") {
			t.Fatalf("first login: %s", first.text)
		}
		pass(90 * time.Minute)
		if again := c.login(); again.Token != first.Token || again.Expire != 1800 {
			t.Errorf("with 30 min left: another token, or expire %d", again.Expire)
		}
		pass(1500 * time.Millisecond)
		second := c.login()
		if second.Token == first.Token || second.Expire != 7200 {
			t.Errorf("with less left: the same token, or expire %d", second.Expire)
		}
		works := func(token string) bool {
			c.token = "Bearer " + token
			return c.do("GET", sourcesPath, "").Code == 0
		}
		if !works(first.Token) || !works(second.Token) {
			t.Error("both tokens must work")
		}
		pass(30*time.Minute - 1500*time.Millisecond - 1)
		if !works(first.Token) {
			t.Error("the first token died early")
		}
		pass(1)
		if works(first.Token) || !works(second.Token) {
			t.Error("after two hours the first token must be dead and the second alive")
		}
		var serials []int
		for _, r := range s.Requests() {
			serials = append(serials, r.Token)
		}
		for i, want := range []int{1, 1, 2, 1, 2, 1, 1, 2} {
			if serials[i] != want {
				t.Fatalf("serials %v", serials)
			}
		}
	})
}

func TestShortLives(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(Config{TokenLife: 8 * time.Second})
		first := s.IssueToken()
		pass(6 * time.Second) // a quarter is left
		if s.IssueToken() != first {
			t.Error("a new token with a quarter of the life left")
		}
		pass(1)
		second := s.IssueToken()
		if second == first {
			t.Error("the same token with less than a quarter left")
		}
		s.RevokeTokens()
		if third := s.IssueToken(); third == second {
			t.Error("a revoked token came back")
		}
	})
}

func TestLogins(t *testing.T) {
	c := inMemory(t, New(Config{AppID: "cli_a", AppSecret: "s3cret"}))
	for body, want := range map[string]int{
		`{"app_id":"cli_a","app_secret":"s3cret"}`: 0,
		`{"app_id":"cli_b","app_secret":"s3cret"}`: 10003,
		`{"app_id":"cli_a","app_secret":"secret"}`: 10014,
		`{"app_id":"cli_a","app_secret":""}`:       10003,
		`{"app_id":"cli_a"}`:                       10003,
		`{"app_id":"cli_a","APP_SECRET":"s3cret"}`: 10003,
		`{"app_id":7,"app_secret":"s3cret"}`:       10003,
		`no JSON`:                                  10003,
	} {
		got := c.do("POST", tokenPath, body)
		if got.status != 200 || got.Code != want || (got.Token != "") != (want == 0) {
			t.Errorf("%s: HTTP %d, code %d, want %d", body, got.status, got.Code, want)
		}
	}
}

func TestEachAppHasItsToken(t *testing.T) {
	c := inMemory(t, New(Config{}))
	a := c.do("POST", tokenPath, `{"app_id":"a","app_secret":"1"}`).Token
	b := c.do("POST", tokenPath, `{"app_id":"b","app_secret":"1"}`).Token
	if a == b || a == "" {
		t.Error("two apps share a token")
	}
}
