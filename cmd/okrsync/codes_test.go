package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"okrsync/feishu"
	"okrsync/feishu/feishutest"
	"okrsync/sync"
)

// TestCodeTable is the code table of the API, row by row: what the whole
// program makes of an answer that says so for good. The file has one row.
func TestCodeTable(t *testing.T) {
	tests := []struct {
		status int
		codes  []int
		want   sync.Status
		class  feishu.Class
		exit   int
	}{
		{500, []int{1009999, 1009998}, sync.Failed, feishu.ClassTransient, exitTrouble},
		{200, []int{1001001, 1001002, 1001003, 1001004}, sync.Failed, feishu.ClassRow, exitRows},
		{400, []int{1001005}, sync.Failed, feishu.ClassUpdateLimit, exitRows},
		{400, []int{1001006, 1001007}, sync.Failed, feishu.ClassRow, exitRows},
		{403, []int{1000403}, sync.Unprocessed, feishu.ClassApp, exitApp},
		{429, []int{99991403}, sync.Unprocessed, feishu.ClassMonthlyQuota, exitQuota},
		{400, []int{99991661, 99991672, 99991673, 99991676, 99991679, 99991662}, sync.Unprocessed, feishu.ClassApp, exitApp},
		{403, []int{99991401}, sync.Unprocessed, feishu.ClassApp, exitApp},
		{200, []int{2200}, sync.Failed, feishu.ClassTransient, exitTrouble},
		{400, []int{99992402, 99992351, 99992357, 99992364, 99992381}, sync.Failed, feishu.ClassRow, exitRows},
		{404, []int{99991201, 99991301}, sync.Unprocessed, feishu.ClassApp, exitApp},
		{503, []int{4711}, sync.Failed, feishu.ClassTransient, exitTrouble},
		{200, []int{4711}, sync.Failed, feishu.ClassRow, exitRows},
		{400, []int{4711}, sync.Failed, feishu.ClassRow, exitRows},
	}
	for _, test := range tests {
		for _, code := range test.codes {
			t.Run(fmt.Sprintf("%d %d", test.status, code), func(t *testing.T) {
				r, exit := oneRow(t, fmt.Sprintf("patch * code:%d:%d", code, test.status))
				checkAnswer(t, r, fmt.Sprint(code), test.want, test.class)
				if exit != test.exit {
					t.Errorf("exit code %d, want %d", exit, test.exit)
				}
			})
		}
	}
}

// TestCodeTableOfTheToken is the same for the token call.
func TestCodeTableOfTheToken(t *testing.T) {
	for _, code := range []int{10003, 10005, 10012, 10013, 10014, 10015, 99991543} {
		r, exit := oneRow(t, fmt.Sprintf("token * code:%d:200", code))
		checkAnswer(t, r, fmt.Sprint(code), sync.Unprocessed, feishu.ClassApp)
		if exit != exitApp {
			t.Errorf("%d: exit code %d", code, exit)
		}
	}
}

// TestTokenCodes shows what comes of a refused token: the simulator's is good,
// so it hands out the same one again, and the administrator has to look.
func TestTokenCodes(t *testing.T) {
	for _, code := range []int{99991663, 99991664, 99991665, 99991671, 99991668} {
		for _, status := range []int{200, 400, 401} {
			r, exit := oneRow(t, fmt.Sprintf("patch * code:%d:%d", code, status))
			checkAnswer(t, r, string(feishu.CodeTokenStale), sync.Unprocessed, feishu.ClassApp)
			if exit != exitApp {
				t.Errorf("%d %d: exit code %d", status, code, exit)
			}
		}
	}
	if r, exit := oneRow(t, "patch 1 expire"); r.Status != sync.Updated || exit != exitOK {
		t.Errorf("a token that died once: %s, exit code %d", r.Status, exit)
	}
	r, exit := oneRow(t, "patch * expire")
	checkAnswer(t, r, "99991663", sync.Unprocessed, feishu.ClassApp)
	if exit != exitApp {
		t.Errorf("a token that dies each time: exit code %d", exit)
	}
}

// TestFrequencyCodes shows that each form of the frequency limit makes the row
// wait and then pass.
func TestFrequencyCodes(t *testing.T) {
	for _, answer := range []string{"code:99991400:429", "code:99991400:400", "code:1000004:429", "code:1000005:400", "ratelimit:1"} {
		r, exit := oneRow(t, "patch 1 "+answer)
		if r.Status != sync.Updated || r.Attempts != 2 || exit != exitOK {
			t.Errorf("%s: %s after %d attempts, exit code %d", answer, r.Status, r.Attempts, exit)
		}
	}
}

// oneRow runs the program on a file of one row against a server with a script,
// and returns the row's line in the journal and the exit code.
func oneRow(t *testing.T, script string) (sync.Result, int) {
	t.Helper()
	sim := feishutest.New(feishutest.Config{})
	sim.Sample(1)
	if err := sim.Script(strings.NewReader(script)); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(sim)
	defer server.Close()
	t.Chdir(t.TempDir())
	if err := os.WriteFile("one.csv", []byte("metric_item_id,metric_current_value\n"+feishutest.SampleItem(1)+",5\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	environ := []string{
		"OKRSYNC_FEISHU_BASE_URL=" + server.URL, "FEISHU_APP_ID=a", "FEISHU_APP_SECRET=b",
		"OKRSYNC_SYNC_RETRY_INITIAL=1ms", "OKRSYNC_SYNC_QUOTA_COOLDOWN=1ms", "OKRSYNC_SYNC_RETRY_ATTEMPTS=2",
	}
	args := []string{"sync", "--source", feishutest.SampleSource, "--table", feishutest.SampleTable, "-q", "one.csv"}
	exit := run(t.Context(), args, environ, strings.NewReader(""), io.Discard, io.Discard)
	return journalOf(t, ".")[0], exit
}

// journalOf reads the results of the one run below a folder.
func journalOf(t *testing.T, folder string) []sync.Result {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(folder, "okrsync-out", "*", "journal.jsonl"))
	if err != nil || len(names) != 1 {
		t.Fatalf("journals %q, %v", names, err)
	}
	record, err := sync.OpenRecord(filepath.Dir(names[0]))
	if err != nil {
		t.Fatal(err)
	}
	defer record.Close()
	var all []sync.Result
	for r, err := range record.Results() {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, r)
	}
	return all
}

func checkAnswer(t *testing.T, r sync.Result, code string, status sync.Status, class feishu.Class) {
	t.Helper()
	if r.Code != code || r.Status != status || r.Class != class {
		t.Errorf("got %s, %s, %s; want %s, %s, %s", r.Code, r.Status, r.Class, code, status, class)
	}
	words := []string{r.Reason.ZH, r.Reason.EN, r.Advice.ZH, r.Advice.EN}
	if slices.Contains(words, "") {
		line, _ := json.Marshal(r)
		t.Errorf("words are missing: %s", line)
	}
}
