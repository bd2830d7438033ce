package main

import (
	"context"
	"errors"
	"io"
	"os"

	"okrsync/source"
)

// stdinName is what a file from standard input is called.
const stdinName = "-"

// openInput opens a file argument; "-" is standard input.
func (p *program) openInput(ctx context.Context, name string, o source.Options) (input *source.File, err error) {
	if name == stdinName {
		var file *os.File
		if file, err = p.spool(ctx); err == nil {
			input, err = source.New(file, "stdin", o)
		}
	} else {
		input, err = source.Open(name, o)
	}
	if err != nil {
		return nil, err
	}
	leanCollector(indexOf(input))
	return input, nil
}

// spool copies standard input into a temporary file without a name, since a
// file is read twice: once to check it whole, once to send it. Waiting for the
// input ends with the context.
func (p *program) spool(ctx context.Context) (*os.File, error) {
	file, err := os.CreateTemp("", "okrsync-stdin-*")
	if err != nil {
		return nil, fault{doing: spooling, err: err}
	}
	// Where the system allows it the name goes at once, so that nothing is left
	// behind however the process ends.
	name := file.Name()
	removed := os.Remove(name) == nil
	in, copied := &watchedReader{r: p.stdin}, make(chan error, 1)
	go func() {
		_, err := io.Copy(file, in)
		copied <- err
	}()
	select {
	case err = <-copied:
	case <-ctx.Done():
		return nil, context.Cause(ctx) // the process ends; the copy with it
	}
	if err == nil {
		return file, nil
	}
	file.Close()
	if !removed {
		_ = os.Remove(name) // the first reason is the one to tell
	}
	if in.err != nil {
		return nil, &source.FileError{Code: source.CodeFileUnreadable, File: "stdin", Found: in.err.Error(), Err: in.err}
	}
	return nil, fault{doing: spooling, err: err}
}

// watchedReader remembers whether reading has failed, to tell a bad input from
// a bad disk.
type watchedReader struct {
	r   io.Reader
	err error
}

func (w *watchedReader) Read(b []byte) (int, error) {
	n, err := w.r.Read(b)
	if err != nil && !errors.Is(err, io.EOF) {
		w.err = err
	}
	return n, err
}
