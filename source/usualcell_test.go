package source

import (
	"strings"
	"testing"
)

// FuzzUsualCell holds cells that are read in one go against the same ones read token by
// token, as those with two spaces are.
func FuzzUsualCell(f *testing.F) {
	for _, cells := range []string{
		`<c r="A2" t="s"><v>2</v></c><c r="B2"><v>5</v></c>`,
		`<c r="A2" s="0" t="inlineStr"><is><t>7041234567890123456</t></is></c><c r="B2" s="1"><v>0.85</v></c>`,
		`<c r="A2" t="inlineStr"><is><t>704_x0031_234</t></is></c><c r="B2" s="2"/>`,
		`<c r="A2" s="3"/><c r="B2" s="4"><v>1</v></c>`,
		`<c r="A2" s="00" t="str"><v>7</v></c><c r="B2" t="b"><v>1</v></c>`,
		`<c r="B2"><v>1</v></c><c r="A2" t="s"><v>2</v></c>`,
		`<c r="A2" t="s"><v>2</v></c><c r="A2" t="s"><v>2</v></c>`,
		`<c r="A3"><v>1</v></c>`, `<c r="A2" t="x"><v>1</v></c>`, `<c r="A2" t="s"><v>9</v></c>`, `<c r="A2" t="e"><v>#N/A</v></c>`,
		`<c r="A2" s="1" s="1"><v>1</v></c>`, `<c r="A2"><v>1</v><v>2</v></c>`, `<c r="A2"><f>1+1</f><v>2</v></c>`, `<c r="A2" t="inlineStr"><is><t>a&amp;b</t></is></c>`,
		`<c r="A2"</v></c>`, `<c r="A2" t="inlineStr"</t></is></c>`, `<c r="XFE2"><v>1</v></c>`, `<c r="AAAAAAAAAAAAAAAAAAAA2"><v>1</v></c>`, `<c r="A00000000000000000002"><v>1</v></c>`, `<c r="a2" t="s"><v>2</v></c>`, `<c r="A2"><v></v></c>`, `<c r="A2" t="n"><v> 7 </v></c>`, `<c r="A2`, `<c r="A2"/`, `<c r="A2" t="s"><v>2</v></c`,
	} {
		f.Add(cells)
	}
	f.Fuzz(func(t *testing.T, cells string) {
		if strings.Contains(cells, "<!") {
			return // a text may have what looks like a cell
		}
		row := func(cells string) string {
			return book(bookHeader + `<row r="2">` + cells + `</row>`).read(t).String()
		}
		usual, other := row(cells), row(strings.ReplaceAll(cells, `<c r="`, `<c  r="`))
		if usual != other {
			t.Errorf("%s is read as\n%s\nand token by token as\n%s", cells, usual, other)
		}
	})
}

// TestUnusualCells meets cells that are spelled as usual where there must be none.
func TestUnusualCells(t *testing.T) {
	const cells = `<c r="A2" t="s"><v>2</v></c><c r="B2"><v>5</v></c>`
	prefixed := xmlHead + `<x:worksheet ` + strings.Replace(mainSpace, "xmlns", "xmlns:x", 1) + `><x:sheetData><x:row r="1"><x:c r="A1" t="s"><x:v>0</x:v></x:c>` +
		`<x:c r="B1" t="s"><x:v>1</x:v></x:c></x:row><x:row r="2">` + cells + `</x:row></x:sheetData></x:worksheet>`
	for name, got := range map[string]string{
		"behind an empty row": book(bookHeader + `<row r="2"/>` + cells).read(t).String(),
		"of another space":    book("").with("xl/worksheets/sheet1.xml", prefixed).read(t).String(),
	} {
		if !strings.Contains(got, string(CodeFileDamaged)) {
			t.Errorf("%s: read as %s", name, got)
		}
	}
}
