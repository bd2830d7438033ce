package feishu

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"
	"time"
)

// A Bot is a custom bot of a group chat: what is sent to its webhook, it says in the
// group. It belongs to the group and not to an app, so it takes no token, and its limits
// (100 messages a minute, 5 a second) are its own. What is known of it stands in Feishu's
// guide to custom bots:
// https://open.feishu.cn/document/ukTMukTMukTM/ucTM5YjL3ETO24yNxkjN
type Bot struct {
	// URL is the webhook. Whoever has it may speak in the group, so it is a secret
	// from its path on, and no error names it.
	URL Secret

	// Secret signs the messages, if the bot's security settings ask for a signature;
	// else it is empty.
	Secret Secret

	// UserAgent names the program to the server.
	UserAgent string

	// Transport replaces the HTTP transport; nil means a verified TLS transport of
	// the bot's own.
	Transport http.RoundTripper
}

// What bounds a message: the size that Feishu's guide gives for a request, in the
// smaller of the two readings of 20 KB, and the time that one attempt may take.
const (
	mostMessage = 20_000
	botTimeout  = 4 * time.Second
)

// CheckWebhook reports what is wrong with an address as Bot.URL, without showing it.
func CheckWebhook(address Secret) error {
	u, err := url.Parse(string(address))
	switch {
	case err != nil, u.Host == "", u.Scheme != "https" && u.Scheme != "http", path.Clean("/"+u.Path) == "/":
		return addressErrorf("这不是群机器人的 webhook 地址，例如 https://open.feishu.cn/open-apis/bot/v2/hook/…",
			"this is not the address of a webhook, such as https://open.feishu.cn/open-apis/bot/v2/hook/…")
	case u.User != nil, u.RawQuery != "", u.Fragment != "":
		return addressErrorf("webhook 地址中不能有用户名、? 或 #", "the address of a webhook has no user, query or fragment")
	case u.Scheme == "http" && !loopback(u.Hostname()):
		return addressErrorf("这不是 https 地址，会以明文传输；http 只能用于本机地址",
			"this is not https, and the address would travel readable; plain http is for loopback addresses only")
	}
	return nil
}

// Send makes one attempt to post the card in the group. The error is an *Error whose
// Class says whether another attempt may help: ClassTransient and ClassSlowDown. After
// one without an answer the group may have the card already. Unlike the calls of a
// Client, this one ends with its context, for nothing depends on it.
func (b Bot) Send(ctx context.Context, card Card) error {
	body, err := b.message(card, time.Now())
	if err != nil {
		return err
	}
	if len(body) > mostMessage {
		return b.refusal(CodeTooLarge, 0, "")
	}
	ctx, cancel := context.WithTimeout(ctx, botTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, string(b.URL), bytes.NewReader(body))
	if err != nil {
		return errors.New("feishu: the webhook's address is none") // and err would show it
	}
	request.Header.Set("Content-Type", "application/json; charset=utf-8")
	request.Header.Set("Accept-Encoding", identity)
	if b.UserAgent != "" {
		request.Header.Set("User-Agent", b.UserAgent)
	}
	client := &http.Client{Transport: b.Transport, CheckRedirect: followNone}
	if client.Transport == nil {
		client.Transport = standardTransport(1)
		defer client.CloseIdleConnections()
	}
	response, err := client.Do(request)
	if err != nil {
		return b.unanswered(err)
	}
	defer response.Body.Close()
	answer, err := readAll(response, new([]byte))
	if err != nil {
		return b.unanswered(err)
	}
	return b.decode(response, answer)
}

// message is the body of a request.
func (b Bot) message(card Card, now time.Time) ([]byte, error) {
	m := struct {
		Timestamp string `json:"timestamp,omitempty"` // in seconds
		Sign      string `json:"sign,omitempty"`
		Type      string `json:"msg_type"`
		Card      Card   `json:"card"`
	}{Type: "interactive", Card: card}
	if b.Secret != "" {
		m.Timestamp = strconv.FormatInt(now.Unix(), 10)
		m.Sign = sign(m.Timestamp, b.Secret)
	}
	return json.Marshal(m)
}

// sign is the signature of any message at a time, by Feishu's guide: the time and the
// secret are the key of an HMAC over nothing. Servers refuse one that is more than an
// hour off.
func sign(timestamp string, secret Secret) string {
	mac := hmac.New(sha256.New, []byte(timestamp+"\n"+string(secret)))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// decode takes an answer apart, by the rules of Client.decode.
func (b Bot) decode(r *http.Response, body []byte) error {
	e, ok := parse(r.Header.Get("Content-Type"), body)
	switch {
	case !ok, r.StatusCode >= 300 && r.StatusCode < 400:
		return b.refusal(statusCode(r.StatusCode), r.StatusCode, "")
	case *e.Code != "0":
		return b.refusal(Code(*e.Code), r.StatusCode, e.msg())
	case r.StatusCode >= 400:
		return b.refusal(statusCode(r.StatusCode), r.StatusCode, e.msg())
	}
	return nil
}

// unanswered makes the Error of an attempt without a whole answer.
func (b Bot) unanswered(err error) *Error {
	code, cause := networkCode(err)
	refusal := b.refusal(code, 0, cause.Error())
	refusal.Err = cause
	if u, err := url.Parse(string(b.URL)); err == nil {
		refusal.Host = u.Hostname()
	}
	return refusal
}

func (b Bot) refusal(code Code, status int, msg string) *Error {
	return &Error{Call: CallBot, Status: status, Code: code, Class: botRefusal(code, status).class, Msg: showable(msg, b.secrets()...)}
}

// secrets are what no message may show: the address, what may be a token in its path, and
// the secret.
func (b Bot) secrets() []Secret {
	const shortest = 8 // of a token
	secrets := []Secret{b.URL, b.Secret}
	if u, err := url.Parse(string(b.URL)); err == nil {
		for part := range strings.SplitSeq(u.Path, "/") {
			if len(part) >= shortest && part != "open-apis" {
				secrets = append(secrets, Secret(part))
			}
		}
	}
	return secrets
}
