package source

import (
	"slices"
	"strings"
	"unicode"
)

// headerKey makes header names comparable: lower-case letters and numbers only,
// ASCII instead of full-width forms, and no bracketed remark at either end. What is
// longer than any name has no key.
func headerKey(name string) string {
	const longest = 1024 // bytes
	if len(name) > longest {
		return ""
	}
	if key := lettersAndNumbers(withoutRemark(name)); key != "" {
		return key
	}
	return lettersAndNumbers(name)
}

func lettersAndNumbers(name string) string {
	return strings.Map(func(r rune) rune {
		r = unicode.ToLower(narrow(r))
		if unicode.IsLetter(r) || unicode.IsNumber(r) {
			return r
		}
		return -1
	}, name)
}

const (
	opening = "(（[［【"
	closing = ")）]］】"
)

// withoutRemark cuts remarks such as （元） or (必填) off the ends of a name,
// together with a star or colon that stands beside them.
func withoutRemark(name string) string {
	for {
		rest := strings.TrimFunc(name, isBeside)
		before := remarkBefore(rest)
		after := remarkAfter(rest[before:])
		if before+after == 0 || before+after == len(rest) {
			return rest
		}
		name = rest[before : len(rest)-after]
	}
}

// isBeside recognises what stands beside a name or its remark.
func isBeside(r rune) bool { return isFiller(r) || strings.ContainsRune("*＊:：", r) }

// remarkBefore is the length of the remark that a name begins with, 0 for none.
func remarkBefore(name string) int {
	end := strings.IndexAny(name, closing)
	if !strings.ContainsRune(opening, firstRune(name)) || end < 0 || changesMeaning(name[:end]) {
		return 0
	}
	return end + runeLen(name[end:])
}

// remarkAfter is the length of the remark that a name ends with, 0 for none.
func remarkAfter(name string) int {
	end, start := strings.LastIndexAny(name, closing), strings.LastIndexAny(name, opening)
	if end < 0 || end+runeLen(name[end:]) != len(name) || start < 0 || changesMeaning(name[start:]) {
		return 0
	}
	return len(name) - start
}

// changesMeaning recognises remarks that make another column of one: 目标值（去年）
// is not the target value.
func changesMeaning(remark string) bool {
	remark = strings.ToLower(remark)
	words := strings.FieldsFunc(remark, func(r rune) bool { return r < 'a' || 'z' < r })
	return slices.ContainsFunc(otherMeanings, func(word string) bool {
		return slices.Contains(words, word) || !isASCII(word) && strings.Contains(remark, word)
	})
}

var otherMeanings = []string{
	"去年", "上年", "明年", "次年", "下季", "下月", "上限", "下限", "增量", "废弃", "勿填", "参考", "计划", "预算", "前年", "往年", "历年", "上季", "上月", "上周", "上期", "上次", "同期", "同比", "环比", "旧", "原值", "原定", "原来", "历史", "备份", "作废", "示例", "样例", "预测",
	"last", "ly", "prior", "previous", "old", "history", "backup", "example", "sample", "forecast", "draft", "budget", "stretch", "lower", "upper",
}

// namesUnit reports whether the head of a column says that its numbers are counted
// in thousands, tens of thousands, hundredths or the like.
func namesUnit(head string) bool {
	if strings.ContainsAny(head, "百千万亿萬億%％‰") || strings.Contains(head, "占比") || strings.Contains(head, "比例") {
		return true
	}
	words := strings.FieldsFunc(strings.ToLower(head), func(r rune) bool { return r < 'a' || 'z' < r })
	return slices.ContainsFunc(words, func(word string) bool {
		return slices.Contains([]string{"k", "m", "mn", "bn", "bp", "bps", "thousand", "thousands", "million", "millions", "billion", "percent"}, word)
	})
}

// namesUnitOf reports whether a title or the head of a column tells the unit of
// other columns: 单位：万元.
func namesUnitOf(text string) bool {
	const longest = 128
	return len(text) <= longest && strings.Contains(text, "单位") && (namesUnit(text) || trim(text) == "单位")
}

// namesMore reports whether the head of a column says more than its name, other
// than that it must be filled in, or a currency.
func namesMore(head string) bool {
	more := strings.TrimFunc(head, isBeside)
	for _, harmless := range []string{"必填", "选填", "可选", "必须", "元", "人民币", "文本", "required", "optional", "text"} {
		for _, bracket := range []string{"(%)", "（%）", "[%]", "［%］", "【%】"} {
			more = strings.ReplaceAll(strings.ToLower(more), strings.Replace(bracket, "%", harmless, 1), "")
		}
	}
	return strings.ContainsAny(more, opening)
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

// unread lists the heads of the columns that nothing is read from, but for those that
// okrsync writes itself for people to look at.
func (l *layout) unread() []string {
	return l.headsOf(func(i int) bool { return l.columns[i] == "" && !isOwnHead(l.heads[i]) })
}

// inUnits lists the heads of the number columns that name a unit, and of columns that
// tell that of others.
func (l *layout) inUnits() []string {
	return l.headsOf(func(i int) bool {
		return isNumberColumn(l.columns[i]) && namesUnit(l.heads[i]) || l.columns[i] == "" && namesUnitOf(l.heads[i])
	})
}

// remarked lists the heads of the columns that are read whose remark is passed over.
func (l *layout) remarked() []string {
	return l.headsOf(func(i int) bool { return l.columns[i] != "" && namesMore(l.heads[i]) && !namesUnit(l.heads[i]) })
}
