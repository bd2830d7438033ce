package feishutest

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// onSocket returns a caller that reaches s over a real connection.
func onSocket(t *testing.T, s *Server) *caller {
	t.Helper()
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	c := inMemory(t, s)
	c.http, c.base = server.Client(), server.URL
	c.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return c
}

func isReset(err error) bool { return errors.Is(err, syscall.ECONNRESET) }

func isCut(err error) bool { return errors.Is(err, io.ErrUnexpectedEOF) }

// TestFaults has each fault hit a patch, in memory and over a socket.
func TestFaults(t *testing.T) {
	tests := []struct {
		fault   Fault
		applied bool
		status  int // logged
		code    int // logged
		broken  func(error) bool
		check   func(answered) bool
	}{
		{"500", false, 500, 1009999, nil, nil},
		{"500-after", true, 500, 1009999, nil, nil},
		{"1009998", false, 500, 1009998, nil, nil},
		{"1009998-after", true, 500, 1009998, nil, nil},
		{"2200", false, 200, 2200, nil, nil},
		{"2200-after", true, 200, 2200, nil, nil},
		{"html502", false, 502, -1, nil, isHTML},
		{"html502-after", true, 502, -1, nil, isHTML},
		{"html200", true, 200, -1, nil, isHTML},
		{"reset", false, 0, -1, isReset, nil},
		{"reset-after", true, 0, -1, isReset, nil},
		{"cut", true, 200, 0, isCut, func(a answered) bool { return strings.HasPrefix(a.text, `{"code":0`) }},
		{"slow", true, 200, 0, nil, nil},
		{"empty", true, 200, -1, nil, func(a answered) bool { return a.text == "" }},
		{"huge", true, 200, 0, nil, func(a answered) bool { return len(a.text) > 2<<20 && a.Data.Current == "5" }},
		{"code:7", false, 200, 7, nil, nil},
		{"code:99991663:401", false, 401, 99991663, nil, nil},
		{"expire", false, 400, 99991663, nil, nil},
		{"ratelimit:-1", false, 429, 99991400, nil, func(a answered) bool { return a.header.Get("x-ogw-ratelimit-reset") == "-1" }},
		{"ratelimit:none", false, 429, 99991400, nil, func(a answered) bool { return a.header["X-Ogw-Ratelimit-Reset"] == nil }},
		{"redirect:http://evil.example/x", false, 307, -1, nil, func(a answered) bool { return a.header.Get("Location") == "http://evil.example/x" }},
		{"delay:1ms", true, 200, 0, nil, nil},
		{"header:X-Odd=a=b", true, 200, 0, nil, func(a answered) bool { return a.header.Get("X-Odd") == "a=b" }},
		{"item:404", true, 200, 0, nil, func(a answered) bool { return a.Data.ID == "404" }},
	}
	for _, test := range tests {
		for _, where := range []string{"memory", "socket"} {
			t.Run(string(test.fault)+" "+where, func(t *testing.T) {
				s := sampled(1, Config{Slow: 20 * time.Millisecond})
				script(t, s, "patch 1 "+string(test.fault))
				c := inMemory(t, s)
				if where == "socket" {
					c = onSocket(t, s)
				} else {
					c.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
				}
				got, err := c.try(t.Context(), "PATCH", itemsPath+"/"+SampleItem(1), `{"metric_current_value":5}`)
				if test.broken == nil && err != nil || test.broken != nil && !test.broken(err) {
					t.Fatalf("error %v", err)
				}
				if err == nil && got.status != test.status {
					t.Errorf("HTTP %d, want %d", got.status, test.status)
				}
				if test.check != nil && !test.check(got) {
					t.Errorf("answer: %v %.300s", got.header, got.text)
				}
				logged := s.Requests()
				if r := logged[0]; len(logged) != 1 || r.Status != test.status || r.Code != test.code || r.Applied != test.applied {
					t.Errorf("log: %+v", logged)
				}
				if it, _ := s.Item(SampleSource, SampleTable, SampleItem(1)); (it.Current == "5") != test.applied {
					t.Errorf("the store has %s", it.Current)
				}
			})
		}
	}
}

func isHTML(a answered) bool {
	return a.header.Get("Content-Type") == "text/html" && strings.Contains(a.text, "<html>")
}

func TestHangEndsWithTheClient(t *testing.T) {
	for fault, applied := range map[string]bool{"hang": false, "hang-after": true} {
		s := sampled(1, Config{})
		script(t, s, "patch * "+fault)
		for _, c := range []*caller{inMemory(t, s), onSocket(t, s)} {
			gone := errors.New("gone")
			ctx, leave := context.WithCancelCause(t.Context())
			done := make(chan error)
			arrived := s.Stats().Calls[Patch]
			go func() {
				_, err := c.try(ctx, "PATCH", itemsPath+"/"+SampleItem(1), `{"metric_current_value":5}`)
				done <- err
			}()
			for s.Stats().Calls[Patch] == arrived {
				select {
				case err := <-done:
					t.Fatalf("%s: answered: %v", fault, err)
				case <-time.After(time.Millisecond):
				}
			}
			leave(gone)
			if err := <-done; !errors.Is(err, gone) && !errors.Is(err, context.Canceled) {
				t.Errorf("%s: %v", fault, err)
			}
		}
		if s.Requests()[0].Applied != applied || s.Requests()[1].Applied != applied {
			t.Errorf("%s: %+v", fault, s.Requests())
		}
	}
}

// TestTimeouts: waiting ends with the client's patience, in memory, and what has arrived stays applied.
func TestTimeouts(t *testing.T) {
	for _, rule := range []string{"hang-after", "delay:1h", "slow"} {
		synctest.Test(t, func(t *testing.T) {
			s := sampled(1, Config{Slow: time.Hour})
			script(t, s, "* * "+rule)
			c := inMemory(t, s)
			c.http.Timeout = 10 * time.Second
			start := time.Now()
			_, err := c.try(t.Context(), "PATCH", itemsPath+"/"+SampleItem(1), `{"metric_current_value":5}`)
			if !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != 10*time.Second {
				t.Errorf("%s: %v after %v", rule, err, time.Since(start))
			}
			if !s.Requests()[0].Applied {
				t.Errorf("%s: not applied", rule)
			}
		})
	}
}

func TestFaultsByProbability(t *testing.T) {
	run := func(c Config, calls int) (codes []int, logins int) {
		s := sampled(1, c)
		client := inMemory(t, s)
		for range calls {
			codes = append(codes, client.do("GET", sourcesPath, "").Code)
			if client.login().Code != 0 {
				logins++
			}
		}
		return codes, logins
	}
	config := Config{Faults: map[Fault]float64{"500": 0.1, "2200": 0.2}, Seed: 42}
	codes, logins := run(config, 3000)
	count := map[int]int{}
	for _, code := range codes {
		count[code]++
	}
	if count[1009999] < 240 || count[1009999] > 360 || count[2200] < 520 || count[2200] > 680 || logins > 0 {
		t.Errorf("of 3000 calls: %v; %d logins failed", count, logins)
	}
	again, _ := run(config, 100)
	config.Seed, config.FaultToken = 43, true
	other, logins := run(config, 100)
	same := 0
	for i := range again {
		if again[i] != codes[i] {
			t.Fatalf("call %d: %d, then %d with the same seed", i, codes[i], again[i])
		}
		if other[i] == codes[i] {
			same++
		}
	}
	if same == len(other) || logins == 0 {
		t.Errorf("another seed: %d of %d the same, %d logins failed", same, len(other), logins)
	}
}

func TestOutage(t *testing.T) {
	s := sampled(1, Config{})
	c := inMemory(t, s)
	s.SetFaults(map[Fault]float64{"html502": 1})
	if got := c.do("GET", sourcesPath, ""); got.status != 502 {
		t.Errorf("HTTP %d", got.status)
	}
	s.SetFaults(nil)
	if got := c.do("GET", sourcesPath, ""); got.Code != 0 || s.Stats().Faults != 1 {
		t.Errorf("%s; %d faults", got.text, s.Stats().Faults)
	}
}

func TestParseFault(t *testing.T) {
	if f, err := ParseFault("code:7:401"); f != "code:7:401" || err != nil {
		t.Errorf("%q, %v", f, err)
	}
	if _, err := ParseFault("flood"); err == nil || !strings.Contains(err.Error(), `"flood"`) {
		t.Errorf("%v", err)
	}
}
