package feishu

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
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
	query  url.Values
	body   any // marshalled to JSON; nil for none
	token  Secret
	flat   bool // the answer's fields stand beside its code, not under data
}

// call makes an attempt with the tenant token. A refused token is dropped and
// fetched again, once: refused twice, the app has to be looked at.
func (c *Client) call(ctx context.Context, a attempt, out any) error {
	for again := false; ; again = true {
		token, err := c.tokens.get(ctx)
		if err != nil {
			return err
		}
		a.token = token
		err = c.attempt(ctx, a, out)
		refusal, ok := errors.AsType[*Error](err)
		if !ok || refusal.Class != ClassToken {
			return err
		}
		if again || !c.tokens.drop(token) {
			refusal.Class = ClassApp
			return refusal
		}
	}
}

// attempt sends one request and decodes its answer into out. The error is an
// *Error if the request was made, else what ended the wait for it.
func (c *Client) attempt(ctx context.Context, a attempt, out any) error {
	body, err := encode(a.body)
	if err != nil {
		return err
	}
	done, err := c.admit(ctx, a.call)
	if err != nil {
		return err
	}
	defer done()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.timeout)
	defer cancel()
	request, err := c.request(ctx, a, body)
	if err != nil {
		return err
	}
	response, err := c.http.Do(request)
	if err != nil {
		return c.unanswered(a, err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(response.Body, maxBody+1))
	if err != nil {
		return c.unanswered(a, err)
	}
	return c.decode(a, response, answer, out)
}

func encode(body any) ([]byte, error) {
	if body == nil {
		return nil, nil
	}
	return json.Marshal(body)
}

func (c *Client) request(ctx context.Context, a attempt, body []byte) (*http.Request, error) {
	address := c.base + a.path
	if len(a.query) > 0 {
		address += "?" + a.query.Encode()
	}
	var reader io.Reader
	if body != nil {
		reader = bytes.NewReader(body)
	}
	r, err := http.NewRequestWithContext(ctx, a.method, address, reader)
	if err != nil {
		return nil, err
	}
	if a.token != "" {
		r.Header.Set("Authorization", "Bearer "+string(a.token))
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json; charset=utf-8")
	}
	if c.userAgent != "" {
		r.Header.Set("User-Agent", c.userAgent)
	}
	return r, nil
}

// envelope is what every JSON answer has around its data.
type envelope struct {
	Code  *int            `json:"code"`
	Msg   string          `json:"msg"`
	Data  json.RawMessage `json:"data"`
	Error detail          `json:"error"`
}

// detail is the error part of an answer; every field may be absent.
type detail struct {
	LogID      string `json:"log_id"`
	Violations []struct {
		Subject string `json:"subject"`
		Scope   string `json:"scope"`
	} `json:"permission_violations"`
	Fields []struct {
		Field       string `json:"field"`
		Description string `json:"description"`
	} `json:"field_violations"`
}

// decode takes an answer apart: the body's code decides, the HTTP status only
// where there is none.
func (c *Client) decode(a attempt, r *http.Response, body []byte, out any) error {
	e, ok := parse(r.Header.Get("Content-Type"), body)
	if !ok || r.StatusCode >= 300 && r.StatusCode < 400 {
		return c.refusal(a, r, statusCode(r.StatusCode), envelope{})
	}
	if *e.Code != 0 {
		return c.refusal(a, r, Code(strconv.Itoa(*e.Code)), e)
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
		return c.refusal(a, r, CodeBadReply, envelope{})
	}
	return nil
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
	return e, true
}

// refusal makes the Error of an answer that is no success.
func (c *Client) refusal(a attempt, r *http.Response, code Code, e envelope) *Error {
	refusal := &Error{
		Call:   a.call,
		Status: r.StatusCode,
		Code:   code,
		Class:  classify(code, r.StatusCode),
		Msg:    c.conceal(a, e.Msg),
		LogID:  logID(r.Header, e.Error.LogID),
		Reset:  reset(r.Header, time.Now()),
	}
	for _, v := range e.Error.Violations {
		refusal.Scopes = append(refusal.Scopes, c.conceal(a, cmp.Or(v.Subject, v.Scope)))
	}
	for _, f := range e.Error.Fields {
		refusal.Fields = append(refusal.Fields, c.conceal(a, strings.TrimSpace(f.Field+" "+f.Description)))
	}
	return refusal
}

// unanswered makes the Error of an attempt whose answer did not arrive whole.
// Whether Feishu applied it is not known.
func (c *Client) unanswered(a attempt, err error) *Error {
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		err = wrapped.Err // without the address, which says nothing here
	}
	code := CodeNoReply
	if errors.Is(err, context.DeadlineExceeded) {
		code = CodeTimeout
	}
	return &Error{Call: a.call, Code: code, Class: ClassTransient, Msg: c.conceal(a, err.Error()), Err: err}
}

// conceal makes a text of the server's fit to be shown: no secret, no control
// characters, not endless.
func (c *Client) conceal(a attempt, s string) string {
	s = conceal(s, a.token, c.tokens.fixed, c.tokens.secret)
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	if runes := []rune(s); len(runes) > 300 {
		s = string(runes[:300]) + "…"
	}
	return strings.TrimSpace(s)
}

// logID returns the trace id that Feishu's support asks for.
func logID(h http.Header, inBody string) string {
	for _, id := range []string{h.Get("X-Tt-Logid"), h.Get("X-Request-Id"), inBody} {
		if id != "" && len(id) <= 128 && strings.Trim(id, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_.") == "" {
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
