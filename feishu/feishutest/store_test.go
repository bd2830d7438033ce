package feishutest

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"sync"
	"testing"
)

func TestSnapshotLoadsAgain(t *testing.T) {
	s := sampled(50, Config{})
	s.AddUser(SampleUser(1), "ou_z")
	s.Change(SampleItem(3), func(it *Item) { it.ID, it.Forbidden, it.Current = "9", true, "1.50" })
	text, err := json.Marshal(s.Snapshot())
	if err != nil {
		t.Fatal(err)
	}
	again := New(Config{})
	if err := again.LoadJSON(bytes.NewReader(text)); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(again.Snapshot(), s.Snapshot()) {
		t.Errorf("%+v\nis not\n%+v", again.Snapshot(), s.Snapshot())
	}
	if it, ok := again.Item(SampleSource, SampleTable, SampleItem(3)); !ok || !it.Forbidden || it.Current != "1.50" {
		t.Errorf("item 3: %+v", it)
	}
	if s.Change("1", func(*Item) {}) {
		t.Error("an item that is not there was changed")
	}
}

func TestSampleIsPlausible(t *testing.T) {
	items := sampled(100, Config{}).Snapshot().Sources[0].Tables[0].Items
	var keyResults, bare, units = 0, 0, map[Unit]bool{}
	for _, it := range items {
		if it.Target != "" && sameNumber(it.Initial, it.Target) || len(it.ID) != 19 || it.UserID == "" || it.UpdatedAt == 0 {
			t.Errorf("%+v", it)
		}
		units[it.Unit] = true
		if it.KRID != "" {
			keyResults++
		}
		if it.Target == "" {
			bare++
		}
	}
	if keyResults != 33 || bare != 20 || len(units) != 7 {
		t.Errorf("%d key results, %d without target, %d units", keyResults, bare, len(units))
	}
}

func TestStoreErrorsChangeNothing(t *testing.T) {
	fine := `{"metric_source_id":"1","tables":[{"metric_table_id":"2","items":[{"metric_item_id":"3"}]}]}`
	for _, text := range []string{
		`{"sources":[` + fine + `],"extra":1}`,
		`{"sources":[` + fine + `,{"metric_source_id":"4","tables":[{"metric_table_id":"5","items":[{"metric_item_id":"6","value":1}]}]}]}`,
		`{"sources":[` + fine + `]} {}`,
		`{"sources":[` + fine + `,` + fine + `]}`,
		`{"sources":[` + fine + `,{"metric_source_id":"x"}]}`,
		`{"sources":[` + fine + `,{"metric_source_id":"4","tables":[{"metric_table_id":"2"}]}]}`,
		`{"sources":[` + fine + `,{"metric_source_id":"4","tables":[{"metric_table_id":"5","items":[{"metric_item_id":"3"}]}]}]}`,
		`{"sources":[` + fine + `,{"metric_source_id":"4","tables":[{"metric_table_id":"5","items":[{"metric_item_id":"6","metric_target_value":"x"}]}]}]}`,
		`{"sources":[` + fine + `,{"metric_source_id":"` + SampleSource + `"}]}`,
		`{"sources":[` + fine + `],"users":["me"]}`,
		`{"sources":[` + fine, ``, `[]`,
	} {
		s := sampled(1, Config{})
		before := s.Snapshot()
		if err := s.LoadJSON(strings.NewReader(text)); err == nil {
			t.Errorf("%s: no error", text)
		}
		if !reflect.DeepEqual(before, s.Snapshot()) {
			t.Errorf("%s: the store has changed", text)
		}
	}
	s := sampled(1, Config{})
	for name, err := range map[string]error{
		"source":         s.AddSource(Source{ID: SampleSource}),
		"no source":      s.AddTable("1", Table{ID: "2"}),
		"table":          s.AddTable(SampleSource, Table{ID: SampleTable}),
		"item in table":  s.AddTable(SampleSource, Table{ID: "2", Items: []Item{{ID: SampleItem(1)}}}),
		"no table":       s.AddItem(SampleSource, "2", Item{ID: "3"}),
		"item":           s.AddItem(SampleSource, SampleTable, Item{ID: "3"}, Item{ID: SampleItem(1)}),
		"item of one go": s.AddItem(SampleSource, SampleTable, Item{ID: "3"}, Item{ID: "3"}),
		"initial":        s.AddItem(SampleSource, SampleTable, Item{ID: "3", Initial: "1e999"}),
		"current":        s.AddItem(SampleSource, SampleTable, Item{ID: "3", Current: " 1"}),
	} {
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if items := s.Snapshot().Sources[0].Tables[0].Items; len(items) != 1 {
		t.Errorf("%d items", len(items))
	}
}

func TestAddedPartsAreServed(t *testing.T) {
	s := sampled(1, Config{})
	if err := s.AddTable(SampleSource, Table{ID: "2", PeriodID: "9", Items: []Item{{ID: "3"}}}); err != nil {
		t.Fatal(err)
	}
	if err := s.AddItem(SampleSource, "2", Item{ID: "4"}, Item{ID: "5", PeriodID: "8"}); err != nil {
		t.Fatal(err)
	}
	path := strings.Replace(itemsPath, SampleTable, "2", 1)
	c := inMemory(t, s)
	got := c.do("GET", path, "")
	if len(got.Data.Items) != 3 || got.Data.Items[1]["period_id"] != "9" || got.Data.Items[2]["period_id"] != "8" {
		t.Errorf("%s", got.text)
	}
	for _, id := range []string{"3", "4"} {
		if got := c.do("PATCH", path+"/"+id, `{"metric_current_value":1}`); got.Code != 0 {
			t.Errorf("%s: %s", id, got.text)
		}
		if got := c.patch(id, `{"metric_current_value":1}`); got.Code != 1001007 {
			t.Errorf("%s in the other table: %s", id, got.text)
		}
	}
}

// TestConcurrent lets everything happen at once; the race detector judges.
func TestConcurrent(t *testing.T) {
	s := sampled(64, Config{LogLimit: 50})
	c := inMemory(t, s)
	var work sync.WaitGroup
	for w := range 8 {
		work.Go(func() {
			for i := range 50 {
				c.patch(SampleItem(1+(w*50+i)%64), `{"metric_current_value":3,"metric_initial_value":1.25}`)
				c.do("GET", itemsPath, "")
			}
		})
		work.Go(func() {
			for range 50 {
				s.Requests()
				s.Snapshot()
				s.Notifications()
				s.Stats()
				s.SetLimit(Get, Limit{})
			}
		})
	}
	work.Wait()
	if n := s.Stats().Updates; n != 400 {
		t.Errorf("%d updates", n)
	}
}
