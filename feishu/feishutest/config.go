package feishutest

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Call is a kind of request the API knows. Each kind is counted and limited by itself.
type Call string

// The calls of the metric API, and the login they need.
const (
	Token       Call = "token"        // POST /open-apis/auth/v3/tenant_access_token/internal
	Sources     Call = "sources"      // GET …/metric_sources
	Tables      Call = "tables"       // GET …/metric_sources/:source/tables
	List        Call = "list"         // GET …/tables/:table/items
	Get         Call = "get"          // GET …/items/:item
	Patch       Call = "patch"        // PATCH …/items/:item
	BatchUpdate Call = "batch_update" // PATCH …/items/batch_update
	Bot         Call = "bot"          // POST /open-apis/bot/v2/hook/:token, the webhook of a group's bot
)

// Calls names every kind, the login first.
func Calls() []Call { return []Call{Token, Sources, Tables, List, Get, Patch, BatchUpdate, Bot} }

// okr says whether a call is one of the metric API, which wants a token, has the app's limits and counts for its month.
func (c Call) okr() bool { return c != Token && c != Bot }

// Config says how the server behaves. The zero value is a healthy server without limits that accepts any app id and
// secret that are not empty. What the vendor documents is marked doc, what is inferred guess; what others report, seen.
type Config struct {
	// AppID and AppSecret, when set, are the only ones accepted: another id is 10003, another secret 10014, both with
	// HTTP 200 (seen). Empty accepts any that is not empty.
	AppID, AppSecret string

	// TokenLife is how long a token works, 2 h by default and at the vendor (doc). A login while 30 min or more are left
	// gives the same token, later a new one, and both work (doc). For lives under 2 h, which the vendor never gives, a
	// quarter of the life stands in for the 30 min.
	TokenLife time.Duration

	// Limit holds for each call kind of the metric API, each kind counting by itself (doc). Zero: none.
	Limit Limit
	// Limits replaces Limit (and Also) for single kinds; a zero Limit there lifts it. The login is limited only here. A
	// bot has 5/1s and 100/1m (doc) unless something else stands here.
	Limits map[Call]Limit
	// Also are further limits that hold at the same time as Limit, such as 1000/1m beside 50/1s.
	Also []Limit

	// Quota caps how many items of one table are updated in a period; what goes over it is 1001005, HTTP 400 (guess:
	// the vendor names the code and does not explain it).
	Quota Quota
	// MonthlyQuota is how many calls the tenant has, logins not counted; after them everything is HTTP 429, 99991403
	// (doc). 0: no end.
	MonthlyQuota int

	// PageSizeMax is the largest page_size, 100 by default; a larger one is 1001001 (guess).
	PageSizeMax int
	// PageSizeDefault is used when a request names none: 10, or PageSizeMax if that is less (guess).
	PageSizeDefault int
	// ListTotal makes lists say how many entries they have in all, which is not documented for these and common in
	// the vendor's other lists (guess).
	ListTotal bool
	// BatchMax is the most entries of a batch call, 100 by default (doc); more are 1001005, HTTP 400.
	BatchMax int
	// BatchPoison decides what one bad row of a batch does, which is not known: true fails the call with the code of
	// the first bad row and changes nothing, false names the row in failed_items and updates the others.
	BatchPoison bool

	// Latency and Jitter delay the answer by Latency plus a random part of Jitter. The call is counted and applied
	// before, so a client that gives up meanwhile does not undo it.
	Latency, Jitter time.Duration
	// InboundJitter delays each call by a random part of it before it arrives: before it is counted against limits,
	// numbered, logged and applied.
	InboundJitter time.Duration

	NoScope    bool // the app lacks the scope: HTTP 400, 99991672 with error.permission_violations
	NoEdition  bool // the tenant's edition lacks the API: HTTP 403, 1000403
	NotOffered bool // the tenant does not have these paths: all but the login are a plain-text 404
	DenyIP     bool // the caller's address is not on the allow-list: 99991401 on all but the login

	// BotToken, when set, is the only last part of a webhook's address that is accepted: another is 19001 (seen). Empty
	// accepts any.
	BotToken string
	// BotSecret, when set, must have signed a message within the hour (doc): else 19021.
	BotSecret string
	// BotKeyword, when set, must stand in a message (doc): else 19024.
	BotKeyword string
	// OnMessage, if set, is called with what a bot says, one at a time. It must not call the server.
	OnMessage func(Message)

	// Faults gives the probability, 0 to 1, of each fault for each call; together they are at most 1. Which calls are
	// hit depends on Seed, the kind and the number of the call within its kind, not on how kinds interleave.
	Faults map[Fault]float64
	// FaultToken lets Faults hit the login as well.
	FaultToken bool
	// Seed makes Faults repeatable, and the delays roughly so.
	Seed uint64
	// Slow is how long the fault "slow" stretches a body, 3 s by default.
	Slow time.Duration

	// NotifyUnchanged makes a write that carries a key result's target, initial value or superior count as a message
	// even if nothing differs from before: the pessimistic reading of "changed" (guess). A client that sends a lost
	// write again without looking is caught by it.
	NotifyUnchanged bool

	// LogLimit is how many requests Requests keeps: 0 all, n > 0 the last n, -1 none.
	LogLimit int
}

// Quota is a number of item updates per period and table. The period begins with the first update counted in it.
// N of 0 or less is no quota; a Period of 0 never ends.
type Quota struct {
	N      int
	Period time.Duration
}

// Window is the way a Limit counts.
type Window string

// The ways a server may count. Which one the vendor uses is not known.
const (
	Sliding Window = "sliding" // no N+1 calls within any Period; the default
	Fixed   Window = "fixed"   // no N+1 calls between two ticks of a clock that ticks each Period (UTC)
	Bucket  Window = "bucket"  // a bucket of N that refills evenly, N in each Period
)

// Limit is how often one kind of call may come. N of 0 or less is no limit.
type Limit struct {
	N      int
	Period time.Duration // more than 0
	Window Window        // "" is Sliding
	Status int           // HTTP status of a refusal: 429, the default (doc), or 400 as older APIs answer (doc)
	Code   int           // code of a refusal: 99991400, the default (doc), or 1000004 or 1000005
	// Reset is what the header x-ogw-ratelimit-reset of a refusal carries: "" the whole seconds until a call will
	// pass, rounded up (doc: seconds); "none" leaves the header out; anything else is sent as it stands.
	Reset string
	// CountRefused makes refused calls use up the limit too, so that a client that hammers stays out.
	CountRefused bool
}

// ParseLimit reads "N/PERIOD", such as "100/1m", "50/1s" or "50/s". The period is a Go duration; its number may be left
// out when it is 1. N and the period are more than 0.
func ParseLimit(s string) (Limit, error) {
	count, period, ok := strings.Cut(strings.TrimSpace(s), "/")
	if !ok {
		return Limit{}, fmt.Errorf("limit %q: want a number, a slash and a period, such as 100/1m", s)
	}
	n, err := strconv.Atoi(strings.TrimSpace(count))
	if err != nil || n <= 0 {
		return Limit{}, fmt.Errorf("limit %q: %q is not a whole number above 0", s, count)
	}
	period = strings.TrimSpace(period)
	if period != "" && (period[0] < '0' || period[0] > '9') && period[0] != '.' && period[0] != '-' {
		period = "1" + period
	}
	d, err := time.ParseDuration(period)
	if err != nil || d <= 0 {
		return Limit{}, fmt.Errorf("limit %q: the period is not a duration above 0, such as 1s or 1m", s)
	}
	return Limit{N: n, Period: d}, nil
}

// Validate tells all that New would refuse about c, joined.
func (c Config) Validate() error {
	var errs []error
	errs = append(errs, c.Limit.check("Limit"))
	for i, l := range c.Also {
		errs = append(errs, l.check("Also["+strconv.Itoa(i)+"]"))
	}
	for _, call := range slices.Sorted(maps.Keys(c.Limits)) {
		l := c.Limits[call]
		if !knownCall(call) {
			errs = append(errs, fmt.Errorf("Limits: no call is named %q", call)) //nolint:staticcheck // the name of the field, capital and all
		}
		errs = append(errs, l.check("Limits["+string(call)+"]"))
	}
	for _, d := range []time.Duration{c.TokenLife, c.Latency, c.Jitter, c.InboundJitter, c.Slow, c.Quota.Period} {
		if d < 0 {
			errs = append(errs, fmt.Errorf("a duration below 0: %v", d))
		}
	}
	for _, n := range []int{c.PageSizeMax, c.PageSizeDefault, c.BatchMax, c.MonthlyQuota} {
		if n < 0 {
			errs = append(errs, fmt.Errorf("a count below 0: %d", n))
		}
	}
	_, err := parseFaults(c.Faults)
	return errors.Join(append(errs, err)...)
}

// check names what is wrong with l, a limit called where.
func (l Limit) check(where string) error {
	if l.N <= 0 {
		return nil
	}
	switch l.Window {
	case "", Sliding, Fixed, Bucket:
	default:
		return fmt.Errorf("%s: no window is called %q", where, l.Window)
	}
	if l.Period <= 0 {
		return fmt.Errorf("%s: the period %v is not above 0", where, l.Period)
	}
	if l.Status != 0 && !hasBody(l.Status) {
		return fmt.Errorf("%s: %d is not an HTTP status that has a body", where, l.Status)
	}
	return nil
}

// hasBody says whether answers of this status may carry a code.
func hasBody(status int) bool {
	return status >= 200 && status <= 599 && status != http.StatusNoContent && status != http.StatusNotModified
}

// filled returns c with the defaults in place.
func (c Config) filled() Config {
	c.TokenLife = cmp.Or(c.TokenLife, 2*time.Hour)
	c.PageSizeMax = cmp.Or(c.PageSizeMax, 100)
	c.PageSizeDefault = min(cmp.Or(c.PageSizeDefault, 10), c.PageSizeMax)
	c.BatchMax = cmp.Or(c.BatchMax, 100)
	c.Slow = cmp.Or(c.Slow, 3*time.Second)
	return c
}
