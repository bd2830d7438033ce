package sync

import "fmt"

// A BudgetError ends a run whose calls are used up.
type BudgetError struct {
	Calls   int  // that were allowed
	Reading bool // by reading alone, so that the next run would come no further
}

// Error says so in English.
func (e *BudgetError) Error() string { return e.Reason("en") + "; " + e.Advice("en") }

// Reason says so in Chinese ("zh") or English (anything else).
func (e *BudgetError) Reason(lang string) string {
	reason := Text{
		ZH: fmt.Sprintf("允许的调用（%d 次）已用完", e.Calls),
		EN: fmt.Sprintf("the calls that may be made (%d) are used up", e.Calls),
	}
	if e.Reading {
		reason.ZH += "：读取指标项之后没有余下可用于更新的"
		reason.EN += ": reading the live items leaves none for an update"
	}
	return reason.In(lang)
}

// Advice says what to do.
func (e *BudgetError) Advice(lang string) string {
	if e.Reading {
		return Text{ZH: "请调大 --max-calls；okrsync plan 会列出所需的调用", EN: "raise --max-calls; okrsync plan lists the calls it takes"}.In(lang)
	}
	_, advice := CallsUsedUp.words(nil)
	return advice.In(lang)
}
