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
		`<c r="XFE2"><v>1</v></c>`, `<c r="A2"><v></v></c>`, `<c r="A2" t="n"><v> 7 </v></c>`, `<c r="A2`, `<c r="A2"/`, `<c r="A2" t="s"><v>2</v></c`,
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
