package report

import (
	"cmp"
	"time"

	"okrsync/sync"
)

// A line is a row as the page shows it. Ids and numbers are texts: a script would round
// them.
type line struct {
	Row      int         `json:"row"`
	Source   string      `json:"source,omitempty"`
	Table    string      `json:"table,omitempty"`
	Item     string      `json:"item,omitempty"`
	Status   sync.Status `json:"status"`
	Code     string      `json:"code,omitempty"`
	Reason   sync.Text   `json:"reason,omitzero"`
	Advice   sync.Text   `json:"advice,omitzero"`
	Changes  []change    `json:"changes,omitempty"`
	Attempts int         `json:"attempts,omitempty"`
	HTTP     int         `json:"http,omitempty"`
	LogID    string      `json:"log_id,omitempty"`
	At       time.Time   `json:"at,omitzero"`
}

// A change is a field that a row sends: what Feishu had, "" where that is not known or
// was nothing, and what it has now, or would have.
type change struct {
	Field  int    `json:"field"` // index into fields
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
}

func lineOf(r sync.Result) line {
	l := line{
		Row: r.Row, Source: visible(r.Source), Table: visible(r.Table), Item: visible(r.Item), Status: r.Status,
		Code: visible(r.Code), Reason: visibleText(r.Reason), Advice: visibleText(r.Advice),
		Attempts: r.Attempts, HTTP: r.HTTPStatus, LogID: visible(r.LogID), At: r.FinishedAt.UTC().Truncate(time.Second),
	}
	for i, f := range fields {
		before, after := f.of(r.Before), cmp.Or(f.of(r.After), f.of(r.Sent))
		if before != "" || after != "" {
			l.Changes = append(l.Changes, change{Field: i, Before: visible(before), After: visible(after)})
		}
	}
	return l
}
