package inbox_test

import (
	"context"
	"testing"
	"time"
)

// TestWaitHears ends at once when something comes, in the inbox or in a team's folder, or
// when an editor lets go of a file.
func TestWaitHears(t *testing.T) {
	s := newScene(t, "team/okrsync.yaml")
	watch := s.Watch()
	defer watch.Close()
	for _, name := range []string{"a.csv", "team/b.csv", "~$a.csv", ".~lock.a.csv#"} {
		over := make(chan bool)
		ctx, cancel := context.WithCancel(t.Context())
		watch.Wait(ctx, []string{".", "team"}, 0, time.Millisecond) // at first it begins to listen
		go func() {
			watch.Wait(ctx, []string{".", "team"}, 0, time.Hour)
			over <- true
		}()
		s.write(name, "")
		<-over
		cancel()
	}
}
