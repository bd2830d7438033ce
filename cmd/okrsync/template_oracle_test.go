//go:build oracle

package main

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"okrsync/feishu/feishutest"
)

// TestOracleTemplate has LibreOffice fill in a template, as a person would, and syncs
// what it saves: every value arrives, and nothing else changes.
func TestOracleTemplate(t *testing.T) {
	const items = 120
	script, err := filepath.Abs("../../testdata/libreoffice/fill.py")
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range []string{"zh", "en"} {
		environ, server := stage(t, feishutest.Config{}, items)
		if code := run(t.Context(), []string{"template", "--lang", lang, "t.xlsx"}, environ, nil, io.Discard, io.Discard); code != exitOK {
			t.Fatal(code)
		}
		want := valuesOf(server)
		args := []string{script, "t.xlsx", "filled.xlsx"}
		r := rand.New(rand.NewPCG(5, 4))
		for i := range items {
			if r.IntN(3) == 0 {
				continue
			}
			id := feishutest.SampleItem(i + 1)
			values := want[id]
			for column, cell := range []string{"H", "I", "J", "K"} {
				if r.IntN(2) == 0 {
					continue
				}
				value := strconv.FormatFloat(float64(100_000+100*i+column+r.IntN(10)*7)/100, 'f', -1, 64)
				if cell == "K" {
					value = feishutest.SampleUser(r.IntN(100))
				}
				values[column] = value
				args = append(args, fmt.Sprintf("%s%d=%s", cell, i+2, value))
			}
			want[id] = values
		}
		if out, err := exec.CommandContext(t.Context(), "/usr/bin/python3", args...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		var stderr bytes.Buffer
		if code := run(t.Context(), []string{"sync", "filled.xlsx"}, environ, nil, io.Discard, &stderr); code != exitOK {
			t.Errorf("exit code %d: %s", code, stderr.String())
		}
		for id, got := range valuesOf(server) {
			if got != want[id] {
				t.Errorf("%s: item %s is %v, want %v", lang, id, got, want[id])
			}
		}
	}
	if out, err := exec.CommandContext(t.Context(), "/usr/bin/python3", script, "t.xlsx", "x.xlsx", "A2=5").CombinedOutput(); err == nil || !strings.Contains(string(out), "A2 is locked") {
		t.Errorf("the id could be changed: %v, %s", err, out)
	}
}
