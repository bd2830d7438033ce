package feishu

import (
	"encoding/json"

	"okrsync/feishu/plainjson"
)

// A batch's answer is the longest there is, and says again what was sent: it is read from
// bytes, and what it repeats is not kept twice.

func (r *batchReply) clear() { *r = batchReply{} }

func (r *batchReply) read(c *plainjson.Cursor[[]byte]) {
	c.Members(func(name []byte) {
		switch string(name) {
		case "items":
			r.Items = make([]BatchDone, 0, len(r.sent))
			c.Elements(func() { r.readDone(c) })
		case "failed_items":
			r.Failed = []BatchFailed{}
			c.Elements(func() { r.readFailed(c) })
		default:
			c.Raw()
		}
	})
}

// readDone reads an item that was updated. The sent items come back in their order, as a
// rule.
func (r *batchReply) readDone(c *plainjson.Cursor[[]byte]) {
	var id, superior, initial, target, current []byte
	c.Members(func(name []byte) {
		switch string(name) {
		case "metric_item_id":
			id = c.Text()
		case "metric_initial_value":
			initial = c.Number()
		case "metric_target_value":
			target = c.Number()
		case "metric_current_value":
			current = c.Number()
		case "supported_user_id":
			superior = c.Text()
		default:
			c.Raw()
		}
	})
	n := len(r.Items)
	if n >= len(r.sent) || string(id) != r.sent[n].ID {
		r.Items = append(r.Items, BatchDone{keptText(id, ""), Fields{
			keptNumber(initial, ""), keptNumber(target, ""), keptNumber(current, ""), keptText(superior, ""),
		}})
		return
	}
	sent, done := &r.sent[n], BatchDone{ID: r.sent[n].ID}
	if sent.Initial != "" {
		done.Initial = keptNumber(initial, sent.Initial)
	}
	if sent.Target != "" {
		done.Target = keptNumber(target, sent.Target)
	}
	if sent.Current != "" {
		done.Current = keptNumber(current, sent.Current)
	}
	if sent.SupportedUserID != "" {
		done.SupportedUserID = keptText(superior, sent.SupportedUserID)
	}
	r.Items = append(r.Items, done)
}

func (r *batchReply) readFailed(c *plainjson.Cursor[[]byte]) {
	var f BatchFailed
	c.Members(func(name []byte) {
		switch string(name) {
		case "metric_item_id":
			f.ID = keptText(c.Text(), "")
		case "reason":
			f.Reason = keptText(c.Text(), "")
		default:
			c.Raw()
		}
	})
	r.Failed = append(r.Failed, f)
}

// keptText is looseText for a text: the sent one if it is that.
func keptText(text []byte, sent string) string {
	switch {
	case string(text) == sent:
		return sent
	case len(text) > longestText:
		return ""
	}
	return string(text)
}

// keptNumber is looseNumber for a number, likewise.
func keptNumber(n []byte, sent json.Number) json.Number {
	switch {
	case string(n) == string(sent):
		return sent
	case !fits(n):
		return ""
	}
	return json.Number(n)
}
