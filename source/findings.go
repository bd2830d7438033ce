package source

import (
	"cmp"
	"fmt"

	"okrsync/source/errno"
)

// A finding is what was found in a file, for a message in two languages: a format
// of English, which findings translates, and what goes into it.
type finding struct {
	format string
	args   []any
}

// in says the finding in Chinese for "zh", if there are words for it, and in
// English otherwise.
func (f finding) in(lang string) string {
	format := f.format
	if zh := findings[format]; lang == "zh" && zh != "" {
		format = zh
	}
	return fmt.Sprintf(format, f.args...)
}

// translated says in the reader's language what needs no more than words: what is
// common, and what the operating system refused. A name stays as it is.
func (e *FileError) translated(lang string) string {
	if lang != "zh" {
		return e.Found
	}
	return cmp.Or(findings[e.Found], errno.Chinese(e.Err), e.Found)
}

// findings are the Chinese words for what is said of a file in English where it
// is refused.
var findings = map[string]string{
	"cell “%s” in row %d":                           "第 %[2]d 行中的单元格“%[1]s”",
	"more than %d cells in row %d":                  "第 %[2]d 行超过 %[1]d 个单元格",
	"a style that is not there: %d":                 "不存在的样式 %d",
	"a cell of the kind “%s”":                       "未知的单元格类型“%s”",
	"a value that does not fit its cell in row %d":  "第 %d 行有与单元格类型不符的值",
	"a shared string “%s”":                          "共享字符串编号“%s”",
	"a shared string that is not there: %d":         "不存在的共享字符串 %d",
	"%d MiB":                                        "%d MiB",
	"more than %d sheets":                           "超过 %d 个工作表",
	"two sheets or parts go by the same name: “%s”": "有两个工作表或部件使用同一名称：“%s”",
	"<%s> among the cells":                          "单元格之间有 <%s>",
	"more than %d parts":                            "超过 %d 个部件",
	"not a whole ZIP archive":                       "ZIP 压缩包不完整",
	"the part is there twice":                       "同名部件出现两次",
	"the part is larger than the file":              "部件比文件还大",
	"more than %d cells or elements":                "超过 %d 个单元格或元素",
	"the part is missing":                           "缺少该部件",
	"inflates to %d times its size":                 "解压后是原来的 %d 倍",
	"no checksum":                                   "没有校验和",
	"broken characters":                             "有无法识别的字符",
	"the text is UTF-8":                             "文字是 UTF-8",
	"UTF-32":                                        "UTF-32",
	"all sheets are hidden":                         "所有工作表都是隐藏的",
	"—":                                             "—",
	"internal":                                      "程序内部错误",
	"the part ends within <%s>":                     "部件在 <%s> 中途结束",
	"text “%s” between elements":                    "元素之间有文字“%s”",
	"a cell or tag of more than %d bytes":           "单元格或标签超过 %d 字节",
	"the part ends within a tag":                    "部件在标签中途结束",
	"unknown entity":                                "未知的实体",
	"encoding other than UTF-8":                     "编码不是 UTF-8",
	"a DOCTYPE or other declaration":                "含有 DOCTYPE 等声明",
	"shared strings":                                "共享字符串",
	"a cell of more than %d characters":             "单元格超过 %d 个字符",
	"<%s> is missing":                               "缺少 <%s>",
	"a second root element":                         "有第二个根元素",
	"<%s> within a text":                            "文字中有 <%s>",
	"<sheetData> is missing":                        "缺少 <sheetData>",
	"a second <sheetData>":                          "有第二个 <sheetData>",
	"row “%s” after row %d":                         "第 %[2]d 行之后是第“%[1]s”行",
	"row %d":                                        "第 %d 行",
	"two cells in one place in row %d":              "第 %d 行同一位置有两个单元格",
	"merged cells over merged cells in row %d":      "第 %d 行的合并单元格相互重叠",
	"merged cells “%s”":                             "合并单元格“%s”",
	"more than %d merged cells":                     "超过 %d 个合并单元格",
	"Excel 2003 XML":                                "Excel 2003 XML",
	"OpenDocument .fods":                            "OpenDocument .fods",
	"XML":                                           "XML",
	"HTML":                                          "网页 HTML",
	"a lock file":                                   "表格打开时产生的锁定文件",
	"malformed tag <%s>":                            "标签 <%s> 格式错误",
	"elements within elements within elements":      "元素嵌套过深",
	"malformed tag":                                 "标签格式错误",
	"</%s> closes nothing":                          "</%s> 没有对应的开始标签",
	"broken XML":                                    "XML 格式错误",
	"the structure of the workbook is broken":       "工作簿结构已损坏",
	"byte %02X":                                     "字节 %02X",
	"a folder":                                      "这是文件夹",
	"not a regular file":                            "不是普通文件",
	"a ZIP archive":                                 "ZIP 压缩包",
	"an empty ZIP archive":                          "空的 ZIP 压缩包",
	"macOS":                                         "macOS",
}
