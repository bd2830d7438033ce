package main

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// TestWhenOver waits for what has begun: a run used to return while it still said that it
// was stopping.
func TestWhenOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		said := 0
		say := func() {
			<-time.After(time.Second)
			said++
		}
		whenOver(ctx, say)()
		heard := whenOver(ctx, say)
		cancel()
		synctest.Wait()
		heard()
		if said != 1 {
			t.Errorf("said %d times", said)
		}
	})
}
