package main

import (
	"io"
	"os"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"golang.org/x/term"
)

// newLogger returns the logger of a command: console lines where people look
// on, JSON where they don't, unless the configuration says which.
func newLogger(w io.Writer, c config, terminal bool) *zap.Logger {
	level, err := zapcore.ParseLevel(c.logLevel)
	if err != nil {
		level = zapcore.InfoLevel
	}
	encoder := zap.NewProductionEncoderConfig()
	encoder.EncodeTime = zapcore.ISO8601TimeEncoder
	encoder.TimeKey = "time"
	if c.logFormat == "json" || c.logFormat == "auto" && !terminal {
		return zap.New(zapcore.NewCore(zapcore.NewJSONEncoder(encoder), zapcore.AddSync(w), level))
	}
	encoder.EncodeTime = zapcore.TimeEncoderOfLayout("15:04:05")
	encoder.EncodeLevel = zapcore.CapitalLevelEncoder
	return zap.New(zapcore.NewCore(zapcore.NewConsoleEncoder(encoder), zapcore.AddSync(w), level))
}

// isTerminal reports whether people read what is written to w.
func isTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}
