package main

import (
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// What log.format can be. Auto is console lines where people look on, and JSON elsewhere.
const (
	logAuto    = "auto"
	logConsole = "console"
	logJSON    = "json"
)

// newLogger returns the logger of a command, which writes to the screen.
func newLogger(s *screen, c config) *zap.Logger {
	level, err := zapcore.ParseLevel(c.logLevel)
	if err != nil {
		level = zapcore.InfoLevel
	}
	if c.logFormat == logJSON || c.logFormat == logAuto && !s.terminal() {
		return newJSON(s, level)
	}
	return zap.New(zapcore.NewCore(newConsole(s.width), zapcore.AddSync(s), level))
}

// newJSON returns a logger whose lines programs read.
func newJSON(s *screen, level zapcore.Level) *zap.Logger {
	encoder := zap.NewProductionEncoderConfig()
	encoder.EncodeTime = zapcore.ISO8601TimeEncoder
	encoder.TimeKey = "time"
	return zap.New(zapcore.NewCore(zapcore.NewJSONEncoder(encoder), zapcore.AddSync(inertLines{s}), level))
}
