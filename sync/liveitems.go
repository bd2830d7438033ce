package sync

import (
	"cmp"
	"encoding/json"
	"strings"

	"okrsync/feishu"
)

// An itemID is an id of digits as a number, without a pointer.
type itemID struct {
	id     uint64 // these three as in a mention
	over   uint8
	digits uint8
}

// idOf is an id of 1 to 20 digits.
func idOf(digits string) itemID {
	id, over := value(digits)
	return itemID{id: id, over: over, digits: uint8(len(digits))}
}

// String is the id as its digits.
func (i itemID) String() string {
	return mention{id: i.id, over: i.over, digits: i.digits}.item()
}

// compareIDs orders ids by their length, and those of one length as they read.
func compareIDs(a, b itemID) int {
	return cmp.Or(cmp.Compare(a.digits, b.digits), cmp.Compare(a.over, b.over), cmp.Compare(a.id, b.id))
}

// A liveItem is what a row is compared with.
type liveItem struct {
	feishu.Fields
	owner     string
	keyResult bool
}

// liveItems are what is known of items, by their ids. There may be as many as a table has,
// so they are packed: none of them has a pointer that the collector would have to follow,
// and each takes some ninety bytes. The zero value has none.
type liveItems struct {
	packed  map[itemID]packedItem
	numbers [][]byte // the numbers of the items, in pieces that only the first of grows
	people  people
}

// A packedItem is a liveItem whose texts stand elsewhere.
type packedItem struct {
	piece, start, size uint32 // of its numbers: initial, target and current value, a line each
	owner, supported   person
	keyResult          bool
}

// numberPiece is how many bytes a piece of numbers has.
const numberPiece = 32 << 10

// take takes in an item as Feishu gives it, whose id must be one of digits. The last answer
// about an item counts. Nothing is kept of the answer but what is needed of it.
func (s *liveItems) take(id string, item *feishu.Item) {
	if s.packed == nil {
		s.packed = make(map[itemID]packedItem)
	}
	p := packedItem{owner: s.people.add(item.UserID), supported: s.people.add(item.SupportedUserID), keyResult: item.KeyResultID != ""}
	p.size = uint32(len(item.Initial) + len(item.Target) + len(item.Current) + len("\n\n"))
	p.piece = s.pieceFor(int(p.size))
	piece := s.numbers[p.piece]
	p.start = uint32(len(piece))
	piece = append(append(piece, item.Initial...), '\n')
	piece = append(append(piece, item.Target...), '\n')
	s.numbers[p.piece] = append(piece, item.Current...)
	s.packed[idOf(id)] = p
}

// pieceFor is the piece that has room for so many bytes.
func (s *liveItems) pieceFor(size int) uint32 {
	last := len(s.numbers) - 1
	switch {
	case last < 0:
		s.numbers = append(s.numbers, nil)
		last++
	case len(s.numbers[last])+size > numberPiece:
		s.numbers = append(s.numbers, make([]byte, 0, max(numberPiece, size)))
		last++
	}
	return uint32(last)
}

// has reports whether an item is known.
func (s *liveItems) has(id string) bool {
	if !feishu.IsID(id) {
		return false
	}
	_, ok := s.packed[idOf(id)]
	return ok
}

// get returns what is known of an item.
func (s *liveItems) get(id string) (liveItem, bool) {
	if !feishu.IsID(id) {
		return liveItem{}, false
	}
	p, ok := s.packed[idOf(id)]
	if !ok {
		return liveItem{}, false
	}
	numbers := string(s.numbers[p.piece][p.start : p.start+p.size])
	initial, rest, _ := strings.Cut(numbers, "\n")
	target, current, _ := strings.Cut(rest, "\n")
	return liveItem{
		Fields: feishu.Fields{
			Initial: json.Number(initial), Target: json.Number(target), Current: json.Number(current),
			SupportedUserID: s.people.id(p.supported),
		},
		owner: s.people.id(p.owner), keyResult: p.keyResult,
	}, true
}

// A person is an index into people; 0 is nobody.
type person uint32

// people are the ids of persons, each of them once: there are few, and many items.
type people struct {
	ids   []string // of the persons from 1 on
	known map[string]person
}

func (p *people) add(id string) person {
	if id == "" {
		return 0
	}
	who, ok := p.known[id]
	if !ok {
		if p.known == nil {
			p.known = make(map[string]person)
		}
		id = strings.Clone(id)
		p.ids = append(p.ids, id)
		who = person(len(p.ids))
		p.known[id] = who
	}
	return who
}

func (p *people) id(who person) string {
	if who == 0 {
		return ""
	}
	return p.ids[who-1]
}
