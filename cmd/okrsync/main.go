// Command okrsync brings the numbers of a spreadsheet into Feishu OKR metric
// items, one PATCH per item, and answers with a result for every row.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"
	_ "time/tzdata" // TZ is asked of the system's files, which the image does not have

	"go.uber.org/zap"
)

func main() {
	leanCollector(0)
	log.SetOutput(io.Discard) // net/http shows there what a server sends unasked, a token perhaps
	stderr := newScreen(os.Stderr)
	ctx, stop := untilSignal(context.Background(), func(s os.Signal) {
		said := make(chan struct{})
		go func() {
			stderr.part()
			close(said)
		}()
		select {
		case <-said:
		case <-time.After(sameSignal): // nobody reads it
		}
		dieOf(s)
	})
	code := run(ctx, os.Args[1:], os.Environ(), os.Stdin, os.Stdout, stderr)
	stop()
	os.Exit(code)
}

// interrupted is why a run was asked to end: the cause of its context.
type interrupted struct{ signal os.Signal }

func (i interrupted) Error() string { return "stopped by signal: " + i.signal.String() }

// Reason says in Chinese ("zh") or English (anything else) what happened.
func (i interrupted) Reason(lang string) string {
	if i.signal == os.Interrupt {
		return phrase(lang, "运行被中断", "interrupted")
	}
	return phrase(lang, "运行被系统终止", "terminated by the system")
}

// Advice says what to do.
func (i interrupted) Advice(lang string) string {
	return phrase(lang, "请再运行一次", "run it again")
}

// sameSignal is how soon after a signal another one is the same: timeout(1) sends each
// twice, to the process and to its group.
const sameSignal = 100 * time.Millisecond

// untilSignal returns a context that the first SIGINT, SIGTERM or SIGHUP ends,
// with an interrupted as its cause. At the second one nobody listens any more: again is
// called with it, and ends the process at once. A pipe that nobody reads any more is an
// error of writing to it, and no reason to die in the middle of a run.
func untilSignal(parent context.Context, again func(os.Signal)) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(parent)
	signals, over := make(chan os.Signal, 1), make(chan struct{})
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) { // as nohup has it
		signal.Notify(signals, syscall.SIGHUP)
	}
	signal.Ignore(syscall.SIGPIPE)
	go func() {
		var first time.Time
		for {
			select {
			case <-over:
				return
			case s := <-signals:
				switch {
				case first.IsZero():
					first = time.Now()
					cancel(interrupted{s})
				case time.Since(first) > sameSignal:
					signal.Stop(signals)
					again(s)
					return
				}
			}
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		close(over)
		cancel(nil)
	}
}

// dieOf ends the process by a signal that nobody listens to, so that its parent sees why.
// Where the system does not send it, or the shell that began the process told it to
// ignore it, it ends with the exit code that stands for the signal.
func dieOf(s os.Signal) {
	if self, err := os.FindProcess(os.Getpid()); err == nil && self.Signal(s) == nil {
		<-time.After(sameSignal) // it does not arrive at once
	}
	os.Exit(exitCode(interrupted{s}))
}

// A program is one invocation: what the system hands it.
type program struct {
	args    []string
	placed  []int // which of them are the command and its files
	environ []string
	stdin   io.Reader
	stdout  io.Writer      // data only
	stderr  *screen        // everything else
	lang    string         // zh or en: what people are spoken to in
	json    *zap.Logger    // takes every sentence if log.format is json, else nil
	atEnd   func(code int) // is told the exit code, whatever it is
}

// run is main without the process around it, and returns the exit code.
func run(ctx context.Context, args, environ []string, stdin io.Reader, stdout, stderr io.Writer) (code int) {
	p := &program{args: args, environ: environ, stdin: stdin, stderr: newScreen(stderr), atEnd: func(int) {}}
	p.lang = p.language()
	defer func() {
		if bug := recover(); bug != nil { // else it would end with 2, which means that nothing was sent
			fmt.Fprintf(p.stderr, p.phrase("okrsync：程序内部错误，请把以下内容交给开发者：%v\n%s", "okrsync: internal error: %v\n%s"), bug, debug.Stack())
			code = exitInternal
		}
		p.atEnd(code)
	}()
	out := &watched{w: stdout}
	p.stdout = out
	root := p.root()
	root.SetArgs(args)
	code = p.tell(root.ExecuteContext(ctx))
	if out.err != nil {
		doing := writingStdout
		if errors.Is(out.err, syscall.EPIPE) {
			doing = closedStdout // as head does
		}
		return gravest(code, p.tell(fault{doing: doing, err: out.err}))
	}
	return code
}

// watched remembers whether writing to standard output has failed: data that
// did not arrive is a failure, whatever the command thinks of itself.
type watched struct {
	w   io.Writer
	err error
}

func (w *watched) Write(b []byte) (int, error) {
	n, err := w.w.Write(b)
	if w.err == nil {
		w.err = err
	}
	return n, err
}
