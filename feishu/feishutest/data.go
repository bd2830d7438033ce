package feishutest

import (
	"encoding/json"
	"slices"
)

// Unit is a unit of measure in the three languages of the API.
type Unit struct {
	ZhCN string `json:"zh_cn,omitempty"`
	EnUS string `json:"en_us,omitempty"`
	JaJP string `json:"ja_jp,omitempty"`
}

// Item is a metric item as the store holds it; its JSON keys are the API's, and those of LoadJSON. People are kept by
// open_id whatever user_id_type they were sent with. Numbers are the decimals as they were sent.
type Item struct {
	ID              string      `json:"metric_item_id"`                 // ^[0-9]{1,20}$, one of a kind in the whole store
	UserID          string      `json:"user_id,omitempty"`              // the owner
	PeriodID        string      `json:"period_id,omitempty"`            // "" takes the table's
	Unit            Unit        `json:"metric_unit,omitzero"`           // zero takes the source's
	Initial         json.Number `json:"metric_initial_value,omitempty"` // "" is 0
	Target          json.Number `json:"metric_target_value,omitempty"`  // "" is not set
	Current         json.Number `json:"metric_current_value,omitempty"` // "" is 0
	SupportedUserID string      `json:"supported_user_id,omitempty"`    // "" is not set
	KRID            string      `json:"kr_id,omitempty"`                // "" is not used as a key result
	UpdatedAt       int64       `json:"updated_at,string,omitempty"`    // Unix milliseconds; 0 is never
	UpdatedBy       string      `json:"updated_by,omitempty"`
	Forbidden       bool        `json:"forbidden,omitempty"` // get and updates always answer 1001002; lists show it
	Limited         bool        `json:"limited,omitempty"`   // updates always answer 1001005
}

// Table is a metric table with its items in the order lists show them.
type Table struct {
	ID       string `json:"metric_table_id"`
	Name     string `json:"metric_table_name,omitempty"`
	PeriodID string `json:"period_id,omitempty"`
	Items    []Item `json:"items,omitempty"`
}

// Source is a metric source with its tables in the order lists show them.
type Source struct {
	ID         string  `json:"metric_source_id"`
	Name       string  `json:"metric_source_name,omitempty"`
	MetricName string  `json:"metric_name,omitempty"`
	Unit       Unit    `json:"metric_unit,omitzero"`
	Tables     []Table `json:"tables,omitempty"`
}

// Store is all a server holds: what LoadJSON reads and Snapshot gives.
type Store struct {
	Users   []string `json:"users,omitempty"` // open ids; when there are any, others are unknown
	Sources []Source `json:"sources,omitempty"`
}

// Item returns the item as it stands now, if the source has such a table and the table such an item.
func (s *Server) Item(sourceID, tableID, id string) (Item, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	it := s.world.items[id]
	if it == nil || it.table.ID != tableID || it.table.source.ID != sourceID {
		return Item{}, false
	}
	return it.Item, true
}

// Change lets f alter an item behind the API's back, as another person's edit or an administrator's would: no message
// is sent and nothing is counted. The id stays. It says whether there is such an item.
func (s *Server) Change(id string, f func(*Item)) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	it := s.world.items[id]
	if it == nil {
		return false
	}
	f(&it.Item)
	it.ID = id
	return true
}

// Snapshot returns a copy of all the store holds, users sorted, the rest in the order of the lists.
func (s *Server) Snapshot() Store {
	s.mu.Lock()
	defer s.mu.Unlock()
	var data Store
	for id := range s.world.users {
		data.Users = append(data.Users, id)
	}
	slices.Sort(data.Users)
	for _, src := range s.world.order {
		copied := src.Source
		for _, t := range src.tables {
			ct := t.Table
			for _, it := range t.items {
				ct.Items = append(ct.Items, it.Item)
			}
			copied.Tables = append(copied.Tables, ct)
		}
		data.Sources = append(data.Sources, copied)
	}
	return data
}
