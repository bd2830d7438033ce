package main

import (
	"strings"

	"okrsync/sync"
)

// A usageError is a mistake in the command line, the environment or the
// configuration; nothing was sent. It may hold several, one a line.
type usageError struct{ problems []sync.Text }

// Error says the mistakes in English.
func (e *usageError) Error() string { return e.In("en") }

// In says the mistakes in Chinese ("zh") or English (anything else).
func (e *usageError) In(lang string) string {
	lines := make([]string, len(e.problems))
	for i, problem := range e.problems {
		lines[i] = problem.In(lang)
	}
	return strings.Join(lines, "\n")
}

// usagef is one mistake, in words as sync.Textf has them.
func usagef(zh, en string, args ...any) error {
	return &usageError{[]sync.Text{sync.Textf(zh, en, args...)}}
}
