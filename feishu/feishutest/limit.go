package feishutest

import (
	"cmp"
	"strconv"
	"time"
)

// gate holds one Limit for one kind of call. It is arithmetic on the time since the server's start, taken from the
// monotonic clock: setting the clock does not move it. A sliding gate remembers at most N arrivals.
type gate struct {
	limit Limit
	phase time.Duration // of a fixed window's clock at the server's start

	seen []time.Duration // sliding: a ring of the last arrivals
	next int             // sliding: the oldest of a full ring

	tick  int64 // fixed: the window being counted
	count int   // fixed: calls in it

	level  float64       // bucket: calls it would let through at once
	filled time.Duration // bucket: when level was true
}

// newGate begins l at the moment now since start.
func newGate(l Limit, start time.Time, now time.Duration) *gate {
	g := &gate{limit: l, level: float64(l.N), filled: now}
	if l.N > 0 {
		g.phase = start.Sub(start.Truncate(l.Period))
	}
	return g
}

// wait says how long a call arriving at now must wait to be let through: 0 if it is.
func (g *gate) wait(now time.Duration) time.Duration {
	switch {
	case g.limit.N <= 0:
		return 0
	case g.limit.Window == Fixed:
		tick := int64((now + g.phase) / g.limit.Period)
		if tick != g.tick {
			g.tick, g.count = tick, 0
		}
		if g.count < g.limit.N {
			return 0
		}
		return time.Duration(tick+1)*g.limit.Period - g.phase - now
	case g.limit.Window == Bucket:
		rate := float64(g.limit.N) / float64(g.limit.Period)
		g.level = min(float64(g.limit.N), g.level+rate*float64(now-g.filled))
		g.filled = now
		const rounding = 1e-9 // a refill of exactly one must not fall short of one
		if g.level >= 1-rounding {
			return 0
		}
		return max(1, time.Duration((1-g.level)/rate))
	default:
		if len(g.seen) < g.limit.N {
			return 0
		}
		return max(0, g.seen[g.next]+g.limit.Period-now)
	}
}

// add counts a call that arrived at now, one that wait has seen.
func (g *gate) add(now time.Duration) {
	switch {
	case g.limit.N <= 0:
	case g.limit.Window == Fixed:
		g.count++
	case g.limit.Window == Bucket:
		g.level = max(g.level-1, -float64(g.limit.N)) // refused calls that count dig a hole, but not without end
	case len(g.seen) < g.limit.N:
		g.seen = append(g.seen, now)
	default:
		g.seen[g.next] = now
		g.next = (g.next + 1) % g.limit.N
	}
}

// gatesFor builds the gates of one kind of call from the configuration.
func (c Config) gatesFor(call Call, start time.Time) []*gate {
	if l, ok := c.Limits[call]; ok {
		return []*gate{newGate(l, start, 0)}
	}
	limits := append([]Limit{c.Limit}, c.Also...)
	switch call {
	case Token:
		return nil
	case Bot:
		limits = botLimits()
	}
	var gates []*gate
	for _, l := range limits {
		gates = append(gates, newGate(l, start, 0))
	}
	return gates
}

// SetLimit puts l in the place of all limits of a call kind from now on, with nothing counted yet; call "" means every
// kind of the metric API. It panics on a call that is none and on a limit that Config.Validate refuses.
func (s *Server) SetLimit(call Call, l Limit) {
	if call != "" && !knownCall(call) {
		panic("feishutest: no call is named " + string(call))
	}
	if err := l.check("SetLimit"); err != nil {
		panic("feishutest: " + err.Error())
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.setLimit(call, l, time.Since(s.start))
}

func (s *Server) setLimit(call Call, l Limit, now time.Duration) {
	for _, kind := range Calls() {
		if kind == call || call == "" && kind.okr() {
			s.kinds[kind].gates = []*gate{newGate(l, s.start, now)}
		}
	}
}

// limited counts the call against its kind's limits and returns the refusal of the one that keeps it out longest. A
// call that is refused uses up nothing, but for limits with CountRefused.
func (s *Server) limited(c *exchange) (reply, bool) {
	now := c.now.Sub(s.start)
	var worst *gate
	var longest time.Duration
	gates := s.kinds[c.kind].gates
	for _, g := range gates {
		if wait := g.wait(now); wait > longest {
			worst, longest = g, wait
		}
	}
	for _, g := range gates {
		if worst == nil || g.limit.CountRefused {
			g.add(now)
		}
	}
	if worst == nil {
		return reply{}, false
	}
	s.stats.Refused++
	if worst.limit.CountRefused {
		longest = worst.wait(now) // counting this call may have moved the end
	}
	rep := c.refuse(cmp.Or(worst.limit.Code, codeFrequency))
	rep.status = cmp.Or(worst.limit.Status, 429)
	rep.resetAfter(worst.limit.Reset, longest)
	return rep, true
}

// resetAfter sets the vendor's reset header: "" as the whole seconds of wait rounded up, "none" not at all, any other
// word as it stands.
func (r *reply) resetAfter(word string, wait time.Duration) {
	switch word {
	case "none":
		return
	case "":
		word = strconv.FormatInt(int64((wait+time.Second-1)/time.Second), 10)
	}
	r.set("X-Ogw-Ratelimit-Reset", word)
}
