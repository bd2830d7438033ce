package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"syscall"

	"okrsync/feishu"
	"okrsync/source"
	"okrsync/sync"
)

// The exit codes, as README.md and `okrsync help exit-codes` explain them.
const (
	exitOK          = 0
	exitInternal    = 1
	exitUsage       = 2
	exitRows        = 3
	exitInput       = 4
	exitApp         = 5
	exitQuota       = 6
	exitTrouble     = 7
	exitHeld        = 8
	exitGuard       = 10
	exitInterrupted = 130
	exitTerminated  = 143
)

// gravity orders the exit codes: of several, the first in this list is the
// answer.
var gravity = []int{exitInternal, exitUsage, exitInput, exitHeld, exitGuard, exitApp, exitQuota, exitTerminated, exitInterrupted, exitTrouble, exitRows, exitOK}

// gravest returns the gravest of the codes, exitOK for none.
func gravest(codes ...int) int {
	for _, code := range gravity {
		if slices.Contains(codes, code) {
			return code
		}
	}
	return exitOK
}

// outcomes are the exit codes in words, for summary.json.
var outcomes = map[int]string{
	exitOK:          "done",
	exitInternal:    "internal_error",
	exitUsage:       "usage",
	exitRows:        "rows_to_mend",
	exitInput:       "input_refused",
	exitApp:         "app_refused",
	exitQuota:       "quota",
	exitTrouble:     "trouble",
	exitHeld:        "held",
	exitGuard:       "guard",
	exitInterrupted: "interrupted",
	exitTerminated:  "terminated",
}

// told is the end of a command that has said everything already.
type told struct{ code int }

func (t told) Error() string { return fmt.Sprintf("exit code %d", t.code) }

// exitCode returns the exit code that an error stands for.
func exitCode(err error) int {
	if err == nil {
		return exitOK
	}
	if t, ok := errors.AsType[told](err); ok {
		return t.code
	}
	if _, ok := errors.AsType[*usageError](err); ok {
		return exitUsage
	}
	if refusesInput(err) {
		return exitInput
	}
	if refusal, ok := errors.AsType[*feishu.Error](err); ok {
		return refusalCode(refusal)
	}
	if _, ok := errors.AsType[*heldError](err); ok {
		return exitHeld
	}
	if _, ok := errors.AsType[*sync.GuardError](err); ok {
		return exitGuard
	}
	if _, ok := errors.AsType[*sync.BudgetError](err); ok {
		return exitQuota
	}
	if f, ok := errors.AsType[fault](err); ok && (f.doing == makingFolder || f.doing == locking) && !errors.Is(err, syscall.ENOSPC) {
		return exitUsage // the folder was named by somebody
	}
	if i, ok := errors.AsType[interrupted](err); ok {
		if i.signal == os.Interrupt {
			return exitInterrupted
		}
		return exitTerminated
	}
	if errors.Is(err, context.Canceled) {
		return exitInterrupted
	}
	return exitInternal
}

// refusesInput reports whether an error refuses a file as a whole.
func refusesInput(err error) bool {
	_, unreadable := errors.AsType[*source.FileError](err)
	_, divided := errors.AsType[*sync.ShardError](err)
	return unreadable || divided
}

// refusalCode returns the exit code of a refusal that ended a command.
func refusalCode(e *feishu.Error) int {
	switch e.Class {
	case feishu.ClassUpdateLimit, feishu.ClassMonthlyQuota:
		return exitQuota
	case feishu.ClassTransient, feishu.ClassSlowDown:
		return exitTrouble
	}
	return exitApp
}
