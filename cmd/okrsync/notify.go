package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"time"

	"go.uber.org/zap"

	"okrsync/feishu"
	"okrsync/sync"
	"okrsync/sync/report"
)

// What report.webhook.when can be.
const (
	whenAlways  = "always"  // the group hears of each run
	whenChange  = "change"  // if an item was updated or anything is wrong
	whenFailure = "failure" // if the exit code is not 0
)

// notifySettings are the settings of those who hear of a run beside the one who started
// it: a group, and a monitoring system.
func notifySettings(c *config) []setting {
	return []setting{
		{key: "report.metrics_file", flag: "metrics-file", usage: "the `FILE` to which sync writes how it went, for Prometheus", set: text(&c.metricsFile)},
		{key: "report.webhook.url", set: webhook(&c.WebhookURL)},
		{key: "report.webhook.url_file", set: text(&c.webhookURLFile)},
		{key: "report.webhook.secret", set: secret(&c.WebhookSecret)},
		{key: "report.webhook.secret_file", set: text(&c.webhookSecretFile)},
		choice(setting{key: "report.webhook.when"}, &c.webhookWhen, whenAlways, whenChange, whenFailure),
	}
}

// webhook takes in the address of a group's bot, which is a secret.
func webhook(field *feishu.Secret) func(string) error {
	return func(s string) error {
		address := feishu.Secret(strings.TrimSpace(s))
		if err := feishu.CheckWebhook(address); err != nil {
			return err
		}
		*field = address
		return nil
	}
}

// tells reports whether the group is to hear of a run. It does not of one that found the
// folder held: the run that holds it tells of itself.
func (c config) tells(s report.Summary) bool {
	switch {
	case c.WebhookURL == "" || s.ExitCode == exitHeld:
		return false
	case c.webhookWhen == whenFailure:
		return s.ExitCode != exitOK
	case c.webhookWhen == whenChange:
		return s.ExitCode != exitOK || s.Counts[sync.Updated] > 0
	}
	return true
}

// firstToMend returns the rows to mend that the group is shown.
func (t *transfer) firstToMend(record *sync.Record) ([]sync.Result, error) {
	if !t.config.tells(t.summary) {
		return nil, nil
	}
	return report.ToMend(record.ToMend())
}

// message is what the group hears of the run.
func (t *transfer) message() report.Message {
	m := report.Message{Summary: t.summary, Folder: t.folder, ToMend: t.first}
	if folder, err := filepath.Abs(t.folder); err == nil && t.folder != "" {
		m.Folder = folder // others don't know where it was run
	}
	if t.fault != nil {
		m.Summary.Stop = stopOf(t.fault) // the gravest of what went wrong
	}
	return m
}

// How long a run may be held up by telling the group of it: by itself, and once it has
// been told to end.
const (
	patience = 10 * time.Second
	haste    = 3 * time.Second
)

// notify tells the group of a run that is over and has its files. It cannot change how
// the run ends: a message that does not go out is told in the log.
func (s *session) notify(ctx context.Context, m report.Message) {
	if !s.config.tells(m.Summary) || s.deaf {
		return
	}
	m.Host, _ = os.Hostname()
	within, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(haste, cancel) })()
	err := s.post(within, m.Card(s.config.lang))
	logger := newLogger(s.program.stderr, s.config)
	if err == nil {
		logger.Debug(phrase(s.config.lang, "已发送群消息", "the group was told"))
		return
	}
	reason, fields := err.Error(), []zap.Field(nil)
	if refusal, ok := errors.AsType[*feishu.Error](err); ok {
		s.deaf = refusal.Class == feishu.ClassTransient
		reason = refusal.Reason(s.config.lang)
		fields = append(fields, zap.String("code", string(refusal.Code)), zap.String("advice", refusal.Advice(s.config.lang)))
	}
	logger.Warn(phrase(s.config.lang, "群消息没有发出：", "the group was not told: ")+reason, fields...)
}

// post sends a card to the group, three times at most.
func (s *session) post(ctx context.Context, card feishu.Card) error {
	if err := trustedFor(string(s.config.WebhookURL)); err != nil {
		return err
	}
	bot := feishu.Bot{URL: s.config.WebhookURL, Secret: s.config.WebhookSecret, UserAgent: "okrsync/" + version()}
	for _, wait := range []time.Duration{time.Second, 2 * time.Second} {
		err := bot.Send(ctx, card)
		refusal, ok := errors.AsType[*feishu.Error](err)
		if !ok || refusal.Class != feishu.ClassTransient && refusal.Class != feishu.ClassSlowDown {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(wait):
		}
	}
	return bot.Send(ctx, card)
}
