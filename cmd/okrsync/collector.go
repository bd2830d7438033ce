package main

import (
	"os"
	"runtime/debug"
)

// leanCollector sets how far the heap may grow between two collections, in percent: as
// far as Go lets it at first, and never further than a few megabytes beyond what the
// index of a file may take, which has no pointers and costs the collector nothing. The
// environment's GOGC comes first. A file of 0 bytes is none.
func leanCollector(size int64) {
	const (
		usual = 100
		least = 5
		own   = 3 << 20 // what the program itself keeps
		room  = 9 << 20 // for what is thrown away
	)
	if os.Getenv("GOGC") != "" {
		return
	}
	index := size // 24 bytes for each row, which takes about as many in the file
	debug.SetGCPercent(int(min(usual, max(least, 100*room/(own+index)))))
}
