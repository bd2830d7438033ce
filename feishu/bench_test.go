package feishu_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"

	"okrsync/feishu"
)

// alwaysServer answers every call with the same text, and costs next to nothing: what is
// allocated is the client's.
func alwaysServer(b *testing.B, text string) (address string) {
	b.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	answer := fmt.Appendf(nil, "HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: %d\r\n\r\n%s", len(text), text)
	var server sync.WaitGroup
	server.Go(func() {
		c, err := listener.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		for r := bufio.NewReader(c); skipRequest(r) == nil; {
			if _, err := c.Write(answer); err != nil {
				return
			}
		}
	})
	b.Cleanup(func() {
		listener.Close()
		server.Wait()
	})
	return "http://" + listener.Addr().String()
}

// skipRequest reads a request and forgets it.
func skipRequest(r *bufio.Reader) error {
	const length = "Content-Length: "
	for body := 0; ; {
		line, err := r.ReadSlice('\n')
		switch {
		case err != nil:
			return err
		case len(line) == len("\r\n"):
			_, err := r.Discard(body)
			return err
		case len(line) > len(length) && string(line[:len(length)]) == length:
			for _, digit := range line[len(length) : len(line)-len("\r\n")] {
				body = 10*body + int(digit-'0')
			}
		}
	}
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

// BenchmarkCall is what a call costs by itself, with a server on the same machine.
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
			c, err := feishu.NewClient(feishu.Config{BaseURL: alwaysServer(b, call.answer), AccessToken: "t-1"})
			if err != nil {
				b.Fatal(err)
			}
			b.Cleanup(c.Close) // before the server waits for its end
			b.ReportAllocs()
			for b.Loop() {
				if err := call.make(b.Context(), c); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
