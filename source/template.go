package source

import (
	"fmt"
	"io"
	"iter"
	"slices"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
)

// A TemplateItem is a live metric item as a template shows it. The values are as
// Feishu gives them, "" for those that are not set.
type TemplateItem struct {
	ItemID, UserID, Unit     string
	Initial, Target, Current string
	SupportedUserID          string
}

// The columns of a template: what the item is and has, which is locked, and what can
// be filled in, under the names that Rows knows. Those of the values that the item has
// now are no names of columns, so that they are not read.
var (
	templateHeads = map[string][]string{
		"zh": {
			"指标项ID", "负责人ID", "计量单位",
			"现在的起始值", "现在的目标值", "现在的当前值", "现在的支撑上级",
			"起始值", "目标值", "当前值", "支撑的上级",
		},
		"en": {
			"metric_item_id", "user_id", "unit",
			"initial value now", "target value now", "current value now", "supported superior now",
			"metric_initial_value", "metric_target_value", "metric_current_value", "supported_user_id",
		},
	}
	templateWidths = []float64{23, 38, 12, 21, 21, 21, 38, 21, 21, 21, 38}
)

const (
	firstToFill    = 7 // of the columns, counted from 0
	firstText      = 10
	templateSheet  = "填写 Fill in"
	templateReadMe = "说明 Read me"
)

// RollbackNote is the head of the column in rollback.csv that is for people.
const RollbackNote = "rollback_note"

// isOwnHead recognises the columns that okrsync adds for people to look at.
func isOwnHead(head string) bool {
	const firstShown = 2 // behind the ids
	return head == RollbackNote || strings.HasPrefix(head, OwnHead) || slices.Contains(templateHeads["zh"][firstShown:firstToFill], head) || slices.Contains(templateHeads["en"][firstShown:firstToFill], head)
}

// templateNotes are the instructions.
var templateNotes = []string{
	"怎样填写",
	"1. 在工作表“" + templateSheet + "”右侧的白色列中填写要更新的值；空白表示保持不变，不是 0。",
	"2. 灰色列是飞书中现在的内容，只供参考，已锁定。请不要修改指标项 ID，也不要插入或移动列。",
	"3. 数值只写数字，例如 1234.5；百分数和日期不会被接受。",
	"4. 起始值与目标值不能相等。支撑的上级填写用户 ID，不是姓名。",
	"5. 保存为 .xlsx，然后运行 okrsync plan 查看将要发生的变化，再运行 okrsync sync。",
	"",
	"How to fill it in",
	"1. Enter the values to update in the white columns on the right of the sheet “" + templateSheet + "”. A blank cell leaves the value as it is; it is not 0.",
	"2. The grey columns show what Feishu has now and are locked. Leave the item ids alone, and insert or move no columns.",
	"3. Write numbers in digits, such as 1234.5. Percentages and dates are not accepted.",
	"4. The initial value must differ from the target. The supported superior is a user id, not a name.",
	"5. Save it as .xlsx, look at what would change with okrsync plan, then run okrsync sync.",
}

// WriteTemplate writes a workbook of items, ready to be filled in and read by Rows:
// one row an item, with headings in Chinese ("zh") or English (anything else) and
// instructions in both on a second sheet. Ids are texts and, like everything but the
// cells to fill in, locked, without a password. It returns the number of items; an
// error among the items ends it.
func WriteTemplate(w io.Writer, lang string, items iter.Seq2[TemplateItem, error]) (int, error) {
	f := excelize.NewFile()
	defer f.Close()
	t := &template{file: f, heads: templateHeads["en"]}
	if lang == "zh" {
		t.heads = templateHeads["zh"]
	}
	if err := t.begin(); err != nil {
		return 0, err
	}
	if err := t.fill(items); err != nil {
		return 0, err
	}
	if err := t.instruct(); err != nil {
		return 0, err
	}
	_, err := f.WriteTo(w)
	return t.rows, err
}

// A template is a workbook on its way.
type template struct {
	file  *excelize.File
	heads []string
	out   *excelize.StreamWriter
	rows  int

	head, text, number, fillText, fillNumber int // styles
}

// begin makes the sheet with its styles and its header.
func (t *template) begin() error {
	if err := t.file.SetSheetName(t.file.GetSheetName(0), templateSheet); err != nil {
		return err
	}
	if err := t.styles(); err != nil {
		return err
	}
	t.file.Pkg.Store("docProps/core.xml", []byte(coreProperties))
	if err := fitToPage(t.file, templateSheet); err != nil {
		return err
	}
	var err error
	if t.out, err = t.file.NewStreamWriter(templateSheet); err != nil {
		return err
	}
	for i, width := range templateWidths {
		if err := t.out.SetColWidth(i+1, i+1, width); err != nil {
			return err
		}
	}
	if err := t.out.SetPanes(&excelize.Panes{Freeze: true, XSplit: 1, YSplit: 1, TopLeftCell: "B2", ActivePane: "bottomRight"}); err != nil {
		return err
	}
	cells := make([]any, len(t.heads))
	for i, head := range t.heads {
		cells[i] = excelize.Cell{StyleID: t.head, Value: head}
	}
	return t.out.SetRow("A1", cells)
}

// fitToPage lets a sheet be printed with all its columns on a page.
func fitToPage(book *excelize.File, sheet string) error {
	if err := book.SetSheetProps(sheet, &excelize.SheetPropsOptions{FitToPage: new(true)}); err != nil {
		return err
	}
	return book.SetPageLayout(sheet, &excelize.PageLayoutOptions{
		Orientation: new("landscape"), FitToWidth: new(1), FitToHeight: new(0),
	})
}

// styles makes the styles: grey what is locked, white what is not.
func (t *template) styles() error {
	const general, asText = 0, 49
	grey := excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"EDEDED"}}
	line := []excelize.Border{}
	for _, side := range []string{"left", "top", "right", "bottom"} {
		line = append(line, excelize.Border{Type: side, Color: "C0C0C0", Style: 1})
	}
	for _, s := range []struct {
		id    *int
		style excelize.Style
	}{
		{&t.head, excelize.Style{NumFmt: asText, Font: &excelize.Font{Bold: true}, Border: line}},
		{&t.text, excelize.Style{NumFmt: asText, Fill: grey, Border: line}},
		{&t.number, excelize.Style{NumFmt: general, Fill: grey, Border: line}},
		{&t.fillText, excelize.Style{NumFmt: asText, Border: line, Protection: &excelize.Protection{Locked: false}}},
		{&t.fillNumber, excelize.Style{NumFmt: general, Border: line, Protection: &excelize.Protection{Locked: false}}},
	} {
		id, err := t.file.NewStyle(&s.style)
		if err != nil {
			return err
		}
		*s.id = id
	}
	return nil
}

// fill writes the items, and what may be entered beside them.
func (t *template) fill(items iter.Seq2[TemplateItem, error]) error {
	for item, err := range items {
		if err != nil {
			return err
		}
		t.rows++
		if err := t.out.SetRow("A"+strconv.Itoa(t.rows+1), t.cells(item)); err != nil {
			return fmt.Errorf("item %s: %w", item.ItemID, err)
		}
	}
	if t.rows > 0 {
		if err := t.validate(); err != nil {
			return err
		}
		if err := t.file.AutoFilter(templateSheet, "A1:"+cellName(len(t.heads)-1, t.rows+1), nil); err != nil {
			return err
		}
	}
	err := t.file.ProtectSheet(templateSheet, &excelize.SheetProtectionOptions{
		SelectLockedCells: true, SelectUnlockedCells: true, FormatCells: true, FormatColumns: true, FormatRows: true, AutoFilter: true,
	})
	if err != nil {
		return err
	}
	return t.out.Flush()
}

func (t *template) cells(item TemplateItem) []any {
	cells := make([]any, len(t.heads))
	for i, text := range []string{item.ItemID, item.UserID, item.Unit, item.Initial, item.Target, item.Current, item.SupportedUserID} {
		cells[i] = excelize.Cell{StyleID: t.text, Value: text}
		if f, err := strconv.ParseFloat(text, 64); 3 <= i && i <= 5 && err == nil {
			cells[i] = excelize.Cell{StyleID: t.number, Value: f}
		}
	}
	for i := firstToFill; i < len(cells); i++ {
		cells[i] = excelize.Cell{StyleID: t.fillNumber}
		if i >= firstText {
			cells[i] = excelize.Cell{StyleID: t.fillText}
		}
	}
	return cells
}

// validate lets nothing but numbers into the number columns.
func (t *template) validate() error {
	const largest = 999999999999999
	numbers := excelize.NewDataValidation(true)
	numbers.SetSqref(cellName(firstToFill, 2) + ":" + cellName(firstText-1, t.rows+1))
	if err := numbers.SetRange(-largest, largest, excelize.DataValidationTypeDecimal, excelize.DataValidationOperatorBetween); err != nil {
		return err
	}
	numbers.SetError(excelize.DataValidationErrorStyleStop, "请输入数字 / A number, please", "只写数字，例如 1234.5；留空表示保持不变。\nDigits only, such as 1234.5; blank leaves the value as it is.")
	return t.file.AddDataValidation(templateSheet, numbers)
}

// instruct adds the sheet with the instructions, behind the one to fill in.
func (t *template) instruct() error {
	if _, err := t.file.NewSheet(templateReadMe); err != nil {
		return err
	}
	const width = 90
	if err := t.file.SetColWidth(templateReadMe, "A", "A", width); err != nil {
		return err
	}
	wrapped, err := t.file.NewStyle(&excelize.Style{Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}})
	if err != nil {
		return err
	}
	for i, note := range templateNotes {
		cell := cellName(0, i+1)
		if err := t.file.SetCellStr(templateReadMe, cell, note); err != nil {
			return err
		}
		if err := t.file.SetCellStyle(templateReadMe, cell, cell, wrapped); err != nil {
			return err
		}
		if height := heightOf(linesOf(note, width)); height > 0 {
			if err := t.file.SetRowHeight(templateReadMe, i+1, height); err != nil {
				return err
			}
		}
	}
	return nil
}
