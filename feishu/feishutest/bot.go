package feishutest

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"
)

// What the vendor's guide to custom bots gives as bounds (doc).
const (
	mostMessage = 20 << 10  // bytes of a request
	signedFor   = time.Hour // how far a signature's time may be off
)

// botLimits are the limits of one bot (doc), whose refusals are HTTP 200 (seen).
func botLimits() []Limit {
	return []Limit{
		{N: 5, Period: time.Second, Status: 200, Code: codeBotFrequency, Reset: "none"},
		{N: 100, Period: time.Minute, Status: 200, Code: codeBotFrequency, Reset: "none"},
	}
}

// Message is what a bot said in its group.
type Message struct {
	Title string // of a card
	Color string // of a card's title
	Text  string // the parts of a card, each on lines of its own
}

// Messages returns what the bot has said, the oldest first.
func (s *Server) Messages() []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Message(nil), s.messages...)
}

// say answers a call of a bot's webhook. All its refusals are HTTP 200 (seen).
func (s *Server) say(c *exchange) reply {
	if s.config.BotToken != "" && c.hook != s.config.BotToken {
		return c.refuse(codeBotToken)
	}
	var request struct {
		Timestamp string          `json:"timestamp"`
		Sign      string          `json:"sign"`
		Type      string          `json:"msg_type"`
		Content   json.RawMessage `json:"content"`
		Card      json.RawMessage `json:"card"`
	}
	if len(c.body) > mostMessage || !isJSON(c.header) || !strict(c.body, &request) {
		return c.refuse(codeBadMessage)
	}
	if s.config.BotSecret != "" && !signed(request.Timestamp, request.Sign, s.config.BotSecret, c.now) {
		return c.refuse(codeSignature)
	}
	var message Message
	code := codeNoType
	switch request.Type {
	case "text":
		message, code = readText(request.Content)
	case "interactive":
		message, code = readCard(request.Card)
	}
	if code != 0 {
		return c.refuse(code)
	}
	if !strings.Contains(message.Title+message.Text, s.config.BotKeyword) {
		return c.refuse(codeKeyword)
	}
	s.messages = append(s.messages, message)
	if s.config.OnMessage != nil {
		s.config.OnMessage(message)
	}
	return botReply(0)
}

// botReply is an answer of a webhook, with the members that the vendor keeps for old clients (seen).
func botReply(code int) reply {
	a := answerFor(code)
	out := appendText([]byte(`{"StatusCode":`+strconv.Itoa(code)+`,`), "StatusMessage", a.msg)
	out = appendText(append(out, `,"code":`+strconv.Itoa(code)+`,"data":{},`...), "msg", a.msg)
	return reply{status: a.status, code: code, body: append(out, '}')}
}

// strict reads JSON into v. Members that v does not have are refused, where the vendor may well ignore them, so that
// a misspelt one is noticed.
func strict(body []byte, v any) bool {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	return decoder.Decode(v) == nil && !decoder.More()
}

// signed holds a signature against the secret, and its time against the clock.
func signed(timestamp, signature, secret string, now time.Time) bool {
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil || now.Sub(time.Unix(seconds, 0)).Abs() > signedFor {
		return false
	}
	mac := hmac.New(sha256.New, []byte(timestamp+"\n"+secret))
	given, err := base64.StdEncoding.DecodeString(signature)
	return err == nil && hmac.Equal(given, mac.Sum(nil))
}

// readText reads the content of a plain message.
func readText(content json.RawMessage) (Message, int) {
	var text struct {
		Text string `json:"text"`
	}
	if !strict(content, &text) || text.Text == "" {
		return Message{}, codeBadMessage
	}
	return Message{Text: text.Text}, 0
}

// cardText is a text in a card.
type cardText struct {
	Tag     string `json:"tag"`
	Content string `json:"content"`
}

// templates are the colours of a card's title (doc).
var templates = []string{"", "blue", "wathet", "turquoise", "green", "yellow", "orange", "red", "carmine", "violet", "purple", "indigo", "grey"}

// readCard reads a card of the older structure, as far as it is made of titles, texts and lines.
func readCard(raw json.RawMessage) (Message, int) {
	var card struct {
		Config *struct {
			Wide    *bool `json:"wide_screen_mode"`
			Forward *bool `json:"enable_forward"`
		} `json:"config"`
		Header *struct {
			Template string   `json:"template"`
			Title    cardText `json:"title"`
		} `json:"header"`
		Elements []struct {
			Tag  string    `json:"tag"`
			Text *cardText `json:"text"`
		} `json:"elements"`
	}
	if !strict(raw, &card) || len(card.Elements) == 0 {
		return Message{}, codeCard
	}
	var m Message
	if h := card.Header; h != nil {
		if h.Title.Tag != "plain_text" || h.Title.Content == "" || !slices.Contains(templates, h.Template) {
			return Message{}, codeCard
		}
		m.Title, m.Color = h.Title.Content, h.Template
	}
	for _, e := range card.Elements {
		switch {
		case e.Tag == "hr" && e.Text == nil:
		case e.Tag == "div" && e.Text != nil && (e.Text.Tag == "plain_text" || e.Text.Tag == "lark_md") && e.Text.Content != "":
			m.Text += e.Text.Content + "\n"
		default:
			return Message{}, codeCard
		}
	}
	return m, 0
}
