package report

import (
	"testing"

	"okrsync/feishu"
	"okrsync/sync"
)

// TestFieldsIn shows that each field that some row has sent has its columns.
func TestFieldsIn(t *testing.T) {
	used, err := fieldsIn(func(yield func(sync.Result, error) bool) {
		_ = yield(sync.Result{Row: 2, Sent: feishu.Fields{Current: "1"}}, nil) && yield(sync.Result{Row: 3, Sent: feishu.Fields{Target: "2"}}, nil)
	})
	if err != nil || len(used) != 2 || used[0].name.EN != "target value" || used[1].name.EN != "current value" {
		t.Errorf("%v, %v", used, err)
	}
}
