package feishutest

import (
	"strings"
	"testing"
	"time"
)

const batchPath = itemsPath + "/batch_update?user_id_type=open_id"

func TestBatch(t *testing.T) {
	row := func(id, rest string) string { return `{"metric_item_id":"` + id + `"` + rest + `}` }
	value := `,"metric_current_value":77`
	good, forbidden, limited, unknown := SampleItem(1), SampleItem(2), SampleItem(3), "8"
	tests := []struct {
		name    string
		rows    string
		code    int // of the call when BatchPoison
		updated int // else
		failed  string
	}{
		{"all good", row(good, value) + "," + row(SampleItem(4), value), 0, 2, ""},
		{"unknown", row(good, value) + "," + row(unknown, value), 1001004, 1, "okr data not found"},
		{"forbidden", row(forbidden, value) + "," + row(good, value), 1001002, 1, "no permission"},
		{"limited", row(limited, value) + "," + row(good, value), 1001005, 1, "update numbers exceeds limit"},
		{"nothing asked", row(good, value) + "," + row(SampleItem(4), ""), 1001001, 1, "invalid parameters"},
		{"id", row(good, value) + "," + row("x", value), 1001001, 1, "invalid parameters"},
		{"user", row(good, value) + "," + row(SampleItem(4), `,"supported_user_id":"me"`), 99992351, 1, answerFor(99992351).msg},
		{"start", row(good, value) + "," + row(SampleItem(4), `,"metric_initial_value":5,"metric_target_value":5`), 1001006, 1, "start value equals target value"},
		{"all bad", row(unknown, value), 1001004, 0, "okr data not found"},
	}
	for _, test := range tests {
		for _, poison := range []bool{false, true} {
			s := sampled(5, Config{BatchPoison: poison})
			s.Change(forbidden, func(it *Item) { it.Forbidden = true })
			s.Change(limited, func(it *Item) { it.Limited = true })
			got := inMemory(t, s).do("PATCH", batchPath, `{"items":[`+test.rows+`]}`)
			code, updated, failed := 0, test.updated, test.failed
			if poison && test.code != 0 {
				code, updated, failed = test.code, 0, ""
			}
			if got.Code != code || len(got.Data.Items) != updated || s.Stats().Updates != updated {
				t.Errorf("%s, poison %v: code %d, %d items, %d in the store: %s", test.name, poison, got.Code, len(got.Data.Items), s.Stats().Updates, got.text)
			}
			if failed == "" && len(got.Data.Failed) > 0 || failed != "" && (len(got.Data.Failed) != 1 || got.Data.Failed[0]["reason"] != failed) {
				t.Errorf("%s, poison %v: failed %v, want %q", test.name, poison, got.Data.Failed, failed)
			}
			if s.Requests()[0].Applied != (updated > 0) {
				t.Errorf("%s, poison %v: the log says applied %v", test.name, poison, !(updated > 0))
			}
		}
	}
}

func TestBatchRefusedWhole(t *testing.T) {
	one := `{"metric_item_id":"` + SampleItem(1) + `","metric_current_value":1}`
	for body, want := range map[string]int{
		`{"items":[]}`:                          1001001,
		`{"items":null}`:                        1001001,
		`{}`:                                    1001001,
		`[` + one + `]`:                         1001001,
		`{"items":[` + one + `],"x":1}`:         1001001,
		`{"items":[` + one + `,null]}`:          1001001,
		`{"items":[{"metric_item_id":7}]}`:      1001001,
		`{"items":[{"metric_target_value":7}]}`: 1001001,
		`{"items":[` + one + `,` + one + `]}`:   1001001,
		`{"items":[` + strings.TrimSuffix(strings.Repeat(one+",", 101), ",") + `]}`: 1001005,
	} {
		s := sampled(2, Config{})
		if got := inMemory(t, s).do("PATCH", batchPath, body); got.Code != want || s.Stats().Updates != 0 {
			t.Errorf("%.60s: code %d, want %d", body, got.Code, want)
		}
	}
	s := sampled(2, Config{})
	path := strings.Replace(batchPath, SampleTable, "8", 1)
	if got := inMemory(t, s).do("PATCH", path, batchBody(1)); got.Code != 1001007 || got.status != 400 {
		t.Errorf("wrong table: %s", got.text)
	}
}

func TestBatchAstray(t *testing.T) {
	s := sampled(3, Config{})
	c := inMemory(t, s)
	script(t, s, "batch_update item:"+SampleItem(2)+" omit:"+SampleItem(2)+"\nbatch_update 2 item:404")
	got := c.do("PATCH", batchPath, batchBody(1, 2, 3))
	if len(got.Data.Items) != 2 || strings.Contains(got.text, SampleItem(2)) || s.Stats().Updates != 3 {
		t.Errorf("omit: %s", got.text)
	}
	got = c.do("PATCH", batchPath, batchBody(1, 3))
	if got.Data.Items[0]["metric_item_id"] != "404" || got.Data.Items[1]["metric_item_id"] != SampleItem(3) {
		t.Errorf("foreign id: %s", got.text)
	}
	if it, _ := s.Item(SampleSource, SampleTable, SampleItem(1)); it.Current != "1.5" {
		t.Errorf("the item that was meant has %s", it.Current)
	}
}

func TestQuotaIsWholeForABatch(t *testing.T) {
	s := sampled(10, Config{Quota: Quota{N: 5, Period: time.Hour}})
	c := inMemory(t, s)
	for _, step := range []struct {
		rows          []int
		code, updates int
	}{
		{[]int{1, 2, 3}, 0, 3}, {[]int{4, 5, 6}, 1001005, 3}, {[]int{4, 5}, 0, 5}, {[]int{6}, 1001005, 5},
	} {
		if got := c.do("PATCH", batchPath, batchBody(step.rows...)); got.Code != step.code || s.Stats().Updates != step.updates {
			t.Errorf("%v: code %d, %d updates; want %d, %d", step.rows, got.Code, s.Stats().Updates, step.code, step.updates)
		}
	}
}
