package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

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

// A usageError is a mistake in the command line, the environment or the
// configuration; nothing was sent. It may hold several, one a line.
type usageError struct{ problems []string }

func (e *usageError) Error() string { return strings.Join(e.problems, "\n") }

func usagef(format string, args ...any) error {
	return &usageError{[]string{fmt.Sprintf(format, args...)}}
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
	if _, ok := errors.AsType[*source.FileError](err); ok {
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

// exitCodesTopic is the help page about the exit codes.
func exitCodesTopic() *cobra.Command {
	return &cobra.Command{
		Use:   "exit-codes",
		Short: "what the exit codes mean and when to run again",
		Long: `The exit code of okrsync says what to do next:

  0        every row is updated, unchanged, ignored or (by check and plan) planned
  1        internal error (a bug, a disk that is full); run again after a look
  2        wrong usage or configuration; nothing was sent
  3        finished, and some rows were rejected or failed: mend them
  4        a file was refused as a whole, and nothing of it was sent: mend it; or it
           was changed while it was sent
  5        Feishu refuses the app: mend credentials, scope, base_url or table
  6        stopped by a quota or --max-calls; run again later: it continues
  7        network or server trouble outlasted every retry; run again: it continues
  8        another run holds the output folder: run again when that one is done
  10       a guard wants a person to look at the changes of a file and say --yes;
           nothing of it was sent
  130, 143 interrupted or terminated; the result files are complete up to there.
           Run again: it continues, as it does after a kill

Of several, the first of 1, 2, 4, 8, 10, 5, 6, 143/130, 7, 3, 0 is the answer. New codes
may come; an unknown one means failure.`,
	}
}
