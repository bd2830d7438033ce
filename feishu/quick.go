package feishu

import (
	"encoding/json"
	"net/http"
	"strconv"

	"okrsync/feishu/plainjson"
)

// A quick answer can be read from its usual form in one go: as Feishu documents it, with
// no member of another type. TestQuick and FuzzQuick hold it against the slow way, which
// takes an answer as far as it makes sense. It is read from a string, of which it keeps
// parts, or from the bytes that the next answer is read into, of which it must not.
type quick[T plainjson.Text] interface {
	read(c *plainjson.Cursor[T]) // reads the data of an answer
	clear()                      // forgets what was read
}

// quickly reads an answer into out, if it is a success in its usual form.
func quickly(r *http.Response, body []byte, out any) bool {
	if r.StatusCode != http.StatusOK || r.Header.Get("Content-Type") != jsonBody || len(body) > maxBody {
		return false
	}
	switch into := out.(type) {
	case quick[string]:
		return readQuickly(string(body), into)
	case quick[[]byte]:
		return readQuickly(body, into)
	}
	return false
}

func readQuickly[T plainjson.Text](body T, into quick[T]) bool {
	zero, data := false, 0
	c := plainjson.Read(body)
	c.Members(func(name T) {
		switch string(name) {
		case "code":
			zero = string(c.Number()) == "0"
		case "data":
			data++
			into.read(&c)
		default:
			c.Raw()
		}
	})
	if c.Done() && zero && data == 1 {
		return true
	}
	into.clear()
	return false
}

func (i *Item) clear() { *i = Item{} }

func (i *Item) read(c *plainjson.Cursor[string]) {
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

func (u *Unit) read(c *plainjson.Cursor[string]) {
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
func quickText(c *plainjson.Cursor[string]) string {
	s := c.Text()
	if len(s) > longestText {
		return ""
	}
	return s
}

// quickNumber is looseNumber for a number.
func quickNumber(c *plainjson.Cursor[string]) json.Number {
	if n := c.Number(); fits(n) {
		return json.Number(n)
	}
	return ""
}

// fits reports whether a number is not too long, and one that a float64 can be.
func fits[T plainjson.Text](n T) bool {
	if len(n) > longestNumber {
		return false
	}
	for i := range len(n) {
		if n[i]|' ' == 'e' { // others fit into a float64
			_, err := strconv.ParseFloat(string(n), 64)
			return err == nil
		}
	}
	return true
}

// readEach reads a list whose elements can be read quickly.
func readEach[T any](c *plainjson.Cursor[string], list *[]T) {
	if *list != nil {
		c.Refuse() // two lists in one answer
	}
	*list = make([]T, 0, MaxBatch) // which is that of a page, too
	c.Elements(func() {
		*list = append(*list, *new(T))
		if element, ok := any(&(*list)[len(*list)-1]).(quick[string]); ok {
			element.read(c)
		} else {
			c.Refuse()
		}
	})
}

func (p *pageReply[T]) clear() { *p = pageReply[T]{} }

func (p *pageReply[T]) read(c *plainjson.Cursor[string]) {
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
