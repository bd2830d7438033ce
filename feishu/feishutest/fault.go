package feishutest

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Fault is one thing that goes wrong, or an oddity, written as in flags and scripts:
//
//	500 1009998 2200   that error: HTTP 500 with 1009999, HTTP 500 with 1009998, HTTP 200 with 2200
//	html502            a proxy's HTTP 502 page
//	reset              the connection is cut before anything is applied
//	hang               no answer until the client leaves
//	500-after …        each of these six with -after: the call is applied first
//	cut                applied; the body ends half way, short of its Content-Length
//	slow               applied; the body trickles for Config.Slow
//	html200 empty huge applied; HTTP 200 with a web page, with no body, with 2 MiB of JSON before the answer's end
//	code:N[:STATUS]    that code, with its usual HTTP status (200 if it has none) or the given one
//	ratelimit:WORD     HTTP 429, 99991400, and WORD as x-ogw-ratelimit-reset (none: no header)
//	redirect:URL       HTTP 307 to URL
//	expire             every token dies now, this call's first
//
// The following change a call instead of failing it; several of them may meet in one call:
//
//	delay:DURATION     the answer comes that much later
//	header:NAME=VALUE  a header of the answer is set
//	item:ID            the answer names ID in the place of its first item; what is applied is as asked
//	omit:ID            a batch answer names ID neither in items nor in failed_items; it is applied as asked
//	page:same          a list's answer leads to the same page again, for ever
//	page:empty         a list's answer says has_more and gives no page_token
//	limit:N/PERIOD     from the next call of this kind on that is its limit
type Fault string

// ParseFault checks s against the list at Fault.
func ParseFault(s string) (Fault, error) {
	_, err := parseFault(s)
	return Fault(s), err
}

// fault is a Fault taken apart.
type fault struct {
	name   string // without -after and argument
	after  bool   // the call is applied first
	arg    string
	code   int
	status int
	delay  time.Duration
	limit  Limit
}

// changes says whether f alters the call instead of deciding its answer.
func (f fault) changes() bool {
	switch f.name {
	case "delay", "header", "item", "omit", "page", "limit":
		return true
	}
	return false
}

func parseFault(s string) (fault, error) {
	name, arg, hasArg := strings.Cut(s, ":")
	if !hasArg {
		return parseBare(s)
	}
	f := fault{name: name, arg: arg}
	if err := f.parseArg(); err != nil {
		return fault{}, fmt.Errorf("fault %q: %w", s, err)
	}
	return f, nil
}

// parseBare reads a fault that takes no argument.
func parseBare(s string) (fault, error) {
	name, after := strings.CutSuffix(s, "-after")
	f := fault{name: name, after: after}
	switch name {
	case "500":
		f.name, f.code = "code", codeUnknown
		return f, nil
	case "1009998", "2200":
		f.name = "code"
		f.code, _ = strconv.Atoi(name)
		return f, nil
	case "html502", "reset", "hang":
		return f, nil
	case "expire":
		if !after {
			return f, nil
		}
	case "cut", "slow", "html200", "empty", "huge":
		f.after = true // these need an answer to spoil
		if !after {
			return f, nil
		}
	}
	return fault{}, fmt.Errorf("no fault is called %q", s)
}

// parseArg reads what follows the colon.
func (f *fault) parseArg() (err error) {
	switch f.name {
	case "code":
		return f.parseCode()
	case "ratelimit":
		f.code, f.status = codeFrequency, http.StatusTooManyRequests
		return nil
	case "delay":
		if f.delay, err = time.ParseDuration(f.arg); err == nil && f.delay < 0 {
			err = errors.New("a delay below 0")
		}
		return err
	case "limit":
		f.limit, err = ParseLimit(f.arg)
		return err
	}
	return f.checkArg()
}

// checkArg looks at what is kept as it stands.
func (f *fault) checkArg() error {
	switch f.name {
	case "header":
		if key, _, ok := strings.Cut(f.arg, "="); !ok || key == "" || strings.ContainsAny(f.arg, "\r\n") {
			return errors.New("want NAME=VALUE")
		}
		return nil
	case "item", "omit":
		if !validID(f.arg) {
			return errors.New("want an id of 1 to 20 digits")
		}
		return nil
	case "page":
		if f.arg != "same" && f.arg != "empty" {
			return errors.New("want same or empty")
		}
		return nil
	case "redirect":
		if u, err := url.Parse(f.arg); err != nil || u.Host == "" && u.Path == "" {
			return errors.New("want a URL")
		}
		return nil
	}
	return errors.New("no fault is called so")
}

// parseCode reads N or N:STATUS.
func (f *fault) parseCode() error {
	code, status, both := strings.Cut(f.arg, ":")
	var err error
	if f.code, err = strconv.Atoi(code); err != nil || f.code <= 0 {
		return errors.New("want a code above 0")
	}
	if !both {
		return nil
	}
	if f.status, err = strconv.Atoi(status); err != nil || !hasBody(f.status) {
		return errors.New("want an HTTP status from 200 to 599 that has a body")
	}
	return nil
}

// chance is a fault of Config.Faults, hit when a draw falls below upTo and not below the one before.
type chance struct {
	upTo  float64
	fault fault
}

// parseFaults lays the faults end to end in the order of their names, so that a seed means the same each time.
func parseFaults(from map[Fault]float64) ([]chance, error) {
	var all []chance
	var errs []error
	sum := 0.0
	for _, name := range slices.Sorted(maps.Keys(from)) {
		f, err := parseFault(string(name))
		p := from[name]
		if err == nil && !(p >= 0 && p <= 1) {
			err = fmt.Errorf("fault %q: %v is not a probability from 0 to 1", name, p)
		}
		errs = append(errs, err)
		sum += p
		all = append(all, chance{sum, f})
	}
	if sum > 1+1e-9 {
		errs = append(errs, fmt.Errorf("the probabilities of the faults add up to %v, more than 1", sum))
	}
	return all, errors.Join(errs...)
}
