package feishu

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
)

// An Item is a metric item as Feishu holds it. Feishu may leave any of it out;
// numbers keep the digits they came with.
type Item struct {
	ID       string `json:"metric_item_id"`
	UserID   string `json:"user_id"` // the owner
	PeriodID string `json:"period_id"`
	Unit     Unit   `json:"metric_unit"`
	Fields
	KeyResultID string `json:"kr_id"`
	UpdatedAt   string `json:"updated_at"` // Unix milliseconds
	UpdatedBy   string `json:"updated_by"`
}

// A Unit is the name of what a metric counts, in three languages.
type Unit struct {
	Chinese  string `json:"zh_cn"`
	English  string `json:"en_us"`
	Japanese string `json:"ja_jp"`
}

// UnmarshalJSON reads an item as far as it makes sense. A field of another type
// than documented counts as absent: what was updated must not look as if it were
// not because of a field that nobody needs.
func (i *Item) UnmarshalJSON(b []byte) error {
	var raw rawItem
	if err := json.Unmarshal(b, &raw); err != nil {
		return err
	}
	*i = raw.item()
	return nil
}

// A rawItem is an item before its fields are looked at.
type rawItem struct {
	ID              json.RawMessage `json:"metric_item_id"`
	UserID          json.RawMessage `json:"user_id"`
	PeriodID        json.RawMessage `json:"period_id"`
	Unit            json.RawMessage `json:"metric_unit"`
	Initial         json.RawMessage `json:"metric_initial_value"`
	Target          json.RawMessage `json:"metric_target_value"`
	Current         json.RawMessage `json:"metric_current_value"`
	SupportedUserID json.RawMessage `json:"supported_user_id"`
	KeyResultID     json.RawMessage `json:"kr_id"`
	UpdatedAt       json.RawMessage `json:"updated_at"`
	UpdatedBy       json.RawMessage `json:"updated_by"`
}

func (raw *rawItem) item() Item {
	i := Item{
		ID: looseText(raw.ID), UserID: looseText(raw.UserID), PeriodID: looseText(raw.PeriodID),
		Fields: Fields{
			Initial: looseNumber(raw.Initial), Target: looseNumber(raw.Target), Current: looseNumber(raw.Current),
			SupportedUserID: looseText(raw.SupportedUserID),
		},
		KeyResultID: looseText(raw.KeyResultID), UpdatedAt: looseText(raw.UpdatedAt), UpdatedBy: looseText(raw.UpdatedBy),
	}
	if raw.Unit != nil {
		_ = json.Unmarshal(raw.Unit, &i.Unit)
	}
	return i
}

// The bounds of what is read of an item, in bytes. Ids are the longest texts in it.
const (
	longestText   = 256
	longestNumber = 64
)

// looseText reads a text, or a number where a text belongs. A longer one
// than any of them is none.
func looseText(raw json.RawMessage) string {
	s, ok := plainText(raw)
	if !ok && json.Unmarshal(raw, &s) != nil {
		s = string(looseNumber(raw))
	}
	if len(s) > longestText {
		return ""
	}
	return s
}

// plainText reads a JSON text of ASCII without escapes, as ids are.
func plainText(raw json.RawMessage) (string, bool) {
	last := len(raw) - 1
	if last < 1 || raw[0] != '"' || raw[last] != '"' {
		return "", false
	}
	for _, c := range raw[1:last] {
		if c < ' ' || c > '~' || c == '\\' || c == '"' {
			return "", false
		}
	}
	return string(raw[1:last]), true
}

// looseNumber reads a number, or a text that is one.
func looseNumber(raw json.RawMessage) json.Number {
	if len(raw) == 0 || len(raw) > longestNumber+2 {
		return ""
	}
	digits := strings.Trim(string(raw), `"`)
	if _, err := strconv.ParseFloat(digits, 64); err != nil || len(digits) > longestNumber || !json.Valid([]byte(digits)) {
		return ""
	}
	return json.Number(digits)
}

// foreign turns a success that names another item into a reply that cannot be
// trusted. Feishu may leave the id out.
func (c *Client) foreign(call Call, item Item, asked string, err error) error {
	if err == nil && item.ID != "" && item.ID != asked {
		return &Error{
			Call: call, Status: http.StatusOK, Code: CodeBadReply, Class: ClassTransient,
			Msg: c.conceal(attempt{}, "the answer names item "+strconv.Quote(item.ID)),
		}
	}
	return err
}
