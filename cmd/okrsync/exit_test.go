package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"syscall"
	"testing"

	"okrsync/feishu"
	"okrsync/source"
)

func TestExitCode(t *testing.T) {
	tests := []struct {
		err  error
		want int
	}{
		{nil, exitOK},
		{errors.New("a bug"), exitInternal},
		{usagef("有误", "wrong"), exitUsage},
		{fmt.Errorf("wrapped: %w", &source.FileError{Code: source.CodeFileMissing}), exitInput},
		{&feishu.Error{Class: feishu.ClassApp}, exitApp},
		{&feishu.Error{Class: feishu.ClassRow, Code: feishu.CodeNoPermission}, exitApp},
		{&feishu.Error{Class: feishu.ClassUpdateLimit}, exitQuota},
		{&feishu.Error{Class: feishu.ClassMonthlyQuota}, exitQuota},
		{&feishu.Error{Class: feishu.ClassTransient}, exitTrouble},
		{&feishu.Error{Class: feishu.ClassSlowDown}, exitTrouble},
		{interrupted{os.Interrupt}, exitInterrupted},
		{interrupted{syscall.SIGTERM}, exitTerminated},
		{context.Canceled, exitInterrupted},
		{told{exitRows}, exitRows},
	}
	for _, test := range tests {
		if got := exitCode(test.err); got != test.want {
			t.Errorf("%v: %d, want %d", test.err, got, test.want)
		}
	}
}

func TestGravest(t *testing.T) {
	for want, codes := range map[int][]int{
		exitOK:          {},
		exitInternal:    {exitOK, exitUsage, exitInternal, exitRows},
		exitInput:       {exitRows, exitInput, exitTrouble},
		exitQuota:       {exitTerminated, exitQuota, exitRows},
		exitTerminated:  {exitTrouble, exitTerminated},
		exitInterrupted: {exitInterrupted, exitTrouble},
		exitTrouble:     {exitRows, exitTrouble, exitOK},
		exitRows:        {exitOK, exitRows},
	} {
		if got := gravest(codes...); got != want {
			t.Errorf("%v: %d, want %d", codes, got, want)
		}
	}
}

// TestExitCodesAreTold holds that every exit code has its word in the summary
// and its line in the help and both READMEs.
func TestExitCodesAreTold(t *testing.T) {
	places := map[string]string{
		"okrsync help exit-codes": (&program{lang: "en"}).page("exit-codes"),
		"and its Chinese":         (&program{lang: "zh"}).page("exit-codes"),
		"README.md":               read(t, "../../README.md"),
		"README.zh-CN.md":         read(t, "../../README.zh-CN.md"),
	}
	for _, code := range gravity {
		if outcomes[code] == "" {
			t.Errorf("%d has no word", code)
		}
		for place, text := range places {
			if line := regexp.MustCompile(`(?m)^(\| |  )(130[,、] ?)?` + strconv.Itoa(code) + `\b`); !line.MatchString(text) {
				t.Errorf("%s does not tell of %d", place, code)
			}
		}
	}
	if len(outcomes) != len(gravity) {
		t.Errorf("%d words for %d codes", len(outcomes), len(gravity))
	}
}
