package sync_test

import (
	"context"
	stdsync "sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"okrsync/feishu"
	"okrsync/feishu/feishutest"
	"okrsync/sync"
)

// TestOutlookComesTrue asks every second of a run how long it will take, and holds the
// answers against how long it took: with the permits that are in use, with several
// limits, and with one that refusals taught.
func TestOutlookComesTrue(t *testing.T) {
	const rows = 600
	for _, test := range []struct {
		name, rate, server string
		after              time.Duration // when it is asked first
		off                float64       // how far an answer may be off, as a part of what it is
	}{
		{"a limit", "100/6s", "100/6s", 0, 0.05},
		{"a long one", "100/1m", "100/1m", 0, 0.05},
		{"two limits", "20/1s,200/1m", "20/1s", 0, 0.05},
		{"a shorter one too", "10/1s,400/6s", "10/1s", 0, 0.05},
		{"one that was learned", "100/6s", "50/6s", 20 * time.Second, 0.5}, // it is tried whether it bears more
	} {
		synctest.Test(t, func(t *testing.T) {
			s := newScene(t, feishutest.Config{Latency: 20 * time.Millisecond, Limit: serverLimit(t, test.server)}, rows)
			limits, err := sync.ParseLimits(test.rate)
			if err != nil {
				t.Fatal(err)
			}
			pace(s, limits...)
			s.job.Workers = 6
			var done atomic.Int64
			told := map[time.Time]time.Duration{}
			ctx, end := context.WithCancel(t.Context())
			var asking stdsync.WaitGroup
			asking.Go(func() {
				for start := time.Now(); ctx.Err() == nil; {
					select {
					case <-ctx.Done():
					case <-time.After(time.Second):
						if time.Since(start) > test.after {
							left := map[feishu.Call]int{feishu.CallPatch: rows - int(done.Load())}
							told[time.Now()] = s.job.Pacer.Outlook(left, 6).Left
						}
					}
				}
			})
			for r, err := range s.job.Run(t.Context()) {
				if err != nil || r.Status != sync.Updated {
					t.Fatalf("%s: %v, %+v", test.name, err, r)
				}
				done.Add(1)
			}
			end()
			asking.Wait()
			for at, left := range told {
				if is := time.Since(at); (is - left).Abs() > max(time.Second, time.Duration(test.off*float64(is))) {
					t.Errorf("%s: %s before its end the run was told to take another %s", test.name, is, left)
				}
			}
		})
	}
}

// serverLimit is the first of the limits, as the simulator takes it.
func serverLimit(t *testing.T, s string) feishutest.Limit {
	t.Helper()
	limits, err := sync.ParseLimits(s)
	if err != nil {
		t.Fatal(err)
	}
	return feishutest.Limit{N: limits[0].N, Period: limits[0].Period}
}

// TestOutlookSaysWhatIsWaitedFor looks at a pacer whose permits are used up, and at one
// that was asked to be silent: for how long, and why.
func TestOutlookSaysWhatIsWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := sync.NewPacer([]sync.Limit{{N: 2, Period: time.Minute}}, 0)
		left := map[feishu.Call]int{feishu.CallPatch: 3}
		if got := p.Outlook(left, 1); got.Wait != 0 || got.Flying != 0 {
			t.Errorf("before the first call: %+v", got)
		}
		var done []func(error)
		for range 2 {
			answered, err := p.Admit(t.Context(), feishu.CallPatch)
			if err != nil {
				t.Fatal(err)
			}
			done = append(done, answered)
		}
		if got := p.Outlook(left, 1); got.Wait != 0 || got.Flying != 2 {
			t.Errorf("with two calls on the wire: %+v", got)
		}
		time.Sleep(time.Second)
		for _, answered := range done {
			answered(nil)
		}
		time.Sleep(20 * time.Second)
		if got := p.Outlook(left, 1); got.Wait.Round(time.Second) != 40*time.Second || got.Pause != (sync.Pause{}) {
			t.Errorf("with the limit used up: %+v", got)
		}
		p.Rest(90*time.Second, feishu.CodeUpdateLimit)
		time.Sleep(10 * time.Second)
		if got := p.Outlook(left, 1); got.Wait != 80*time.Second || got.Pause.Code != feishu.CodeUpdateLimit || got.Left < got.Wait {
			t.Errorf("in a silence: %+v", got)
		}
	})
}
