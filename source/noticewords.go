package source

import "cmp"

// noticeWords are the notices in both languages. {found} and {count} stand for
// what was found and how many.
var noticeWords = map[NoticeCode]struct{ en, zh string }{
	NoticeEncoding:    {"the text is read as {found}", "文字按 {found} 编码读取"},
	NoticeDelimiter:   {"the columns are separated by {found}", "列以{found}分隔"},
	NoticeOtherName:   {"its content is {found}, whatever its name says", "文件内容是 {found}，与文件名不符"},
	NoticeTitles:      {"the header is row {found}; the rows above it are not data", "表头在第 {found} 行，其上各行不作为数据"},
	NoticeHiddenRows:  {"hidden rows ({count}) are read like the others: {found}", "{count} 个隐藏行也会照常读取：{found}"},
	NoticeFiltered:    {"rows that a filter hides ({count}) are read like the others: {found}", "{count} 个被筛选隐藏的行也会照常读取：{found}"},
	NoticeHiddenCells: {"hidden columns ({count}) are read like the others: {found}", "{count} 个隐藏列也会照常读取：{found}"},
	NoticeHiddenSheet: {"hidden sheets ({count}) are not read: {found}", "{count} 个隐藏工作表不读取：{found}"},
	NoticeOtherSheets: {"sheets without the header ({count}) are not read: {found}", "{count} 个没有表头的工作表不读取：{found}"},
	NoticeOtherHeads:  {"columns that nothing is read from ({count}): {found}", "{count} 列不读取：{found}"},
	NoticeUnits:       {"a unit is named in {found}; numbers are sent as they stand and not converted", "{found}注明了单位；数值按原样发送，不做换算"},
	NoticeRemarks:     {"read without the remark in the heading: {found}", "表头{found}按去掉备注后的名称读取"},
	NoticeNoSheets:    {"the sheet that was named is not used: a text file has none", "文本文件没有工作表，指定的工作表名不起作用"},
	NoticeLinks:       {"values that come from another workbook are read as they were when this one was saved: rows {found} ({count})", "{count} 行的数值引用了其他工作簿，读取的是保存时的值：{found}"},
	NoticePoints:      {"numbers such as 1.234 are read with a decimal point, not as 1234: rows {found} ({count})", "{count} 行中形如 1.234 的数字按小数读取，而不是 1234：{found}"},
}

// delimiterWord is a delimiter as a message shows it.
func delimiterWord(delimiter string) string {
	return cmp.Or(map[string]string{"\t": "TAB"}[delimiter], "“"+delimiter+"”")
}
