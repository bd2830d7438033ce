// Command okrsync brings the numbers of a spreadsheet into Feishu OKR metric
// items, one PATCH per item, and answers with a result for every row.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := untilSignal(context.Background())
	code := run(ctx, os.Args[1:], os.Environ(), os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// interrupted is why a run was asked to end: the cause of its context.
type interrupted struct{ signal os.Signal }

func (i interrupted) Error() string { return "stopped by signal: " + i.signal.String() }

// untilSignal returns a context that the first SIGINT or SIGTERM ends, with an
// interrupted as its cause. A second one ends the process at once, as if nobody
// listened.
func untilSignal(parent context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(parent)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		select {
		case s := <-signals:
			signal.Stop(signals)
			cancel(interrupted{s})
		case <-ctx.Done():
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		cancel(nil)
	}
}

// A program is one invocation: what the system hands it.
type program struct {
	args    []string
	environ []string
	stdin   io.Reader
	stdout  io.Writer // data only
	stderr  io.Writer // everything else
	lang    string    // zh or en: what people are spoken to in
}

// run is main without the process around it, and returns the exit code.
func run(ctx context.Context, args, environ []string, stdin io.Reader, stdout, stderr io.Writer) int {
	p := &program{args: args, environ: environ, stdin: stdin, stdout: stdout, stderr: stderr}
	p.lang = p.locale()
	root := p.root()
	root.SetArgs(args)
	return p.report(root.ExecuteContext(ctx))
}
