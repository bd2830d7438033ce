package source

import (
	"archive/zip"
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// mixedBook is a workbook with all kinds of cells, large enough to matter.
func mixedBook() parts {
	var rows strings.Builder
	for i := 2; i < 120; i++ {
		fmt.Fprintf(&rows, `<row r="%d"><c r="A%d" t="inlineStr"><is><t>%s</t></is></c><c r="B%d" s="%d"><v>%d.5</v></c><c r="C%d" t="s"><v>%d</v></c></row>`,
			i, i, itemID(i*7919), i, i%3, i*i, i, i%3)
	}
	return book(bookHeader + rows.String())
}

// locate finds the stored bytes of a part within an archive.
func locate(t *testing.T, archive []byte, name string) (start, end int) {
	t.Helper()
	r, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range r.File {
		if f.Name == name {
			offset, err := f.DataOffset()
			if err != nil {
				t.Fatal(err)
			}
			return int(offset), int(offset) + int(f.CompressedSize64)
		}
	}
	t.Fatal("no part", name)
	return 0, 0
}

// A flipped bit is refused or changes nothing, compressed or not: 1,000 of them.
func TestFlippedBits(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	flips := map[string]int{
		sheetPart: 250, "xl/sharedStrings.xml": 100, "xl/styles.xml": 50,
		"xl/workbook.xml": 50, "xl/_rels/workbook.xml.rels": 25, "_rels/.rels": 25,
	}
	path := filepath.Join(t.TempDir(), "a.xlsx")
	readBytes := func(archive []byte) answer {
		if err := os.WriteFile(path, archive, 0o600); err != nil {
			t.Fatal(err)
		}
		return read(t, path, Options{})
	}
	for _, method := range []uint16{zip.Deflate, zip.Store} {
		archive := mixedBook().zip(t, method)
		want := readBytes(archive).String()
		for part, n := range flips {
			start, end := locate(t, archive, part)
			for range n {
				at, bit := start+random.IntN(end-start), byte(1)<<random.IntN(8)
				archive[at] ^= bit
				if a := readBytes(archive); a.fatal == nil && a.String() != want {
					t.Errorf("bit %d of byte %d of %s goes unnoticed", bit, at, part)
				}
				archive[at] ^= bit
			}
		}
	}
}

// A part that is cut short is refused even if its checksum is right, and so is
// a file that is: 500 of them.
func TestCuts(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	cuts := map[string]int{
		sheetPart: 150, "xl/sharedStrings.xml": 100, "xl/styles.xml": 50,
		"xl/workbook.xml": 50, "xl/_rels/workbook.xml.rels": 25, "_rels/.rels": 25,
	}
	for part, n := range cuts {
		whole := mixedBook()[part]
		for range n {
			cut := mixedBook().with(part, whole[:random.IntN(len(whole))])
			if a := cut.read(t); a.fatal == nil {
				t.Errorf("%s cut to %d bytes goes unnoticed", part, len(cut[part]))
			}
		}
	}
	archive := mixedBook().zip(t, zip.Deflate)
	for range 100 {
		n := random.IntN(len(archive))
		if a := read(t, write(t, "a.xlsx", archive[:n]), Options{}); a.fatal == nil {
			t.Errorf("a file cut to %d bytes goes unnoticed", n)
		}
	}
}

// FuzzXLSX feeds the scanner what no program would write; see read for what
// must hold all the same.
func FuzzXLSX(f *testing.F) {
	plain := mixedBook()
	f.Add(plain[sheetPart][:2000]+`</sheetData></worksheet>`, plain["xl/sharedStrings.xml"], plain["xl/styles.xml"])
	f.Add(book(bookHeader + `<row r="2"><c r="A2"><v>1</v></c><c t="d"><v>&#x31;</v></c></row>`)[sheetPart], plain["xl/sharedStrings.xml"], "<styleSheet/>")
	f.Add(`<x:worksheet><x:sheetData><x:row><x:c t="s"><x:v>0</x:v></x:c></x:row></x:sheetData></x:worksheet>`, `<sst><si><t>_x005F_</t></si></sst>`, "")
	f.Add(`<worksheet><!-- --><sheetData><row><c><v><![CDATA[1]]></v></c></row></sheetData></worksheet>`, `<sst/>`, "<a")
	f.Fuzz(func(t *testing.T, sheet, texts, styles string) {
		p := book("").with(sheetPart, sheet).with("xl/sharedStrings.xml", texts).with("xl/styles.xml", styles)
		path := write(t, "fuzz.xlsx", p.zip(t, zip.Store))
		if a, b := read(t, path, Options{Percent: PercentPoints}), read(t, path, Options{Percent: PercentPoints}); a.String() != b.String() {
			t.Errorf("read differently:\n%s%s", a, b)
		}
	})
}

// FuzzContainer feeds whole files: archives that are none, directories that lie,
// compressed data that are broken. See read for what must hold all the same.
func FuzzContainer(f *testing.F) {
	small := book(bookHeader + `<row r="2"><c r="A2" t="s"><v>2</v></c><c r="B2"><v>1</v></c></row>`)
	for _, method := range []uint16{zip.Store, zip.Deflate} {
		f.Add(small.zip(f, method))
	}
	f.Add([]byte(ole("Root Entry", "EncryptionInfo", "EncryptedPackage")))
	f.Add([]byte("PK\x03\x04"))
	f.Add([]byte("\xff\xfem\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		path := write(t, "fuzz.xlsx", data)
		if a, b := read(t, path, Options{}), read(t, path, Options{}); a.String() != b.String() {
			t.Errorf("read differently:\n%s%s", a, b)
		}
	})
}

// FuzzFormat: any number format is read, and reading it ends.
func FuzzFormat(f *testing.F) {
	for _, code := range []string{"General", `0.0"万"`, "[h]:mm", `yyyy"年"`, `_ * #,##0_ ;_ @_ `, "[$-804]aaaa", `\`} {
		f.Add(code)
	}
	f.Fuzz(func(t *testing.T, code string) {
		if got := parseFormat(code); got > dateFormat {
			t.Errorf("%q is %d", code, got)
		}
	})
}
