package source

import (
	"fmt"
	"testing"
)

// TestOwners shows what a column of owners does, alone and beside ids.
func TestOwners(t *testing.T) {
	const both, alone = "metric_item_id,user_id,target\n", "user_id,target,部门\n"
	tests := []struct{ head, row, want string }{
		{both, "12,ou_a,5", "item 12, owner ou_a"},
		{both, ",ou_a,5", "item , owner ou_a"},
		{both, "12,张三,5", "item 12, owner "}, // the id says enough
		{both, ",张三,5", "2:text_invalid"},
		{both, "x,ou_a,5", "2:id_invalid"}, // an id that is wrong is not replaced by a guess
		{both, ",,5", "2:id_missing"},
		{both, "合计,ou_a,5", "item , owner ou_a"},
		{both, ",合计,5", "total"},
		{both, "metric_item_id,user_id,target", "header"},
		{alone, "ou_a,5,", "item , owner ou_a"},
		{alone, "Total,5,", "total"},
		{alone, ",5,", "2:user_id_missing"},
		{alone, ",5,合计", "total"},
		{alone, "ou_a (张三),5,", "2:text_invalid"},
		{alone, "ou_a,x,", "2:number_invalid"},
		{alone, "user_id,target,部门", "header"},
		{alone, "user_id,current,部门", "header_second"},
	}
	for _, test := range tests {
		a := readCSV(t, test.head+test.row+"\n")
		got := a.codes()
		for _, u := range a.updates {
			got += fmt.Sprintf("item %s, owner %s", u.ItemID, u.UserID)
			if u.Aside != "" {
				got = string(u.Aside)
			}
		}
		if a.fatal != nil {
			got = string(a.fatal.Code)
		}
		if got != test.want {
			t.Errorf("%s%s: got %s, want %s", test.head, test.row, got, test.want)
		}
	}
}

// TestOwnersAlone shows that a list of people without values is no sheet of updates.
func TestOwnersAlone(t *testing.T) {
	a := readCSV(t, "user_id,姓名\nou_a,张三\n")
	if a.fatal == nil || a.fatal.Code != CodeHeaderMissing {
		t.Errorf("%+v", a)
	}
}

// TestRoundedIDs shows that an id that may have been rounded is handed on, for the
// list of live items to decide.
func TestRoundedIDs(t *testing.T) {
	const id = "7100000000000120000"
	for row, want := range map[string]string{
		id + ",ou_a,5":           id,
		`"=""` + id + `""",,5`:   id,
		id + ",ou_a,x":           id,
		"12,ou_a,x":              "",
		"7.1E+18,ou_a,5":         "",
		"7100000000000000,ou_a,": "-", // too short to look rounded
	} {
		a := readCSV(t, "metric_item_id,supported_user_id,target\n"+row+"\n")
		got := "-"
		if len(a.refused) == 1 {
			got = a.refused[0].Rounded
		}
		if got != want {
			t.Errorf("%s: %q, want %q", row, got, want)
		}
		if got != "" && got != "-" && a.refused[0].Update.ItemID != "" {
			t.Errorf("%s: %+v", row, a.refused[0])
		}
	}
}

// TestMergedOwners shows that owners merged over several rows, as sheets often have
// them, do not matter beside ids, and are not certain without.
func TestMergedOwners(t *testing.T) {
	text := func(ref, s string) string { return `<c r="` + ref + `" t="inlineStr"><is><t>` + s + `</t></is></c>` }
	read := func(first string) answer {
		return book(`<row r="1">`+text("A1", first)+text("B1", "user_id")+text("C1", "target")+`</row>`+
			`<row r="2"><c r="A2"><v>12</v></c>`+text("B2", "ou_a")+`<c r="C2"><v>5</v></c></row>`+
			`<row r="3"><c r="A3"><v>13</v></c><c r="C3"><v>6</v></c></row>`).
			replace(sheetPart, "</sheetData>", `</sheetData><mergeCells><mergeCell ref="B2:B3"/></mergeCells>`).read(t)
	}
	if a := read("metric_item_id"); len(a.updates) != 2 || a.updates[0].UserID != "" || a.updates[1].ItemID != "13" {
		t.Errorf("%+v", a)
	}
	if got := read("序号").codes(); got != "2:cell_merged 3:cell_merged" {
		t.Error(got)
	}
}
