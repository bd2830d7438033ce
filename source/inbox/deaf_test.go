package inbox

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// TestWaitEnds ends after a while where the system tells nothing, and with its context.
func TestWaitEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		deaf := &Watch{}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(90*time.Second, cancel)
		for _, want := range []time.Duration{time.Minute, 30 * time.Second} {
			began := time.Now()
			deaf.Wait(ctx, []string{"."}, 0, time.Minute)
			if took := time.Since(began); took != want {
				t.Errorf("took %s, want %s", took, want)
			}
		}
		deaf.Close()
	})
}
