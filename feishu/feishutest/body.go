package feishutest

import (
	"encoding/json"
	"strconv"
)

// update is what a request asks of one item; "" is "not given".
type update struct {
	id                       string // of a batch entry
	initial, target, current json.Number
	user                     string // supported_user_id as sent, later as open_id
}

// empty says whether nothing is asked.
func (u *update) empty() bool {
	return u.initial == "" && u.target == "" && u.current == "" && u.user == ""
}

// parseUpdate reads the body of a patch. It is false for anything but one flat object of known keys, each once, with
// numbers that are numbers and a superior that is a string that is not empty. Keys the contract does not have are
// refused, where the vendor may well ignore them, so that a misspelt one is noticed.
func parseUpdate(body []byte) (u update, ok bool) {
	if !json.Valid(body) {
		return u, false
	}
	p := parser{rest: body}
	ok = p.update(&u, false)
	return u, ok
}

// parseBatch reads the body of a batch call by the same rules.
func parseBatch(body []byte) (all []update, ok bool) {
	if !json.Valid(body) {
		return nil, false
	}
	p := parser{rest: body}
	if !p.eat('{') || string(p.text()) != "items" || !p.eat(':') || !p.eat('[') {
		return nil, false
	}
	for !p.eat(']') {
		var u update
		if !p.update(&u, true) {
			return nil, false
		}
		all = append(all, u)
		p.eat(',')
	}
	return all, p.eat('}')
}

// parser walks JSON that json.Valid has passed, so it looks only for what it wants and never past the end. It stands
// here in the place of encoding/json because the simulator shares its two cores with the program it measures.
type parser struct{ rest []byte }

// eat skips white space, and c if it comes next.
func (p *parser) eat(c byte) bool {
	for len(p.rest) > 0 && (p.rest[0] == ' ' || p.rest[0] == '\n' || p.rest[0] == '\t' || p.rest[0] == '\r') {
		p.rest = p.rest[1:]
	}
	if len(p.rest) == 0 || p.rest[0] != c {
		return false
	}
	p.rest = p.rest[1:]
	return true
}

// text reads a string; nil if something else comes next.
func (p *parser) text() []byte {
	if !p.eat('"') {
		return nil
	}
	escaped := false
	for i := 0; i < len(p.rest); i++ {
		switch p.rest[i] {
		case '\\':
			escaped = true
			i++
		case '"':
			raw := p.rest[:i]
			p.rest = p.rest[i+1:]
			if escaped {
				return unescape(raw)
			}
			return raw
		}
	}
	return nil
}

// unescape decodes the inside of a JSON string with backslashes.
func unescape(raw []byte) []byte {
	var s string
	if json.Unmarshal([]byte(`"`+string(raw)+`"`), &s) != nil {
		return nil
	}
	return []byte(s)
}

// number reads a number that fits a double; "" if something else comes next.
func (p *parser) number() json.Number {
	p.eat(0) // white space only: a NUL is not valid JSON
	n := 0
	for n < len(p.rest) && isNumberByte(p.rest[n]) {
		n++
	}
	text := string(p.rest[:n])
	if _, err := strconv.ParseFloat(text, 64); err != nil {
		return ""
	}
	p.rest = p.rest[n:]
	return json.Number(text)
}

func isNumberByte(c byte) bool {
	return c >= '0' && c <= '9' || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E'
}

// update reads one flat object; batch entries carry the item's id.
func (p *parser) update(u *update, batch bool) bool {
	if !p.eat('{') {
		return false
	}
	for !p.eat('}') {
		key := p.text()
		if !p.eat(':') || !p.field(u, key, batch) {
			return false
		}
		p.eat(',')
	}
	return !batch || u.id != ""
}

// field reads the value of key; false if the key is unknown or comes twice, or the value is of another type.
func (p *parser) field(u *update, key []byte, batch bool) bool {
	switch string(key) {
	case "metric_initial_value":
		return p.into(&u.initial)
	case "metric_target_value":
		return p.into(&u.target)
	case "metric_current_value":
		return p.into(&u.current)
	case "supported_user_id":
		return p.intoText(&u.user)
	case "metric_item_id":
		return batch && p.intoText(&u.id)
	}
	return false
}

func (p *parser) into(to *json.Number) bool {
	if *to != "" {
		return false
	}
	*to = p.number()
	return *to != ""
}

func (p *parser) intoText(to *string) bool {
	if *to != "" {
		return false
	}
	*to = string(p.text())
	return *to != ""
}
