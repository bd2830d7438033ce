package main

import (
	"os"
	"runtime/debug"

	"okrsync/source"
)

// leanCollector sets how far the heap may grow between two collections, in percent: as
// far as Go lets it at first, and never further than a few megabytes beyond what is kept:
// so many bytes without pointers, which cost the collector nothing. The environment's GOGC
// comes first.
func leanCollector(kept int64) {
	const (
		usual = 100
		least = 5
		own   = 3 << 20 // what the program itself keeps
		room  = 9 << 20 // for what is thrown away
	)
	if os.Getenv("GOGC") != "" {
		return
	}
	debug.SetGCPercent(int(min(usual, max(least, 100*room/(own+kept)))))
}

// indexOf is how many bytes are kept of a file: 24 for each row, which takes about as many
// in the file.
func indexOf(input *source.File) int64 { return input.Size() }

// leanLook tells of the items that are read of one table after the other, and keeps the
// collector lean meanwhile. It is called by one goroutine at a time.
func leanLook(input *source.File, looked func(items int)) func(items int) {
	const itemSize, negligible = 140, 10_000 // bytes of an item; items
	before, last, next := 0, 0, negligible
	return func(items int) {
		if items < last {
			before += last // that was another table
		}
		last = items
		if all := before + items; all >= next {
			leanCollector(indexOf(input) + itemSize*int64(all))
			next = all + all/4
		}
		looked(items)
	}
}
