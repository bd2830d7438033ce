package feishu_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"okrsync/feishu"
)

// always answers every call with the same text, and costs next to nothing.
type always string

func (text always) RoundTrip(r *http.Request) (*http.Response, error) {
	if _, err := io.Copy(io.Discard, r.Body); err != nil {
		return nil, err
	}
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json; charset=utf-8"}},
		Body: io.NopCloser(strings.NewReader(string(text))), ContentLength: int64(len(text)), Request: r,
	}, nil
}

// itemText is an item as Feishu sends it.
func itemText(i int) string {
	return fmt.Sprintf(`{"metric_item_id":"%d","user_id":"ou_7d8a6e6df7621556ce0d21922b676706ccs","period_id":"7060000000000000001",`+
		`"metric_unit":{"zh_cn":"万元","en_us":"10k CNY","ja_jp":"万元"},"metric_initial_value":1200,"metric_target_value":2000.5,`+
		`"metric_current_value":12.5,"supported_user_id":"","kr_id":"","updated_at":"1675699200000","updated_by":"ou_7d8a6e6df7621556ce0d21922b676706ccs"}`, 7100000000000000001+i)
}

// hundred are a hundred items.
func hundred() string {
	items := make([]string, feishu.MaxBatch)
	for i := range items {
		items[i] = itemText(i)
	}
	return "[" + strings.Join(items, ",") + "]"
}

// BenchmarkCall is what a call costs by itself, without the network and net/http.
func BenchmarkCall(b *testing.B) {
	table, current := feishu.Table{SourceID: "7000000000000000001", ID: "7050000000000000001"}, feishu.Fields{Current: "12.5"}
	entries := make([]feishu.BatchEntry, feishu.MaxBatch)
	for i := range entries {
		entries[i] = feishu.BatchEntry{ID: fmt.Sprint(7100000000000000001 + i), Fields: current}
	}
	for _, call := range []struct {
		name   string
		answer string
		make   func(context.Context, *feishu.Client) error
	}{
		{"patch", `{"code":0,"data":` + itemText(0) + `,"msg":""}`, func(ctx context.Context, c *feishu.Client) error {
			_, err := c.Patch(ctx, table, "7100000000000000001", current)
			return err
		}},
		{"batch", `{"code":0,"data":{"items":` + hundred() + `,"failed_items":[]},"msg":""}`, func(ctx context.Context, c *feishu.Client) error {
			_, err := c.BatchUpdate(ctx, table, entries)
			return err
		}},
		{"list", `{"code":0,"data":{"has_more":true,"items":` + hundred() + `,"page_token":"abc"},"msg":""}`, func(ctx context.Context, c *feishu.Client) error {
			_, err := c.Items(ctx, table, "", 100)
			return err
		}},
		{"refused", `{"code":1001001,"data":{},"error":{"log_id":"2026"},"msg":"metric item not found"}`, func(ctx context.Context, c *feishu.Client) error {
			if _, err := c.Get(ctx, table, "7100000000000000001"); err == nil {
				return errors.New("it was not refused")
			}
			return nil
		}},
	} {
		b.Run(call.name, func(b *testing.B) {
			c, err := feishu.NewClient(feishu.Config{BaseURL: "http://127.0.0.1", AccessToken: "t-1", Transport: always(call.answer)})
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if err := call.make(b.Context(), c); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
