package feishutest

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
)

// SetFaults puts f in the place of Config.Faults from now on; an outage is {"html502": 1}, its end nil. It panics on
// faults that Config.Validate refuses.
func (s *Server) SetFaults(f map[Fault]float64) {
	chances, err := parseFaults(f)
	if err != nil {
		panic("feishutest: " + err.Error())
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.chances = chances
}

// plan is what is to go wrong with one call.
type plan struct {
	end     *fault // decides the answer
	changes []fault
}

// pick chooses what goes wrong with a call: every rule of the script that fits and changes, the first that decides,
// and if none does a draw of Config.Faults.
func (s *Server) pick(c *exchange) plan {
	var p plan
	for _, r := range s.rules {
		if r.left == 0 || p.end != nil && !r.fault.changes() || !r.fits(c, s.firstArrival) {
			continue
		}
		p.add(r.fault)
		if r.left > 0 {
			r.left--
		}
	}
	if p.end == nil && len(s.chances) > 0 && (c.kind != Token || s.config.FaultToken) {
		draw := s.draw(uint64(slices.Index(Calls(), c.kind))<<48 | uint64(c.number))
		for _, ch := range s.chances {
			if draw < ch.upTo {
				p.add(ch.fault)
				break
			}
		}
	}
	return p
}

func (p *plan) add(f fault) {
	if f.changes() {
		p.changes = append(p.changes, f)
		return
	}
	p.end = &f
}

// draw is a number in [0,1) that depends on n and the seed alone (splitmix64).
func (s *Server) draw(n uint64) float64 {
	z := s.config.Seed*0xd1342543de82ef95 + (n+1)*0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	z ^= z >> 31
	return float64(z>>11) / (1 << 53)
}

// change lets the changing faults of the plan work on the call and its answer to be.
func (s *Server) change(c *exchange, rep *reply, changes []fault) {
	for _, f := range changes {
		switch f.name {
		case "delay":
			rep.wait += f.delay
		case "header":
			name, value, _ := strings.Cut(f.arg, "=")
			rep.set(name, value)
		case "item":
			c.rename = f.arg
		case "omit":
			c.omit = append(c.omit, f.arg)
		case "page":
			c.page = f.arg
		case "limit":
			s.setLimit(c.kind, f.limit, c.now.Sub(s.start))
		}
	}
}

// spoil returns the answer a deciding fault gives in the place of good, which is empty unless the call was applied.
func (s *Server) spoil(c *exchange, f *fault, good reply) reply {
	bad := good
	switch f.name {
	case "code", "ratelimit":
		bad = c.refuse(f.code)
		bad.status = cmp.Or(f.status, bad.status)
		if f.name == "ratelimit" {
			bad.resetAfter(f.arg, 0)
		}
	case "expire":
		s.tokens.revoke(c.now)
		bad = c.refuse(codeToken)
	case "redirect":
		bad = textReply(http.StatusTemporaryRedirect, "")
		bad.set("Location", f.arg)
	case "html502":
		bad = htmlReply(http.StatusBadGateway, "502 Bad Gateway")
	case "html200":
		bad = htmlReply(http.StatusOK, "Sign in")
	case "empty":
		bad = textReply(http.StatusOK, "")
	case "huge":
		// Spaces after the first brace keep it valid JSON that a client bounding its reads does not see the end of.
		bad.body = slices.Concat(good.body[:1], slices.Repeat([]byte(" "), 2<<20), good.body[1:])
	case "reset":
		bad = reply{code: codeNoAnswer, ending: endReset}
	case "hang":
		bad = reply{code: codeNoAnswer, ending: endHang}
	case "cut":
		bad.ending = endCut
	case "slow":
		bad.ending = endSlow
	}
	bad.applied = good.applied
	return bad
}
