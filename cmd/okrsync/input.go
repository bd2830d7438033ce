package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"okrsync/source"
)

// stdinName is what a file from standard input is called.
const stdinName = "-"

// openInput opens a file argument; "-" is standard input.
func (p *program) openInput(ctx context.Context, name string, o source.Options) (*source.File, error) {
	if name != stdinName {
		return source.Open(name, o)
	}
	file, err := p.spool(ctx)
	if err != nil {
		return nil, err
	}
	return source.New(file, "stdin", o)
}

// spool copies standard input into a temporary file without a name, since a
// file is read twice: once to check it whole, once to send it. Waiting for the
// input ends with the context.
func (p *program) spool(ctx context.Context) (*os.File, error) {
	file, err := os.CreateTemp("", "okrsync-stdin-*")
	if err != nil {
		return nil, err
	}
	// Where the system allows it the name goes at once, so that nothing is left
	// behind however the process ends.
	name := file.Name()
	removed := os.Remove(name) == nil
	copied := make(chan error, 1)
	go func() {
		_, err := io.Copy(file, p.stdin)
		copied <- err
	}()
	select {
	case err = <-copied:
	case <-ctx.Done():
		return nil, context.Cause(ctx) // the process ends; the copy with it
	}
	if err != nil {
		file.Close()
		if !removed {
			os.Remove(name)
		}
		return nil, fmt.Errorf("standard input cannot be read: %w", err)
	}
	return file, nil
}
