package main

import (
	"encoding/json"
	"fmt"
	"io"
	"iter"

	"okrsync/feishu"
	"okrsync/sync"
	"okrsync/sync/report"
)

// A forecast is what a plan comes to, for machines.
type forecast struct {
	Calls         report.Calls `json:"calls"` // that a sync will make
	Seconds       float64      `json:"seconds"`
	BatchCalls    int          `json:"batch_calls"` // for the updates, in batches of the largest size
	BatchSeconds  float64      `json:"batch_seconds"`
	Notified      *int         `json:"notified"` // people
	NotifyingRows int          `json:"notifying_rows"`
	Guards        []breach     `json:"guards"` // that stop the sync
}

// A breach is a guard that is exceeded, for machines.
type breach struct {
	Guard  sync.Guard `json:"guard"`
	Found  int        `json:"found"`
	Limit  float64    `json:"limit"`
	Rows   []int      `json:"rows"` // the first ones
	Reason sync.Text  `json:"reason"`
}

// A plannedRow is what would become of a row, for machines.
type plannedRow struct {
	Row      int           `json:"row"`
	Source   string        `json:"metric_source_id,omitempty"`
	Table    string        `json:"metric_table_id,omitempty"`
	Item     string        `json:"metric_item_id,omitempty"`
	Status   sync.Status   `json:"status"`
	Code     string        `json:"code,omitempty"`
	Reason   sync.Text     `json:"reason,omitzero"`
	Advice   sync.Text     `json:"advice,omitzero"`
	Before   feishu.Fields `json:"before,omitzero"`
	After    feishu.Fields `json:"after,omitzero"`
	Notifies string        `json:"notifies,omitempty"`
}

// writeJSON writes the summary with the plan and all rows as one line.
func (r *rehearsal) writeJSON(w io.Writer, plan sync.Plan, results iter.Seq2[sync.Result, error]) error {
	f := forecast{
		Calls: r.callsAhead(plan), Seconds: plan.Time.Seconds(), BatchCalls: updates(plan.BatchedCalls), BatchSeconds: plan.BatchedTime.Seconds(),
		Notified: r.summary.Notified, NotifyingRows: plan.Notifying, Guards: []breach{},
	}
	for _, b := range plan.Breaches {
		of := breach{Guard: b.Guard, Found: b.Found, Limit: b.Limit, Rows: []int{}, Reason: b.Words()}
		for _, row := range b.Rows {
			of.Rows = append(of.Rows, row.Row)
		}
		f.Guards = append(f.Guards, of)
	}
	head, err := json.Marshal(struct {
		report.Summary
		Plan forecast `json:"plan"`
	}{r.summary, f})
	if err != nil {
		return err
	}
	fmt.Fprintf(w, `%s,"rows":[`, inert(head[:len(head)-1]))
	separator := "\n"
	for result, err := range results {
		if err != nil {
			return err
		}
		line, err := json.Marshal(plannedRow{
			result.Row, result.Source, result.Table, result.Item, result.Status, result.Code,
			result.Reason, result.Advice, result.Before, result.After, result.Notifies,
		})
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "%s%s", separator, inert(line))
		separator = ",\n"
	}
	_, err = fmt.Fprintln(w, "]}")
	return err
}
