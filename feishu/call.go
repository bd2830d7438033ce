package feishu

import (
	"cmp"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// maxBody bounds what is read of an answer. A full page of 100 items is a
// twentieth of it.
const maxBody = 1 << 20

// maxReset bounds how long the server can ask for silence; its windows last a
// minute (documented for all OKR calls), garbage in the header may say anything.
const maxReset = 5 * time.Minute

// An attempt is one request on the wire.
type attempt struct {
	call   Call
	method string
	path   string
	query  string
	body   any // goes out as JSON; nil for none
	token  Secret
	flat   bool // the answer's fields stand beside its code, not under data
}

// mostStale is how often a token may have ended while a call waited for its permit.
const mostStale = 3

// call makes an attempt with the tenant token. A refused token is dropped and
// fetched again, once: refused twice, the app has to be looked at.
func (c *Client) call(ctx context.Context, a attempt, out any) error {
	var refused *Error
	stale := 0
	for {
		token, err := c.tokens.get(ctx)
		if stale, ok := errors.AsType[*Error](err); ok && refused != nil && stale.Code == CodeTokenStale {
			refused.Code, refused.Class = CodeTokenStale, ClassApp
			return refused
		}
		if err != nil {
			return err
		}
		a.token = token
		since := time.Now()
		err = c.attempt(ctx, a, out)
		refusal, ok := errors.AsType[*Error](err)
		if !ok || refusal.Class != ClassToken {
			return err
		}
		renewable := c.tokens.drop(token)
		if waited := time.Since(since) > c.timeout; waited && renewable && stale < mostStale {
			stale++ // while the attempt waited for its permit; that is no refusal of a good one
			continue
		}
		if refused != nil || !renewable {
			refusal.Class = ClassApp
			return refusal
		}
		refused = refusal
	}
}

// attempt sends one request and decodes its answer into out. The error is an
// *Error if the request was made, else what ended the wait for it.
func (c *Client) attempt(ctx context.Context, a attempt, out any) (err error) {
	body, err := encode(a.body)
	if err != nil {
		return err
	}
	done, err := c.admit(ctx, a.call)
	if err != nil {
		return err
	}
	defer func() { done(err) }()
	response, err := c.way.send(ctx, &message{
		method: a.method, url: c.address(a.path, a.query), agent: c.userAgent,
		bearer: c.bearer(a.token), body: body, until: time.Now().Add(c.timeout),
	})
	if err != nil {
		return c.unanswered(a, c.base.Hostname(), err)
	}
	defer response.Body.Close()
	buffer := c.buffers.Get().(*[]byte)
	defer c.buffers.Put(buffer)
	answer, err := readAll(response, buffer)
	if err != nil {
		return c.unanswered(a, c.base.Hostname(), err)
	}
	return c.decode(a, response, answer, out)
}

// encode makes a request's body.
func encode(body any) ([]byte, error) {
	switch body := body.(type) {
	case nil:
		return nil, nil
	case interface {
		AppendJSON(b []byte) ([]byte, error)
	}:
		return body.AppendJSON(make([]byte, 0, 128))
	}
	return json.Marshal(body)
}

// readAll reads an answer's body, and no more than one byte above maxBody. It is good until
// the buffer is used again.
func readAll(r *http.Response, buffer *[]byte) ([]byte, error) {
	if r.StatusCode < http.StatusOK {
		return nil, errSwitched
	}
	if r.ContentLength <= 0 || r.ContentLength > maxBody {
		return io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	}
	*buffer = slices.Grow((*buffer)[:0], int(r.ContentLength))[:r.ContentLength]
	_, err := io.ReadFull(r.Body, *buffer)
	return *buffer, err
}

// errSwitched is an answer 101: its body is the bare connection, which may stay silent for
// ever.
var errSwitched = errors.New("the server switches protocols")

// bearer is the value of the header for a token.
func (c *Client) bearer(token Secret) string {
	if token == "" {
		return ""
	}
	last := c.authorized.Load()
	if last == nil || last.token != token {
		last = &authorization{token, "Bearer " + string(token)}
		c.authorized.Store(last)
	}
	return last.bearer
}

// An authorization is a token and the value of the header for it.
type authorization struct {
	token  Secret
	bearer string
}

// address is that of a path of the API.
func (c *Client) address(path, query string) *url.URL {
	u := *c.base
	if u.Path += path; u.RawPath != "" {
		u.RawPath += path
	}
	u.RawQuery = query
	return &u
}

// envelope is what every JSON answer has around its data. Only the code decides
// anything; the rest is taken as far as it makes sense.
type envelope struct {
	Code  *json.Number    `json:"code"`
	Msg   json.RawMessage `json:"msg"`
	Data  json.RawMessage `json:"data"`
	Error json.RawMessage `json:"error"`
}

// detail is the error part of an answer; any of it may be absent or odd.
type detail struct {
	LogID      string
	Violations []struct {
		Subject string `json:"subject"`
		Scope   string `json:"scope"`
	}
	Fields []struct {
		Field       string `json:"field"`
		Description string `json:"description"`
	}
}

// msg is the server's own words, "" if they are none.
func (e envelope) msg() string {
	var msg string
	_ = json.Unmarshal(e.Msg, &msg)
	return msg
}

func (e envelope) detail() detail {
	var raw struct {
		LogID      json.RawMessage `json:"log_id"`
		AlsoLogID  json.RawMessage `json:"logid"`
		Violations json.RawMessage `json:"permission_violations"`
		Fields     json.RawMessage `json:"field_violations"`
	}
	var d detail
	_ = json.Unmarshal(e.Error, &raw)
	_ = json.Unmarshal([]byte(cmp.Or(string(raw.LogID), string(raw.AlsoLogID))), &d.LogID)
	_ = json.Unmarshal(raw.Violations, &d.Violations)
	_ = json.Unmarshal(raw.Fields, &d.Fields)
	return d
}

// decode takes an answer apart: the body's code decides, the HTTP status only
// where there is none.
func (c *Client) decode(a attempt, r *http.Response, body []byte, out any) error {
	if !a.flat && quickly(r, body, out) {
		return nil
	}
	e, ok := parse(r.Header.Get("Content-Type"), body)
	if !ok || r.StatusCode >= 300 && r.StatusCode < 400 {
		code := statusCode(r.StatusCode)
		if code == CodeBadReply {
			code = badReply(a.call)
		}
		return c.refusal(a, r, code, envelope{})
	}
	if *e.Code != "0" {
		return c.refusal(a, r, Code(*e.Code), e)
	}
	if r.StatusCode >= 400 {
		return c.refusal(a, r, statusCode(r.StatusCode), e)
	}
	data := []byte(e.Data)
	if a.flat {
		data = body
	}
	if len(data) == 0 {
		return nil // a success that says no more than that
	}
	if err := json.Unmarshal(data, out); err != nil {
		return c.refusal(a, r, badReply(a.call), envelope{})
	}
	return nil
}

// badReply is the code of a success that makes no sense.
func badReply(call Call) Code {
	if call == CallToken {
		return CodeBadTokenReply
	}
	return CodeBadReply
}

// parse reads the body as JSON with a code in it. A page of HTML is never tried.
func parse(contentType string, body []byte) (envelope, bool) {
	var e envelope
	if media, _, _ := mime.ParseMediaType(contentType); media == "text/html" || len(body) > maxBody {
		return e, false
	}
	if err := json.Unmarshal(body, &e); err != nil || e.Code == nil {
		return envelope{}, false
	}
	_, err := strconv.Atoi(string(*e.Code))
	return e, err == nil
}

// refusal makes the Error of an answer that is no success.
func (c *Client) refusal(a attempt, r *http.Response, code Code, e envelope) *Error {
	const most = 5 // of what the server names
	d := e.detail()
	refusal := &Error{
		Call:   a.call,
		Status: r.StatusCode,
		Code:   code,
		Class:  classify(code, r.StatusCode),
		Msg:    c.conceal(a, e.msg()),
		LogID:  c.logID(a, r.Header, d.LogID),
		Reset:  reset(r.Header, time.Now()),
	}
	for _, v := range d.Violations[:min(most, len(d.Violations))] {
		refusal.Scopes = append(refusal.Scopes, c.conceal(a, cmp.Or(v.Subject, v.Scope)))
	}
	for _, f := range d.Fields[:min(most, len(d.Fields))] {
		refusal.Fields = append(refusal.Fields, c.conceal(a, strings.TrimSpace(f.Field+" "+f.Description)))
	}
	return refusal
}

// unanswered makes the Error of an attempt whose answer did not arrive whole.
// Whether Feishu applied it is not known.
func (c *Client) unanswered(a attempt, host string, err error) *Error {
	code, cause := networkCode(err)
	return &Error{Call: a.call, Code: code, Class: classify(code, 0), Msg: c.conceal(a, cause.Error()), Host: host, Err: cause}
}

// networkCode names what became of an attempt without a whole answer, and returns the
// cause without the address, which says nothing here or is a secret.
func networkCode(err error) (Code, error) {
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		err = wrapped.Err
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return CodeTimeout, err
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return CodeCertificate, err
	}
	return CodeNoReply, err
}

// conceal makes a text of the server's fit to be shown.
func (c *Client) conceal(a attempt, s string) string {
	return showable(s, append(c.tokens.secrets(), a.token)...)
}

// logID returns the trace id that Feishu's support asks for.
func (c *Client) logID(a attempt, h http.Header, inBody string) string {
	for _, id := range []string{h.Get("X-Tt-Logid"), h.Get("X-Request-Id"), inBody} {
		if id == c.conceal(a, id) && id != "" && len(id) <= 128 && strings.Trim(id, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_.") == "" {
			return id
		}
	}
	return ""
}

// reset reads how long the server asks for silence: x-ogw-ratelimit-reset in
// seconds, else Retry-After in seconds or as a date. Garbage counts as absent.
func reset(h http.Header, now time.Time) time.Duration {
	for _, name := range []string{"X-Ogw-Ratelimit-Reset", "Retry-After"} {
		value := strings.TrimSpace(h.Get(name))
		if seconds, err := strconv.ParseInt(value, 10, 64); err == nil && seconds > 0 {
			return min(time.Duration(min(seconds, 3600))*time.Second, maxReset)
		}
		if date, err := http.ParseTime(value); err == nil && date.After(now) {
			return min(date.Sub(now), maxReset)
		}
	}
	return 0
}
