// Command sdk does what floor does, as one writes it by hand on Feishu's own SDK for Go,
// which has no methods for metric items but sends any call.
package main

import (
	"context"
	"encoding/json"
	"net/http"

	lark "github.com/larksuite/oapi-sdk-go/v3"
	larkcore "github.com/larksuite/oapi-sdk-go/v3/core"

	"okrsync/bench/internal/least"
)

// An update is the body of a call, or an entry in that of a batch.
type update struct {
	Item    string      `json:"metric_item_id,omitempty"`
	Current json.Number `json:"metric_current_value"`
}

func main() {
	p := least.FromFlags()
	transport := &http.Transport{MaxIdleConnsPerHost: p.Workers, MaxConnsPerHost: p.Workers}
	client := lark.NewClient("a", "b", lark.WithOpenBaseUrl(p.URL), lark.WithHttpClient(&http.Client{Transport: transport}),
		lark.WithLogLevel(larkcore.LogLevelError))
	items := "/open-apis/okr/v1/metric_sources/" + p.Source + "/tables/" + p.Table + "/items/"
	p.Send = func(ctx context.Context, rows []least.Row) (bool, error) {
		updates := make([]update, len(rows))
		for i, row := range rows {
			updates[i] = update{row.Item, json.Number(row.Value)}
		}
		path, body := items+"batch_update", any(map[string]any{"items": updates})
		if p.Batch == 1 {
			path, body = items+rows[0].Item, update{Current: updates[0].Current}
		}
		answer, err := client.Patch(ctx, path+"?user_id_type=open_id", body, larkcore.AccessTokenTypeTenant)
		if err != nil {
			return false, err
		}
		var reply larkcore.CodeError
		err = json.Unmarshal(answer.RawBody, &reply)
		return err == nil && reply.Code == 0, err
	}
	least.Main(p)
}
