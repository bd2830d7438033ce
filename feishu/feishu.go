// Package feishu speaks the metric part of Feishu's OKR API: metric sources,
// their tables and the items in them.
//
// One method call is one attempt. The package knows what kind of refusal an
// answer is (see [Class]); how often and how long to try again is decided by
// its caller. The one exception is a refused tenant token, which the client
// fetches again once before it gives up, because nobody else holds it.
//
// Cancelling a context ends every wait in here, but never a call that is on
// the wire: a PATCH whose answer nobody reads would be a row whose state nobody
// knows. Such a call is bounded by Config.Timeout instead.
package feishu

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"time"
)

// A Call is one kind of API call. Feishu counts its limits per kind of call,
// app and tenant.
type Call string

// The calls of the metric API, the one for a token, and the one to a group's bot, which
// has nothing to do with the app: no token, no limit of the app's.
const (
	CallToken       Call = "token"
	CallSources     Call = "sources"
	CallTables      Call = "tables"
	CallList        Call = "list"
	CallGet         Call = "get"
	CallPatch       Call = "patch"
	CallBatchUpdate Call = "batch_update"
	CallBot         Call = "bot"
)

// Config says where the API is and who is calling.
type Config struct {
	// BaseURL is https://open.feishu.cn, https://open.larksuite.com or a private
	// deployment's own address: scheme, host and an optional path prefix. Plain
	// http is accepted for loopback addresses only, since the secret goes there.
	BaseURL string

	// AppID and AppSecret are the app's credentials; they are not needed when
	// AccessToken is given.
	AppID     string
	AppSecret Secret

	// AccessToken is a token to use as it is; the client then fetches none.
	AccessToken Secret

	// UserIDType is open_id (the default), union_id or user_id: what the user ids
	// of items are.
	UserIDType string

	// Timeout bounds one attempt from connecting to the last byte of its answer.
	// The default is 20 s, so that a run that is told to end is done within the
	// half minute that a cluster gives it.
	Timeout time.Duration

	// UserAgent names the program to the server.
	UserAgent string

	// Connections is how many connections are kept open to the server; it should
	// be the number of callers. The default is 4.
	Connections int

	// Transport replaces the way to the server; nil means the client's own, with verified
	// TLS, and through the proxy that the environment names.
	Transport http.RoundTripper

	// Admit is asked before every attempt on the wire, the token's included. It
	// blocks until the attempt may start, or returns an error, which ends the
	// call unsent. What it returns is called with what the attempt came to: nil for
	// a success, or the *Error that the caller gets. Nil admits everything.
	Admit func(context.Context, Call) (done func(error), err error)
}

// A Client makes calls. It is safe for use by several goroutines.
type Client struct {
	base      *url.URL
	byUserID  string // the query that says what user ids are
	userAgent string
	timeout   time.Duration
	way       way
	admit     func(context.Context, Call) (func(error), error)
	tokens    *tokens

	authorized atomic.Pointer[authorization] // of the last call
	buffers    sync.Pool                     // of *[]byte, for answers: most garbage of a batch otherwise
}

// NewClient checks the configuration and returns a client for it. No request
// is made yet.
func NewClient(c Config) (*Client, error) {
	base, err := baseURL(c.BaseURL)
	if err != nil {
		return nil, err
	}
	if c.AccessToken == "" && (c.AppID == "" || c.AppSecret == "") {
		return nil, errors.New("feishu: neither an access token nor an app id with its secret is given")
	}
	client := &Client{
		base:      base,
		byUserID:  url.Values{"user_id_type": {cmp.Or(c.UserIDType, "open_id")}}.Encode(),
		timeout:   c.Timeout,
		admit:     c.Admit,
		userAgent: c.UserAgent,
	}
	if client.timeout <= 0 {
		client.timeout = 20 * time.Second
	}
	if client.admit == nil {
		client.admit = func(context.Context, Call) (func(error), error) { return func(error) {}, nil }
	}
	if client.way = (standard{c.Transport}); c.Transport == nil {
		client.way = newWay(base, c.Connections)
	}
	client.buffers.New = func() any { return new([]byte) }
	client.tokens = newTokens(client, c)
	return client, nil
}

// Close closes the connections that are kept open.
func (c *Client) Close() { c.way.close() }

// followNone keeps the client on the configured host: a redirect would carry
// the token elsewhere, and turn a PATCH into a GET whose success means nothing.
func followNone(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
