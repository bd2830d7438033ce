package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

// TestRetype shows that a command line to be typed again has its command and its file
// replaced where they stand, whatever else is called alike.
func TestRetype(t *testing.T) {
	flags := pflag.NewFlagSet("okrsync", pflag.ContinueOnError)
	flags.StringP("config", "c", "", "")
	flags.String("out", "", "")
	flags.BoolP("quiet", "q", false, "")
	flags.Bool("json", false, "")
	for line, want := range map[string]string{
		"plan a.csv":              "okrsync sync --yes a.csv",
		"plan a.csv b.csv":        "okrsync sync --yes a.csv",
		"plan -q plan":            "okrsync sync --yes -q plan",
		"-c sync.yaml plan a.csv": "okrsync -c sync.yaml sync --yes a.csv",
		"-c plan -q plan --out a.csv --json a.csv": "okrsync -c plan -q sync --yes --out a.csv --json a.csv",
		"plan --out=a.csv a.csv":                   "okrsync sync --yes --out=a.csv a.csv",
		"-qc x plan -q a.csv --json b.csv":         "okrsync -qc x sync --yes -q a.csv --json",
		"-cx plan -- --a.csv -b":                   "okrsync -cx sync --yes -- --a.csv",
		"plan -":                                   "… | okrsync sync --yes -",
		"plan it's":                                `okrsync sync --yes 'it'\''s'`,
		"plan a\nb'\".csv":                         `okrsync sync --yes $'a\nb\'".csv'`,
	} {
		p := &program{args: strings.Split(line, " ")}
		p.placed = positionals(flags, p.args)
		if got := p.retype(0)("sync", "--yes"); got != want {
			t.Errorf("%s\n got %s\nwant %s", line, got, want)
		}
	}
	p := &program{args: []string{"plan", "a.csv", "b.csv"}, placed: []int{0, 1, 2}}
	if got := fmt.Sprint(p.retype(1)(), p.retype(0)("check")); got != "okrsync plan b.csvokrsync check a.csv" {
		t.Error(got)
	}
}
