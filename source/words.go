package source

import (
	"fmt"
	"strings"
)

// Words for people who know Excel and WPS, not programs. {found} is what stood
// in the file, {wanted} what would have been right. A " ({found})" or
// "（{found}）" is left out when nothing is known.

type phrase struct{ reason, advice string }

type wording struct{ en, zh phrase }

var vocabulary = map[Code]wording{
	CodeIDMissing: {
		en: phrase{"the row has no metric item id", "fill in the id of the metric item, or clear the row"},
		zh: phrase{"这一行没有指标项 ID", "请填写指标项 ID，或清空这一行"},
	},
	CodeUserMissing: {
		en: phrase{"the row names no owner, and the sheet has no ids", "fill in the user id of the item's owner, or clear the row"},
		zh: phrase{"这一行没有负责人，表中也没有指标项 ID", "请填写负责人的用户 ID，或清空这一行"},
	},
	CodeIDNotText: {
		en: phrase{"the id “{found}” is stored as a number, of which Excel keeps only 15 digits and no zeros in front", "format the column as Text, then paste the original id again"},
		zh: phrase{"ID“{found}”是按数字保存的，而 Excel 的数字只保留 15 位，也不保留前面的 0", "请先把该列设为“文本”格式，再重新粘贴原始 ID"},
	},
	CodeIDDamaged: {
		en: phrase{"the id “{found}” has lost its last digits in Excel", "format the column as Text, then paste the original id again"},
		zh: phrase{"ID“{found}”的后几位已被 Excel 改掉", "请先把该列设为“文本”格式，再重新粘贴原始 ID"},
	},
	CodeIDRounded: {
		en: phrase{"the id “{found}” ends in zeros, as if Excel had rounded its last digits", "compare it with Feishu; format the column as Text, then paste the original id again"},
		zh: phrase{"ID“{found}”以多个 0 结尾，后几位很可能已被 Excel 改成 0", "请与飞书核对；先把该列设为“文本”格式，再重新粘贴原始 ID"},
	},
	CodeIDInvalid: {
		en: phrase{"“{found}” is not an id: 1 to 20 digits, the first of them not 0", "paste the id exactly as Feishu shows it, digits only"},
		zh: phrase{"“{found}”不是 ID（1 到 20 位数字，首位不为 0）", "请粘贴飞书中的原始 ID，只含数字"},
	},
	CodeNumberInvalid: {
		en: phrase{"“{found}” is not a number", "write it in digits, such as 1234.5"},
		zh: phrase{"“{found}”不是数字", "请只写数字，例如 1234.5"},
	},
	CodeNumberAmbiguous: {
		en: phrase{"“{found}” may be read as different numbers", "write out all its digits, with a point for decimals and nothing else, such as 1234.5"},
		zh: phrase{"“{found}”可能被理解成不同的数字", "请写出全部数字，只用“.”作小数点，例如 1234.5"},
	},
	CodeNumberUnit: {
		en: phrase{"“{found}” has a unit or a word beside it that is not certain", "write the number alone"},
		zh: phrase{"“{found}”带有无法确定的单位或文字", "请只写数字；可以使用万、亿、元"},
	},
	CodeNumberRange: {
		en: phrase{"the number “{found}” is too large or too small", "use a number below 1,000,000,000,000,000"},
		zh: phrase{"数字“{found}”过大或过小", "请使用绝对值小于 1000000000000000（15 位整数）的数字"},
	},
	CodeNumberPrecision: {
		en: phrase{"the number “{found}” has more digits than can be stored exactly", "round it to 15 digits or fewer"},
		zh: phrase{"数字“{found}”的位数太多，无法精确保存", "请四舍五入到 15 位有效数字以内"},
	},
	CodePercentUndecided: {
		en: phrase{"“{found}” is a percentage, which may be meant as a ratio (85% = 0.85) or as points (85% = 85)", "set input.percent to ratio or points, or write the number without the percent sign and format"},
		zh: phrase{"“{found}”是百分数，可能按小数计（85% 即 0.85），也可能按百分点计（85% 即 85）", "请改写成普通数字，例如 0.85 或 85；或由管理员在配置中把 input.percent 设为 ratio（按小数）或 points（按百分点）"},
	},
	CodeCellIsDate: {
		en: phrase{"the cell is a date (stored as {found})", "format the cell as General or Number and enter the value again"},
		zh: phrase{"该单元格是日期（保存的值为 {found}）", "请把单元格设为“常规”或“数值”格式，再重新输入"},
	},
	CodeCellIsBoolean: {
		en: phrase{"the cell is {found}, not a number or text", "enter the value itself"},
		zh: phrase{"该单元格是逻辑值 {found}", "请直接输入数值"},
	},
	CodeCellIsError: {
		en: phrase{"the cell shows the error {found}", "mend the formula, or enter the value itself"},
		zh: phrase{"该单元格显示错误 {found}", "请修正公式，或直接输入数值"},
	},
	CodeCellTooNarrow: {
		en: phrase{"the cell shows {found}: its column was too narrow when the file was saved", "widen the column and save the file again, best as .xlsx"},
		zh: phrase{"该单元格显示为 {found}：保存时列宽不够", "请加宽该列后重新保存，最好存为 .xlsx"},
	},
	CodeCellShown: {
		en: phrase{"the cell holds {found} and shows something else by its number format", "give the cell a plain number format, and enter the value that is meant"},
		zh: phrase{"该单元格保存的值是 {found}，但数字格式使它显示为别的内容", "请把单元格设为“常规”或“数值”格式，再填写正确的值"},
	},
	CodeCellMerged: {
		en: phrase{"the cell or its heading is merged with another one, so it is not certain what its value is meant for", "unmerge the cells and enter the value in each of them"},
		zh: phrase{"该单元格或其表头与其他单元格合并，无法确定数值属于哪里", "请取消合并单元格，并分别填写数值"},
	},
	CodeFormulaWithoutValue: {
		en: phrase{"the cell holds a formula that has not been calculated", "open the file in Excel or WPS, save it, and try again"},
		zh: phrase{"该单元格的公式还没有计算结果", "请用 Excel 或 WPS 打开文件，保存后重试"},
	},
	CodeTextInvalid: {
		en: phrase{"“{found}” is not a user id", "enter one id of at most 64 letters, digits, “_” or “-”, without a name"},
		zh: phrase{"“{found}”不是用户 ID", "请只填写一个用户 ID（最多 64 个字母、数字、“_”或“-”），不要带姓名"},
	},
	CodeRowTooLong: {
		en: phrase{"the row has more cells than the header, as if “{found}” were part of the cell before it", "put numbers and texts that contain a comma in quotation marks, or remove the commas; the header needs as many cells as the rows"},
		zh: phrase{"这一行的单元格比表头多，“{found}”可能本属于前一个单元格", "含有逗号的数字或文字请加英文双引号，或去掉逗号；表头的列数要与数据一致"},
	},
	CodeFileMissing: {
		en: phrase{"there is no such file", "check the name and the folder"},
		zh: phrase{"文件不存在", "请检查文件名和所在文件夹"},
	},
	CodeFileUnreadable: {
		en: phrase{"the file cannot be read ({found})", "give a spreadsheet file that you may open"},
		zh: phrase{"无法读取文件（{found}）", "请提供一个有权限打开的表格文件"},
	},
	CodeFileChanged: {
		en: phrase{"the file was changed while it was being read ({found})", "wait until it is saved completely, then try again"},
		zh: phrase{"读取过程中文件被修改（{found}）", "请等文件保存完成后重试"},
	},
	CodeFileNotASpreadsheet: {
		en: phrase{"this is not an .xlsx or CSV file but another kind ({found})", "open it in Excel or WPS and save it as .xlsx; unpack an archive first"},
		zh: phrase{"这不是 .xlsx 或 CSV 文件，而是其他格式（{found}）", "请用 Excel 或 WPS 打开，另存为 .xlsx；压缩包请先解压"},
	},
	CodeFileCompanion: {
		en: phrase{"this is not a spreadsheet but what a program keeps beside one ({found})", "give the spreadsheet itself"},
		zh: phrase{"这不是表格，而是程序在表格旁边生成的附带文件（{found}）", "请提供表格文件本身"},
	},
	CodeFileEncrypted: {
		en: phrase{"the file is protected by a password", "remove the password in Excel or WPS and save it again"},
		zh: phrase{"文件有打开密码", "请在 Excel 或 WPS 中取消密码后重新保存"},
	},
	CodeFileDamaged: {
		en: phrase{"the file is damaged or incomplete ({found})", "export or copy it again; if it opens in Excel or WPS, save it there as a new .xlsx"},
		zh: phrase{"文件已损坏或不完整（{found}）", "请重新导出或复制；如果 Excel 或 WPS 能打开，请另存为新的 .xlsx"},
	},
	CodeFileEmpty: {
		en: phrase{"there is nothing in it", "fill in a header row and at least one row below it"},
		zh: phrase{"文件或工作表是空的", "请填写表头和至少一行数据"},
	},
	CodeFileTooLarge: {
		en: phrase{"this is more than is read safely ({found})", "copy the cells you need into a new workbook, or save the sheet as CSV UTF-8"},
		zh: phrase{"超出可安全读取的大小（{found}）", "请把需要的单元格复制到新的工作簿，或将工作表另存为 CSV UTF-8"},
	},
	CodeHeaderMissing: {
		en: phrase{"no column for the metric item id; found: {found}", "name the column one of: {wanted}; if the header stands below the first 30 rows, set input.header_row"},
		zh: phrase{"找不到指标项 ID 列；表头是：{found}", "请把该列命名为以下之一：{wanted}；若表头不在前 30 行内，请设置 input.header_row"},
	},
	CodeHeaderNoValue: {
		en: phrase{"no column to update anything from; found: {found}", "check the names in the header; a value column is called one of: {wanted}"},
		zh: phrase{"没有可以更新的列；表头是：{found}", "请检查表头的写法；数值列可命名为：{wanted}"},
	},
	CodeHeaderMisspelt: {
		en: phrase{"the column “{found}” is not known, but nearly {wanted}", "name it {wanted} if it is meant to be that, else give it a name that is less like it"},
		zh: phrase{"不认识“{found}”这一列，但它很像 {wanted}", "如果就是该字段，请改名为 {wanted}；否则请换一个不易混淆的列名"},
	},
	CodeHeaderDuplicate: {
		en: phrase{"two columns for one field ({wanted}): {found}", "rename or delete one of them"},
		zh: phrase{"同一字段（{wanted}）对应了两列：{found}", "请改名或删除其中一列"},
	},
	CodeHeaderSecond: {
		en: phrase{"a second header with other columns: {found}", "keep one header row above the data, and put rows with other columns into a file of their own"},
		zh: phrase{"出现第二个表头，列与上面的不同：{found}", "数据上方只保留一行表头；列不同的数据请放到另一个文件"},
	},
	CodeSheetMissing: {
		en: phrase{"there is no such sheet ({found})", "choose one of: {wanted}"},
		zh: phrase{"没有这个工作表（{found}）", "请选择以下之一：{wanted}"},
	},
	CodeSheetNone: {
		en: phrase{"none of the sheets has a column for the metric item id: {found}", "name the column one of: {wanted}; or choose the sheet with --sheet"},
		zh: phrase{"所有工作表都找不到指标项 ID 列：{found}", "请把该列命名为以下之一：{wanted}；或用 --sheet 指定工作表"},
	},
	CodeSheetAmbiguous: {
		en: phrase{"several sheets may be meant: {found}", "choose one with --sheet"},
		zh: phrase{"有多个工作表都可能是要读取的：{found}", "请用 --sheet 指定一个"},
	},
	CodeEncodingUnknown: {
		en: phrase{"the encoding of the text is not certain ({found})", "save it as “CSV UTF-8” or as .xlsx, or set input.encoding to what it is"},
		zh: phrase{"无法确定文字编码（{found}）", "请另存为“CSV UTF-8”或 .xlsx，或把 input.encoding 设为实际编码"},
	},
	CodeCSVQuotes: {
		en: phrase{"a quotation mark is missing or stands in the wrong place ({found})", "write a quotation mark inside a cell twice and put the cell in quotation marks, or save the sheet as .xlsx"},
		zh: phrase{"英文双引号没有成对，或位置不对（{found}）", "单元格内的双引号请写两个，并用双引号括住整个单元格；或另存为 .xlsx"},
	},
	CodeCSVLineEnds: {
		en: phrase{"a line break that is half of one (a carriage return among line feeds)", "save it as “CSV UTF-8” or as .xlsx"},
		zh: phrase{"换行方式前后不一致（有单独的回车符）", "请另存为“CSV UTF-8”或 .xlsx"},
	},
	CodeCSVRecordTooLong: {
		en: phrase{"one row is longer than 1 MiB, usually because a quotation mark is missing", "close the quotation mark, or save the sheet as .xlsx"},
		zh: phrase{"有一行超过 1 MiB，通常是少了一个英文双引号", "请补上双引号，或另存为 .xlsx"},
	},
}

// wordsOf gives the words for a code. One that has none, which a test rules
// out, is its own word.
func wordsOf(code Code, lang string) phrase {
	w, ok := vocabulary[code]
	switch {
	case !ok:
		return phrase{string(code), string(code)}
	case lang == "zh":
		return w.zh
	}
	return w.en
}

// withoutFound drops the place for a finding that there is not.
func withoutFound(reason string) string {
	return strings.NewReplacer(" ({found})", "", "（{found}）", "").Replace(reason)
}

func semicolon(lang string) string {
	if lang == "zh" {
		return "；"
	}
	return "; "
}

// rowPlace names a row, with a comma when a cell's name follows.
func rowPlace(lang string, row int, cellFollows bool) string {
	switch {
	case lang == "zh" && cellFollows:
		return fmt.Sprintf("第 %d 行，", row)
	case lang == "zh":
		return fmt.Sprintf("第 %d 行：", row)
	case cellFollows:
		return fmt.Sprintf("row %d, ", row)
	}
	return fmt.Sprintf("row %d: ", row)
}

// cellPlace names a cell, and its column when that has a header.
func cellPlace(lang, column, cell string) string {
	switch {
	case lang == "zh" && column == "":
		return cell + "："
	case lang == "zh":
		return fmt.Sprintf("“%s”列（%s）：", column, cell)
	case column == "":
		return cell + ": "
	}
	return fmt.Sprintf("column %s (%s): ", column, cell)
}

// linePlace names the line of a text file, which is not the row where cells have
// line breaks; "" for none.
func linePlace(lang string, line int) string {
	switch {
	case line == 0:
		return ""
	case lang == "zh":
		return fmt.Sprintf("（文件第 %d 行）", line)
	}
	return fmt.Sprintf(" (line %d of the file)", line)
}

// filePlace says where in which file, from the outside in.
func filePlace(lang string, e *FileError) string {
	comma, colon, line, offset := ", ", ": ", "line %d", "byte %d"
	if lang == "zh" {
		comma, colon, line, offset = "，", "：", "第 %d 行", "第 %d 字节"
	}
	var place []string
	for _, name := range []string{printable(e.File), e.Place} {
		if name != "" {
			place = append(place, name)
		}
	}
	if e.Line > 0 {
		place = append(place, fmt.Sprintf(line, e.Line))
	}
	if e.Offset > 0 {
		place = append(place, fmt.Sprintf(offset, e.Offset))
	}
	if place == nil {
		return ""
	}
	return strings.Join(place, comma) + colon
}
