package feishutest

import (
	"cmp"
	"mime"
	"net/http"
	"strings"
)

// appUser is who the items say they were updated by: the app acts as this person.
const appUser = "ou_00000000000000000000000000000app"

// serve answers a call that the gateway has let through.
func (s *Server) serve(c *exchange) reply {
	switch c.kind {
	case Token:
		return s.login(c)
	case Bot:
		return s.say(c)
	}
	if s.config.NoEdition {
		return c.refuse(codeEdition)
	}
	if rep, bad := c.checkParameters(); bad {
		return rep
	}
	for _, id := range []string{c.source, c.table, c.item} {
		if id != "" && !validID(id) {
			return c.refuse(codeInvalid)
		}
	}
	switch c.kind {
	case Sources:
		return s.listSources(c)
	case Tables:
		return s.listTables(c)
	case List:
		return s.listItems(c)
	case Get:
		return s.get(c)
	case Patch:
		return s.patch(c)
	default:
		return s.batch(c)
	}
}

// checkParameters looks at what the gateway validates before the OKR service sees a call: user_id_type, which is
// open_id when absent, and the content type of a body.
func (c *exchange) checkParameters() (reply, bool) {
	if c.kind == Sources || c.kind == Tables {
		return reply{}, false
	}
	c.idType = cmp.Or(c.query.Get("user_id_type"), "open_id")
	switch c.idType {
	case "open_id", "union_id", "user_id":
	default:
		return c.violation("user_id_type", c.idType, "the value must be one of open_id, union_id, user_id"), true
	}
	if (c.kind == Patch || c.kind == BatchUpdate) && !isJSON(c.header) {
		return c.violation("Content-Type", c.header.Get("Content-Type"), "the content type must be application/json"), true
	}
	return reply{}, false
}

func isJSON(h http.Header) bool {
	text := h.Get("Content-Type")
	if text == "application/json; charset=utf-8" {
		return true
	}
	kind, params, err := mime.ParseMediaType(text)
	charset := params["charset"]
	return err == nil && kind == "application/json" && (charset == "" || strings.EqualFold(charset, "utf-8"))
}

// findTable returns the table of a call's path, or the code it is refused with.
func (s *Server) findTable(c *exchange) (*table, int) {
	if s.world.sources[c.source] == nil {
		return nil, codeNotFound
	}
	t := s.world.tables[c.table]
	if t == nil || t.source.ID != c.source {
		return nil, codeTable
	}
	return t, 0
}

// find returns an item of t, or the code it is refused with.
func (s *Server) find(t *table, id string) (*item, int) {
	it := s.world.items[id]
	switch {
	case it == nil:
		return nil, codeNotFound
	case it.table != t:
		return nil, codeTable
	case it.Forbidden:
		return nil, codeForbidden
	}
	return it, 0
}

func (s *Server) get(c *exchange) reply {
	t, code := s.findTable(c)
	if code != 0 {
		return c.refuse(code)
	}
	it, code := s.find(t, c.item)
	if code != 0 {
		return c.refuse(code)
	}
	return c.itemReply(it)
}

func (s *Server) patch(c *exchange) reply {
	u, ok := parseUpdate(c.body)
	if !ok {
		return c.refuse(codeInvalid)
	}
	t, code := s.findTable(c)
	if code != 0 {
		return c.refuse(code)
	}
	it, code := s.judge(t, c.item, &u, c.idType)
	if code != 0 {
		return c.refuse(code)
	}
	if !s.config.Quota.allows(&t.used, 1, c.now) {
		return c.refuse(codeNumbers)
	}
	s.apply(c, it, &u)
	t.used.spend(1, c.now)
	rep := c.itemReply(it)
	rep.applied = true
	return rep
}

// judge finds the item an update is for and says with which code the update is refused, 0 if it may be applied. It
// turns the update's superior into an open_id.
func (s *Server) judge(t *table, id string, u *update, idType string) (*item, int) {
	if u.empty() || !validID(id) {
		return nil, codeInvalid
	}
	if u.user != "" {
		open, ok := openID(u.user, idType)
		if !ok {
			return nil, codeUserID
		}
		u.user = open
	}
	it, code := s.find(t, id)
	if code != 0 {
		return nil, code
	}
	if it.Limited {
		return nil, codeNumbers
	}
	if u.user != "" && len(s.world.users) > 0 && !s.world.users[u.user] {
		return nil, codeUser
	}
	target := cmp.Or(u.target, it.Target)
	if target != "" && sameNumber(target, cmp.Or(u.initial, it.Initial)) {
		return nil, codeStartTarget
	}
	return it, 0
}

// apply writes an update that judge has passed. What it does not give stays.
func (s *Server) apply(c *exchange, it *item, u *update) {
	if why, ok := s.notice(&it.Item, u); ok {
		s.notifications = append(s.notifications, Notification{ItemID: it.ID, UserID: it.UserID, Why: why})
	}
	it.Initial = cmp.Or(u.initial, it.Initial)
	it.Target = cmp.Or(u.target, it.Target)
	it.Current = cmp.Or(u.current, it.Current)
	it.SupportedUserID = cmp.Or(u.user, it.SupportedUserID)
	it.UpdatedAt = c.now.UnixMilli()
	it.UpdatedBy = appUser
	s.stats.Updates++
}
