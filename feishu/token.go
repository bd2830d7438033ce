package feishu

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"
)

// tokens keeps the tenant token for all callers: it is fetched by one of them
// while the others wait, renewed before it ends, and fetched again when Feishu
// refuses it.
type tokens struct {
	client *Client
	appID  string
	secret Secret
	fixed  Secret // Config.AccessToken: never fetched

	// fetching is held by the one caller who fetches; a channel and not a mutex,
	// because those who wait for it must be able to leave.
	fetching chan struct{}

	mu      sync.Mutex
	current Secret
	refused Secret    // the last token that Feishu refused
	renewAt time.Time // from here on the first caller fetches a new one
	endsAt  time.Time // from here on nobody uses it
	fetches int       // finished fetches, failed ones included
	err     error     // how the last fetch ended
}

func newTokens(client *Client, c Config) *tokens {
	return &tokens{
		client:   client,
		appID:    c.AppID,
		secret:   c.AppSecret,
		fixed:    c.AccessToken,
		fetching: make(chan struct{}, 1),
	}
}

// get returns a token that is still good. It waits while another caller
// fetches one, and shares what that fetch came to, its failure included.
func (t *tokens) get(ctx context.Context) (Secret, error) {
	if t.fixed != "" {
		return t.fixed, nil
	}
	for {
		token, fresh, seen := t.state()
		if fresh {
			return token, nil
		}
		if mine, err := t.claim(ctx, token); !mine {
			return token, err
		}
		token, err := t.renew(ctx, seen)
		<-t.fetching
		if token != "" || err != nil {
			return token, err
		}
		// The token that this caller waited for was refused to another one before
		// this one could use it.
	}
}

// claim becomes the one caller who fetches. While the token at hand is still
// good nobody waits for that.
func (t *tokens) claim(ctx context.Context, token Secret) (bool, error) {
	if token != "" {
		select {
		case t.fetching <- struct{}{}:
			return true, nil
		default:
			return false, nil
		}
	}
	select {
	case t.fetching <- struct{}{}:
		return true, nil
	case <-ctx.Done():
		return false, ctx.Err()
	}
}

// renew fetches a token, unless another caller's fetch has ended since seen.
func (t *tokens) renew(ctx context.Context, seen int) (Secret, error) {
	if token, done, err := t.fetchedSince(seen); done {
		return token, err
	}
	return t.fetch(ctx)
}

// state returns the token if it may still be used, whether it is not yet due
// for renewal, and how many fetches have ended so far.
func (t *tokens) state() (token Secret, fresh bool, fetches int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	if t.current == "" || !now.Before(t.endsAt) {
		return "", false, t.fetches
	}
	return t.current, now.Before(t.renewAt), t.fetches
}

// fetchedSince returns what another caller's fetch came to, if one has ended
// since the given count was read.
func (t *tokens) fetchedSince(seen int) (token Secret, done bool, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.current, t.fetches > seen, t.err
}

// fetch asks for a token and keeps it. A token that is only due for renewal
// goes on being used when the fetch fails.
func (t *tokens) fetch(ctx context.Context) (Secret, error) {
	token, life, err := t.client.tenantToken(ctx, t.appID, t.secret)
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	if err == nil && token == t.refused {
		err = &Error{Call: CallToken, Status: http.StatusOK, Code: CodeTokenStale, Class: ClassApp}
	}
	if err == nil {
		t.current, t.endsAt, t.renewAt = token, now.Add(life), now.Add(life-renewal(life))
	} else if t.current != "" && now.Before(t.endsAt) {
		t.renewAt = now.Add(renewal(t.endsAt.Sub(now)))
		err = nil
	}
	if ctx.Err() != nil && err != nil {
		return "", err // this caller left; the next one fetches for himself
	}
	t.fetches++
	t.err = err
	return t.current, err
}

// renewal is how long before its end a token is replaced. Feishu hands out a
// new token only when less than 30 minutes are left of the old one.
func renewal(life time.Duration) time.Duration { return min(10*time.Minute, life/5) }

// drop forgets a token that Feishu refused. It reports whether asking again can
// give another one.
func (t *tokens) drop(token Secret) bool {
	if t.fixed != "" {
		return false
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.current == token {
		t.current, t.refused = "", token
	}
	return true
}

// secrets are all that must not be shown of what is kept here.
func (t *tokens) secrets() []Secret {
	t.mu.Lock()
	defer t.mu.Unlock()
	return []Secret{t.secret, t.fixed, t.current, t.refused}
}

// tenantToken makes the token call. It returns the token and how long it lives.
func (c *Client) tenantToken(ctx context.Context, appID string, secret Secret) (Secret, time.Duration, error) {
	request := struct {
		AppID     string `json:"app_id"`
		AppSecret string `json:"app_secret"`
	}{appID, string(secret)}
	var reply struct {
		Token  Secret `json:"tenant_access_token"`
		Expire int64  `json:"expire"` // seconds left
	}
	err := c.attempt(ctx, attempt{
		call:   CallToken,
		method: http.MethodPost,
		path:   "/open-apis/auth/v3/tenant_access_token/internal",
		body:   request,
		flat:   true,
	}, &reply)
	if refusal, ok := errors.AsType[*Error](err); ok && (refusal.Class == ClassRow || refusal.Class == ClassToken) {
		refusal.Class = ClassApp // there is no row in it: the app gets no token
	}
	if err != nil {
		return "", 0, err
	}
	if reply.Token == "" || reply.Expire <= 0 {
		return "", 0, &Error{Call: CallToken, Status: http.StatusOK, Code: CodeBadTokenReply, Class: ClassTransient}
	}
	return reply.Token, time.Duration(min(reply.Expire, 7200)) * time.Second, nil
}
