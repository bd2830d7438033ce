package feishutest

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestPatchBodies(t *testing.T) {
	for body, want := range map[string]int{
		`{"metric_current_value":0}`:                          0,
		`{"metric_current_value":-0.0}`:                       0,
		` { "metric_current_value" : 1.50e+1 } `:              0,
		`{"metric_c\u0075rrent_value":1}`:                     0,
		`{"supported_user_id":"ou_\u4e2d"}`:                   0,
		`{"metric_current_value":1e400}`:                      1001001,
		`{"metric_current_value":"1"}`:                        1001001,
		`{"metric_current_value":""}`:                         1001001,
		`{"metric_current_value":null}`:                       1001001,
		`{"metric_current_value":NaN}`:                        1001001,
		`{"metric_current_value":[1]}`:                        1001001,
		`{"metric_current_value":true}`:                       1001001,
		`{"metric_current_value":01}`:                         1001001,
		`{"metric_current_value":1,}`:                         1001001,
		`{"metric_current_value":1}x`:                         1001001,
		`{"metric_current_value":1,"metric_current_value":2}`: 1001001,
		`{"metric_currentvalue":1}`:                           1001001,
		`{"metric_item_id":"7100000000000000001","x":1}`:      1001001,
		`{"supported_user_id":""}`:                            1001001,
		`{"supported_user_id":null}`:                          1001001,
		`{"supported_user_id":7}`:                             1001001,
		`{}`:                                                  1001001,
		`[]`:                                                  1001001,
		`"x"`:                                                 1001001,
		`null`:                                                1001001,
		`x`:                                                   1001001,
		`{"items":[{"metric_item_id":"7","metric_curr`:        1001001,
		`{"metric_initial_value":2000,"metric_target_value":2e3}`: 1001006,
		`{"metric_target_value":62.00}`:                           1001006, // the live initial value
		`{"metric_initial_value":95}`:                             1001006, // the live target
	} {
		t.Run(body, func(t *testing.T) {
			s := sampled(1, Config{})
			before := s.Snapshot()
			got := inMemory(t, s).patch(SampleItem(1), body)
			if got.Code != want {
				t.Fatalf("code %d, want %d: %s", got.Code, want, got.text)
			}
			applied := s.Requests()[0].Applied
			if changed := before.Sources[0].Tables[0].Items[0] != s.Snapshot().Sources[0].Tables[0].Items[0]; changed != (want == 0) || applied != changed {
				t.Errorf("store changed: %v, log says %v", changed, applied)
			}
		})
	}
}

func TestPatchKeepsWhatIsAbsentAndTheDecimalsSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := sampled(3, Config{})
		c := inMemory(t, s)
		one := SampleItem(1)
		want, _ := s.Item(SampleSource, SampleTable, one)
		got := c.patch(one, `{"metric_current_value":0.10000000000000000001,"metric_target_value":0}`)
		if got.Code != 0 || got.Data.Current != "0.10000000000000000001" || got.Data.Target != "0" || got.Data.ID != one {
			t.Errorf("answer: %s", got.text)
		}
		want.Current, want.Target, want.UpdatedBy = "0.10000000000000000001", "0", appUser
		want.UpdatedAt = time.Now().UnixMilli()
		if it, ok := s.Item(SampleSource, SampleTable, one); !ok || it != want {
			t.Errorf("store: %+v, want %+v", it, want)
		}
		if _, ok := s.Item(SampleSource, "8", one); ok {
			t.Error("the item was found in another table")
		}
	})
}

func TestItemOnTheWire(t *testing.T) {
	s := New(Config{})
	err := s.LoadJSON(strings.NewReader(`{"users":["ou_boss"],"sources":[{"metric_source_id":"1","metric_source_name":"销售\"<&>\u2028",
		"metric_unit":{"zh_cn":"元"},"tables":[{"metric_table_id":"2","period_id":"3","items":[
		{"metric_item_id":"4","user_id":"ou_owner","metric_initial_value":1.10,"updated_at":"1675699200000","kr_id":"5","supported_user_id":"ou_boss"},
		{"metric_item_id":"6"}]}]}]}`))
	if err != nil {
		t.Fatal(err)
	}
	c := inMemory(t, s)
	base := sourcesPath + "/1/tables/2/items"
	unit := `"metric_unit":{"zh_cn":"元","en_us":"","ja_jp":""}`
	full := func(prefix string) string {
		return `{"metric_item_id":"4","user_id":"` + prefix + `owner","period_id":"3",` + unit + `,"metric_initial_value":1.10,` +
			`"metric_current_value":0,"supported_user_id":"` + prefix + `boss","kr_id":"5","updated_at":"1675699200000"}`
	}
	least := `{"metric_item_id":"6","user_id":"","period_id":"3",` + unit + `,"metric_initial_value":0,"metric_current_value":0}`
	for path, want := range map[string]string{
		base + "/4":                       `{"code":0,"msg":"success","data":` + full("ou_") + `}`,
		base + "/4?user_id_type=union_id": `{"code":0,"msg":"success","data":` + full("on_") + `}`,
		base + "/4?user_id_type=user_id":  `{"code":0,"msg":"success","data":` + full("") + `}`,
		base + "/6":                       `{"code":0,"msg":"success","data":` + least + `}`,
		base:                              `{"code":0,"msg":"success","data":{"items":[` + full("ou_") + `,` + least + `],"page_token":"","has_more":false}}`,
		sourcesPath:                       `{"code":0,"msg":"success","data":{"items":[{"metric_source_id":"1","metric_source_name":"销售\"\u003c\u0026\u003e\u2028","metric_name":"",` + unit + `}],"page_token":"","has_more":false}}`,
		sourcesPath + "/1/tables":         `{"code":0,"msg":"success","data":{"items":[{"metric_table_id":"2","metric_table_name":"","period_id":"3"}],"page_token":"","has_more":false}}`,
	} {
		if got := c.do("GET", path, ""); got.text != want {
			t.Errorf("%s\n got %s\nwant %s", path, got.text, want)
		}
	}
}

func TestSuperiorsByIDType(t *testing.T) {
	s := sampled(1, Config{})
	s.AddUser("ou_boss")
	c := inMemory(t, s)
	for _, test := range []struct {
		idType, id string
		code       int
	}{
		{"open_id", "ou_boss", 0}, {"union_id", "on_boss", 0}, {"user_id", "boss", 0}, {"", "ou_boss", 0},
		{"open_id", "boss", 99992351}, {"open_id", "on_boss", 99992351}, {"open_id", "ou_", 99992351},
		{"union_id", "ou_boss", 99992351}, {"user_id", "ou_boss", 99992351}, {"user_id", "on_boss", 99992351},
		{"open_id", "ou_x", 1001003}, {"union_id", "on_x", 1001003}, {"user_id", "x", 1001003},
	} {
		got := c.do("PATCH", itemsPath+"/"+SampleItem(1)+"?user_id_type="+test.idType, `{"supported_user_id":"`+test.id+`"}`)
		if got.Code != test.code {
			t.Errorf("%s as %s: code %d, want %d", test.id, test.idType, got.Code, test.code)
		}
		if test.code == 0 && !strings.Contains(got.text, `"supported_user_id":"`+test.id+`"`) {
			t.Errorf("%s as %s: not named so in the answer %s", test.id, test.idType, got.text)
		}
	}
	if it, _ := s.Item(SampleSource, SampleTable, SampleItem(1)); it.SupportedUserID != "ou_boss" {
		t.Errorf("stored as %q", it.SupportedUserID)
	}
}

func TestContentTypes(t *testing.T) {
	s := sampled(1, Config{})
	for contentType, want := range map[string]bool{
		"application/json; charset=utf-8": true, "application/json": true, "application/json;charset=UTF-8": true,
		"": false, "text/plain": false, "application/json; charset=gbk": false, "application/x-www-form-urlencoded": false,
	} {
		if got := isJSON(map[string][]string{"Content-Type": {contentType}}); got != want {
			t.Errorf("%q: %v", contentType, got)
		}
	}
	c := inMemory(t, s)
	script(t, s, "patch * header:Content-Type=text/plain")
	if got := c.patch(SampleItem(1), `{"metric_current_value":1}`); got.header.Get("Content-Type") != "text/plain" {
		t.Errorf("the rule did not change the header: %v", got.header)
	}
}

// TestNotifications goes through "Who gets notified" of the contract.
func TestNotifications(t *testing.T) {
	plain, kr, bare, bareKR := "11", "12", "13", "14"
	fill := func(c Config) *Server {
		s := New(c)
		err := s.AddSource(Source{ID: SampleSource, Tables: []Table{{ID: SampleTable, Items: []Item{
			{ID: plain, UserID: "ou_1", Initial: "1", Target: "9", Current: "2"},
			{ID: kr, UserID: "ou_2", Initial: "1", Target: "9", Current: "2", KRID: "7", SupportedUserID: "ou_b"},
			{ID: bare, UserID: "ou_3", Initial: "1"},
			{ID: bareKR, UserID: "ou_4", Initial: "1", KRID: "8"},
		}}}})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	for _, test := range []struct {
		id, body  string
		why       Why // "" silent
		whyAlways Why // with NotifyUnchanged
	}{
		{plain, `{"metric_target_value":8,"metric_initial_value":0,"supported_user_id":"ou_x"}`, "", ""},
		{kr, `{"metric_current_value":5}`, "", ""},
		{kr, `{"metric_target_value":8}`, KeyResult, KeyResult},
		{kr, `{"metric_initial_value":8}`, KeyResult, KeyResult},
		{kr, `{"supported_user_id":"ou_c"}`, KeyResult, KeyResult},
		{kr, `{"metric_target_value":9.0,"supported_user_id":"ou_b","metric_initial_value":1}`, "", KeyResult},
		{bare, `{"metric_current_value":5,"metric_initial_value":2}`, "", ""},
		{bare, `{"metric_target_value":5}`, FirstTarget, FirstTarget},
		{bareKR, `{"metric_target_value":5}`, FirstTarget, FirstTarget},
		{bareKR, `{"metric_target_value":1}`, "", ""}, // refused: the start value
	} {
		for always, want := range map[bool]Why{false: test.why, true: test.whyAlways} {
			s := fill(Config{NotifyUnchanged: always})
			before, _ := s.Item(SampleSource, SampleTable, test.id)
			inMemory(t, s).patch(test.id, test.body)
			var wanted []Notification
			if want != "" {
				wanted = []Notification{{test.id, before.UserID, want}}
			}
			if got := s.Notifications(); !slices.Equal(got, wanted) || s.Notified() != len(wanted) {
				t.Errorf("%s %s, always %v: %v, want %v", test.id, test.body, always, got, wanted)
			}
		}
	}
}

func TestPaging(t *testing.T) {
	const n = 25
	s := sampled(n, Config{})
	c := inMemory(t, s)
	for size, pages := range map[string]int{"": 3, "&page_size=10": 3, "&page_size=25": 1, "&page_size=24": 2, "&page_size=1": n, "&page_size=100": 1} {
		var ids []string
		token, calls := "", 0
		for more := true; more; calls++ {
			got := c.do("GET", itemsPath+"?page_token="+token+size, "")
			for _, it := range got.Data.Items {
				ids = append(ids, it["metric_item_id"].(string))
			}
			token, more = got.Data.PageToken, got.Data.HasMore
			if more == (token == "") || calls > n {
				t.Fatalf("has_more %v with token %q", more, token)
			}
		}
		if calls != pages || len(ids) != n || ids[0] != SampleItem(1) || ids[n-1] != SampleItem(n) || !slices.IsSorted(ids) {
			t.Errorf("size %q: %d calls, want %d; %d items", size, calls, pages, len(ids))
		}
	}
	stolen := c.do("GET", itemsPath+"?page_size=5", "").Data.PageToken
	for _, path := range []string{"?page_token=5", "?page_token=-", "?page_token=zz", "?page_token=-1-0", "?page_size=101"} {
		if got := c.do("GET", itemsPath+path, ""); got.Code != 1001001 {
			t.Errorf("%s: %s", path, got.text)
		}
	}
	if got := c.do("GET", sourcesPath+"?page_token="+stolen, ""); got.Code != 1001001 {
		t.Errorf("the token of one list opened another: %s", got.text)
	}
	if got := inMemory(t, sampled(0, Config{})).do("GET", itemsPath, ""); len(got.Data.Items) != 0 || got.Data.HasMore {
		t.Errorf("an empty table: %s", got.text)
	}
}

func TestPagingAstray(t *testing.T) {
	s := sampled(5, Config{})
	c := inMemory(t, s)
	script(t, s, "list 2 page:empty\nlist from:3 page:same")
	first := c.do("GET", itemsPath+"?page_size=2", "")
	second := c.do("GET", itemsPath+"?page_size=2&page_token="+first.Data.PageToken, "")
	if !second.Data.HasMore || second.Data.PageToken != "" {
		t.Errorf("page:empty: %s", second.text)
	}
	third := c.do("GET", itemsPath+"?page_size=2&page_token="+first.Data.PageToken, "")
	if !third.Data.HasMore || third.Data.PageToken != first.Data.PageToken {
		t.Errorf("page:same: %s", third.text)
	}
}

func TestNumbers(t *testing.T) {
	same := [][2]json.Number{{"1", "1.0"}, {"15e-1", "1.50"}, {"0", "-0.00e9"}, {"100", "1E2"}, {"0.001", "1e-3"}, {"-5", "-50e-1"},
		{"1e-99999999999999999999", "1e-99999999999999999998"}, {"", ""}}
	differ := [][2]json.Number{{"1", "-1"}, {"1", "10"}, {"0.1", "0.10000000000000000001"}, {"9007199254740993", "9007199254740992"}, {"", "0"}}
	for _, pair := range same {
		if !sameNumber(pair[0], pair[1]) {
			t.Errorf("%q and %q are the same", pair[0], pair[1])
		}
	}
	for _, pair := range differ {
		if sameNumber(pair[0], pair[1]) || sameNumber(pair[1], pair[0]) {
			t.Errorf("%q and %q differ", pair[0], pair[1])
		}
	}
}
