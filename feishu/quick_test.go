package feishu

import (
	"bytes"
	"net/http"
	"reflect"
	"strings"
	"testing"
)

// usual are answers as Feishu gives them, one for each kind of data.
var usual = []string{
	`{"code":0,"msg":"success","data":{"metric_item_id":"7100000000000000001","user_id":"ou_1","period_id":"706","metric_unit":{"zh_cn":"万元","en_us":"10k CNY","ja_jp":"万元"},"metric_initial_value":0,"metric_target_value":1.5e3,"metric_current_value":-12.50,"supported_user_id":"","kr_id":"","updated_at":"1675699200000","updated_by":"ou_2"}}`,
	`{"code":0,"data":{"items":[{"metric_item_id":"1","metric_current_value":1},{"metric_item_id":"2"}],"failed_items":[{"metric_item_id":"3","reason":"不支持 \"x\""}]},"msg":""}`,
	`{"code":0,"data":{"has_more":true,"items":[{"metric_item_id":"1","more":[{"a":null}]}],"page_token":"abc","total":17},"msg":""}`,
	` { "code" : 0, "data" : { "items" : [ ] , "has_more" : false } }`,
}

// odd are answers that are taken as far as they make sense, or refused.
var odd = []string{
	``, `{}`, `{"code":0}`, `{"code":"0","data":{}}`, `{"code":1001005,"msg":"update numbers exceeds limit","data":{}}`, `{"code":0.0,"data":{}}`,
	`{"code":0,"data":null}`, `{"code":0,"data":[]}`, `{"code":0,"data":{},"data":{"metric_item_id":"1"}}`, `{"code":0,"data":{"metric_item_id":7}}`,
	`{"code":0,"data":{"metric_current_value":"12"}}`, `{"code":0,"data":{"Metric_Item_Id":"7"}}`, `{"code":0,"data":{"metric_unit":"万元"}}`,
	`{"code":0,"data":{"items":null,"has_more":null}}`, `{"code":0,"data":{"items":[null,{}]}}`, `{"code":0,"data":{"items":[{}],"items":[{}]}}`,
	`{"code":0,"data":{}} ` + "\x00", `{"code":0,"data":{"metric_item_id":"7"}`, `{"code":0,"code":1,"data":{}}`,
	`{"code":0,"data":{"metric_item_id":"1"},"data":{"user_id":"2"}}`, `{"code":0,"data":{"items":[{"metric_item_id":"1"}],"items":[{"user_id":"2"}]}}`,
	`{"code":0,"data":{"metric_item_id":"1","uſer_id":"2"}}`, `{"code":0,"data":{"metric_item_id":"1","uſer_id":"2"}}`, "{\"code\":0,\"data\":{\"user_id\":\"\xff\"}}",
	`{"code":0,"data":{"metric_current_value":1e999,"metric_target_value":-1E999}}`,
	`{"code":0,"data":{"user_id":"` + strings.Repeat("x", longestText+1) + `","metric_current_value":1` + strings.Repeat("0", longestNumber) + `}}`,
}

func okAnswer() *http.Response {
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {jsonBody}}}
}

// sameAsSlow holds an answer that was read quickly against the slow way.
func sameAsSlow[T any](t *testing.T, body []byte) (quick bool) {
	t.Helper()
	var got, want, none T
	scratch := bytes.Clone(body)
	quick = quickly(okAnswer(), scratch, any(&got))
	clear(scratch) // the next answer is read into it
	if !quick {
		if !reflect.DeepEqual(got, none) {
			t.Errorf("%q is no quick answer and leaves %+v", body, got)
		}
		return false
	}
	c := &Client{tokens: newTokens(nil, Config{})}
	slow := okAnswer()
	slow.Header["Content-Type"] = []string{"application/json"}
	if err := c.decode(attempt{}, slow, body, &want); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%q is %+v\nwant %+v, %v", body, got, want, err)
	}
	return true
}

// TestQuick shows which answers are read quickly, and that those are read as others are.
func TestQuick(t *testing.T) {
	for _, body := range usual {
		quick := []bool{sameAsSlow[Item](t, []byte(body)), sameAsSlow[batchReply](t, []byte(body)), sameAsSlow[pageReply[Item]](t, []byte(body))}
		if !reflect.DeepEqual(quick, []bool{true, true, true}) {
			t.Errorf("%s is quick: %t", body, quick)
		}
	}
	for _, body := range odd {
		sameAsSlow[Item](t, []byte(body))
		sameAsSlow[batchReply](t, []byte(body))
		sameAsSlow[pageReply[Item]](t, []byte(body))
	}
	for _, body := range append(append(usual, odd...), batches...) {
		sameBatch(t, []byte(body))
	}
}

// batches are answers to what sameBatch sends: just so, and not quite.
var batches = []string{
	`{"code":0,"data":{"items":[{"metric_item_id":"1","metric_initial_value":3,"metric_current_value":1.50},{"metric_target_value":2,"supported_user_id":"ou_1","metric_item_id":"2"}],"failed_items":[]}}`,
	`{"code":0,"data":{"items":[{"metric_item_id":"2","metric_target_value":2},{"metric_item_id":"1","metric_current_value":1.5}]}}`,
	`{"code":0,"data":{"items":[{"metric_item_id":"1","metric_current_value":1.5},{"metric_item_id":"2","supported_user_id":"ou_2","metric_target_value":1e999},{"metric_item_id":"3","metric_current_value":7}]}}`,
	`{"code":0,"data":{"items":[{"metric_item_id":"1"},{"metric_item_id":"1","metric_current_value":9}],"failed_items":[{"metric_item_id":"2","reason":"no"}]}}`,
}

// sameBatch holds an answer to a batch, as it is read beside what was sent, against the slow
// way: of an item that comes where it was sent, the fields that were.
func sameBatch(t *testing.T, body []byte) {
	t.Helper()
	sent := []BatchEntry{
		{ID: "1", Fields: Fields{Current: "1.50"}},
		{ID: "2", Fields: Fields{Target: "2", SupportedUserID: "ou_1"}},
	}
	got, want := batchReply{sent: sent}, batchReply{}
	scratch := bytes.Clone(body)
	if !quickly(okAnswer(), scratch, &got) {
		return
	}
	clear(scratch)
	c := &Client{tokens: newTokens(nil, Config{})}
	slow := okAnswer()
	slow.Header["Content-Type"] = []string{"application/json"}
	if err := c.decode(attempt{}, slow, body, &want); err != nil {
		t.Fatalf("%q: %v", body, err)
	}
	for i := range want.Items {
		if i < len(sent) && want.Items[i].ID == sent[i].ID {
			want.Items[i].Fields = want.Items[i].Only(sent[i].Fields)
		}
	}
	if got.sent = nil; !reflect.DeepEqual(got, want) {
		t.Errorf("%q is %+v\nwant %+v", body, got, want)
	}
}

// TestNotQuick shows what is never a quick success, whatever its body says.
func TestNotQuick(t *testing.T) {
	for name, change := range map[string]func(*http.Response){
		"status": func(r *http.Response) { r.StatusCode = http.StatusInternalServerError },
		"kind":   func(r *http.Response) { r.Header = http.Header{"Content-Type": {"text/html"}} },
		"none":   func(r *http.Response) { r.Header = http.Header{} },
	} {
		r := okAnswer()
		if change(r); quickly(r, []byte(usual[0]), new(Item)) {
			t.Errorf("%s: a quick success", name)
		}
	}
	if body := usual[0] + strings.Repeat(" ", maxBody); quickly(okAnswer(), []byte(body), new(Item)) {
		t.Error("an endless answer is a quick success")
	}
}

// FuzzQuick does so for any answer.
func FuzzQuick(f *testing.F) {
	for _, body := range append(usual, odd...) {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		sameAsSlow[Item](t, body)
		sameAsSlow[batchReply](t, body)
		sameAsSlow[pageReply[Item]](t, body)
		sameBatch(t, body)
	})
}
