package source

import (
	"bytes"
	"errors"
	"fmt"
	"iter"
	"testing"

	"github.com/xuri/excelize/v2"
)

func templateOf(n int, last error) iter.Seq2[TemplateItem, error] {
	return func(yield func(TemplateItem, error) bool) {
		for i := range n {
			item := TemplateItem{
				ItemID: itemID(i), UserID: fmt.Sprintf("ou_%d", i), Unit: "万元",
				Initial: "0", Target: "95.00", Current: "0.30000000000000004", SupportedUserID: "=HYPERLINK(1)",
			}
			if i == 1 {
				item.Target, item.SupportedUserID = "", ""
			}
			if !yield(item, nil) {
				return
			}
		}
		if last != nil {
			yield(TemplateItem{}, last)
		}
	}
}

// TestTemplate shows that a template is read as it comes: each row names its item and
// its owner and gives nothing, and what is filled in is what is read.
func TestTemplate(t *testing.T) {
	for _, lang := range []string{"zh", "en"} {
		var buffer bytes.Buffer
		if n, err := WriteTemplate(&buffer, lang, templateOf(3, nil)); n != 3 || err != nil {
			t.Fatal(n, err)
		}
		for _, u := range read(t, write(t, "t.xlsx", buffer.Bytes()), Options{}).mustUpdates(t, 3) {
			if !u.Empty() || u.ItemID != itemID(u.Row-2) || u.UserID != fmt.Sprintf("ou_%d", u.Row-2) {
				t.Errorf("%s: %+v", lang, u)
			}
		}
		if f, err := Open(write(t, "n.xlsx", buffer.Bytes()), Options{}); err != nil {
			t.Error(err)
		} else if readRows(t, f); len(f.Notices()) > 0 {
			t.Errorf("%s: notices %v", lang, f.Notices())
		}
		filled := fillIn(t, buffer.Bytes(), map[string]any{"H2": 1.5, "I3": 0, "J3": -2, "K4": "ou_x"})
		updates := read(t, write(t, "f.xlsx", filled), Options{}).mustUpdates(t, 3)
		if updates[0].Initial != "1.5" || updates[1].Target != "0" || updates[1].Current != "-2" || updates[2].SupportedUserID != "ou_x" || updates[2].Current != "" {
			t.Errorf("%s: %+v", lang, updates)
		}
	}
}

func (a answer) mustUpdates(t *testing.T, n int) []Update {
	t.Helper()
	if len(a.updates) != n || len(a.refused) > 0 || a.fatal != nil {
		t.Fatal(a)
	}
	return a.updates
}

// fillIn sets cells of the first sheet.
func fillIn(t *testing.T, workbook []byte, cells map[string]any) []byte {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(workbook))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for cell, value := range cells {
		if err := f.SetCellValue(templateSheet, cell, value); err != nil {
			t.Fatal(err)
		}
	}
	var buffer bytes.Buffer
	if err := f.Write(&buffer); err != nil {
		t.Fatal(err)
	}
	return buffer.Bytes()
}

// TestTemplateIsProtected shows what a spreadsheet program is told: the ids are texts
// and locked, the cells to fill in are not, and those of numbers take numbers only.
func TestTemplateIsProtected(t *testing.T) {
	var buffer bytes.Buffer
	if _, err := WriteTemplate(&buffer, "zh", templateOf(2, nil)); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&buffer)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for cell, locked := range map[string]bool{"A2": true, "B3": true, "F2": true, "G3": true, "H2": false, "J3": false, "K2": false} {
		id, err := f.GetCellStyle(templateSheet, cell)
		if err != nil {
			t.Fatal(err)
		}
		style, err := f.GetStyle(id)
		if err != nil {
			t.Fatal(err)
		}
		if open := style.Protection != nil && !style.Protection.Locked; open == locked {
			t.Errorf("%s: locked is %v", cell, !open)
		}
		if text := style.NumFmt == 49; text != (cell[0] == 'A' || cell[0] == 'B' || cell[0] == 'G' || cell[0] == 'K') {
			t.Errorf("%s: number format %d", cell, style.NumFmt)
		}
	}
	if kind, err := f.GetCellType(templateSheet, "A2"); err != nil || kind != excelize.CellTypeInlineString {
		t.Errorf("the id is of type %v, %v", kind, err)
	}
	if formula, err := f.GetCellFormula(templateSheet, "G2"); err != nil || formula != "" {
		t.Errorf("a name became the formula %q, %v", formula, err)
	}
	validations, err := f.GetDataValidations(templateSheet)
	if err != nil || len(validations) != 1 || validations[0].Sqref != "H2:J3" || validations[0].Type != "decimal" {
		t.Errorf("%+v, %v", validations, err)
	}
	if protection, err := f.GetSheetProtection(templateSheet); err != nil || protection.Password != "" || protection.EditObjects {
		t.Errorf("%+v, %v", protection, err)
	}
	if notes, err := f.GetRows(templateReadMe); err != nil || len(notes) != len(templateNotes) {
		t.Errorf("%d lines of instructions, %v", len(notes), err)
	}
}

// TestTemplateOfNothing shows what becomes of a table without items, and of a list
// that breaks off.
func TestTemplateOfNothing(t *testing.T) {
	var buffer bytes.Buffer
	if n, err := WriteTemplate(&buffer, "en", templateOf(0, nil)); n != 0 || err != nil {
		t.Fatal(n, err)
	}
	read(t, write(t, "t.xlsx", buffer.Bytes()), Options{}).mustUpdates(t, 0)
	buffer.Reset()
	broken := errors.New("connection lost")
	if _, err := WriteTemplate(&buffer, "en", templateOf(5, broken)); !errors.Is(err, broken) || buffer.Len() != 0 {
		t.Errorf("%v, %d bytes", err, buffer.Len())
	}
}
