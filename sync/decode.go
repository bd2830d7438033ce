package sync

import (
	"encoding/json"

	"okrsync/feishu"
	"okrsync/feishu/plainjson"
)

// parseResult reads the line of a row. A line that is not just as this version of
// okrsync writes it is left to encoding/json. Its texts are parts of the line.
func parseResult(line string) (r Result, err error) {
	c := plainjson.Read(line)
	readResult(&c, &r)
	if c.Done() {
		return r, nil
	}
	return unmarshalled[Result](line)
}

// parseNote reads a line about calls, likewise.
func parseNote(line string) (n note, err error) {
	c := plainjson.Read(line)
	c.Members(func(name string) {
		switch name {
		case "call":
			n.Call = feishu.Call(c.Text())
		case "at":
			n.At = c.Time()
		case "answered":
			n.Answered = c.Int()
		case "rows":
			n.Rows = []Result{}
			c.Elements(func() {
				n.Rows = append(n.Rows, Result{})
				readResult(&c, &n.Rows[len(n.Rows)-1])
			})
		case "crc":
			c.Text()
		default:
			c.Refuse()
		}
	})
	if c.Done() {
		return n, nil
	}
	return unmarshalled[note](line)
}

func unmarshalled[T any](line string) (v T, err error) {
	err = json.Unmarshal([]byte(line), &v)
	return v, err
}

// readResult reads an object that is a result, perhaps with its checksum.
func readResult(c *plainjson.Cursor[string], r *Result) {
	c.Members(func(name string) {
		switch name {
		case "row":
			r.Row = c.Int()
		case "metric_source_id":
			r.Source = c.Text()
		case "metric_table_id":
			r.Table = c.Text()
		case "metric_item_id":
			r.Item = c.Text()
		case "status":
			r.Status = Status(c.Text())
		case "class":
			r.Class = feishu.Class(c.Text())
		case "sent":
			readFields(c, &r.Sent)
		case "before":
			readFields(c, &r.Before)
		case "after":
			readFields(c, &r.After)
		case "attempts":
			r.Attempts = c.Int()
		case "http_status":
			r.HTTPStatus = c.Int()
		case "finished_at":
			r.FinishedAt = c.Time()
		case "crc":
			c.Text()
		default:
			readRarer(c, name, r)
		}
	})
}

// readRarer reads a member that most results do not have.
func readRarer(c *plainjson.Cursor[string], name string, r *Result) {
	switch name {
	case "code":
		r.Code = c.Text()
	case "reason":
		readWords(c, &r.Reason)
	case "advice":
		readWords(c, &r.Advice)
	case "user_id":
		r.Owner = c.Text()
	case "irreversible":
		r.Irreversible = []string{}
		c.Elements(func() { r.Irreversible = append(r.Irreversible, c.Text()) })
	case "notifies":
		r.Notifies = c.Text()
	case "uncertain":
		r.Uncertain = c.Bool()
	case "log_id":
		r.LogID = c.Text()
	default:
		c.Refuse()
	}
}

func readFields(c *plainjson.Cursor[string], f *feishu.Fields) {
	c.Members(func(name string) {
		switch name {
		case "metric_initial_value":
			f.Initial = json.Number(c.Number())
		case "metric_target_value":
			f.Target = json.Number(c.Number())
		case "metric_current_value":
			f.Current = json.Number(c.Number())
		case "supported_user_id":
			f.SupportedUserID = c.Text()
		default:
			c.Refuse()
		}
	})
}

func readWords(c *plainjson.Cursor[string], t *Text) {
	c.Members(func(name string) {
		switch name {
		case "zh":
			t.ZH = c.Text()
		case "en":
			t.EN = c.Text()
		default:
			c.Refuse()
		}
	})
}
