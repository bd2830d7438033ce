package sync

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"okrsync/feishu"
)

// The lines of a journal are written and read once for each row and call, so they are put
// into JSON and out of it by hand. TestLines holds both against encoding/json.

// An object is a JSON object on its way to the end of b.
type object struct {
	b     []byte
	begun bool
	err   error // the first value that JSON has no form for
}

// begin begins an object behind b.
func begin(b []byte) object { return object{b: append(b, '{')} }

// end ends it and returns all bytes.
func (o *object) end() ([]byte, error) { return append(o.b, '}'), o.err }

// name begins a member. The names need no escapes.
func (o *object) name(name string) {
	if o.begun {
		o.b = append(o.b, ',')
	}
	o.begun = true
	o.b = append(o.b, '"')
	o.b = append(o.b, name...)
	o.b = append(o.b, '"', ':')
}

// text adds a text, unless it is empty.
func (o *object) text(name, s string) {
	if s != "" {
		o.name(name)
		o.b = appendText(o.b, s)
	}
}

// count adds a number, unless it is 0.
func (o *object) count(name string, n int) {
	if n != 0 {
		o.name(name)
		o.b = strconv.AppendInt(o.b, int64(n), 10)
	}
}

// time adds a time.
func (o *object) time(name string, t time.Time) {
	o.name(name)
	o.b = append(o.b, '"')
	o.b = t.AppendFormat(o.b, time.RFC3339Nano)
	o.b = append(o.b, '"')
}

// number adds a number as it is written, unless there is none.
func (o *object) number(name string, n json.Number) {
	if n == "" {
		return
	}
	if !isNumber(string(n)) {
		o.err = fmt.Errorf("%q is no number", string(n))
		return
	}
	o.name(name)
	o.b = append(o.b, n...)
}

// fields adds values, unless there are none.
func (o *object) fields(name string, f feishu.Fields) {
	if f.Empty() {
		return
	}
	o.name(name)
	inner := begin(o.b)
	inner.number("metric_initial_value", f.Initial)
	inner.number("metric_target_value", f.Target)
	inner.number("metric_current_value", f.Current)
	inner.text("supported_user_id", f.SupportedUserID)
	o.take(inner)
}

// words adds a sentence, unless there is none.
func (o *object) words(name string, t Text) {
	if t == (Text{}) {
		return
	}
	o.name(name)
	inner := begin(o.b)
	inner.name("zh")
	inner.b = appendText(inner.b, t.ZH)
	inner.name("en")
	inner.b = appendText(inner.b, t.EN)
	o.take(inner)
}

// take ends an object that is the value of a member.
func (o *object) take(inner object) {
	b, err := inner.end()
	if o.b = b; o.err == nil {
		o.err = err
	}
}

// appendTo appends the result as json.Marshal has it.
func (r *Result) appendTo(b []byte) ([]byte, error) {
	o := begin(b)
	o.name("row")
	o.b = strconv.AppendInt(o.b, int64(r.Row), 10)
	o.text("metric_source_id", r.Source)
	o.text("metric_table_id", r.Table)
	o.text("metric_item_id", r.Item)
	o.name("status")
	o.b = appendText(o.b, string(r.Status))
	o.text("code", r.Code)
	o.words("reason", r.Reason)
	o.words("advice", r.Advice)
	o.text("class", string(r.Class))
	o.fields("sent", r.Sent)
	o.fields("before", r.Before)
	o.fields("after", r.After)
	o.text("user_id", r.Owner)
	if len(r.Irreversible) > 0 {
		o.name("irreversible")
		for i, name := range r.Irreversible {
			o.b = appendText(append(o.b, "[,"[min(i, 1)]), name)
		}
		o.b = append(o.b, ']')
	}
	o.text("notifies", r.Notifies)
	if r.Uncertain {
		o.name("uncertain")
		o.b = append(o.b, "true"...)
	}
	o.count("attempts", r.Attempts)
	o.count("http_status", r.HTTPStatus)
	o.text("log_id", r.LogID)
	o.time("finished_at", r.FinishedAt)
	return o.end()
}

// appendTo appends the attempt as json.Marshal has it.
func (a *Attempt) appendTo(b []byte) ([]byte, error) {
	o := begin(b)
	o.text("call", string(a.Call))
	o.time("at", a.At)
	o.count("answered", a.Answered)
	if len(a.Rows) > 0 {
		o.name("rows")
		for i := range a.Rows {
			row, err := a.Rows[i].appendTo(append(o.b, "[,"[min(i, 1)]))
			if err != nil {
				return nil, err
			}
			o.b = row
		}
		o.b = append(o.b, ']')
	}
	return o.end()
}

// appendText appends a text as JSON, with the escapes that json.Marshal makes.
func appendText(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			quoted, _ := json.Marshal(s) // a text always has a form
			return append(b, quoted...)
		}
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
}

// isNumber reports whether s is a number in JSON.
func isNumber(s string) bool {
	digits := func() bool {
		n := 0
		for n < len(s) && '0' <= s[n] && s[n] <= '9' {
			n++
		}
		s = s[n:]
		return n > 0
	}
	leads := func(some string) bool {
		if s == "" || s[0] != some[0] && s[0] != some[len(some)-1] {
			return false
		}
		s = s[1:]
		return true
	}
	leads("-")
	if !leads("0") && !digits() {
		return false
	}
	if leads(".") && !digits() {
		return false
	}
	if leads("eE") {
		if leads("+-"); !digits() {
			return false
		}
	}
	return s == ""
}
