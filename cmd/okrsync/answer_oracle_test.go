//go:build oracle

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"okrsync/feishu/feishutest"
	"okrsync/sync"
	"okrsync/sync/report"
)

// TestOracleAnswer has LibreOffice open result.xlsx, print it and save it again, as a
// person would who mends rows: what it saved says the same, and rows that are done are
// not sent again.
func TestOracleAnswer(t *testing.T) {
	inputs, err := filepath.Glob("../../testdata/formats/*.xlsx")
	if err != nil {
		t.Fatal(err)
	}
	for i, name := range inputs {
		if inputs[i], err = filepath.Abs(name); err != nil {
			t.Fatal(err)
		}
	}
	h := newHistory(t, feishutest.Config{}, 300)
	write(t, "mixed.csv", mixed)
	for _, input := range append(inputs, "mixed.csv") {
		first, folder := h.synced(input)
		if folder == "" {
			continue // it is refused as a whole
		}
		for _, format := range []string{"pdf", "xlsx"} {
			out, err := exec.CommandContext(t.Context(), "soffice", "--headless", "-env:UserInstallation=file://"+t.TempDir(),
				"--convert-to", format, "--outdir", format, filepath.Join(folder, report.XLSXName)).CombinedOutput()
			if err != nil {
				t.Fatalf("%v: %s", err, out)
			}
		}
		want, got := fmt.Sprint(sheetOf(t, folder, 0)), fmt.Sprint(sheetOf(t, "xlsx", 0))
		if want != got {
			t.Errorf("%s: LibreOffice saved\n%s\nof\n%s", input, got, want)
		}
		sent := h.sim.Stats().Updates
		again, _ := h.synced("xlsx/" + report.XLSXName)
		done := first.Counts[sync.Updated] + first.Counts[sync.Unchanged]
		if h.sim.Stats().Updates != sent || again.Counts[sync.Unchanged] != done || again.Counts[sync.Rejected] != first.Counts[sync.Rejected] {
			t.Errorf("%s: %v, and what LibreOffice saved of the answer %v", input, first.Counts, again.Counts)
		}
		t.Logf("%s: %v", filepath.Base(input), first.Counts)
	}
}

// synced runs sync on a file anew, whatever comes of it, and returns the summary and the
// folder, "" if there is none.
func (h *history) synced(input string) (report.Summary, string) {
	h.t.Helper()
	before := h.folders()
	var stdout bytes.Buffer
	run(h.t.Context(), []string{"sync", "--json", "--fresh", input}, h.environ, nil, &stdout, &h.stderr)
	var s report.Summary
	if err := json.Unmarshal(stdout.Bytes(), &s); err != nil {
		h.t.Fatal(err)
	}
	for _, folder := range h.folders() {
		if !slices.Contains(before, folder) {
			return s, folder
		}
	}
	return s, ""
}
