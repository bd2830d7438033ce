package sync

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"okrsync/feishu"
)

// parseResult reads the line of a row. A line that is not just as this version of
// okrsync writes it is left to encoding/json. Its texts are parts of the line.
func parseResult(line string) (r Result, err error) {
	c := cursor{rest: line}
	c.result(&r)
	if !c.odd && c.rest == "" {
		return r, nil
	}
	return unmarshalled[Result](line)
}

// parseNote reads a line about calls, likewise.
func parseNote(line string) (n note, err error) {
	c := cursor{rest: line}
	c.members(func(name string) {
		switch name {
		case "call":
			n.Call = feishu.Call(c.text())
		case "at":
			n.At = c.time()
		case "answered":
			n.Answered = c.count()
		case "rows":
			n.Rows = nil
			c.elements(func() {
				n.Rows = append(n.Rows, Result{})
				c.result(&n.Rows[len(n.Rows)-1])
			})
		case "crc":
			c.text()
		default:
			c.odd = true
		}
	})
	if !c.odd && c.rest == "" {
		return n, nil
	}
	return unmarshalled[note](line)
}

func unmarshalled[T any](line string) (v T, err error) {
	err = json.Unmarshal([]byte(line), &v)
	return v, err
}

// A cursor reads JSON as it is written here: without spaces and with known names.
type cursor struct {
	rest string
	odd  bool // it is not like that, and what was read means nothing
}

// result reads an object that is a result, perhaps with its checksum.
func (c *cursor) result(r *Result) {
	c.members(func(name string) {
		switch name {
		case "row":
			r.Row = c.count()
		case "metric_source_id":
			r.Source = c.text()
		case "metric_table_id":
			r.Table = c.text()
		case "metric_item_id":
			r.Item = c.text()
		case "status":
			r.Status = Status(c.text())
		case "class":
			r.Class = feishu.Class(c.text())
		case "sent":
			c.fields(&r.Sent)
		case "before":
			c.fields(&r.Before)
		case "after":
			c.fields(&r.After)
		case "attempts":
			r.Attempts = c.count()
		case "http_status":
			r.HTTPStatus = c.count()
		case "finished_at":
			r.FinishedAt = c.time()
		case "crc":
			c.text()
		default:
			c.rarer(name, r)
		}
	})
}

// rarer reads a member that most results do not have.
func (c *cursor) rarer(name string, r *Result) {
	switch name {
	case "code":
		r.Code = c.text()
	case "reason":
		c.words(&r.Reason)
	case "advice":
		c.words(&r.Advice)
	case "user_id":
		r.Owner = c.text()
	case "irreversible":
		r.Irreversible = nil
		c.elements(func() { r.Irreversible = append(r.Irreversible, c.text()) })
	case "notifies":
		r.Notifies = c.text()
	case "uncertain":
		c.take("true")
		r.Uncertain = true
	case "log_id":
		r.LogID = c.text()
	default:
		c.odd = true
	}
}

func (c *cursor) fields(f *feishu.Fields) {
	c.members(func(name string) {
		switch name {
		case "metric_initial_value":
			f.Initial = c.number()
		case "metric_target_value":
			f.Target = c.number()
		case "metric_current_value":
			f.Current = c.number()
		case "supported_user_id":
			f.SupportedUserID = c.text()
		default:
			c.odd = true
		}
	})
}

func (c *cursor) words(t *Text) {
	c.members(func(name string) {
		switch name {
		case "zh":
			t.ZH = c.text()
		case "en":
			t.EN = c.text()
		default:
			c.odd = true
		}
	})
}

// members reads an object with at least one member; each reads the value of one.
func (c *cursor) members(each func(name string)) {
	c.list("{", "}", func() {
		name := c.text()
		if c.take(":"); !c.odd {
			each(name)
		}
	})
}

// elements reads an array with at least one element; each reads one.
func (c *cursor) elements(each func()) { c.list("[", "]", each) }

func (c *cursor) list(first, last string, each func()) {
	for c.take(first); !c.odd; c.take(",") {
		if each(); strings.HasPrefix(c.rest, last) {
			break
		}
	}
	c.take(last)
}

// take reads what must come next.
func (c *cursor) take(s string) {
	rest, ok := strings.CutPrefix(c.rest, s)
	c.rest, c.odd = rest, c.odd || !ok
}

// text reads a text.
func (c *cursor) text() string {
	if c.take(`"`); c.odd {
		return ""
	}
	end := strings.IndexByte(c.rest, '"')
	if end < 0 {
		c.odd = true
		return ""
	}
	s := c.rest[:end]
	if strings.IndexByte(s, '\\') >= 0 {
		return c.escaped()
	}
	c.rest = c.rest[end+1:]
	for i := range len(s) {
		c.odd = c.odd || s[i] < ' '
	}
	c.odd = c.odd || !utf8.ValidString(s)
	return s
}

// escaped reads a text with escapes, of which the first quotation mark is read.
func (c *cursor) escaped() (s string) {
	for end := 0; end < len(c.rest); end++ {
		switch c.rest[end] {
		case '\\':
			end++
		case '"':
			c.odd = json.Unmarshal([]byte(`"`+c.rest[:end+1]), &s) != nil
			c.rest = c.rest[end+1:]
			return s
		}
	}
	c.odd = true
	return ""
}

// literal reads a number as it is written.
func (c *cursor) literal() string {
	end := strings.IndexAny(c.rest, ",}")
	if end < 0 {
		c.odd = true
		return ""
	}
	s := c.rest[:end]
	c.rest, c.odd = c.rest[end:], c.odd || !isNumber(s)
	return s
}

func (c *cursor) number() json.Number { return json.Number(c.literal()) }

func (c *cursor) count() int {
	n, err := strconv.Atoi(c.literal())
	c.odd = c.odd || err != nil
	return n
}

func (c *cursor) time() (t time.Time) {
	c.odd = t.UnmarshalText([]byte(c.text())) != nil || c.odd
	return t
}
