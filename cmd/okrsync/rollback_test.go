package main

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"okrsync/feishu/feishutest"
)

// TestRollbackRestores syncs random sheets into random tables, and then the
// rollback.csv of each run: the store is what it was before.
func TestRollbackRestores(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 4))
		server := feishutest.New(feishutest.Config{BatchPoison: r.IntN(2) == 0})
		items := 1 + r.IntN(130)
		server.Sample(items)
		scramble(server, r, items)
		listening := httptest.NewServer(server)
		t.Chdir(t.TempDir())
		writeRandomSheet(t, "sheet.csv", server, r, items)
		environ := []string{
			"OKRSYNC_FEISHU_BASE_URL=" + listening.URL, "FEISHU_APP_ID=a", "FEISHU_APP_SECRET=b", "OKRSYNC_SYNC_RATE=100000/1s",
			"OKRSYNC_TARGET_METRIC_SOURCE_ID=" + feishutest.SampleSource, "OKRSYNC_TARGET_METRIC_TABLE_ID=" + feishutest.SampleTable,
			"OKRSYNC_SYNC_BATCH_SIZE=" + strconv.Itoa(1+r.IntN(2)*24),
		}
		before := valuesOf(server)
		if code := run(t.Context(), []string{"sync", "--yes", "-q", "sheet.csv"}, environ, strings.NewReader(""), io.Discard, io.Discard); code != exitOK && code != exitRows {
			t.Fatalf("seed %d: exit code %d", seed, code)
		}
		updates := server.Stats().Updates
		rollback, err := filepath.Glob("okrsync-out/*/rollback.csv")
		if err != nil || len(rollback) != 1 {
			t.Fatalf("seed %d: %q, %v", seed, rollback, err)
		}
		var said strings.Builder
		if code := run(t.Context(), []string{"sync", "--yes", "--log-level", "warn", rollback[0]}, environ, strings.NewReader(""), io.Discard, &said); code != exitOK {
			t.Errorf("seed %d: the rollback ends with %d: %s", seed, code, said.String())
		}
		if after := valuesOf(server); !reflect.DeepEqual(before, after) {
			t.Errorf("seed %d: the store is\n%v\nand was\n%v", seed, after, before)
		}
		if updates == 0 && items > 20 {
			t.Errorf("seed %d: nothing was updated", seed)
		}
		listening.Close()
	}
}

// scramble gives the items values of all kinds.
func scramble(server *feishutest.Server, r *rand.Rand, items int) {
	odd := []json.Number{"0.30000000000000004", "-7.50", "1e3", "12345678.9", "0", "99999.994999999995", "1.5E-7"}
	for i := range items {
		server.Change(feishutest.SampleItem(i+1), func(item *feishutest.Item) {
			item.Current = odd[r.IntN(len(odd))]
			if initial := odd[r.IntN(len(odd))]; r.IntN(2) == 0 && initial != item.Target { // Feishu has no equal ones
				item.Initial = initial
			}
			if item.Target != "" && r.IntN(2) == 0 {
				item.Target = json.Number(fmt.Sprint(1000 + r.IntN(1000)))
			}
		})
	}
}

// writeRandomSheet writes a sheet that changes some fields of some items. A target or a
// superior that is not set stays so: what was empty cannot be emptied again.
func writeRandomSheet(t *testing.T, name string, server *feishutest.Server, r *rand.Rand, items int) {
	t.Helper()
	file, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	lines := csv.NewWriter(file)
	_ = lines.Write([]string{"指标项ID", "起始值", "目标值", "当前值", "支撑的上级"})
	number := func() string {
		if r.IntN(3) > 0 {
			return ""
		}
		return strconv.FormatFloat(float64(r.IntN(2_000_000)-1_000_000)/100, 'f', -1, 64)
	}
	for _, i := range r.Perm(items) {
		item, _ := server.Item(feishutest.SampleSource, feishutest.SampleTable, feishutest.SampleItem(i+1))
		line := []string{item.ID, number(), "", number(), ""}
		if item.Target != "" {
			line[2] = number()
		}
		if item.SupportedUserID != "" && r.IntN(2) == 0 {
			line[4] = feishutest.SampleUser(r.IntN(300))
		}
		_ = lines.Write(line)
	}
	lines.Flush()
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
}

// valuesOf is the store without when and by whom it was written, and with numbers as
// numbers.
func valuesOf(server *feishutest.Server) map[string][4]string {
	values := map[string][4]string{}
	same := func(n json.Number) string {
		f, err := n.Float64()
		if err != nil {
			return string(n)
		}
		return strconv.FormatFloat(f, 'g', -1, 64)
	}
	for _, source := range server.Snapshot().Sources {
		for _, table := range source.Tables {
			for _, i := range table.Items {
				values[i.ID] = [4]string{same(i.Initial), same(i.Target), same(i.Current), i.SupportedUserID}
			}
		}
	}
	return values
}

// TestRollbackOfOddItems shows that what can go back does, though something else of the
// row cannot, and under a configuration that is made for other files.
func TestRollbackOfOddItems(t *testing.T) {
	environ, server := stage(t, feishutest.Config{}, 5)
	const near, rounded = "7041234567890120003", "7041234567890120000"
	if err := server.AddItem(feishutest.SampleSource, feishutest.SampleTable, feishutest.Item{ID: near, UserID: "ou_a"}, feishutest.Item{ID: rounded, UserID: "ou_b", Current: "3"}); err != nil {
		t.Fatal(err)
	}
	server.Change(feishutest.SampleItem(1), func(i *feishutest.Item) { i.Initial, i.Target, i.Current = "1", "2e15", "6" })
	server.Change(feishutest.SampleItem(2), func(i *feishutest.Item) { i.Initial, i.Target, i.Current = "0", "0", "7" })
	sheet := "注;;;;\n指标项ID;user_id;起始值;目标值;当前值\n" +
		feishutest.SampleItem(1) + ";;;9;60\n" + feishutest.SampleItem(2) + ";;5;;70\n" + rounded + ";ou_b;;;30\n"
	if err := errors.Join(os.WriteFile("rows.csv", []byte(sheet), 0o600), os.WriteFile("config.yaml", []byte("input: {header_row: 2, delimiter: ';', encoding: gb18030}\n"), 0o600)); err != nil {
		t.Fatal(err)
	}
	environ = append(environ, "OKRSYNC_INPUT_ENCODING=utf-8")
	var said strings.Builder
	if code := run(t.Context(), []string{"sync", "rows.csv"}, environ, strings.NewReader(""), io.Discard, &said); code != exitOK {
		t.Fatal(code, said.String())
	}
	names, _ := filepath.Glob("okrsync-out/*/rollback.csv")
	environ = environ[:len(environ)-1] // by the file alone
	if code := run(t.Context(), []string{"sync", names[0]}, environ, strings.NewReader(""), io.Discard, &said); code != exitOK {
		t.Errorf("exit code %d: %s", code, said.String())
	}
	for id, want := range map[string]string{feishutest.SampleItem(1): "6", feishutest.SampleItem(2): "7", rounded: "3"} {
		if item, _ := server.Item(feishutest.SampleSource, feishutest.SampleTable, id); item.Current.String() != want {
			t.Errorf("item %s has %s, want %s", id, item.Current, want)
		}
	}
	if note := read(t, names[0]); !strings.Contains(note, "metric_target_value = 2000000000000000") || !strings.Contains(note, "metric_initial_value = 0") {
		t.Error(note)
	}
}

// TestNoRollbackUncompared shows that what was not read is not made up.
func TestNoRollbackUncompared(t *testing.T) {
	environ, _ := stage(t, feishutest.Config{}, 3)
	var stdout strings.Builder
	if code := run(t.Context(), []string{"sync", "--no-diff", "--json", "-q", "rows.csv"}, environ, strings.NewReader(""), &stdout, io.Discard); code != exitOK {
		t.Fatal(code)
	}
	if names, _ := filepath.Glob("okrsync-out/*/rollback.csv"); len(names) > 0 || !strings.Contains(stdout.String(), `"notified":null`) || strings.Contains(stdout.String(), "rollback") {
		t.Errorf("%q; %s", names, stdout.String())
	}
}

// TestRollbackOfWhatWasEmpty shows that a field that had no value stays as it is, and
// that rollback.csv says so.
func TestRollbackOfWhatWasEmpty(t *testing.T) {
	environ, server := stage(t, feishutest.Config{}, 5)
	if err := os.WriteFile("rows.csv", []byte("metric_item_id,metric_target_value\n"+feishutest.SampleItem(5)+",77\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code := run(t.Context(), []string{"sync", "--lang", "zh", "rows.csv"}, environ, strings.NewReader(""), io.Discard, io.Discard); code != exitOK {
		t.Fatal(code)
	}
	names, _ := filepath.Glob("okrsync-out/*/rollback.csv")
	if got := read(t, names[0]); !strings.Contains(got, "无法由 okrsync 恢复的原值：metric_target_value = —") {
		t.Error(got)
	}
	if code := run(t.Context(), []string{"sync", names[0]}, environ, strings.NewReader(""), io.Discard, io.Discard); code != exitOK || server.Stats().Updates != 1 {
		t.Errorf("exit code %d, %d updates", code, server.Stats().Updates)
	}
}
