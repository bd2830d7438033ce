package feishu

import (
	"cmp"
	"fmt"
	"strings"
	"time"
)

// An Error is a refusal by Feishu, or an attempt that got no usable answer.
// Callers branch on its Class, rarely on its Code, never on its text.
type Error struct {
	Call   Call
	Status int           // HTTP status, 0 when no answer arrived
	Code   Code          // what was wrong
	Class  Class         // what to do about it
	Msg    string        // the server's or the network's own words, made safe to show
	LogID  string        // the trace id Feishu's support asks for, if there was one
	Reset  time.Duration // how long the server asks for silence, 0 when it does not say; at most 5 minutes
	Scopes []string      // the permissions that are missing, if the server names them
	Fields []string      // the parameters the server objects to, if it names them
	Host   string        // the server that was called, if no whole answer came
	Err    error         // the network's error, if there was one
}

// Error describes the refusal in English; it never contains a token or secret.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "feishu: %s: %s: %s", e.Call, e.Code, e.Reason("en"))
	if e.Status != 0 {
		fmt.Fprintf(&b, " (HTTP %d", e.Status)
		if e.LogID != "" {
			fmt.Fprintf(&b, ", log id %s", e.LogID)
		}
		b.WriteByte(')')
	}
	return b.String()
}

// Unwrap returns the network's error, if there was one.
func (e *Error) Unwrap() error { return e.Err }

// Reason says in Chinese ("zh") or English (anything else) what Feishu refused.
// The server's own words follow where ours cannot be exact.
func (e *Error) Reason(lang string) string {
	if e.Err != nil {
		return e.unanswered(lang)
	}
	reason := wordsFor(e.Call, e.Code).reason.in(lang)
	details := append(append([]string{}, e.Scopes...), e.Fields...)
	if e.Msg != "" && (e.Call == CallToken || e.Call == CallBot || vague(e.Code)) {
		details = append(details, e.Msg)
	}
	if len(details) == 0 {
		return reason
	}
	if lang == "zh" {
		return reason + "：" + strings.Join(details, "；")
	}
	return reason + ": " + strings.Join(details, "; ")
}

// Advice says in Chinese ("zh") or English (anything else) what to do about it.
func (e *Error) Advice(lang string) string {
	advice := wordsFor(e.Call, e.Code).advice.in(lang)
	if t, ok := troubleOf(e.Err); ok && e.Call != CallBot {
		advice = cmp.Or(t.advice.in(lang), advice)
	}
	return strings.ReplaceAll(advice, "{host}", e.Host)
}

// unanswered is the reason of an attempt without an answer: what became of it, and what
// the network says, in brackets if there are words for that.
func (e *Error) unanswered(lang string) string {
	colon, open, end := ": ", " (", ")"
	if lang == "zh" {
		colon, open, end = "：", "（", "）"
	}
	reason := wordsFor(e.Call, e.Code).reason.in(lang)
	if t, ok := troubleOf(e.Err); ok {
		reason += colon + strings.ReplaceAll(t.reason.in(lang), "{host}", e.Host)
	} else if lang != "zh" {
		return reason + colon + e.Msg
	}
	return reason + open + e.Msg + end
}

// vague reports whether a code says too little without the server's words.
func vague(code Code) bool {
	switch code {
	case CodeInvalidParameters, CodeFieldInvalid, CodeNoReply, CodeTimeout, CodeBadReply, CodeCertificate:
		return true
	}
	_, known := refusals[code]
	return !known
}
