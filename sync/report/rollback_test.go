package report

import (
	"encoding/json"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"okrsync/feishu"
	"okrsync/source"
	"okrsync/sync"
)

func resultsOf(all ...sync.Result) iter.Seq2[sync.Result, error] {
	return func(yield func(sync.Result, error) bool) {
		for _, r := range all {
			if !yield(r, nil) {
				return
			}
		}
	}
}

// TestRollback shows which rows are brought back and to what, and that okrsync reads
// the file as it stands.
func TestRollback(t *testing.T) {
	row := func(id string, status sync.Status, attempts int, before, sent feishu.Fields) sync.Result {
		return sync.Result{Row: 2, Source: "1", Table: "2", Item: id, Status: status, Attempts: attempts, Before: before, Sent: sent}
	}
	current := func(n json.Number) feishu.Fields { return feishu.Fields{Current: n} }
	large := row("81", sync.Updated, 1, current("1e15"), current("9"))
	large.Irreversible, large.Owner = []string{"metric_current_value"}, "ou_o"
	empty := row("72", sync.Updated, 1, feishu.Fields{Current: "0"}, feishu.Fields{Target: "5", Current: "1", SupportedUserID: "ou_b"})
	empty.Irreversible = []string{"metric_target_value", "supported_user_id"}
	unclear := row("82", sync.Failed, 2, current("8"), current("9"))
	unclear.Class, unclear.Uncertain = feishu.ClassRow, true
	other := row("78", sync.Failed, 1, current("8"), current("9"))
	other.Code, other.Class = string(sync.OtherValue), feishu.ClassRow
	lost := row("79", sync.Failed, 5, current("8"), current("9"))
	lost.Class = feishu.ClassTransient
	refused := row("80", sync.Failed, 1, current("8"), current("9"))
	refused.Class = feishu.ClassRow
	folder := t.TempDir()
	err := Rollback(folder, "en", resultsOf(
		row("7100000000000000071", sync.Updated, 1, feishu.Fields{Initial: "-1.50", Target: "1e3", SupportedUserID: "ou_a"}, feishu.Fields{Initial: "2", Target: "5", SupportedUserID: "ou_b"}),
		empty,
		row("73", sync.Unchanged, 0, feishu.Fields{}, feishu.Fields{}),
		row("74", sync.Rejected, 0, feishu.Fields{}, feishu.Fields{}),
		row("75", sync.Unprocessed, 0, feishu.Fields{}, feishu.Fields{}),
		row("76", sync.Unprocessed, 1, current("0.30000000000000004"), current("9")), // perhaps sent
		row("77", sync.Updated, 1, feishu.Fields{SupportedUserID: "=cmd|x"}, feishu.Fields{SupportedUserID: "ou_b"}),
		other, lost, refused, large, unclear,
	))
	if err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(filepath.Join(folder, RollbackName))
	if err != nil {
		t.Fatal(err)
	}
	want := "\ufeffmetric_source_id,metric_table_id,metric_item_id,user_id,metric_initial_value,metric_target_value,metric_current_value,supported_user_id,rollback_note\r\n" +
		"1,2,7100000000000000071,,-1.5,1000,,ou_a,\r\n" +
		"1,2,72,,,,0,,\"okrsync cannot bring back metric_target_value = —, supported_user_id = —\"\r\n" +
		"1,2,76,,,,0.30000000000000004,,\r\n" +
		"1,2,77,,,,,'=cmd|x,\r\n" +
		"1,2,78,,,,8,,\r\n" +
		"1,2,79,,,,8,,\r\n" +
		"1,2,81,ou_o,,,,,okrsync cannot bring back metric_current_value = 1000000000000000\r\n" +
		"1,2,82,,,,8,,\r\n"
	if string(content) != want {
		t.Errorf("got\n%s\nwant\n%s", content, want)
	}
	checkReadable(t, filepath.Join(folder, RollbackName))
}

func checkReadable(t *testing.T, name string) {
	t.Helper()
	f, err := source.Open(name, source.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	read := 0
	for u, err := range f.Rows() {
		if read++; err != nil && !strings.Contains(err.Error(), "cmd") {
			t.Errorf("row %d: %v", u.Row, err)
		}
	}
	if read != 8 {
		t.Errorf("%d rows", read)
	}
}

func TestPlainNumbers(t *testing.T) {
	for n, want := range map[json.Number]string{
		"": "", "0": "0", "-1.50": "-1.5", "99999.994999999995": "99999.995", "1e3": "1000", "1.5E-7": "0.00000015", "0.30000000000000004": "0.30000000000000004",
	} {
		if got := plain(n); got != want {
			t.Errorf("%q is %q", n, got)
		}
	}
}
