package feishutest

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestEveryCode reaches each code of the contract's table: by honest means where a healthy vendor could be made to
// answer it, by script where only the vendor's own trouble could.
func TestEveryCode(t *testing.T) {
	one := SampleItem(1)
	patch := func(body string) func(*Server, *caller) answered {
		return func(_ *Server, c *caller) answered { return c.patch(one, body) }
	}
	good := patch(`{"metric_current_value":5}`)
	authorized := func(header string) func(*Server, *caller) answered {
		return func(_ *Server, c *caller) answered {
			c.token = header
			return c.patch(one, `{"metric_current_value":5}`)
		}
	}
	twice := func(_ *Server, c *caller) answered {
		c.patch(one, `{"metric_current_value":5}`)
		return c.patch(one, `{"metric_current_value":5}`)
	}
	login := func(_ *Server, c *caller) answered { return c.login() }
	minute := Limit{N: 1, Period: time.Minute}
	old, oldest := minute, minute
	old.Status, old.Code = 400, 1000004
	oldest.Status, oldest.Code = 400, 1000005

	tests := []struct {
		name         string
		config       Config
		script       string
		call         func(*Server, *caller) answered
		status, code int
	}{
		{"success", Config{}, "", good, 200, 0},
		{"unknown error", Config{}, "patch * 500", good, 500, 1009999},
		{"system exception", Config{}, "patch * 1009998", good, 500, 1009998},
		{"invalid parameters", Config{}, "", patch(`{}`), 200, 1001001},
		{"no permission", Config{}, "", func(s *Server, c *caller) answered {
			s.Change(one, func(it *Item) { it.Forbidden = true })
			return c.patch(one, `{"metric_current_value":5}`)
		}, 200, 1001002},
		{"user not found", Config{}, "", func(s *Server, c *caller) answered {
			s.AddUser("ou_known")
			return c.patch(one, `{"supported_user_id":"ou_stranger"}`)
		}, 200, 1001003},
		{"no such item", Config{}, "", func(_ *Server, c *caller) answered {
			return c.patch("7", `{"metric_current_value":5}`)
		}, 200, 1001004},
		{"quota", Config{Quota: Quota{N: 1, Period: time.Hour}}, "", twice, 400, 1001005},
		{"item that is limited", Config{}, "", func(s *Server, c *caller) answered {
			s.Change(one, func(it *Item) { it.Limited = true })
			return c.patch(one, `{"metric_current_value":5}`)
		}, 400, 1001005},
		{"batch too large", Config{BatchMax: 1}, "", func(_ *Server, c *caller) answered {
			return c.do("PATCH", itemsPath+"/batch_update", batchBody(1, 2))
		}, 400, 1001005},
		{"start is target", Config{}, "", patch(`{"metric_initial_value":3,"metric_target_value":3.0}`), 400, 1001006},
		{"wrong table", Config{}, "", func(s *Server, c *caller) answered {
			if err := s.AddTable(SampleSource, Table{ID: "9", Items: []Item{{ID: "99"}}}); err != nil {
				panic(err)
			}
			return c.patch("99", `{"metric_current_value":5}`)
		}, 400, 1001007},
		{"edition", Config{NoEdition: true}, "", good, 403, 1000403},
		{"frequency", Config{Limit: minute}, "", twice, 429, 99991400},
		{"frequency of an older API", Config{Limit: old}, "", twice, 400, 1000004},
		{"frequency of another older API", Config{Limit: oldest}, "", twice, 400, 1000005},
		{"monthly quota", Config{MonthlyQuota: 1}, "", twice, 429, 99991403},
		{"unknown token", Config{}, "", authorized("Bearer t-unknown"), 400, 99991663},
		{"dead token", Config{}, "", func(s *Server, c *caller) answered {
			s.RevokeTokens()
			return c.patch(one, `{"metric_current_value":5}`)
		}, 400, 99991663},
		{"app token", Config{}, "", authorized("Bearer a-1"), 400, 99991664},
		{"tenant code", Config{}, "patch * code:99991665", good, 400, 99991665},
		{"no token at all", Config{}, "", authorized("Bearer xyz"), 400, 99991671},
		{"user token", Config{}, "", authorized("Bearer u-1"), 400, 99991668},
		{"token refused with 401", Config{}, "patch * code:99991663:401", good, 401, 99991663},
		{"missing token", Config{}, "", authorized(""), 400, 99991661},
		{"other scheme", Config{}, "", authorized("Basic eDp5"), 400, 99991661},
		{"scope", Config{NoScope: true}, "", good, 400, 99991672},
		{"app unavailable", Config{}, "* * code:99991673", good, 400, 99991673},
		{"token without permission", Config{}, "* * code:99991676", good, 400, 99991676},
		{"user scope", Config{}, "* * code:99991679", good, 400, 99991679},
		{"app not installed", Config{}, "* * code:99991662", good, 400, 99991662},
		{"address", Config{DenyIP: true}, "", good, 400, 99991401},
		{"app id", Config{AppID: "other"}, "", login, 200, 10003},
		{"app secret", Config{AppSecret: "other"}, "", login, 200, 10014},
		{"app 10005", Config{}, "token * code:10005", login, 200, 10005},
		{"app 10012", Config{}, "token * code:10012", login, 200, 10012},
		{"app 10013", Config{}, "token * code:10013", login, 200, 10013},
		{"app 10015", Config{}, "token * code:10015", login, 200, 10015},
		{"app 99991543", Config{}, "token * code:99991543", login, 200, 99991543},
		{"2200", Config{}, "patch * 2200", good, 200, 2200},
		{"user_id_type", Config{}, "", func(_ *Server, c *caller) answered {
			return c.do("GET", itemsPath+"/"+one+"?user_id_type=lark_id", "")
		}, 400, 99992402},
		{"user id of another type", Config{}, "", patch(`{"supported_user_id":"on_1"}`), 400, 99992351},
		{"user id of another app", Config{}, "patch * code:99992361", good, 400, 99992361},
		{"user id of another tenant", Config{}, "patch * code:99992381", good, 400, 99992381},
		{"path code", Config{}, "patch * code:99991201", good, 404, 99991201},
		{"method code", Config{}, "patch * code:99991301", good, 404, 99991301},
		{"unheard-of code", Config{}, "patch * code:1234567", good, 200, 1234567},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := sampled(3, test.config)
			script(t, s, test.script)
			got := test.call(s, inMemory(t, s))
			if got.status != test.status || got.Code != test.code {
				t.Fatalf("HTTP %d, code %d, want %d, %d: %s", got.status, got.Code, test.status, test.code, got.text)
			}
			if id := got.header.Get("X-Tt-Logid"); id == "" || got.Code != 0 && got.Error.LogID != id {
				t.Errorf("header names log id %q, body %q", id, got.Error.LogID)
			}
			if got.header.Get("Content-Type") != "application/json; charset=utf-8" || got.Msg == "" {
				t.Errorf("content type %q, msg %q", got.header.Get("Content-Type"), got.Msg)
			}
		})
	}
}

func batchBody(numbers ...int) string {
	rows := make([]string, len(numbers))
	for i, n := range numbers {
		rows[i] = fmt.Sprintf(`{"metric_item_id":"%s","metric_current_value":%d.5}`, SampleItem(n), n)
	}
	return `{"items":[` + strings.Join(rows, ",") + "]}"
}

func TestErrorDetails(t *testing.T) {
	c := inMemory(t, sampled(1, Config{NoScope: true}))
	if got := c.patch(SampleItem(1), "{}"); len(got.Error.Scopes) != 1 || got.Error.Scopes[0].Subject != "okr:okr" {
		t.Errorf("no scope named: %s", got.text)
	}
	c = inMemory(t, sampled(1, Config{}))
	for path, field := range map[string]string{
		itemsPath + "?user_id_type=x":    "user_id_type",
		itemsPath + "?page_size=ten":     "page_size",
		itemsPath + "?page_size=0":       "page_size",
		itemsPath + "/1?user_id_type=ID": "user_id_type",
	} {
		got := c.do("GET", path, "")
		if len(got.Error.Violations) != 1 || got.Error.Violations[0].Field != field {
			t.Errorf("%s: no violation of %s named: %s", path, field, got.text)
		}
	}
}

func TestPathsAndMethods(t *testing.T) {
	table := "/open-apis/okr/v1/metric_sources/" + SampleSource + "/tables"
	one := itemsPath + "/" + SampleItem(1)
	tests := []struct {
		method, path string
		status, code int
		call         Call
	}{
		{"GET", sourcesPath, 200, 0, Sources},
		{"GET", table, 200, 0, Tables},
		{"GET", itemsPath, 200, 0, List},
		{"GET", one, 200, 0, Get},
		{"GET", one + "/", 404, 0, ""},
		{"GET", sourcesPath + "/", 404, 0, ""},
		{"GET", sourcesPath + "x", 404, 0, ""},
		{"GET", sourcesPath + "/1", 404, 0, ""},
		{"GET", sourcesPath + "//tables", 404, 0, ""},
		{"GET", table + "/1", 404, 0, ""},
		{"GET", table + "/1/rows", 404, 0, ""},
		{"GET", one + "/1", 404, 0, ""},
		{"POST", one, 404, 0, ""},
		{"PUT", one, 404, 0, ""},
		{"DELETE", one, 404, 0, ""},
		{"POST", itemsPath, 404, 0, ""},
		{"PATCH", itemsPath, 404, 0, ""},
		{"POST", itemsPath + "/batch_update", 404, 0, ""},
		{"GET", tokenPath, 404, 0, ""},
		{"GET", "/", 404, 0, ""},
		{"GET", itemsPath + "/batch_update", 200, 1001001, Get},
		{"GET", itemsPath + "/12a", 200, 1001001, Get},
		{"GET", itemsPath + "/123456789012345678901", 200, 1001001, Get},
		{"GET", itemsPath + "/%31", 200, 1001001, Get},
		{"GET", itemsPath + "/1%2F2", 200, 1001001, Get},
		{"GET", sourcesPath + "/x/tables", 200, 1001001, Tables},
		{"GET", sourcesPath + "/8/tables", 200, 1001004, Tables},
		{"GET", sourcesPath + "/8/tables/8/items", 200, 1001004, List},
		{"GET", table + "/8/items", 400, 1001007, List},
		{"GET", table + "/8/items/8", 400, 1001007, Get},
	}
	for _, test := range tests {
		t.Run(test.method+" "+test.path, func(t *testing.T) {
			s := sampled(1, Config{})
			got := inMemory(t, s).do(test.method, test.path, "")
			logged := s.Requests()[0]
			if got.status != test.status || got.Code != test.code || logged.Call != test.call {
				t.Errorf("HTTP %d, code %d, call %q: %s", got.status, got.Code, logged.Call, got.text)
			}
			if text := got.header.Get("Content-Type") == "text/plain; charset=utf-8"; text != (test.status == 404) {
				t.Errorf("content type %q", got.header.Get("Content-Type"))
			}
		})
	}
}

func TestNotOffered(t *testing.T) {
	s := sampled(1, Config{NotOffered: true})
	c := inMemory(t, s)
	if got := c.login(); got.Code != 0 || got.Token == "" {
		t.Errorf("the login must work: %s", got.text)
	}
	got := c.do("GET", sourcesPath, "")
	if got.status != http.StatusNotFound || got.text != "404 page not found\n" {
		t.Errorf("HTTP %d, %q", got.status, got.text)
	}
}
