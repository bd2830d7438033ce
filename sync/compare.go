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
func (c *checked) compare(r Result, u source.Update, unsure bool) step {
	given := fields(u)
	if c.live == nil {
		s := c.uncompared(r, u, given)
		s.lost = !s.done && (unsure || !r.Sent.Empty())
		return s
	}
	table := c.live.table(step{result: r}.table())
	if table.refusal != nil {
		return step{result: r.failed(table.refusal), done: true}
	}
	item, s := table.find(r, u)
	if s.done {
		return s
	}
	if r.Item != s.result.Item && !r.Sent.Empty() {
		r.Class = feishu.ClassRow // the owner has another item now than the one that was sent
		return settled(r, Failed, Unconfirmed)
	}
	r = s.result
	changing := given.Changing(item.Fields)
	switch after := changing.Over(item.Fields); {
	case changing.Empty() && !r.Sent.Empty():
		r.Status, r.After = Updated, confirmed(r.Sent, item.Fields) // by the run that is continued
		return step{result: r, done: true}
	case changing.Empty():
		r.Status = Unchanged
		return step{result: r, done: true}
	case meets(after):
		return settled(r, Rejected, StartIsTarget, after.Initial.String())
	}
	r.Before, r.Irreversible = item.Only(changing).Over(r.Before), irreversible(item.Fields, changing)
	r.Notifies = item.notifies(changing, r.Item)
	return step{result: r, fields: changing}
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
func (c *checked) uncompared(r Result, u source.Update, given feishu.Fields) step {
	switch {
	case u.ItemID == "" && !c.offline:
		return settled(r, Rejected, OwnerUnread)
	case meets(given):
		return settled(r, Rejected, StartIsTarget, given.Initial.String())
	}
	return step{result: r, fields: given}
}

// meets reports whether an item's initial value equals its target, which Feishu
// refuses (1001006).
func meets(f feishu.Fields) bool { return f.Target != "" && feishu.SameNumber(f.Initial, f.Target) }

// find finds the live item that a row names, by its id or by its owner. The step is
// done if there is none that is certain; otherwise its result names the item.
func (t *liveTable) find(r Result, u source.Update) (liveItem, step) {
	if u.ItemID == "" {
		owned := t.owned[u.UserID]
		if !t.whole || len(owned) != 1 {
			return liveItem{}, t.notOwned(r, u.UserID, owned)
		}
		r.Item = owned[0]
		return t.items[r.Item], step{result: r}
	}
	if refusal := t.refusals[u.ItemID]; refusal != nil {
		return liveItem{}, step{result: r.failed(refusal), done: true}
	}
	item, ok := t.items[u.ItemID]
	switch {
	case !ok:
		return liveItem{}, t.unknown(r, u.ItemID)
	case u.UserID != "" && item.owner != "" && u.UserID != item.owner:
		return liveItem{}, settled(r, Rejected, OtherOwner, u.UserID, item.owner)
	}
	return item, step{result: r}
}

// notOwned rejects a row whose owner has no item, or several.
func (t *liveTable) notOwned(r Result, owner string, owned []string) step {
	if !t.whole {
		return settled(r, Rejected, ListIncomplete)
	}
	if len(owned) == 0 {
		return settled(r, Rejected, OwnerUnknown, owner)
	}
	return settled(r, Rejected, OwnerAmbiguous, owner, some(slices.Values(owned)))
}

// unknown rejects a row whose id the table does not have, and names the live ids that
// may be meant if it looks damaged.
func (t *liveTable) unknown(r Result, id string) step {
	if near := some(t.near(id)); near != "" {
		return settled(r, Rejected, ItemDamaged, id, near)
	}
	return settled(r, Rejected, ItemUnknown, id)
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
		if near := some(c.live.table(c.tableOf(bad.Update)).near(p.Found)); near != "" {
			r.Reason.ZH += "；可能是 " + near
			r.Reason.EN += "; it may be " + near
		}
	}
	return r
}
