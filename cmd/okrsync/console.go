package main

import (
	"fmt"
	"strings"

	"go.uber.org/zap/buffer"
	"go.uber.org/zap/zapcore"
)

// Fields of log lines that a console does not show as such.
const (
	fieldRow      = "row"
	fieldProgress = "progress"
	fieldAdvice   = "advice" // what to do about it
)

// A console writes log lines for people, as a zapcore.Encoder: the time, the level, the
// sentence, its fields as (name=value …), and what to do behind an arrow. On a terminal it
// is broken between words.
//
// It leaves out what all lines of a run have in common, which With adds, and what the
// sentence says already: the row that it begins with, the numbers of the progress. All of
// it is there in JSON.
type console struct {
	zapcore.ObjectEncoder // takes what With adds
	width                 func() int
	lines                 buffer.Pool
}

func newConsole(width func() int) *console {
	return &console{ObjectEncoder: zapcore.NewMapObjectEncoder(), width: width, lines: buffer.NewPool()}
}

// Clone returns an encoder for a logger with further fields.
func (c *console) Clone() zapcore.Encoder { return newConsole(c.width) }

// EncodeEntry writes one entry.
func (c *console) EncodeEntry(entry zapcore.Entry, fields []zapcore.Field) (*buffer.Buffer, error) {
	width := c.width()
	head := fmt.Sprintf("%s %-5s ", entry.Time.Format("15:04:05"), entry.Level.CapitalString())
	text, advice := printable(entry.Message), ""
	if details, todo := shown(fields); todo == "" || width > 0 {
		text, advice = text+details, todo
	} else {
		text += details + " → " + todo
	}
	line := c.lines.Get()
	for part := range hang(head, text, width) {
		line.AppendString(part + "\n")
	}
	if advice != "" {
		for part := range hang(strings.Repeat(" ", len(head))+"→ ", advice, width) {
			line.AppendString(part + "\n")
		}
	}
	return line, nil
}

// shown are the fields that a line shows, in brackets, and its advice.
func shown(fields []zapcore.Field) (details, advice string) {
	var texts []string
	values := zapcore.NewMapObjectEncoder()
	for _, f := range fields {
		f.AddTo(values)
		value := printable(fmt.Sprint(values.Fields[f.Key]))
		switch {
		case f.Key == fieldAdvice:
			advice = value
		case f.Key == fieldRow, f.Key == fieldProgress, value == "":
		default:
			texts = append(texts, f.Key+"="+value)
		}
	}
	if len(texts) > 0 {
		details = " (" + strings.Join(texts, " ") + ")"
	}
	return details, advice
}
