package sync_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"okrsync/feishu"
	"okrsync/sync"
)

// A slowSecond answers about the second item after a second, and about others at once.
type slowSecond struct{ plainServer }

func (s slowSecond) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.HasSuffix(r.URL.Path, "1") {
		<-time.After(time.Second)
	}
	return s.plainServer.RoundTrip(r)
}

// commits runs two rows and says after how long each commit came, and what ended the run.
func commits(t *testing.T, fail error) (after []time.Duration, rows int, ended error) {
	t.Helper()
	pacer := sync.NewPacer(nil, 0)
	client, err := feishu.NewClient(feishu.Config{BaseURL: "http://127.0.0.1", AccessToken: "t", Transport: slowSecond{plainServer{2}}, Admit: pacer.Admit})
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	job := sync.Job{Client: client, Pacer: pacer, Table: feishu.Table{SourceID: "1", ID: "2"}, Rows: valuesFor(2)}
	job.OnCommit = func() error {
		after = append(after, time.Since(began))
		return fail
	}
	for r, err := range job.Run(t.Context()) {
		if ended = err; err == nil && r.Status == sync.Updated {
			rows++
		}
	}
	return after, rows, ended
}

// TestCommit shows that no result waits for long to be written down, not even while nothing
// else happens, and that a run ends whose results cannot be.
func TestCommit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		after, rows, ended := commits(t, nil)
		if rows != 2 || ended != nil || len(after) != 2 || after[0] > 2*time.Millisecond || after[1] < time.Second {
			t.Errorf("%d rows, %v, commits after %v", rows, ended, after)
		}
		full := errors.New("the disk is full")
		if after, rows, ended = commits(t, full); rows != 1 || !errors.Is(ended, full) || len(after) != 1 {
			t.Errorf("%d rows, %v, commits after %v", rows, ended, after)
		}
	})
}
