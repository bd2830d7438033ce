package feishutest

import "strings"

// openID turns an id of the given user_id_type into the open_id of the same person. It is false for an id whose shape
// belongs to another type: the simulator's people have an open_id ou_X, a union_id on_X and a user_id X.
func openID(id, idType string) (string, bool) {
	open, isOpen := strings.CutPrefix(id, "ou_")
	union, isUnion := strings.CutPrefix(id, "on_")
	switch idType {
	case "open_id":
		return id, isOpen && open != ""
	case "union_id":
		return "ou_" + union, isUnion && union != ""
	default:
		return "ou_" + id, id != "" && !isOpen && !isUnion
	}
}

// idAs gives a stored open_id as the given user_id_type. An id that is no open_id stays as it is.
func idAs(id, idType string) string {
	rest, ok := strings.CutPrefix(id, "ou_")
	switch {
	case !ok || idType == "open_id":
		return id
	case idType == "union_id":
		return "on_" + rest
	}
	return rest
}

// Why says what made Feishu message somebody.
type Why string

// The two reasons (doc).
const (
	FirstTarget Why = "first target" // a target was set where there was none
	KeyResult   Why = "key result"   // target, initial value or superior of a key result changed
)

// Notification is one message Feishu would have sent.
type Notification struct {
	ItemID string
	UserID string // the owner's open_id
	Why    Why
}

// notice says whether an update of before is news to its owner.
func (s *Server) notice(before *Item, u *update) (Why, bool) {
	if before.Target == "" && u.target != "" {
		return FirstTarget, true
	}
	if before.KRID == "" {
		return "", false
	}
	touched := u.target != "" || u.initial != "" || u.user != ""
	changed := u.target != "" && !sameNumber(u.target, before.Target) ||
		u.initial != "" && !sameNumber(u.initial, before.Initial) ||
		u.user != "" && u.user != before.SupportedUserID
	return KeyResult, changed || touched && s.config.NotifyUnchanged
}

// Notified is how many messages would have been sent so far.
func (s *Server) Notified() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.notifications)
}

// Notifications lists the messages that would have been sent, in order.
func (s *Server) Notifications() []Notification {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Notification(nil), s.notifications...)
}
