package feishutest

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"
)

// rule is one line of a script.
type rule struct {
	call       Call // "" is every kind
	first      int  // number of the first call it fits, counted within call
	last       int  // and of the last
	item       string
	from, to   time.Duration // since the first request; to 0: no matter when
	fault      fault
	left       int // how often it still applies, -1: for ever
	faultWords string
}

// Script adds rules for what goes wrong, one a line, with # comments:
//
//	CALL WHICH FAULT [xTIMES]
//
// CALL is a kind of call or *, which is every kind, the login too. WHICH is * (every call), a number n (the n-th call
// of that kind since the server began, from 1; with CALL * the n-th of all), from:n, item:ID (calls about that item,
// and batches that hold it) or time:FROM-TO (durations since the first request, such as time:10s-70s). FAULT is one of
// the list at Fault. xTIMES says how often the rule applies: once for a number (with x3 also to the two calls after
// it), else for ever. Of several rules that fit a call the first decides, and all those that only change it apply.
// A rule comes true, and is used up, only when the gateway let the call through: not for calls that were refused for
// their token, address, scope or a limit.
//
// An error names the line, and nothing is added then.
func (s *Server) Script(lines io.Reader) error {
	rules, err := parseScript(lines)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rules = append(s.rules, rules...)
	return nil
}

func parseScript(lines io.Reader) ([]*rule, error) {
	var rules []*rule
	scan := bufio.NewScanner(lines)
	for n := 1; scan.Scan(); n++ {
		text, _, _ := strings.Cut(scan.Text(), "#")
		if strings.TrimSpace(text) == "" {
			continue
		}
		r, err := parseRule(text)
		if err != nil {
			return nil, fmt.Errorf("script line %d: %w", n, err)
		}
		rules = append(rules, r)
	}
	if err := scan.Err(); err != nil {
		return nil, fmt.Errorf("script: %w", err)
	}
	return rules, nil
}

func parseRule(text string) (*rule, error) {
	words := strings.Fields(text)
	if len(words) < 3 || len(words) > 4 {
		return nil, errors.New("want CALL WHICH FAULT [xTIMES]")
	}
	r := &rule{first: 1, last: math.MaxInt, left: -1, faultWords: words[2]}
	if words[0] != "*" {
		r.call = Call(words[0])
		if !knownCall(r.call) {
			return nil, fmt.Errorf("no call is named %q; there are %v", words[0], Calls())
		}
	}
	single, err := r.parseWhich(words[1])
	if err != nil {
		return nil, err
	}
	if r.fault, err = parseFault(words[2]); err != nil {
		return nil, err
	}
	if len(words) < 4 {
		return r, nil
	}
	times, ok := strings.CutPrefix(words[3], "x")
	if r.left, err = strconv.Atoi(times); !ok || err != nil || r.left <= 0 {
		return nil, fmt.Errorf("%q: want x and a number above 0, such as x3", words[3])
	}
	if single {
		r.last = min(r.first-1, math.MaxInt-r.left) + r.left
		r.left = -1
	}
	return r, nil
}

// parseWhich reads the second word and says whether it is a single number.
func (r *rule) parseWhich(word string) (single bool, err error) {
	kind, arg, _ := strings.Cut(word, ":")
	switch kind {
	case "*":
		if arg == "" {
			return false, nil
		}
	case "from":
		if r.first, err = strconv.Atoi(arg); err == nil && r.first > 0 {
			return false, nil
		}
	case "item":
		if r.item = arg; validID(arg) {
			return false, nil
		}
	case "time":
		from, to, _ := strings.Cut(arg, "-")
		var errFrom, errTo error
		r.from, errFrom = time.ParseDuration(from)
		r.to, errTo = time.ParseDuration(to)
		if errFrom == nil && errTo == nil && r.from >= 0 && r.to > r.from {
			return false, nil
		}
	default:
		if r.first, err = strconv.Atoi(word); err == nil && r.first > 0 {
			r.last = r.first
			return true, nil
		}
	}
	return false, fmt.Errorf("%q: want *, a number, from:N, item:ID or time:FROM-TO", word)
}

// fits says whether the rule is about this call.
func (r *rule) fits(c *exchange, firstArrival time.Time) bool {
	if r.call != "" && r.call != c.kind {
		return false
	}
	number := c.number
	if r.call == "" {
		number = c.total
	}
	if number < r.first || number > r.last {
		return false
	}
	if since := c.now.Sub(firstArrival); r.to > 0 && (since < r.from || since >= r.to) {
		return false
	}
	return r.item == "" || r.item == c.item ||
		c.kind == BatchUpdate && bytes.Contains(c.body, []byte(`"`+r.item+`"`))
}

// String writes the rule as a script line.
func (r *rule) String() string {
	call, which, times := "*", "*", ""
	if r.call != "" {
		call = string(r.call)
	}
	switch {
	case r.item != "":
		which = "item:" + r.item
	case r.to > 0:
		which = fmt.Sprintf("time:%v-%v", r.from, r.to)
	case r.last == math.MaxInt && r.first > 1:
		which = "from:" + strconv.Itoa(r.first)
	case r.last != math.MaxInt:
		which = strconv.Itoa(r.first)
		times = fmt.Sprintf(" x%d", r.last-r.first+1)
	}
	if r.left > 0 {
		times = fmt.Sprintf(" x%d", r.left)
	}
	return call + " " + which + " " + r.faultWords + times
}
