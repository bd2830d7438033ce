package sync

import (
	"encoding/json"
	"math"
	"slices"

	"okrsync/feishu"
	"okrsync/source"
)

// compare holds a row that gives something against its live item: what is left to be
// sent is what differs. Where nothing is compared, all of it is left.
// A row that an earlier run may have sent, be it that nobody is sure, is looked at in
// any case before it is sent.
func (c *checked) compare(s *step, u *source.Update, unsure bool) {
	r, given := &s.result, fields(u)
	if c.live == nil {
		c.uncompared(s, u, given)
		s.lost = !s.done && (unsure || !r.Sent.Empty())
		return
	}
	table := c.live.table(s.table())
	if table.refusal != nil {
		s.end(r.failed(table.refusal))
		return
	}
	sent := r.Item
	item := table.find(s, u)
	if s.done {
		return
	}
	if r.Item != sent && !r.Sent.Empty() {
		r.Item, r.Class = sent, feishu.ClassRow // the owner has another item now than the one that was sent
		s.settle(Failed, Unconfirmed)
		return
	}
	changing := given.Changing(item.Fields)
	switch after := changing.Over(item.Fields); {
	case changing.Empty() && !r.Sent.Empty():
		r.Status, r.After, s.done = Updated, confirmed(r.Sent, item.Fields), true // by the run that is continued
	case changing.Empty():
		r.Status, s.done = Unchanged, true
	case meets(after):
		s.settle(Rejected, StartIsTarget, after.Initial.String())
	default:
		r.Before, r.Irreversible = item.Only(changing).Over(r.Before), irreversible(item.Fields, changing)
		r.Notifies, s.fields = item.notifies(changing, r.Item), changing
	}
}

// irreversible names the changing fields that Feishu or okrsync will not take back to
// what the live item has.
func irreversible(live, changing feishu.Fields) []string {
	const largest = 1e15
	back := live.Only(changing)
	for _, n := range []*json.Number{&back.Initial, &back.Target, &back.Current} {
		if f, err := n.Float64(); err == nil && math.Abs(f) >= largest {
			*n = ""
		}
	}
	if meets(live) {
		back.Initial, back.Target = "", ""
	}
	var names []string
	for _, name := range changing.Names() {
		if !slices.Contains(back.Names(), name) {
			names = append(names, name)
		}
	}
	return names
}

// uncompared is compare for a run that sends every given field unasked.
func (c *checked) uncompared(s *step, u *source.Update, given feishu.Fields) {
	switch {
	case u.ItemID == "" && !c.offline:
		s.settle(Rejected, OwnerUnread)
	case meets(given):
		s.settle(Rejected, StartIsTarget, given.Initial.String())
	default:
		s.fields = given
	}
}

// meets reports whether an item's initial value equals its target, which Feishu
// refuses (1001006).
func meets(f feishu.Fields) bool { return f.Target != "" && feishu.SameNumber(f.Initial, f.Target) }

// find finds the live item that a row names, by its id or by its owner. The step is
// done if there is none that is certain; otherwise its result names the item.
func (t *liveTable) find(s *step, u *source.Update) liveItem {
	if u.ItemID == "" {
		owned := t.ownedBy(u.UserID)
		if !t.whole || len(owned) != 1 {
			t.notOwned(s, u.UserID, owned)
			return liveItem{}
		}
		s.result.Item = owned[0].id.String()
		item, _ := t.get(s.result.Item)
		return item
	}
	item, ok := t.get(u.ItemID)
	switch refusal := t.refusals[u.ItemID]; {
	case refusal != nil:
		s.end(s.result.failed(refusal))
	case !ok:
		t.unknown(s, u.ItemID)
	case u.UserID != "" && item.owner != "" && u.UserID != item.owner:
		s.settle(Rejected, OtherOwner, u.UserID, item.owner)
	}
	return item
}

// notOwned rejects a row whose owner has no item, or several.
func (t *liveTable) notOwned(s *step, owner string, owned []ownedItem) {
	switch {
	case !t.whole:
		s.settle(Rejected, ListIncomplete)
	case len(owned) == 0:
		s.settle(Rejected, OwnerUnknown, owner)
	default:
		s.settle(Rejected, OwnerAmbiguous, owner, some(idsOf(owned)))
	}
}

// unknown rejects a row whose id the table does not have, and names the live ids that
// may be meant if it looks damaged.
func (t *liveTable) unknown(s *step, id string) {
	if near := some(t.near(id)); near != "" {
		s.settle(Rejected, ItemDamaged, id, near)
	} else {
		s.settle(Rejected, ItemUnknown, id)
	}
}

// suggest adds to a row that is rejected for a damaged id which live ids may be meant.
func (c *checked) suggest(r Result, bad *source.RowError) Result {
	if c.live == nil {
		return r
	}
	for _, p := range bad.Problems {
		if p.Field != source.ColumnItemID {
			continue
		}
		if near := some(c.live.table(c.tableOf(&bad.Update)).near(p.Found)); near != "" {
			r.Reason.ZH += "；可能是 " + near
			r.Reason.EN += "; it may be " + near
		}
	}
	return r
}
