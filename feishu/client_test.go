package feishu_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"okrsync/feishu"
	"okrsync/feishu/feishutest"
)

var table = feishu.Table{SourceID: feishutest.SampleSource, ID: feishutest.SampleTable}

// newClient returns a client of a simulated Feishu with twelve items.
func newClient(t *testing.T, server feishutest.Config, change func(*feishu.Config)) (*feishu.Client, *feishutest.Server) {
	t.Helper()
	sim := feishutest.New(server)
	sim.Sample(12)
	c := feishu.Config{
		BaseURL: "https://open.feishu.cn", AppID: "cli_a", AppSecret: "sesame",
		UserAgent: "okrsync/test", Transport: sim.Transport(),
	}
	if change != nil {
		change(&c)
	}
	client, err := feishu.NewClient(c)
	if err != nil {
		t.Fatal(err)
	}
	return client, sim
}

func refusal(t *testing.T, err error) *feishu.Error {
	t.Helper()
	e, ok := errors.AsType[*feishu.Error](err)
	if !ok {
		t.Fatalf("got %v, want a *feishu.Error", err)
	}
	return e
}

func TestPatchRequest(t *testing.T) {
	client, sim := newClient(t, feishutest.Config{}, nil)
	item, err := client.Patch(t.Context(), table, feishutest.SampleItem(1), feishu.Fields{Target: "1200.50", Current: "0"})
	if err != nil {
		t.Fatal(err)
	}
	if item.ID != feishutest.SampleItem(1) || item.Target != "1200.50" || item.Current != "0" {
		t.Errorf("the item came back as %+v", item)
	}
	requests := sim.Requests()
	if len(requests) != 2 {
		t.Fatalf("%d requests, want the token's and the patch", len(requests))
	}
	login, patch := requests[0], requests[1]
	if login.Method != "POST" || login.Path != "/open-apis/auth/v3/tenant_access_token/internal" || login.Header.Get("Authorization") != "" {
		t.Errorf("login was %s %s with Authorization %q", login.Method, login.Path, login.Header.Get("Authorization"))
	}
	want := "/open-apis/okr/v1/metric_sources/" + table.SourceID + "/tables/" + table.ID + "/items/" + feishutest.SampleItem(1)
	if patch.Method != "PATCH" || patch.Path != want || patch.Query.Encode() != "user_id_type=open_id" {
		t.Errorf("patch was %s %s?%s", patch.Method, patch.Path, patch.Query.Encode())
	}
	if got := string(patch.Body); got != `{"metric_target_value":1200.50,"metric_current_value":0}` {
		t.Errorf("body %s", got)
	}
	if patch.Header.Get("Content-Type") != "application/json; charset=utf-8" || patch.Header.Get("User-Agent") != "okrsync/test" || patch.Token != login.Token {
		t.Errorf("headers %v, token %d of login %d", patch.Header, patch.Token, login.Token)
	}
}

func TestCallsAreChecked(t *testing.T) {
	client, sim := newClient(t, feishutest.Config{}, nil)
	for name, call := range map[string]func() error{
		"no field": func() error {
			_, err := client.Patch(t.Context(), table, "1", feishu.Fields{})
			return err
		},
		"path in the item's id": func() error {
			_, err := client.Patch(t.Context(), table, "1/../2", feishu.Fields{Current: "1"})
			return err
		},
		"no table": func() error {
			_, err := client.Get(t.Context(), feishu.Table{SourceID: "1"}, "1")
			return err
		},
		"no source": func() error {
			_, err := client.Tables(t.Context(), "", "", 10)
			return err
		},
		"not a number": func() error {
			_, err := client.Patch(t.Context(), table, "1", feishu.Fields{Current: "NaN"})
			return err
		},
		"batch entry without a field": func() error {
			_, err := client.BatchUpdate(t.Context(), table, []feishu.BatchEntry{{ID: "1"}})
			return err
		},
	} {
		if err := call(); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	for _, r := range sim.Requests() {
		if r.Call != feishutest.Token {
			t.Errorf("%s %s was sent", r.Method, r.Path)
		}
	}
}

func TestReads(t *testing.T) {
	client, _ := newClient(t, feishutest.Config{}, nil)
	sources, err := client.Sources(t.Context(), "", 100)
	if err != nil || len(sources.Items) != 1 || sources.Items[0].ID != table.SourceID || sources.Items[0].Name == "" {
		t.Errorf("sources %+v, %v", sources, err)
	}
	tables, err := client.Tables(t.Context(), table.SourceID, "", 100)
	if err != nil || len(tables.Items) != 1 || tables.Items[0].ID != table.ID {
		t.Errorf("tables %+v, %v", tables, err)
	}
	first, err := client.Items(t.Context(), table, "", 10)
	if err != nil || len(first.Items) != 10 || first.Next == "" {
		t.Fatalf("first page: %d items, next %q, %v", len(first.Items), first.Next, err)
	}
	second, err := client.Items(t.Context(), table, first.Next, 10)
	if err != nil || len(second.Items) != 2 || second.Next != "" {
		t.Errorf("second page: %d items, next %q, %v", len(second.Items), second.Next, err)
	}
	item, err := client.Get(t.Context(), table, feishutest.SampleItem(3))
	if err != nil || item.ID != feishutest.SampleItem(3) || item.Initial == "" || item.Unit.Chinese == "" {
		t.Errorf("item %+v, %v", item, err)
	}
}

func TestBatchUpdate(t *testing.T) {
	client, sim := newClient(t, feishutest.Config{}, nil)
	reply, err := client.BatchUpdate(t.Context(), table, []feishu.BatchEntry{
		{ID: feishutest.SampleItem(1), Fields: feishu.Fields{Current: "5"}},
		{ID: "7999", Fields: feishu.Fields{Current: "6"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(reply.Items) != 1 || reply.Items[0].Current != "5" || len(reply.Failed) != 1 || reply.Failed[0].ID != "7999" || reply.Failed[0].Reason == "" {
		t.Errorf("reply %+v", reply)
	}
	body := string(sim.Requests()[1].Body)
	want := `{"items":[{"metric_item_id":"` + feishutest.SampleItem(1) + `","metric_current_value":5},{"metric_item_id":"7999","metric_current_value":6}]}`
	if body != want {
		t.Errorf("body %s, want %s", body, want)
	}
}

// TestAnswers holds what becomes of answers that are no plain success.
func TestAnswers(t *testing.T) {
	tests := []struct {
		fault string
		code  feishu.Code
		class feishu.Class
	}{
		{"500", "1009999", feishu.ClassTransient},
		{"1009998", "1009998", feishu.ClassTransient},
		{"2200", "2200", feishu.ClassTransient},
		{"html502", feishu.CodeHTTPServer, feishu.ClassTransient},
		{"reset", feishu.CodeNoReply, feishu.ClassTransient},
		{"reset-after", feishu.CodeNoReply, feishu.ClassTransient},
		{"cut", feishu.CodeNoReply, feishu.ClassTransient},
		{"html200", feishu.CodeBadReply, feishu.ClassTransient},
		{"empty", feishu.CodeBadReply, feishu.ClassTransient},
		{"huge", feishu.CodeBadReply, feishu.ClassTransient},
		{"item:7999", feishu.CodeBadReply, feishu.ClassTransient},
		{"redirect:https://elsewhere.example/", feishu.CodeRedirect, feishu.ClassApp},
		{"ratelimit:7", "99991400", feishu.ClassSlowDown},
		{"code:1001004", "1001004", feishu.ClassRow},
		{"code:4711:200", "4711", feishu.ClassRow},
		{"code:4711:503", "4711", feishu.ClassTransient},
		{"code:4711:429", "4711", feishu.ClassSlowDown},
	}
	for _, test := range tests {
		t.Run(test.fault, func(t *testing.T) {
			client, sim := newClient(t, feishutest.Config{}, nil)
			if err := sim.Script(strings.NewReader("patch * " + test.fault)); err != nil {
				t.Fatal(err)
			}
			_, err := client.Patch(t.Context(), table, feishutest.SampleItem(1), feishu.Fields{Current: "5"})
			e := refusal(t, err)
			if e.Code != test.code || e.Class != test.class {
				t.Errorf("got %s, %s; want %s, %s", e.Code, e.Class, test.code, test.class)
			}
			if n := sim.Stats().Calls[feishutest.Patch]; n != 1 {
				t.Errorf("%d patch calls, want one attempt", n)
			}
			if e.Status != 0 && e.Status != http.StatusOK && e.LogID == "" && e.Code[0] >= '0' && e.Code[0] <= '9' {
				t.Errorf("no log id was kept of %v", e)
			}
		})
	}
}

func TestReset(t *testing.T) {
	tests := map[string]time.Duration{"7": 7 * time.Second, "none": 0, "0": 0, "-1": 0, "abc": 0, "1000000000": 5 * time.Minute, "99999999999999999999": 0}
	for header, want := range tests {
		client, sim := newClient(t, feishutest.Config{}, nil)
		if err := sim.Script(strings.NewReader("patch * ratelimit:" + header)); err != nil {
			t.Fatal(err)
		}
		_, err := client.Patch(t.Context(), table, feishutest.SampleItem(1), feishu.Fields{Current: "5"})
		if got := refusal(t, err).Reset; got != want {
			t.Errorf("reset %q: got %s, want %s", header, got, want)
		}
	}
}

// TestNotOffered tells a path that is not there from an item that is not.
func TestNotOffered(t *testing.T) {
	client, _ := newClient(t, feishutest.Config{NotOffered: true}, nil)
	_, err := client.Patch(t.Context(), table, feishutest.SampleItem(1), feishu.Fields{Current: "5"})
	if e := refusal(t, err); e.Code != feishu.CodeNotOffered || e.Class != feishu.ClassApp {
		t.Errorf("got %s, %s", e.Code, e.Class)
	}
}

func TestMissingScopeIsNamed(t *testing.T) {
	client, _ := newClient(t, feishutest.Config{NoScope: true}, nil)
	_, err := client.Patch(t.Context(), table, feishutest.SampleItem(1), feishu.Fields{Current: "5"})
	e := refusal(t, err)
	if e.Class != feishu.ClassApp || len(e.Scopes) == 0 || !strings.Contains(e.Reason("zh"), e.Scopes[0]) {
		t.Errorf("got %+v", e)
	}
}

// TestTimeout shows that a call ends after its time, and that the end of its
// context does not end it.
func TestTimeout(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	defer server.Close()
	client, err := feishu.NewClient(feishu.Config{BaseURL: server.URL, AccessToken: "t", Timeout: 50 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	_, err = client.Get(t.Context(), table, "1")
	if e := refusal(t, err); e.Code != feishu.CodeTimeout || e.Class != feishu.ClassTransient {
		t.Errorf("got %s, %s", e.Code, e.Class)
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestBaseURL(t *testing.T) {
	for address, ok := range map[string]bool{
		"https://open.feishu.cn":         true,
		"https://okr.example.com/prefix": true,
		"http://127.0.0.1:8080":          true,
		"http://[::1]:8080/":             true,
		"http://localhost:1":             true,
		"http://open.feishu.cn":          false,
		"http://127.0.0.1.example.com":   false,
		"https://user:pass@example.com":  false,
		"https://example.com?x=1":        false,
		"open.feishu.cn":                 false,
		"ftp://example.com":              false,
		"":                               false,
	} {
		err := feishu.CheckBaseURL(address)
		if (err == nil) != ok {
			t.Errorf("%q: %v", address, err)
		}
		if err != nil && strings.Contains(err.Error(), "pass") && address != "" {
			t.Errorf("the password stands in %q", err)
		}
	}
}

// TestSecretsStayHidden plants the secrets in everything a server can send
// back, and looks for them in everything an error says.
func TestSecretsStayHidden(t *testing.T) {
	const secret, token = "planted-app-secret", "planted-token"
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/internal") {
			_ = json.NewEncoder(w).Encode(map[string]any{"code": 0, "tenant_access_token": token, "expire": 7200})
			return
		}
		w.Header().Set("X-Tt-Logid", token+" "+secret)
		_ = json.NewEncoder(w).Encode(map[string]any{
			"code": 99991672, "msg": "no scope for " + token + " of " + secret,
			"error": map[string]any{
				"permission_violations": []any{map[string]any{"subject": token}},
				"field_violations":      []any{map[string]any{"field": secret, "description": r.Header.Get("Authorization")}},
			},
		})
	}))
	defer server.Close()
	client, err := feishu.NewClient(feishu.Config{BaseURL: server.URL, AppID: "cli_a", AppSecret: secret})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	_, err = client.Get(t.Context(), table, "1")
	e := refusal(t, err)
	marshalled, _ := json.Marshal(e)
	for _, said := range []string{e.Error(), e.Msg, e.LogID, e.Reason("zh"), e.Reason("en"), e.Advice("en"), string(marshalled)} {
		if strings.Contains(said, "planted") {
			t.Errorf("a secret stands in %q", said)
		}
	}
	if !strings.Contains(e.Reason("en"), "***") {
		t.Errorf("the rest of the words is gone too: %q", e.Reason("en"))
	}
}

func TestSecretPrintsAsStars(t *testing.T) {
	marshalled, err := json.Marshal(struct{ S feishu.Secret }{"sesame"})
	if err != nil || string(marshalled) != `{"S":"***"}` {
		t.Errorf("marshalled to %s, %v", marshalled, err)
	}
}
