package feishutest

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
)

// world is the store indexed. Ids are unique each in its kind, so a table or item is found without its parents.
type world struct {
	users   map[string]bool
	order   []*source
	sources map[string]*source
	tables  map[string]*table
	items   map[string]*item
}

type source struct {
	Source // without its tables
	tables []*table
}

type table struct {
	Table  // without its items
	source *source
	items  []*item
	used   spent // of the quota
}

type item struct {
	Item
	table *table
}

func newWorld() *world {
	return &world{
		users:   map[string]bool{},
		sources: map[string]*source{},
		tables:  map[string]*table{},
		items:   map[string]*item{},
	}
}

// AddSource adds a source with all its tables and items. The error names an id that is malformed or already there, or
// a number that is none; nothing is added then.
func (s *Server) AddSource(src Source) error {
	return s.add(Store{Sources: []Source{src}})
}

// AddTable adds a table with its items to a source. On error nothing is added.
func (s *Server) AddTable(sourceID string, t Table) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	parent := s.world.sources[sourceID]
	if parent == nil {
		return fmt.Errorf("no source %s", sourceID)
	}
	w := newWorld()
	shadow := &source{Source: parent.Source}
	if err := w.addTable(shadow, t); err != nil {
		return err
	}
	if err := s.world.take(w); err != nil {
		return err
	}
	shadow.tables[0].source = parent
	parent.tables = append(parent.tables, shadow.tables[0])
	return nil
}

// AddItem adds items to the end of a table. On error nothing is added.
func (s *Server) AddItem(sourceID, tableID string, items ...Item) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	parent := s.world.tables[tableID]
	if parent == nil || parent.source.ID != sourceID {
		return fmt.Errorf("source %s has no table %s", sourceID, tableID)
	}
	w := newWorld()
	shadow := &table{Table: parent.Table, source: parent.source}
	for _, it := range items {
		if err := w.addItem(shadow, it); err != nil {
			return err
		}
	}
	if err := s.world.take(w); err != nil {
		return err
	}
	for _, it := range shadow.items {
		it.table = parent
	}
	parent.items = append(parent.items, shadow.items...)
	return nil
}

// AddUser makes people known by their open_id. As soon as one is, a supported_user_id that is not known is 1001003.
// The same person's union_id is the open_id with on_ for ou_, the user_id the part after it.
func (s *Server) AddUser(openID ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range openID {
		s.world.users[id] = true
	}
}

// LoadJSON adds a Store written as JSON. An unknown key, a second document, a malformed or repeated id or number is an
// error, and nothing is added then.
func (s *Server) LoadJSON(r io.Reader) error {
	dec := json.NewDecoder(r)
	dec.DisallowUnknownFields()
	var data Store
	if err := dec.Decode(&data); err != nil {
		return fmt.Errorf("store: %w", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errors.New("store: something follows the JSON document")
	}
	return s.add(data)
}

func (s *Server) add(data Store) error {
	w := newWorld()
	for _, src := range data.Sources {
		if err := w.addSource(src); err != nil {
			return err
		}
	}
	for _, id := range data.Users {
		if _, ok := openID(id, "open_id"); !ok {
			return fmt.Errorf("user %q is not an open_id: it does not begin with ou_", id)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.world.take(w); err != nil {
		return err
	}
	for _, id := range data.Users {
		s.world.users[id] = true
	}
	return nil
}

// take moves all of from into w, or nothing if an id is in both.
func (w *world) take(from *world) error {
	if err := errors.Join(clash("source", w.sources, from.sources), clash("table", w.tables, from.tables),
		clash("item", w.items, from.items)); err != nil {
		return err
	}
	w.order = append(w.order, from.order...)
	maps.Copy(w.sources, from.sources)
	maps.Copy(w.tables, from.tables)
	maps.Copy(w.items, from.items)
	return nil
}

// clash names an id that both maps have.
func clash[T any](kind string, have, fresh map[string]T) error {
	for id := range fresh {
		if _, ok := have[id]; ok {
			return fmt.Errorf("%s %s is there already", kind, id)
		}
	}
	return nil
}

func (w *world) addSource(src Source) error {
	if !validID(src.ID) || w.sources[src.ID] != nil {
		return fmt.Errorf("source %q: the id is malformed or there already", src.ID)
	}
	added := &source{Source: src}
	added.Tables = nil
	w.sources[src.ID] = added
	w.order = append(w.order, added)
	for _, t := range src.Tables {
		if err := w.addTable(added, t); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) addTable(src *source, t Table) error {
	if !validID(t.ID) || w.tables[t.ID] != nil {
		return fmt.Errorf("table %q: the id is malformed or there already", t.ID)
	}
	added := &table{Table: t, source: src}
	added.Items = nil
	added.items = make([]*item, 0, len(t.Items))
	w.tables[t.ID] = added
	src.tables = append(src.tables, added)
	for _, it := range t.Items {
		if err := w.addItem(added, it); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) addItem(t *table, it Item) error {
	if !validID(it.ID) || w.items[it.ID] != nil {
		return fmt.Errorf("item %q: the id is malformed or there already", it.ID)
	}
	it.Initial = cmp.Or(it.Initial, "0")
	it.Current = cmp.Or(it.Current, "0")
	for _, n := range []json.Number{it.Initial, it.Current, cmp.Or(it.Target, "0")} {
		if !validNumber(string(n)) {
			return fmt.Errorf("item %s: %q is not a number", it.ID, n)
		}
	}
	it.PeriodID = cmp.Or(it.PeriodID, t.PeriodID)
	it.Unit = cmp.Or(it.Unit, t.source.Unit)
	added := &item{Item: it, table: t}
	w.items[it.ID] = added
	t.items = append(t.items, added)
	return nil
}
