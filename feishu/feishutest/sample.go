package feishutest

import (
	"encoding/json"
	"fmt"
	"strconv"
)

// Where Sample puts its items: ids of 19 digits as the vendor's are, which no spreadsheet keeps as numbers.
const (
	SampleSource = "7000000000000000001"
	SampleTable  = "7050000000000000001"
	samplePeriod = "7060000000000000001"
	sampleBorn   = 1675699200000 // 2023-02-06 16:00 UTC in milliseconds: the store is the same on every machine and day
)

// sampleKinds are the sorts of figures a company follows; item i has kind i modulo their number.
var sampleKinds = []struct {
	unit                  Unit
	initial, step, target float64
	decimals              int
}{
	{Unit{"万元", "10k CNY", "万元"}, 1200, 35.5, 2000, 2},
	{Unit{"%", "%", "%"}, 62, 0.25, 95, 2},
	{Unit{"家", "customers", "社"}, 40, 1, 120, 0},
	{Unit{"人", "people", "人"}, 0, 2, 50, 0},
	{Unit{"天", "days", "日"}, 21, -0.5, 7, 1},
	{Unit{"分", "points", "点"}, 7.2, 0.1, 9, 1},
	{Unit{"次", "times", "回"}, -3, 1, 0, 0},
}

// Sample adds one source with one table of n items, the same ones every time: figures in seven units, every third a key
// result (kr_id), every fifth without a target, every fourth with a superior it supports. It makes no users known. The
// ids are SampleSource, SampleTable and SampleItem(1) to SampleItem(n). It panics if the sample is there already.
func (s *Server) Sample(n int) {
	items := make([]Item, n)
	for i := range n {
		items[i] = sampleItem(i + 1)
	}
	err := s.AddSource(Source{
		ID: SampleSource, Name: "经营分析平台", MetricName: "经营指标", Unit: Unit{"个", "pcs", "個"},
		Tables: []Table{{ID: SampleTable, Name: "2026 年第一季度经营目标", PeriodID: samplePeriod, Items: items}},
	})
	if err != nil {
		panic("feishutest: Sample called twice: " + err.Error())
	}
}

// SampleItem is the id of the i-th item of Sample, counted from 1.
func SampleItem(i int) string { return strconv.Itoa(7100000000000000000 + i) }

// SampleUser is the open_id of the i-th person of Sample; 50 of them own the items in turn.
func SampleUser(i int) string { return fmt.Sprintf("ou_%032x", 0x5eed0000+i) }

func sampleItem(i int) Item {
	kind := sampleKinds[i%len(sampleKinds)]
	number := func(v float64) json.Number {
		return json.Number(strconv.FormatFloat(v, 'f', kind.decimals, 64))
	}
	it := Item{
		ID: SampleItem(i), UserID: SampleUser(i % 50), Unit: kind.unit, UpdatedAt: sampleBorn,
		Initial: number(kind.initial), Current: number(kind.initial + float64(i%10)*kind.step), Target: number(kind.target),
	}
	if i%3 == 0 {
		it.KRID = strconv.Itoa(7200000000000000000 + i)
	}
	if i%5 == 0 {
		it.Target = ""
	}
	if i%4 == 0 {
		it.SupportedUserID = SampleUser(100 + i%7)
	}
	return it
}
