package feishutest

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// itemsPath is where the sample's items live.
const itemsPath = "/open-apis/okr/v1/metric_sources/" + SampleSource + "/tables/" + SampleTable + "/items"

// caller is a client with no cleverness: what goes out is what a test wrote.
type caller struct {
	t     testing.TB
	http  *http.Client
	base  string
	token string // the whole Authorization header; "" sends none
}

// answered is what a call got.
type answered struct {
	status int
	header http.Header
	text   string
	Code   int
	Msg    string
	Data   struct {
		Items     []map[string]any
		Failed    []map[string]string `json:"failed_items"`
		PageToken string              `json:"page_token"`
		HasMore   bool                `json:"has_more"`
		Target    json.Number         `json:"metric_target_value"`
		Current   json.Number         `json:"metric_current_value"`
		ID        string              `json:"metric_item_id"`
	}
	Error struct {
		LogID      string                     `json:"log_id"`
		Scopes     []struct{ Subject string } `json:"permission_violations"`
		Violations []struct{ Field string }   `json:"field_violations"`
	}
	Token  string `json:"tenant_access_token"`
	Expire int
}

// inMemory returns a caller with a token of s.
func inMemory(t testing.TB, s *Server) *caller {
	t.Helper()
	return &caller{t: t, http: &http.Client{Transport: s.Transport()}, base: "https://feishu.example",
		token: "Bearer " + s.IssueToken()}
}

// try makes one call and returns what went wrong on the way.
func (c *caller) try(ctx context.Context, method, path, body string) (answered, error) {
	var got answered
	var reader io.Reader
	if body != "" {
		reader = strings.NewReader(body)
	}
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, reader)
	if err != nil {
		c.t.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json; charset=utf-8")
	}
	if c.token != "" {
		req.Header.Set("Authorization", c.token)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return got, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	got.status, got.header, got.text = resp.StatusCode, resp.Header, string(text)
	if err != nil {
		return got, err
	}
	if strings.HasPrefix(resp.Header.Get("Content-Type"), "application/json") {
		err = json.NewDecoder(bytes.NewReader(text)).Decode(&got)
	}
	return got, err
}

// do makes one call that must be answered.
func (c *caller) do(method, path, body string) answered {
	c.t.Helper()
	got, err := c.try(c.t.Context(), method, path, body)
	if err != nil {
		c.t.Fatalf("%s %s: %v (%q)", method, path, err, got.text)
	}
	return got
}

func (c *caller) patch(id, body string) answered {
	c.t.Helper()
	return c.do("PATCH", itemsPath+"/"+id+"?user_id_type=open_id", body)
}

func (c *caller) login() answered {
	c.t.Helper()
	return c.do("POST", tokenPath, `{"app_id":"a","app_secret":"b"}`)
}

// sampled is a server with n sample items.
func sampled(n int, c Config) *Server {
	s := New(c)
	s.Sample(n)
	return s
}

// script adds rules that must be right.
func script(t testing.TB, s *Server, lines string) {
	t.Helper()
	if err := s.Script(strings.NewReader(lines)); err != nil {
		t.Fatal(err)
	}
}

// pass lets a bubble's clock run on by d, which takes no time at all outside.
func pass(d time.Duration) { <-time.After(d) }
