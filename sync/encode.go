package sync

import (
	"okrsync/feishu"
	"okrsync/feishu/plainjson"
)

// The lines of a journal are written and read once for each row and call, so they are put
// into JSON and out of it without reflection. TestLines holds both against encoding/json.

// appendTo appends the result as json.Marshal has it.
func (r *Result) appendTo(b []byte) ([]byte, error) {
	o := plainjson.Begin(b)
	o.Int("row", r.Row)
	o.OmitText("metric_source_id", r.Source)
	o.OmitText("metric_table_id", r.Table)
	o.OmitText("metric_item_id", r.Item)
	o.OmitText("status", string(r.Status))
	o.OmitText("code", r.Code)
	addWords(&o, "reason", r.Reason)
	addWords(&o, "advice", r.Advice)
	o.OmitText("class", string(r.Class))
	addFields(&o, "sent", r.Sent)
	addFields(&o, "before", r.Before)
	addFields(&o, "after", r.After)
	o.OmitText("user_id", r.Owner)
	o.OmitArray("irreversible", len(r.Irreversible), func(b []byte, i int) ([]byte, error) {
		return plainjson.AppendText(b, r.Irreversible[i]), nil
	})
	o.OmitText("notifies", r.Notifies)
	o.OmitFalse("uncertain", r.Uncertain)
	o.OmitInt("attempts", r.Attempts)
	o.OmitInt("http_status", r.HTTPStatus)
	o.OmitText("log_id", r.LogID)
	if !r.FinishedAt.IsZero() {
		o.Time("finished_at", r.FinishedAt)
	}
	return o.End()
}

func addWords(o *plainjson.Object, name string, t Text) {
	if t == (Text{}) {
		return
	}
	o.Value(name, func(b []byte) ([]byte, error) {
		words := plainjson.Begin(b)
		words.Text("zh", t.ZH)
		words.Text("en", t.EN)
		return words.End()
	})
}

func addFields(o *plainjson.Object, name string, f feishu.Fields) {
	if !f.Empty() {
		o.Value(name, f.AppendJSON)
	}
}

// appendTo appends the attempt as json.Marshal has it.
func (a *Attempt) appendTo(b []byte) ([]byte, error) {
	o := plainjson.Begin(b)
	o.OmitText("call", string(a.Call))
	o.Time("at", a.At)
	o.OmitInt("answered", a.Answered)
	if len(a.steps) > 0 { // one after the other: a batch of results takes 50 KB
		o.OmitArray("rows", len(a.steps), func(b []byte, i int) ([]byte, error) {
			row := a.steps[i].flying()
			return row.appendTo(b)
		})
	} else {
		o.OmitArray("rows", len(a.Rows), func(b []byte, i int) ([]byte, error) { return a.Rows[i].appendTo(b) })
	}
	return o.End()
}
