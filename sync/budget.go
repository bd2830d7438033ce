package sync

import "fmt"

// A BudgetError ends a run whose calls are used up.
type BudgetError struct {
	Calls  int  // that were allowed
	TooFew bool // none was left to update anything with, so that the next run would come no further
}

// Error says so in English.
func (e *BudgetError) Error() string { return e.Reason("en") + "; " + e.Advice("en") }

// Reason says so in Chinese ("zh") or English (anything else).
func (e *BudgetError) Reason(lang string) string {
	reason := Text{
		ZH: fmt.Sprintf("允许的调用（%d 次）已用完", e.Calls),
		EN: fmt.Sprintf("the calls that may be made (%d) are used up", e.Calls),
	}
	if e.TooFew {
		reason.ZH += "，少到再运行一次也无法前进"
		reason.EN += ": so few that another run would come no further"
	}
	return reason.In(lang)
}

// Advice says what to do.
func (e *BudgetError) Advice(lang string) string {
	if e.TooFew {
		return Text{ZH: "请调大 --max-calls；不带它的 okrsync plan 会列出所需的调用", EN: "raise --max-calls; okrsync plan without it lists the calls it takes"}.In(lang)
	}
	_, advice := CallsUsedUp.words(nil)
	return advice.In(lang)
}

// Allow bounds how many calls of all kinds may go out from now on; 0 lifts the bound.
func (p *Pacer) Allow(calls int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.budget, p.spent = calls, 0
}

// spentUp reports the budget's end before a call meets it; nil if there is some left.
func (p *Pacer) spentUp() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.budget == 0 || p.spent < p.budget {
		return nil
	}
	return &BudgetError{Calls: p.budget}
}

// untouched reports whether nothing of the budget is spent.
func (p *Pacer) untouched() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.spent == 0
}
