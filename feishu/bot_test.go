package feishu_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"okrsync/feishu"
	"okrsync/feishu/feishutest"
)

const (
	hookToken  = "hook-0123456789abcdef"
	hookSecret = "sign-0123456789abcdef"
)

var card = feishu.Card{Title: "okrsync: done", Color: feishu.Green, Parts: []string{"all 3 rows are done", "host: a"}}

// newBot returns a bot of a simulated Feishu.
func newBot(t *testing.T, config feishutest.Config, script string) (feishu.Bot, *feishutest.Server) {
	t.Helper()
	sim := feishutest.New(config)
	if err := sim.Script(strings.NewReader(script)); err != nil {
		t.Fatal(err)
	}
	return feishu.Bot{URL: "https://open.feishu.cn/open-apis/bot/v2/hook/" + hookToken, Transport: sim.Transport()}, sim
}

func TestBotSends(t *testing.T) {
	for name, secret := range map[string]feishu.Secret{"unsigned": "", "signed": hookSecret} {
		t.Run(name, func(t *testing.T) {
			bot, sim := newBot(t, feishutest.Config{BotToken: hookToken, BotSecret: string(secret), BotKeyword: "okrsync"}, "")
			bot.Secret = secret
			if err := bot.Send(t.Context(), card); err != nil {
				t.Fatal(err)
			}
			want := feishutest.Message{Title: "okrsync: done", Color: "green", Text: "all 3 rows are done\nhost: a\n"}
			if got := sim.Messages(); len(got) != 1 || got[0] != want {
				t.Errorf("the group reads %+v", got)
			}
			if r := sim.Requests()[0]; strings.Contains(r.Path, hookToken) || r.Header.Get("Authorization") != "" {
				t.Errorf("the log has %+v", r)
			}
		})
	}
}

// TestBotRefusals gives each answer of a bot its class, and holds that whatever it was,
// neither the webhook nor the secret is in the error.
func TestBotRefusals(t *testing.T) {
	for fault, want := range map[string]struct {
		code  feishu.Code
		class feishu.Class
	}{
		"code:11232":      {"11232", feishu.ClassSlowDown},
		"code:99991400":   {"99991400", feishu.ClassSlowDown},
		"code:4711:429":   {"4711", feishu.ClassSlowDown},
		"code:9499":       {"9499", feishu.ClassApp},
		"code:11246":      {"11246", feishu.ClassApp},
		"code:19001":      {"19001", feishu.ClassApp},
		"code:19002":      {"19002", feishu.ClassApp},
		"code:19021":      {"19021", feishu.ClassApp},
		"code:19022":      {"19022", feishu.ClassApp},
		"code:19024":      {"19024", feishu.ClassApp},
		"code:4711":       {"4711", feishu.ClassApp},
		"code:4711:503":   {"4711", feishu.ClassTransient},
		"500":             {"1009999", feishu.ClassTransient},
		"html502":         {feishu.CodeHTTPServer, feishu.ClassTransient},
		"reset":           {feishu.CodeNoReply, feishu.ClassTransient},
		"cut":             {feishu.CodeNoReply, feishu.ClassTransient},
		"html200":         {feishu.CodeBadReply, feishu.ClassTransient},
		"empty":           {feishu.CodeBadReply, feishu.ClassTransient},
		"huge":            {feishu.CodeBadReply, feishu.ClassTransient},
		"redirect:/other": {feishu.CodeRedirect, feishu.ClassApp},
	} {
		t.Run(fault, func(t *testing.T) {
			bot, sim := newBot(t, feishutest.Config{}, "bot * "+fault)
			bot.Secret = hookSecret
			err := bot.Send(t.Context(), card)
			e := refusal(t, err)
			if e.Call != feishu.CallBot || e.Code != want.code || e.Class != want.class {
				t.Errorf("got %s %s %s, want %+v", e.Call, e.Code, e.Class, want)
			}
			checkNoSecret(t, err)
			if n := len(sim.Requests()); n != 1 {
				t.Errorf("%d requests", n)
			}
		})
	}
}

func checkNoSecret(t *testing.T, err error) {
	t.Helper()
	e := refusal(t, err)
	for _, text := range []string{fmt.Sprintf("%v %+v %#v", err, e, e), e.Reason("zh"), e.Advice("en")} {
		if strings.Contains(text, hookToken) || strings.Contains(text, hookSecret) {
			t.Errorf("a secret is shown: %s", text)
		}
	}
}

type failing struct{ answer func(*http.Request) error }

func (f failing) RoundTrip(r *http.Request) (*http.Response, error) { return nil, f.answer(r) }

// TestBotConceals has the network's own words name the address.
func TestBotConceals(t *testing.T) {
	bot := feishu.Bot{URL: "https://open.feishu.cn/open-apis/bot/v2/hook/" + hookToken, Secret: hookSecret}
	bot.Transport = failing{func(r *http.Request) error { return errors.New("no way to " + r.URL.String() + " with " + hookSecret) }}
	err := bot.Send(t.Context(), card)
	if e := refusal(t, err); e.Msg != "no way to *** with ***" {
		t.Errorf("%q", e.Msg)
	}
}

func TestBotTimes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		bot, _ := newBot(t, feishutest.Config{}, "bot * hang")
		started := time.Now()
		if e := refusal(t, bot.Send(t.Context(), card)); e.Code != feishu.CodeTimeout {
			t.Errorf("a bot that hangs: %s", e.Code)
		}
		if d := time.Since(started); d > 5*time.Second {
			t.Errorf("it took %s", d)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		started = time.Now()
		if e := refusal(t, bot.Send(ctx, card)); e.Class != feishu.ClassTransient || time.Since(started) > time.Second {
			t.Errorf("%s after %s", e.Code, time.Since(started))
		}
	})
}

// TestBotSize sends nothing that Feishu would not take for its size.
func TestBotSize(t *testing.T) {
	bot, sim := newBot(t, feishutest.Config{}, "")
	if err := bot.Send(t.Context(), long(19_500)); err != nil {
		t.Error(err)
	}
	if e := refusal(t, bot.Send(t.Context(), long(20_000))); e.Code != feishu.CodeTooLarge {
		t.Errorf("a message that is too large: %s", e.Code)
	}
	if n := len(sim.Requests()); n != 1 {
		t.Errorf("%d requests", n)
	}
}

// long is a card with a text of so many bytes.
func long(size int) feishu.Card {
	return feishu.Card{Title: "okrsync", Color: feishu.Red, Parts: []string{strings.Repeat("x", size)}}
}

func TestCheckWebhook(t *testing.T) {
	for address, good := range map[feishu.Secret]bool{
		"https://open.feishu.cn/open-apis/bot/v2/hook/" + hookToken:     true,
		"https://open.larksuite.com/open-apis/bot/v2/hook/" + hookToken: true,
		"https://proxy.example:8443/feishu/" + hookToken:                true,
		"http://127.0.0.1:8080/open-apis/bot/v2/hook/" + hookToken:      true,
		"http://open.feishu.cn/open-apis/bot/v2/hook/" + hookToken:      false,
		"https://open.feishu.cn":                                        false,
		"https://open.feishu.cn/":                                       false,
		"https://u:p@open.feishu.cn/" + hookToken:                       false,
		"https://open.feishu.cn/x?key=" + hookToken:                     false,
		"https://open.feishu.cn/x#" + hookToken:                         false,
		"ftp://open.feishu.cn/" + hookToken:                             false,
		"https://open.feishu.cn/%zz" + hookToken:                        false,
		hookToken:                                                       false,
	} {
		err := feishu.CheckWebhook(address)
		if (err == nil) != good {
			t.Errorf("%s: %v", string(address), err)
		}
		if err != nil && (strings.Contains(err.Error(), hookToken) || strings.Contains(err.Error(), "u:p")) {
			t.Errorf("the address is shown: %v", err)
		}
	}
}
