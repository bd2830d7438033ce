package feishutest

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := sampled(1, Config{})
		c := inMemory(t, s)
		c.login()
		pass(time.Second)
		c.patch(SampleItem(1), `{"metric_current_value":5}`)
		c.do("GET", "/elsewhere?x=1&x=2", "")
		log := s.Requests()
		if len(log) != 3 {
			t.Fatalf("%d requests", len(log))
		}
		login, patch, lost := log[0], log[1], log[2]
		if login.Seq != 1 || login.Call != Token || login.Token != 2 || string(login.Body) != `{"app_id":"a","app_secret":"***"}` || login.Status != 200 {
			t.Errorf("login: %+v, body %s", login, login.Body)
		}
		if patch.Seq != 2 || patch.Host != "feishu.example" || patch.Call != Patch || patch.Method != "PATCH" || patch.Path != itemsPath+"/"+SampleItem(1) || patch.Token != 1 ||
			patch.Query.Get("user_id_type") != "open_id" || string(patch.Body) != `{"metric_current_value":5}` || !patch.Applied {
			t.Errorf("patch: %+v", patch)
		}
		if patch.At.Sub(login.At) != time.Second || patch.Header.Get("Content-Type") != "application/json; charset=utf-8" {
			t.Errorf("patch: %+v", patch)
		}
		if lost.Call != "" || lost.Status != 404 || lost.Code != -1 || len(lost.Query["x"]) != 2 {
			t.Errorf("lost: %+v", lost)
		}
		s.ResetLog()
		c.do("GET", sourcesPath, "")
		if log := s.Requests(); len(log) != 1 || log[0].Seq != 4 {
			t.Errorf("after ResetLog: %+v", log)
		}
		if calls := s.Stats().Calls; calls[Token] != 1 || calls[Patch] != 1 || calls[""] != 1 || calls[Sources] != 1 || len(calls) != 4 {
			t.Errorf("counts: %v", calls)
		}
	})
}

func TestLogTellsNoSecrets(t *testing.T) {
	s := sampled(1, Config{})
	token := s.IssueToken()
	c := inMemory(t, s)
	for _, body := range []string{
		`{"app_id":"a","app_secret":"hush-hush"}`, `{"app_id":"a","app_secret":"hush-hush"`, `{"app_id":"a","app\u005fsecret":"hush-hush"}`,
		`{"app_id":"a","APP_SECRET":"hush-hush"}`, `["hush-hush"]`,
	} {
		c.do("POST", tokenPath, body)
		c.do("POST", tokenPath+"/", body)
	}
	for _, r := range s.Requests() {
		text := fmt.Sprintf("%+v %s", r, r.Body)
		if strings.Contains(text, token) || strings.Contains(string(r.Body), "hush") {
			t.Errorf("the log tells: %s", text)
		}
		if r.Header.Get("Authorization") != "Bearer ***" {
			t.Errorf("the log must tell that there was a token: %v", r.Header)
		}
	}
}

func TestLogLimit(t *testing.T) {
	for limit, want := range map[int][]int{0: {1, 2, 3, 4, 5, 6, 7}, 3: {5, 6, 7}, 7: {1, 2, 3, 4, 5, 6, 7}, 9: {1, 2, 3, 4, 5, 6, 7}, -1: nil} {
		s := sampled(1, Config{LogLimit: limit})
		c := inMemory(t, s)
		for range 7 {
			c.do("GET", sourcesPath, "")
		}
		var seqs []int
		for _, r := range s.Requests() {
			seqs = append(seqs, r.Seq)
		}
		if fmt.Sprint(seqs) != fmt.Sprint(want) {
			t.Errorf("limit %d: %v, want %v", limit, seqs, want)
		}
	}
}

func TestTransportManners(t *testing.T) {
	s := sampled(1, Config{})
	body := &closing{Reader: strings.NewReader(`{"metric_current_value":5}`)}
	req, err := http.NewRequest("PATCH", "http://any.host"+itemsPath+"/"+SampleItem(1), body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+s.IssueToken())
	resp, err := s.Transport().RoundTrip(req)
	if err != nil || resp.StatusCode != 200 || resp.Request != req || !body.closed || len(req.Header) != 2 {
		t.Fatalf("%v, %v, closed %v, %v", resp, err, body.closed, req.Header)
	}
	if err := resp.Body.Close(); err != nil {
		t.Error(err)
	}
	if _, err := resp.Body.Read(make([]byte, 1)); err == nil {
		t.Error("a closed body was read")
	}
	if agent := s.Requests()[0].Header.Get("User-Agent"); agent != "Go-http-client/1.1" {
		t.Errorf("user agent %q", agent)
	}
}

// closing notes that it was closed.
type closing struct {
	*strings.Reader
	closed bool
}

func (c *closing) Close() error {
	c.closed = true
	return nil
}
