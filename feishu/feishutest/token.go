package feishutest

import (
	"crypto/rand"
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// reissueBefore is how much life must be left for a login to give the same token again (doc).
const reissueBefore = 30 * time.Minute

// token is one tenant_access_token. Its text never leaves the server but in the answer to a login.
type token struct {
	serial int // from 1, in order of issue
	text   string
	ends   time.Time
}

// tokens knows every token ever given, the dead too, so that the log can tell them from foreign ones.
type tokens struct {
	life   time.Duration
	byText map[string]*token
	newest map[string]*token // by app id
}

// issue returns the token of an app, the one it has while enough life is left in it.
func (t *tokens) issue(appID string, now time.Time) *token {
	if old := t.newest[appID]; old != nil && old.ends.Sub(now) >= min(reissueBefore, t.life/4) {
		return old
	}
	fresh := &token{serial: len(t.byText) + 1, text: "t-" + rand.Text(), ends: now.Add(t.life)}
	t.byText[fresh.text] = fresh
	t.newest[appID] = fresh
	return fresh
}

// check looks at an Authorization header and returns the serial of its token, 0 if it is not ours, and the code it is
// refused with, 0 if it is good. A dead tenant token is 99991663 like an unknown one; the other kinds of token are told
// by their prefix (seen): a- 99991664, u- 99991668, anything else 99991671.
func (t *tokens) check(header string, now time.Time) (serial, code int) {
	text, ok := strings.CutPrefix(header, "Bearer ")
	if !ok || text == "" {
		return 0, codeNoToken
	}
	if known := t.byText[text]; known != nil {
		if now.Before(known.ends) {
			return known.serial, 0
		}
		return known.serial, codeToken
	}
	switch {
	case strings.HasPrefix(text, "t-"):
		return 0, codeToken
	case strings.HasPrefix(text, "a-"):
		return 0, codeAppToken
	case strings.HasPrefix(text, "u-"):
		return 0, codeUserToken
	}
	return 0, codeTokenFormat
}

// IssueToken returns a token as a login of the configured app would, without a call: for clients that are given an
// access token.
func (s *Server) IssueToken() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.tokens.issue(s.config.AppID, time.Now()).text
}

// RevokeTokens ends the life of every token given so far.
func (s *Server) RevokeTokens() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokens.revoke(time.Now())
}

func (t *tokens) revoke(now time.Time) {
	for _, known := range t.byText {
		if known.ends.After(now) {
			known.ends = now
		}
	}
}

// login answers the token call. All its refusals are HTTP 200 (seen).
func (s *Server) login(c *exchange) reply {
	var body map[string]any // not a struct, which would take APP_ID for app_id
	if !isJSON(c.header) || json.Unmarshal(c.body, &body) != nil {
		return c.refuse(codeLogin)
	}
	id, _ := body["app_id"].(string)
	secret, _ := body["app_secret"].(string)
	if id == "" || secret == "" || s.config.AppID != "" && id != s.config.AppID {
		return c.refuse(codeLogin)
	}
	if s.config.AppSecret != "" && secret != s.config.AppSecret {
		return c.refuse(codeSecret)
	}
	t := s.tokens.issue(id, c.now)
	c.serial = t.serial
	out := append([]byte(nil), `{"code":0,"msg":"ok","tenant_access_token":`...)
	out = appendString(out, t.text)
	out = append(out, `,"expire":`...)
	out = strconv.AppendInt(out, int64(t.ends.Sub(c.now)/time.Second), 10)
	return reply{status: 200, body: append(out, '}')}
}
