package feishu

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"okrsync/feishu/plainjson"
)

// A Table names one table of one metric source; both ids are 1 to 20 digits.
type Table struct {
	SourceID, ID string
}

// MaxBatch is how many items a batch call may have (documented).
const MaxBatch = 100

// A BatchEntry is one item's update within a batch.
type BatchEntry struct {
	ID string `json:"metric_item_id"`
	Fields
}

// AppendJSON appends the entry as encoding/json has it. What is no number is an error.
func (e BatchEntry) AppendJSON(b []byte) ([]byte, error) {
	o := plainjson.Begin(b)
	o.Text("metric_item_id", e.ID)
	e.appendMembers(&o)
	return o.End()
}

// A batchBody is the body of a batch call.
type batchBody []BatchEntry

// AppendJSON appends the body.
func (entries batchBody) AppendJSON(b []byte) ([]byte, error) {
	o := plainjson.Begin(slices.Grow(b, 100*len(entries)))
	o.OmitArray("items", len(entries), func(b []byte, i int) ([]byte, error) { return entries[i].AppendJSON(b) })
	return o.End()
}

// A batchReply is the data of a batch's answer as it is sent.
type batchReply struct {
	sent []BatchEntry // the batch

	Items  []BatchDone   `json:"items"`
	Failed []BatchFailed `json:"failed_items"`
}

// A BatchReply is what Feishu says of a batch: an entry in Items is done, one
// in Failed is refused, one in neither is unknown.
type BatchReply struct {
	Items  []BatchDone
	Failed []BatchFailed
}

// BatchDone is an entry that Feishu took, with the values that the item has now, of the sent
// fields at least.
type BatchDone struct {
	ID string
	Fields
}

// UnmarshalJSON reads the entry as Item does.
func (d *BatchDone) UnmarshalJSON(b []byte) error {
	var item Item
	err := json.Unmarshal(b, &item)
	d.ID, d.Fields = item.ID, item.Fields
	return err
}

// BatchFailed names an entry that Feishu refused.
type BatchFailed struct {
	ID     string
	Reason string // free text without a code, made safe to show
}

// UnmarshalJSON reads the entry as far as it makes sense, as Item does: a batch that was
// applied must not look as if it were not.
func (f *BatchFailed) UnmarshalJSON(b []byte) error {
	var raw struct {
		ID     json.RawMessage `json:"metric_item_id"`
		Reason json.RawMessage `json:"reason"`
	}
	err := json.Unmarshal(b, &raw)
	f.ID, f.Reason = looseText(raw.ID), looseText(raw.Reason)
	return err
}

// A Source is a metric source.
type Source struct {
	ID     string `json:"metric_source_id"`
	Name   string `json:"metric_source_name"`
	Metric string `json:"metric_name"`
	Unit   Unit   `json:"metric_unit"`
}

// A SourceTable is one table of a metric source.
type SourceTable struct {
	ID       string `json:"metric_table_id"`
	Name     string `json:"metric_table_name"`
	PeriodID string `json:"period_id"`
}

// A Page is one page of a list. Next is the token of the page after it, "" at
// the end. Total is how many entries the whole list has; 0 is that Feishu does not say:
// it is not documented for these lists, and others have it.
type Page[T any] struct {
	Items []T
	Next  string
	Total int

	// Partial says that the list is not whole although it ends here: the answer had no
	// entries at all, not even an empty list, or says that there are more and not where.
	Partial bool
}

// Patch updates the given fields of one item and returns the item as it is
// afterwards. Fields must not be empty.
func (c *Client) Patch(ctx context.Context, table Table, itemID string, f Fields) (Item, error) {
	path, err := itemPath(table, itemID)
	if err != nil {
		return Item{}, err
	}
	if f.Empty() {
		return Item{}, fmt.Errorf("feishu: patch of item %s without a field", itemID)
	}
	var item Item
	err = c.call(ctx, attempt{call: CallPatch, method: http.MethodPatch, path: path, query: c.byUserID, body: f}, &item)
	return item, c.foreign(CallPatch, item, itemID, err)
}

// BatchUpdate updates up to 100 items of one table in one call. No id may stand
// in it twice.
func (c *Client) BatchUpdate(ctx context.Context, table Table, entries []BatchEntry) (BatchReply, error) {
	path, err := itemsPath(table, "/batch_update")
	if err != nil {
		return BatchReply{}, err
	}
	for _, entry := range entries {
		if !IsID(entry.ID) || entry.Empty() {
			return BatchReply{}, fmt.Errorf("feishu: batch entry %q without an id or without a field", entry.ID)
		}
	}
	reply := batchReply{sent: entries}
	err = c.call(ctx, attempt{call: CallBatchUpdate, method: http.MethodPatch, path: path, query: c.byUserID, body: batchBody(entries)}, &reply)
	for i := range reply.Failed {
		reply.Failed[i].Reason = c.conceal(attempt{}, reply.Failed[i].Reason)
	}
	return BatchReply{Items: reply.Items, Failed: reply.Failed}, err
}

// Get reads one item. A success with nothing in it is no answer.
func (c *Client) Get(ctx context.Context, table Table, itemID string) (Item, error) {
	path, err := itemPath(table, itemID)
	if err != nil {
		return Item{}, err
	}
	var item Item
	err = c.call(ctx, attempt{call: CallGet, method: http.MethodGet, path: path, query: c.byUserID}, &item)
	if err == nil && item == (Item{}) {
		return item, &Error{Call: CallGet, Status: http.StatusOK, Code: CodeBadReply, Class: ClassTransient}
	}
	return item, c.foreign(CallGet, item, itemID, err)
}

// Items reads one page of a table's items. The first page has the token "".
// The largest page size is not documented; 100 is accepted or answered with
// CodeInvalidParameters or CodeFieldInvalid.
func (c *Client) Items(ctx context.Context, table Table, pageToken string, pageSize int) (Page[Item], error) {
	path, err := itemsPath(table, "")
	if err != nil {
		return Page[Item]{}, err
	}
	return page[Item](ctx, c, CallList, path, c.byUserID, pageToken, pageSize)
}

// Sources reads one page of the metric sources the app may see.
func (c *Client) Sources(ctx context.Context, pageToken string, pageSize int) (Page[Source], error) {
	return page[Source](ctx, c, CallSources, "/open-apis/okr/v1/metric_sources", "", pageToken, pageSize)
}

// Tables reads one page of the tables of a metric source.
func (c *Client) Tables(ctx context.Context, sourceID, pageToken string, pageSize int) (Page[SourceTable], error) {
	if !IsID(sourceID) {
		return Page[SourceTable]{}, fmt.Errorf("feishu: %q is not a metric source id", sourceID)
	}
	return page[SourceTable](ctx, c, CallTables, "/open-apis/okr/v1/metric_sources/"+sourceID+"/tables", "", pageToken, pageSize)
}

// A pageReply is the data of a page as it is sent.
type pageReply[T any] struct {
	Items   []T             `json:"items"`
	Token   string          `json:"page_token"`
	HasMore *bool           `json:"has_more"`
	Total   json.RawMessage `json:"total"`
}

// page reads one page of a list of any kind.
func page[T any](ctx context.Context, c *Client, call Call, path, query, token string, size int) (Page[T], error) {
	page := url.Values{"page_size": {strconv.Itoa(size)}}
	if token != "" {
		page.Set("page_token", token)
	}
	query = strings.TrimSuffix(page.Encode()+"&"+query, "&")
	var reply pageReply[T]
	if err := c.call(ctx, attempt{call: call, method: http.MethodGet, path: path, query: query}, &reply); err != nil {
		return Page[T]{}, err
	}
	more := reply.HasMore != nil && *reply.HasMore
	if reply.HasMore != nil && !more {
		reply.Token = ""
	}
	total, err := strconv.Atoi(string(reply.Total))
	if err != nil {
		total = 0
	}
	return Page[T]{Items: reply.Items, Next: reply.Token, Total: total, Partial: reply.Items == nil || more && reply.Token == ""}, nil
}

// IsID reports whether s has the form of Feishu's ids here: 1 to 20 digits.
// Nothing else may reach a path.
func IsID(s string) bool {
	if len(s) == 0 || len(s) > 20 {
		return false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// itemPath returns the path of an item.
func itemPath(t Table, item string) (string, error) {
	if !IsID(item) {
		return "", notID(item)
	}
	return itemsPath(t, "/"+item)
}

// itemsPath returns the path of a table's items, or of what is below it.
func itemsPath(t Table, below string) (string, error) {
	for _, id := range [...]string{t.SourceID, t.ID} {
		if !IsID(id) {
			return "", notID(id)
		}
	}
	return "/open-apis/okr/v1/metric_sources/" + t.SourceID + "/tables/" + t.ID + "/items" + below, nil
}

func notID(s string) error { return fmt.Errorf("feishu: %q is not an id of 1 to 20 digits", s) }
