package sync

import (
	"cmp"
	"encoding/json"
	"slices"
	"time"

	"okrsync/feishu"
	"okrsync/source"
)

// A Status is how a row ended. The set is closed.
type Status string

// The statuses. Every row read ends in exactly one.
const (
	Updated     Status = "updated"     // Feishu took it
	Unchanged   Status = "unchanged"   // the live item already says so
	Ignored     Status = "ignored"     // nothing to do: no value, a total line, a repetition
	Rejected    Status = "rejected"    // by okrsync; never sent
	Failed      Status = "failed"      // by Feishu, or every try used up
	Unprocessed Status = "unprocessed" // not tried or cut short: run again
	Planned     Status = "planned"     // a plan's word for what would be sent
)

// Statuses lists all statuses in the order reports show them.
var Statuses = []Status{Updated, Unchanged, Planned, Ignored, Rejected, Failed, Unprocessed}

var statusWords = map[Status]Text{
	Updated:     {ZH: "已更新", EN: "updated"},
	Unchanged:   {ZH: "无变化", EN: "unchanged"},
	Planned:     {ZH: "待更新", EN: "planned"},
	Ignored:     {ZH: "已忽略", EN: "ignored"},
	Rejected:    {ZH: "已拒绝", EN: "rejected"},
	Failed:      {ZH: "失败", EN: "failed"},
	Unprocessed: {ZH: "未处理", EN: "unprocessed"},
}

// Words is the status as people read it.
func (s Status) Words() Text { return statusWords[s] }

// A Result is the answer to one row. Its JSON form is a line of the journal.
type Result struct {
	Row    int    `json:"row"` // as Excel shows it
	Place  int    `json:"-"`   // in the order of the answered rows, from 0; only in what Job.Run yields
	Source string `json:"metric_source_id,omitempty"`
	Table  string `json:"metric_table_id,omitempty"`
	Item   string `json:"metric_item_id,omitempty"`
	Status Status `json:"status,omitempty"`

	// Code names the reason: Feishu's code in digits, or a word of okrsync's.
	// Empty, as Reason and Advice are, for a row that needs no explanation.
	Code   string `json:"code,omitempty"`
	Reason Text   `json:"reason,omitzero"`
	Advice Text   `json:"advice,omitzero"`

	// Problems are what is wrong with the cells of a row that could not be read;
	// Reason says them in words.
	Problems []source.Problem `json:"-"`

	// Class is the class of Feishu's refusal; it says whether the row may pass
	// when it is sent again.
	Class feishu.Class `json:"class,omitempty"`

	Sent   feishu.Fields `json:"sent,omitzero"`   // what the calls for this row carried, if there was any
	Before feishu.Fields `json:"before,omitzero"` // the live values of those fields, if they were read
	After  feishu.Fields `json:"after,omitzero"`  // the values of those fields after an update

	// Owner is the owner that the row names beside an id that may have been rounded,
	// and without whom the id would not be certain.
	Owner string `json:"user_id,omitempty"`

	// Irreversible are the sent fields that cannot be brought back to what they were:
	// they had no value, one that is larger than okrsync takes from a sheet, or an
	// initial value that equals the target.
	Irreversible []string `json:"irreversible,omitempty"`

	// Notifies is who Feishu messages about the update: an owner, or the item where
	// the owner is not known. It is "" for a silent one, and where nothing was compared.
	Notifies string `json:"notifies,omitempty"`

	// Uncertain says that a try had no answer, so that it may have been applied
	// whatever a later one says.
	Uncertain bool `json:"uncertain,omitempty"`

	Attempts   int       `json:"attempts,omitempty"`    // calls made for this row
	HTTPStatus int       `json:"http_status,omitempty"` // of the last answer
	LogID      string    `json:"log_id,omitempty"`      // Feishu's trace id of the last refusal
	FinishedAt time.Time `json:"finished_at,omitzero"`
}

// ToMend reports whether somebody has to do something about the row's content
// or its standing at Feishu.
func (r Result) ToMend() bool { return r.Status == Rejected || r.Status == Failed }

// Placed reports whether the reason begins with the row: that of a row whose cells could
// not be read does, those of okrsync's own and of Feishu do not.
func (r Result) Placed() bool {
	_, own := reasons[Reason(r.Code)]
	return r.Status == Rejected && !own
}

// MayHaveChanged reports whether the row's item is not, or may not be, what it was
// before: the update was taken, or its last answer did not say that it was not.
func (r Result) MayHaveChanged() bool {
	switch {
	case r.Attempts == 0:
		return false
	case r.Status == Updated, r.Status == Unprocessed, r.Uncertain, r.Code == string(OtherValue):
		return true
	}
	return r.Troubled()
}

// Troubled reports whether the row failed because tries were used up on network
// or server trouble, and not for anything about the row.
func (r Result) Troubled() bool {
	return r.Status == Failed && (r.Class == feishu.ClassTransient || r.Class == feishu.ClassSlowDown)
}

// again reports whether another try may end otherwise although the row is the same.
func (r Result) again() bool {
	switch r.Status {
	case Unprocessed:
		return true
	case Failed:
		return r.Class == feishu.ClassTransient || r.Class == feishu.ClassSlowDown || r.Class == feishu.ClassUpdateLimit ||
			r.Code == string(feishu.CodeNoPermission)
	case Rejected:
		return slices.Contains(byFeishu, Reason(r.Code))
	}
	return false
}

// byFeishu are the reasons of rejections that depend on what Feishu has.
var byFeishu = []Reason{
	StartIsTarget, ItemUnknown, ItemDamaged, OwnerUnknown, OwnerAmbiguous, OtherOwner, ListIncomplete,
	ConflictsWithRow, Reason(source.CodeIDRounded),
}

// key names the item of a result among those of all tables.
func (r Result) key() string { return r.Source + "/" + r.Table + "/" + r.Item }

// because gives a result one of okrsync's own reasons.
func (r Result) because(reason Reason, details ...any) Result {
	r.Code = string(reason)
	r.Reason, r.Advice = reason.words(details)
	return r
}

// refused gives a result Feishu's reason.
func (r Result) refused(e *feishu.Error) Result {
	r.Code, r.Class, r.HTTPStatus, r.LogID = string(e.Code), e.Class, e.Status, e.LogID
	r.Reason = Text{ZH: e.Reason("zh"), EN: e.Reason("en")}
	r.Advice = Text{ZH: e.Advice("zh"), EN: e.Advice("en")}
	return r
}

// following gives a result that is not there yet what is known of the row from an
// earlier run.
func (r Result) following(earlier Result) Result {
	r.Attempts = earlier.Attempts
	if !earlier.MayHaveChanged() {
		return r
	}
	r.Sent, r.Before, r.Irreversible, r.Notifies = earlier.Sent, earlier.Before, earlier.Irreversible, earlier.Notifies
	r.Item, r.Uncertain = cmp.Or(r.Item, earlier.Item), true
	return r
}

// failed ends a row with Feishu's refusal. If that is not about the row, nothing is
// wrong with it.
func (r Result) failed(e *feishu.Error) Result {
	r.Status = Failed
	if e.Class == feishu.ClassApp || e.Class == feishu.ClassMonthlyQuota {
		r.Status = Unprocessed
	}
	return r.refused(e)
}

// fields are what an update gives, as Feishu names them.
func fields(u *source.Update) feishu.Fields {
	return feishu.Fields{
		Initial:         json.Number(u.Initial),
		Target:          json.Number(u.Target),
		Current:         json.Number(u.Current),
		SupportedUserID: u.SupportedUserID,
	}
}
