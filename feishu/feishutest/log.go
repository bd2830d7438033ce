package feishutest

import (
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"time"
)

// Request is one line of the server's log: a call as it arrived, and what became of it.
type Request struct {
	Seq     int       // from 1, in order of arrival
	At      time.Time // of the arrival
	Call    Call      // "" for a path or method the API does not have
	Method  string
	Host    string
	Path    string // as sent, escapes and all; the token of a bot's webhook is blanked
	Query   url.Values
	Header  http.Header // a copy; the text of an Authorization is blanked
	Body    []byte      // must not be changed; of a login, and where Call is "", all values but app_id are blanked, of a message its signature
	Token   int         // the serial number of the token sent, for a login of the one given; 0: none, or none of ours
	Status  int         // of the answer; 0: there was none
	Code    int         // of the answer's body; -1: it was no JSON answer of the API's shape, or there was none
	Applied bool        // the store was changed, whatever the client heard of it
}

// requestLog keeps all requests, or the last ones.
type requestLog struct {
	limit   int // as Config.LogLimit
	entries []*Request
	next    int // the oldest of a full ring
}

// add logs a request that has arrived; nil when none are kept.
func (l *requestLog) add(seq int, c *exchange, r *http.Request) *Request {
	if l.limit < 0 {
		return nil
	}
	entry := &Request{
		Seq: seq, At: c.now, Call: c.kind, Method: r.Method, Host: r.Host, Path: shownPath(c, r), Query: c.query,
		Header: r.Header.Clone(), Body: blankSecret(c),
	}
	if entry.Header.Get("Authorization") != "" {
		entry.Header.Set("Authorization", "Bearer ***")
	}
	if l.limit > 0 && len(l.entries) == l.limit {
		l.entries[l.next] = entry
		l.next = (l.next + 1) % l.limit
	} else {
		l.entries = append(l.entries, entry)
	}
	return entry
}

// blankSecret returns the body without the secret. A login, also one sent to a path that is none, keeps only its app_id
// and the names of its other members; one that is no JSON object is not kept at all, since nobody can say where in it
// the secret stands.
func blankSecret(c *exchange) []byte {
	if c.kind == Bot {
		return signature.ReplaceAll(c.body, []byte(`"sign":"***"`))
	}
	if c.kind != Token && c.kind != "" {
		return c.body
	}
	var members map[string]json.RawMessage
	if json.Unmarshal(c.body, &members) != nil {
		return nil
	}
	for key := range members {
		if key != "app_id" {
			members[key] = json.RawMessage(`"***"`)
		}
	}
	blanked, err := json.Marshal(members)
	if err != nil {
		return nil
	}
	return blanked
}

// signature finds that of a message.
var signature = regexp.MustCompile(`"sign":"[^"]*"`)

// shownPath returns the path of a request without what is a secret in it.
func shownPath(c *exchange, r *http.Request) string {
	if c.kind == Bot {
		return botPath + "***"
	}
	return r.URL.EscapedPath()
}

// Requests returns the log in order of arrival, as far back as Config.LogLimit keeps it.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]Request, 0, len(s.log.entries))
	for i := range s.log.entries {
		all = append(all, *s.log.entries[(s.log.next+i)%len(s.log.entries)])
	}
	return all
}

// ResetLog forgets the logged requests. Numbers, counts and limits go on.
func (s *Server) ResetLog() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.log.entries, s.log.next = nil, 0
}

// Stats are counts since the server began; unlike the log they are always complete.
type Stats struct {
	Calls   map[Call]int // arrivals by kind; Calls[""] are paths and methods the API does not have
	Refused int          // calls refused by a limit
	Faults  int          // calls whose answer a fault or script rule decided
	Updates int          // items updated
}

// Stats returns the counts.
func (s *Server) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	counts := s.stats
	counts.Calls = map[Call]int{}
	for call, kind := range s.kinds {
		if kind.calls > 0 {
			counts.Calls[call] = kind.calls
		}
	}
	return counts
}
