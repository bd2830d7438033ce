package sync_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"okrsync/feishu"
	"okrsync/feishu/feishutest"
	"okrsync/sync"
)

// all reads the sample table's items through its pages.
func all(t *testing.T, s *scene) (items int, err error) {
	t.Helper()
	page := func(ctx context.Context, token string, size int) (feishu.Page[feishu.Item], error) {
		return s.job.Client.Items(ctx, s.job.Table, token, size)
	}
	for _, err := range sync.All(t.Context(), sync.Retry{Initial: 1, Max: 1}, s.job.Pacer, page) {
		if err != nil {
			return items, err
		}
		items++
	}
	return items, nil
}

func TestAllPages(t *testing.T) {
	tests := []struct {
		name   string
		server feishutest.Config
		script string
		items  int
		calls  int
		ok     bool
	}{
		{"one page", feishutest.Config{}, "", 90, 1, true},
		{"three pages", feishutest.Config{}, "", 250, 3, true},
		{"small pages", feishutest.Config{PageSizeMax: 10}, "", 35, 5, true},
		{"trouble on the way", feishutest.Config{}, "list 2 500", 250, 4, true},
		{"the same page for ever", feishutest.Config{}, "list * page:same", 250, 2, false},
		{"more without a token", feishutest.Config{}, "list 1 page:empty", 250, 1, true},
		{"no permission", feishutest.Config{}, "list * code:1001002", 250, 1, false},
	}
	for _, test := range tests {
		s := newScene(t, test.server, test.items)
		if test.script != "" {
			s.script(test.script)
		}
		items, err := all(t, s)
		if (err == nil) != test.ok || test.ok && items != test.items && !strings.Contains(test.script, "empty") {
			t.Errorf("%s: %d items, %v", test.name, items, err)
		}
		if n := s.sim.Stats().Calls[feishutest.List]; n != test.calls {
			t.Errorf("%s: %d calls, want %d", test.name, n, test.calls)
		}
	}
}

// TestEmptyPagesEnd shows that a list of empty pages, each with a new token for
// the next, is not followed for ever.
func TestEmptyPagesEnd(t *testing.T) {
	s, pages := newScene(t, feishutest.Config{}, 1), 0
	endless := func(context.Context, string, int) (feishu.Page[feishu.Item], error) {
		if pages++; pages > 1000 {
			t.Fatal("a thousand empty pages were read")
		}
		return feishu.Page[feishu.Item]{Next: fmt.Sprint(pages)}, nil
	}
	for _, err := range sync.All(t.Context(), sync.Retry{}, s.job.Pacer, endless) {
		if err == nil {
			t.Error("an entry came out of empty pages")
		}
	}
}
