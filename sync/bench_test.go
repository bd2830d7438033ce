package sync_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"okrsync/feishu"
	"okrsync/source"
	"okrsync/sync"
)

// A plainServer answers as Feishu does, has every item, and costs next to nothing.
type plainServer struct{ items int }

const firstItem = 7100000000000000001

func (s plainServer) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	var data string
	last := r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]
	switch {
	case r.Method == http.MethodGet:
		data = s.page(r.URL.Query().Get("page_token"))
	case last == "batch_update":
		data, err = updated(body)
	default:
		data = itemText(last)
	}
	answer := `{"code":0,"data":` + data + `,"msg":""}`
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json; charset=utf-8"}},
		Body: io.NopCloser(strings.NewReader(answer)), ContentLength: int64(len(answer)), Request: r,
	}, err
}

func itemText(id string) string {
	return `{"metric_item_id":"` + id + `","user_id":"ou_1","period_id":"7","metric_unit":{"zh_cn":"个","en_us":"pcs","ja_jp":"個"},` +
		`"metric_initial_value":0,"metric_target_value":100,"metric_current_value":12.5,"supported_user_id":"","kr_id":"","updated_at":"1675699200000","updated_by":"ou_2"}`
}

// page is a page of the list.
func (s plainServer) page(token string) string {
	from := 0
	if token != "" {
		_, _ = fmt.Sscan(token, &from)
	}
	to := min(from+100, s.items)
	var items []string
	for i := from; i < to; i++ {
		items = append(items, itemText(fmt.Sprint(firstItem+i)))
	}
	return fmt.Sprintf(`{"items":[%s],"has_more":%t,"page_token":"%d"}`, strings.Join(items, ","), to < s.items, to)
}

// updated is the answer to a batch.
func updated(body []byte) (string, error) {
	var batch struct {
		Items []struct {
			ID json.RawMessage `json:"metric_item_id"`
		}
	}
	err := json.Unmarshal(body, &batch)
	items := make([]string, len(batch.Items))
	for i, item := range batch.Items {
		items[i] = itemText(string(bytes.Trim(item.ID, `"`)))
	}
	return `{"items":[` + strings.Join(items, ",") + `],"failed_items":[]}`, err
}

// valuesFor gives rows that set items to the value that they have.
func valuesFor(rows int) source.Rows {
	return func(yield func(source.Update, error) bool) {
		for i := range rows {
			if !yield(source.Update{Row: i + 2, ItemID: fmt.Sprint(firstItem + i), Current: "12.5"}, nil) {
				return
			}
		}
	}
}

// BenchmarkRun is a whole run of 1,000 rows that are there already, with a server that
// costs nothing, and a journal.
func BenchmarkRun(b *testing.B) {
	const rows = 1000
	for _, run := range []struct {
		name string
		job  sync.Job
		want sync.Status
	}{
		{"single", sync.Job{Rows: valuesFor(rows)}, sync.Updated},
		{"batch", sync.Job{Rows: valuesFor(rows), BatchSize: 100}, sync.Updated},
		{"compared", sync.Job{Rows: valuesFor(rows), Compare: true}, sync.Unchanged},
	} {
		b.Run(run.name, func(b *testing.B) {
			folder, n := b.TempDir(), 0
			b.ReportAllocs()
			for b.Loop() {
				if n++; runOnce(b, run.job, filepath.Join(folder, fmt.Sprint(n)), run.want) != rows {
					b.Fatal("a row is missing")
				}
			}
		})
	}
}

// runOnce does a job and returns how many rows it had.
func runOnce(b *testing.B, job sync.Job, folder string, want sync.Status) int {
	b.Helper()
	pacer := sync.NewPacer(nil, 0)
	client, err := feishu.NewClient(feishu.Config{BaseURL: "http://127.0.0.1", AccessToken: "t", Transport: plainServer{1000}, Admit: pacer.Admit})
	if err != nil {
		b.Fatal(err)
	}
	made, err := sync.CreateFolder(folder, "bench", time.Now())
	if err != nil {
		b.Fatal(err)
	}
	j, err := sync.CreateJournal(made, sync.Header{})
	if err != nil {
		b.Fatal(err)
	}
	pacer.OnAttempt, job.OnCommit = j.Sending, j.Flush
	job.Client, job.Pacer, job.Table = client, pacer, feishu.Table{SourceID: "1", ID: "2"}
	rows := 0
	for r, err := range job.Run(b.Context()) {
		if err = errors.Join(err, j.Append(r)); err != nil || r.Status != want {
			b.Fatal(r, err)
		}
		rows++
	}
	if err := j.Close(pacer); err != nil {
		b.Fatal(err)
	}
	return rows
}
