package sync_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"okrsync/feishu"
	"okrsync/source"
	"okrsync/sync"
)

// taking answers every update as Feishu does, and costs next to nothing.
type taking struct{}

func (taking) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	answer := `{"code":0,"data":` + updated(r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]) + `,"msg":""}`
	if strings.HasSuffix(r.URL.Path, "/batch_update") {
		var batch struct {
			Items []struct {
				ID json.RawMessage `json:"metric_item_id"`
			}
		}
		if err := json.Unmarshal(body, &batch); err != nil {
			return nil, err
		}
		items := make([]string, len(batch.Items))
		for i, item := range batch.Items {
			items[i] = updated(string(bytes.Trim(item.ID, `"`)))
		}
		answer = `{"code":0,"data":{"items":[` + strings.Join(items, ",") + `],"failed_items":[]},"msg":""}`
	}
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json; charset=utf-8"}},
		Body: io.NopCloser(strings.NewReader(answer)), ContentLength: int64(len(answer)), Request: r,
	}, nil
}

// updated is an item as Feishu answers it.
func updated(id string) string {
	return `{"metric_item_id":"` + id + `","user_id":"ou_1","period_id":"7","metric_unit":{"zh_cn":"个","en_us":"pcs","ja_jp":"個"},` +
		`"metric_initial_value":0,"metric_target_value":100,"metric_current_value":12.5,"supported_user_id":"","kr_id":"","updated_at":"1675699200000","updated_by":"ou_2"}`
}

// BenchmarkRun is a whole run: rows that are there already, a server that costs nothing,
// and a journal. An operation is a row.
func BenchmarkRun(b *testing.B) {
	for name, batch := range map[string]int{"single": 1, "batch": 100} {
		b.Run(name, func(b *testing.B) {
			pacer := sync.NewPacer(nil, 0)
			client, err := feishu.NewClient(feishu.Config{BaseURL: "http://127.0.0.1", AccessToken: "t", Transport: taking{}, Admit: pacer.Admit})
			if err != nil {
				b.Fatal(err)
			}
			j, err := sync.CreateJournal(b.TempDir(), sync.Header{})
			if err != nil {
				b.Fatal(err)
			}
			pacer.OnAttempt = j.Sending
			job := sync.Job{
				Client: client, Pacer: pacer, Table: feishu.Table{SourceID: "1", ID: "2"}, BatchSize: batch, OnLull: j.Flush,
				Rows: func(yield func(source.Update, error) bool) {
					for i := range b.N {
						if !yield(source.Update{Row: i + 2, ItemID: fmt.Sprint(7100000000000000000 + i), Current: "12.5"}, nil) {
							return
						}
					}
				},
			}
			b.ReportAllocs()
			b.ResetTimer()
			for r, err := range job.Run(b.Context()) {
				if err == nil {
					err = j.Append(r)
				}
				if err != nil || r.Status != sync.Updated {
					b.Fatal(r, err)
				}
			}
			b.StopTimer()
			if err := j.Close(pacer); err != nil {
				b.Fatal(err)
			}
		})
	}
}
