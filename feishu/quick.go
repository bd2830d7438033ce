package feishu

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"okrsync/feishu/plainjson"
)

// A quick answer can be read from its usual form in one go: as Feishu documents it, with
// no member of another type. TestQuick and FuzzQuick hold it against the slow way, which
// takes an answer as far as it makes sense.
type quick interface {
	read(c *plainjson.Cursor) // reads the data of an answer
	clear()                   // forgets what was read
}

// quickly reads an answer into out, if it is a success in its usual form.
func quickly(r *http.Response, body []byte, out any) bool {
	into, ok := out.(quick)
	if !ok || r.StatusCode != http.StatusOK || r.Header.Get("Content-Type") != jsonBody || len(body) > maxBody {
		return false
	}
	code, data := "", 0
	c := plainjson.Read(string(body))
	c.Members(func(name string) {
		switch name {
		case "code":
			code = c.Number()
		case "data":
			data++
			into.read(&c)
		default:
			c.Raw()
		}
	})
	if c.Done() && code == "0" && data == 1 {
		return true
	}
	into.clear()
	return false
}

func (i *Item) clear() { *i = Item{} }

func (i *Item) read(c *plainjson.Cursor) {
	c.Members(func(name string) {
		switch name {
		case "metric_item_id":
			i.ID = quickText(c)
		case "user_id":
			i.UserID = quickText(c)
		case "period_id":
			i.PeriodID = quickText(c)
		case "metric_unit":
			i.Unit = Unit{}
			i.Unit.read(c)
		case "metric_initial_value":
			i.Initial = quickNumber(c)
		case "metric_target_value":
			i.Target = quickNumber(c)
		case "metric_current_value":
			i.Current = quickNumber(c)
		case "supported_user_id":
			i.SupportedUserID = quickText(c)
		case "kr_id":
			i.KeyResultID = quickText(c)
		case "updated_at":
			i.UpdatedAt = quickText(c)
		case "updated_by":
			i.UpdatedBy = quickText(c)
		default:
			c.Raw()
		}
	})
}

func (u *Unit) read(c *plainjson.Cursor) {
	c.Members(func(name string) {
		switch name {
		case "zh_cn":
			u.Chinese = c.Text()
		case "en_us":
			u.English = c.Text()
		case "ja_jp":
			u.Japanese = c.Text()
		default:
			c.Raw()
		}
	})
}

// quickText is looseText for a text.
func quickText(c *plainjson.Cursor) string {
	s := c.Text()
	if len(s) > longestText {
		return ""
	}
	return s
}

// quickNumber is looseNumber for a number.
func quickNumber(c *plainjson.Cursor) json.Number {
	n := c.Number()
	if len(n) > longestNumber {
		return ""
	}
	if strings.ContainsAny(n, "eE") { // others fit into a float64
		if _, err := strconv.ParseFloat(n, 64); err != nil {
			return ""
		}
	}
	return json.Number(n)
}

// readEach reads a list whose elements can be read quickly.
func readEach[T any](c *plainjson.Cursor, list *[]T) {
	if *list != nil {
		c.Refuse() // two lists in one answer
	}
	*list = []T{}
	c.Elements(func() {
		if len(*list) == 0 {
			*list = make([]T, 0, MaxBatch) // which is that of a page, too
		}
		*list = append(*list, *new(T))
		if element, ok := any(&(*list)[len(*list)-1]).(quick); ok {
			element.read(c)
		} else {
			c.Refuse()
		}
	})
}

func (p *pageReply[T]) clear() { *p = pageReply[T]{} }

func (p *pageReply[T]) read(c *plainjson.Cursor) {
	c.Members(func(name string) {
		switch name {
		case "items":
			readEach(c, &p.Items)
		case "page_token":
			p.Token = c.Text()
		case "has_more":
			p.HasMore = new(c.Bool())
		case "total":
			p.Total = json.RawMessage(c.Raw())
		default:
			c.Raw()
		}
	})
}

func (r *batchReply) clear() { *r = batchReply{} }

func (r *batchReply) read(c *plainjson.Cursor) {
	c.Members(func(name string) {
		switch name {
		case "items":
			readEach(c, &r.Items)
		case "failed_items":
			readEach(c, &r.Failed)
		default:
			c.Raw()
		}
	})
}

func (f *BatchFailed) clear() { *f = BatchFailed{} }

func (f *BatchFailed) read(c *plainjson.Cursor) {
	c.Members(func(name string) {
		switch name {
		case "metric_item_id":
			f.ID = quickText(c)
		case "reason":
			f.Reason = quickText(c)
		default:
			c.Raw()
		}
	})
}
