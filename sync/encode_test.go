package sync

import (
	"encoding/json"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"okrsync/feishu"
	"okrsync/feishu/plainjson"
)

// anyText is a text with what JSON escapes.
func anyText() *rapid.Generator[string] {
	return rapid.OneOf(rapid.Just(""), rapid.StringMatching(`[0-9]{1,20}`), rapid.StringMatching(`[ -~]{1,9}`), rapid.String(),
		rapid.SampledFrom([]string{"第 3 行", "a\"b\\c", "<&>", "\u2028\u2029", "\x00\t\n\x7f", "\xff\xfe", "\U0001f600", "\u0080"}))
}

func anyNumber() *rapid.Generator[json.Number] {
	return rapid.Map(rapid.OneOf(rapid.Just(""), rapid.StringMatching(`-?(0|[1-9][0-9]{0,15})(\.[0-9]{1,9})?([eE][+-]?[0-9]{1,2})?`)),
		func(s string) json.Number { return json.Number(s) })
}

func anyFields() *rapid.Generator[feishu.Fields] {
	return rapid.Custom(func(t *rapid.T) feishu.Fields {
		n := anyNumber()
		return feishu.Fields{Initial: n.Draw(t, "initial"), Target: n.Draw(t, "target"), Current: n.Draw(t, "current"), SupportedUserID: anyText().Draw(t, "superior")}
	})
}

func anyWords() *rapid.Generator[Text] {
	return rapid.Custom(func(t *rapid.T) Text { return Text{anyText().Draw(t, "zh"), anyText().Draw(t, "en")} })
}

func anyTime() *rapid.Generator[time.Time] {
	return rapid.Map(rapid.Int64Range(0, 4e12), func(ms int64) time.Time { return time.UnixMilli(ms).UTC() })
}

func anyResult() *rapid.Generator[Result] {
	return rapid.Custom(func(t *rapid.T) Result {
		text, count, fields := anyText(), rapid.IntRange(0, 1e6), anyFields()
		return Result{
			Row: count.Draw(t, "row"), Source: text.Draw(t, "source"), Table: text.Draw(t, "table"), Item: text.Draw(t, "item"),
			Status: rapid.SampledFrom(Statuses).Draw(t, "status"), Code: text.Draw(t, "code"),
			Reason: anyWords().Draw(t, "reason"), Advice: anyWords().Draw(t, "advice"), Class: feishu.Class(text.Draw(t, "class")),
			Sent: fields.Draw(t, "sent"), Before: fields.Draw(t, "before"), After: fields.Draw(t, "after"), Owner: text.Draw(t, "owner"),
			Irreversible: slices.Clip(rapid.SliceOfN(text, 0, 3).Draw(t, "irreversible")), Notifies: text.Draw(t, "notifies"),
			Uncertain: rapid.Bool().Draw(t, "uncertain"), Attempts: count.Draw(t, "attempts"), HTTPStatus: count.Draw(t, "status"),
			LogID: text.Draw(t, "log"), FinishedAt: anyTime().Draw(t, "finished"),
		}
	})
}

// TestLines holds what is written and read by hand against encoding/json.
func TestLines(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := anyResult().Draw(t, "result")
		line := form(r.appendTo).wantJSON(t, r)
		got, err := parseResult(line)
		wantDecoded(t, line, got, err)

		a := Attempt{Call: feishu.CallPatch, At: r.FinishedAt, Answered: r.Attempts, Rows: rapid.SliceOfN(anyResult(), 0, 3).Draw(t, "rows")}
		line = form(a.appendTo).wantJSON(t, a)
		n, err := parseNote(line)
		wantDecoded(t, line, n, err)

		s := step{result: r, fields: anyFields().Draw(t, "fields")}
		a.steps, a.Rows = []step{s, s}, []Result{s.flying(), s.flying()}
		form(a.appendTo).wantJSON(t, a)
	})
}

// wantJSON holds a form against that of encoding/json.
func (f form) wantJSON(t *rapid.T, v any) string {
	want, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	got, err := f(nil)
	if err != nil || string(got) != string(want) {
		t.Fatalf("%v\n%s\nwant\n%s", err, got, want)
	}
	return string(got)
}

// wantDecoded holds what a line was read as against encoding/json.
func wantDecoded[T any](t interface{ Fatalf(string, ...any) }, line string, got T, err error) {
	var want T
	wanted := json.Unmarshal([]byte(line), &want)
	if (err == nil) != (wanted == nil) || err == nil && !reflect.DeepEqual(got, want) {
		t.Fatalf("%s\nis %+v, %v\nwant %+v, %v", line, got, err, want, wanted)
	}
}

// TestNoNumber shows that what is no number never gets into a journal as one.
func TestNoNumber(t *testing.T) {
	for _, s := range []string{"-", "01", "1.", ".5", "1e", "1e+", "+1", "0x1", "NaN", "1 ", "1,2", "--1", "1e5.0"} {
		if plainjson.IsNumber(s) {
			t.Errorf("%q is a number", s)
		}
		r := Result{Sent: feishu.Fields{Current: json.Number(s)}}
		if line, err := r.appendTo(nil); err == nil {
			t.Errorf("%q is written as %s", s, line)
		}
	}
	for _, s := range []string{"0", "-0", "10", "0.5", "1e5", "-1.25E-07", "123456789012345678901234567890"} {
		if !plainjson.IsNumber(s) {
			t.Errorf("%q is no number", s)
		}
	}
}

// FuzzLine reads lines that were written otherwise as encoding/json does.
func FuzzLine(f *testing.F) {
	f.Add(`{"row":2,"metric_item_id":"7","status":"updated","sent":{"metric_current_value":1},"irreversible":["a","b"],"uncertain":true,"attempts":1,"finished_at":"2026-11-26T01:02:03.004Z","crc":"00000000"}`)
	f.Add(`{"row":3,"reason":{"zh":"\u7b2c","en":"a\"b"},"code":null,"ROW":4,"row":5,"x":[{}]}`)
	f.Add(`{"call":"patch","at":"2026-11-26T01:02:03.004Z","answered":1,"rows":[{"row":1},{"row":2}],"over":3,"start":true}`)
	f.Fuzz(func(t *testing.T, line string) {
		r, err := parseResult(line)
		wantDecoded(t, line, r, err)
		n, err := parseNote(line)
		wantDecoded(t, line, n, err)
	})
}

func BenchmarkParseResult(b *testing.B) {
	r := Result{
		Row: 2, Source: "7041234567890123456", Table: "7041234567890123457", Item: "7041234567890123458", Status: Updated,
		Sent: feishu.Fields{Current: "12.5"}, Before: feishu.Fields{Current: "11"}, After: feishu.Fields{Current: "12.5"},
		Attempts: 1, HTTPStatus: 200, FinishedAt: time.Now().UTC(),
	}
	line, err := sealed(nil, r.appendTo)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := parseResult(string(line[:len(line)-1])); err != nil {
			b.Fatal(err)
		}
	}
}
