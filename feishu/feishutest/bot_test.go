package feishutest

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// A signature of BotSecret "secret" at the second 1599360473, made with openssl.
const (
	signedAt = "1599360473"
	signedBy = "q4jswNiMy51J5JuQV566yJat0/lQ/c+22kINzUgKsGU="
)

const goodCard = `{"header":{"title":{"tag":"plain_text","content":"okrsync"}},"elements":[{"tag":"div","text":{"tag":"plain_text","content":"x"}}]}`

// post calls a bot's webhook and returns the code of the answer.
func post(t *testing.T, s *Server, token, body string) int {
	t.Helper()
	got := inMemory(t, s).do("POST", botPath+token, body)
	if got.status != 200 {
		t.Errorf("%s: HTTP %d", body, got.status)
	}
	return got.Code
}

func TestBotMessages(t *testing.T) {
	for body, want := range map[string]int{
		`{"msg_type":"interactive","card":` + goodCard + `}`:                              0,
		`{"msg_type":"text","content":{"text":"okrsync"}}`:                                0,
		`{"msg_type":"text","content":{"text":""}}`:                                       codeBadMessage,
		`{"msg_type":"text","content":{"text":"other"}}`:                                  codeKeyword,
		`{"msg_type":"image","content":{"image_key":"x"}}`:                                codeNoType,
		`{"card":` + goodCard + `}`:                                                       codeNoType,
		`{"msg_type":"interactive"}`:                                                      codeCard,
		`{"msg_type":"interactive","card":{"elements":[]}}`:                               codeCard,
		`{"msg_type":"interactive","card":{"elements":[{"tag":"divider"}]}}`:              codeCard,
		`{"msg_type":"interactive","card":{"elements":[{"tag":"div"}]}}`:                  codeCard,
		`{"msg_type":"interactive","card":` + strings.Replace(goodCard, "text", "txt", 1): codeBadMessage,
		`{"msg_type":"interactive","crad":` + goodCard + `}`:                              codeBadMessage,
		`nonsense`: codeBadMessage,
		`{"msg_type":"text","content":{"text":"` + strings.Repeat("x", mostMessage) + `"}}`: codeBadMessage,
	} {
		s := New(Config{BotKeyword: "okrsync"})
		if got := post(t, s, "any", body); got != want {
			t.Errorf("%.100s: %d, want %d", body, got, want)
		}
		if (len(s.Messages()) == 1) != (want == 0) {
			t.Errorf("%.100s: the group reads %+v", body, s.Messages())
		}
	}
}

func TestBotSignature(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(Config{BotToken: "hook", BotSecret: "secret"})
		message := func(timestamp, sign string) string {
			return fmt.Sprintf(`{"timestamp":%q,"sign":%q,"msg_type":"interactive","card":%s}`, timestamp, sign, goodCard)
		}
		if got := post(t, s, "other", message(signedAt, signedBy)); got != codeBotToken {
			t.Errorf("another token: %d", got)
		}
		if got := post(t, s, "hook", message(signedAt, signedBy)); got != codeSignature {
			t.Errorf("before the year 2020: %d", got)
		}
		time.Sleep(time.Until(time.Unix(1599360473, 0).Add(-signedFor)))
		for body, want := range map[string]int{
			message(signedAt, signedBy):                          0,
			message("1599360474", signedBy):                      codeSignature,
			message(signedAt, signedBy[1:]):                      codeSignature,
			message("", ""):                                      codeSignature,
			`{"msg_type":"interactive","card":` + goodCard + `}`: codeSignature,
		} {
			if got := post(t, s, "hook", body); got != want {
				t.Errorf("%s: %d, want %d", body, got, want)
			}
			time.Sleep(time.Second)
		}
		time.Sleep(2 * signedFor)
		if got := post(t, s, "hook", message(signedAt, signedBy)); got != codeSignature {
			t.Errorf("an hour later: %d", got)
		}
	})
}

// TestBotLimits shows that a bot has limits of its own, and that nothing of the app's
// keeps it out.
func TestBotLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(Config{NotOffered: true, NoScope: true, MonthlyQuota: 1, Limit: Limit{N: 1, Period: time.Hour}})
		body := `{"msg_type":"interactive","card":` + goodCard + `}`
		passed := 0
		for range 300 {
			if post(t, s, "any", body) == 0 {
				passed++
			}
			time.Sleep(100 * time.Millisecond)
		}
		if passed != 100 { // 5 a second for 20 seconds, then nothing for 10
			t.Errorf("%d messages passed in half a minute", passed)
		}
	})
}
