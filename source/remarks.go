package source

import (
	"slices"
	"strings"
	"unicode"
)

// headerKey makes header names comparable: lower-case letters and digits only,
// ASCII instead of full-width forms, and no bracketed remark at the end.
func headerKey(name string) string {
	if key := lettersAndDigits(withoutRemark(name)); key != "" {
		return key
	}
	return lettersAndDigits(name)
}

func lettersAndDigits(name string) string {
	return strings.Map(func(r rune) rune {
		r = unicode.ToLower(narrow(r))
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, name)
}

// withoutRemark cuts remarks such as （元） or (必填) off the ends of a name,
// together with a star or colon that stands beside them.
func withoutRemark(name string) string {
	for {
		rest := strings.TrimLeftFunc(name, func(r rune) bool { return isFiller(r) || strings.ContainsRune("*＊:：", r) })
		if rest == "" || !strings.ContainsRune("(（[［【", []rune(rest)[0]) {
			break
		}
		closing := strings.IndexAny(rest, ")）]］】")
		if closing < 0 || changesMeaning(rest[:closing]) {
			break
		}
		name = rest[closing+runeLen(rest[closing:]):]
	}
	for {
		rest := strings.TrimRightFunc(name, func(r rune) bool {
			return isFiller(r) || strings.ContainsRune("*＊:：", r)
		})
		closing := strings.LastIndexAny(rest, ")）]］】")
		if closing < 0 || closing+runeLen(rest[closing:]) != len(rest) {
			return rest
		}
		opening := strings.LastIndexAny(rest, "(（[［【")
		if opening < 0 || changesMeaning(rest[opening:]) {
			return rest
		}
		name = rest[:opening]
	}
}

// changesMeaning recognises remarks that make another column of one: 目标值（去年）
// is not the target value.
func changesMeaning(remark string) bool {
	remark = strings.ToLower(remark)
	return slices.ContainsFunc(otherMeanings, func(word string) bool { return strings.Contains(remark, word) })
}

var otherMeanings = []string{
	"去年", "上年", "前年", "往年", "历年", "上季", "上月", "上周", "上期", "上次", "同期", "同比", "环比", "旧", "原", "历史", "备份", "作废", "示例", "样例", "预测",
	"last", "prior", "previous", "old", "history", "backup", "example", "sample", "forecast", "draft",
}

// namesUnit reports whether the head of a column says that its numbers are counted
// in thousands, tens of thousands, hundredths or the like.
func namesUnit(head string) bool {
	return strings.ContainsAny(head, "千万亿萬億%％‰") || slices.ContainsFunc([]string{"thousand", "million", "billion"}, func(unit string) bool {
		return strings.Contains(strings.ToLower(head), unit)
	})
}

// headsOf lists the heads of the columns for which a function holds.
func (l *layout) headsOf(holds func(position int) bool) []string {
	var heads []string
	for position, head := range l.heads {
		if head != "" && holds(position) {
			heads = append(heads, head)
		}
	}
	return heads
}

// unread lists the heads of the columns that nothing is read from.
func (l *layout) unread() []string {
	return l.headsOf(func(i int) bool { return l.columns[i] == "" })
}

// inUnits lists the heads of the number columns that name a unit.
func (l *layout) inUnits() []string {
	return l.headsOf(func(i int) bool { return isNumberColumn(l.columns[i]) && namesUnit(l.heads[i]) })
}
