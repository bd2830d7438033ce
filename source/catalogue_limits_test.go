package source

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// A bomb is a workbook that would take minutes or gigabytes from a careless reader.
type bomb struct {
	parts parts
	want  Code // "" for one that is read without harm
}

// withRels adds relationships to the workbook.
func (p parts) withRels(list string) parts {
	return p.replace(rels, "</Relationships>", list+"</Relationships>")
}

// defuse reads a bomb within the given time and memory.
func defuse(t *testing.T, name string, b bomb) {
	t.Helper()
	const longest, most = 3 * time.Second, 128 << 20 // the race detector is slow
	path := write(t, "a.xlsx", b.parts.zip(t, zip.Deflate))
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	start := time.Now()
	expect(t, name, read(t, path, Options{}), b.want)
	took := time.Since(start)
	runtime.ReadMemStats(&after)
	if got := after.TotalAlloc - before.TotalAlloc; got > most || took > longest {
		t.Errorf("%s: %v, %d MiB", name, took, got>>20)
	}
}

// relabelled is a workbook whose directory says of one part what is not so.
func relabelled(t *testing.T, part string, change func(*zip.FileHeader)) []byte {
	t.Helper()
	whole := book(bookHeader+dataRow).zip(t, zip.Deflate)
	r, err := zip.NewReader(bytes.NewReader(whole), int64(len(whole)))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range r.File {
		header := f.FileHeader
		if f.Name == part {
			change(&header)
		}
		data, err := f.OpenRaw()
		if err != nil {
			t.Fatal(err)
		}
		copied, err := w.CreateRaw(&header)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(copied, data); err != nil {
			t.Fatal(err)
		}
	}
	w.Close()
	return out.Bytes()
}

// The limits hold before anything is inflated, and a directory that lies is found
// out.
func TestP34_DeclaredSizes(t *testing.T) {
	for _, test := range []struct {
		part string
		size uint64
		want Code
	}{
		{sheetPart, 800 << 20, CodeFileTooLarge},
		{sheetPart, 16 << 30, CodeFileTooLarge},
		{sheetPart, 100 << 20, CodeFileTooLarge}, // by its ratio
		{sharedKey, 200 << 20, CodeFileTooLarge},
		{"xl/styles.xml", 5 << 20, CodeFileTooLarge},
		{"xl/workbook.xml", 5 << 20, CodeFileTooLarge},
		{sheetPart, 20, CodeFileDamaged},
		{sheetPart, 2000, CodeFileDamaged},
		{sharedKey, 20, CodeFileDamaged},
		{"docProps/none.xml", 0, ""},
	} {
		data := relabelled(t, test.part, func(h *zip.FileHeader) { h.UncompressedSize64 = test.size })
		expect(t, fmt.Sprintf("%s of %d bytes", test.part, test.size), read(t, write(t, "a.xlsx", data), Options{}), test.want)
	}
}

func TestP35_Bombs(t *testing.T) {
	sound := func() parts { return book(bookHeader + dataRow) }
	many := strings.Repeat
	numbered := func(n int, format string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, format, i+3)
		}
		return b.String()
	}
	nested := many("<a>", 100_000) + many("</a>", 100_000)
	entities := `<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>`
	for name, b := range map[string]bomb{
		"styles":                {sound().replace("xl/styles.xml", "</cellXfs>", many("<xf/>", 250_000)+"</cellXfs>"), CodeFileTooLarge},
		"elements in a row":     {book(bookHeader + `<row r="2"><extLst>` + nested + `</extLst></row>`), CodeFileTooLarge},
		"elements in a value":   {book(bookHeader + `<row r="2">` + idCell + `<c r="B2"><v>` + nested + `</v></c></row>`), CodeFileDamaged},
		"elements, not so many": {book(bookHeader + `<row r="2"><extLst>` + many("<a>", 1_000) + many("</a>", 1_000) + `</extLst></row>`), CodeFileTooLarge},
		"calculation chain":     {sound().with("xl/calcChain.xml", many("<c/>", 500_000)).withRels(`<Relationship Id="c" Type="` + relType + `calcChain" Target="calcChain.xml"/>`), ""},
		"shared strings":        {sound().replace(sharedKey, "</sst>", many("<si/>", 900_000)+"</sst>"), CodeFileTooLarge},
		"cells far right":       {book(bookHeader + dataRow + numbered(5_000, `<row r="%[1]d"><c r="XFD%[1]d" s="0"/></row>`)), ""},
		"values far right":      {book(bookHeader + dataRow + numbered(254, `<row r="%[1]d"><c r="XFD%[1]d"/></row>`)), ""},
		"wide row":              {book(bookHeader + `<row r="2">` + many("<c><v>1</v></c>", 257) + `</row>`), CodeFileTooLarge},
		"a long cell":           {book(bookHeader + `<row r="2">` + idCell + `<c r="B2" t="str"><v>` + many("x", 1_200_000) + `</v></c></row>`), CodeFileTooLarge},
		"a long tag":            {book(bookHeader + `<row r="2" a="` + many("x", 1_200_000) + `"/>`), CodeFileTooLarge},
		"one large part":        {sound().with("xl/media/image.bmp", many("\x00", 5<<20)), ""},
		"blank sheet":           {sound().replace(sheetPart, "<sheetData>", "<sheetData>"+many("\n", 5<<20)), CodeFileTooLarge},
		"entities":              {sound().replace(sheetPart, "<worksheet", entities+"<worksheet"), CodeFileDamaged},
		"entities of texts":     {sound().replace(sharedKey, "<sst", entities+"<sst"), CodeFileDamaged},
		"entities of styles":    {sound().replace("xl/styles.xml", "<styleSheet", entities+"<styleSheet").replace("xl/styles.xml", "yyyy", "&b;"), CodeFileDamaged},
	} {
		defuse(t, name, b)
	}
	crowd := sound()
	for i := range maxEntries {
		crowd[fmt.Sprint("junk/", i)] = ""
	}
	expect(t, "many parts", read(t, write(t, "a.xlsx", crowd.zip(t, zip.Store)), Options{}), CodeFileTooLarge)
}

// A sheet above the size where ratios are looked at is read if it is an honest one.
func TestP36_LargeHonestSheet(t *testing.T) {
	const rows = 8_000
	note := strings.Repeat("每周填写。", 30)
	var b strings.Builder
	for i := range rows {
		fmt.Fprintf(&b, `<row r="%[1]d"><c r="A%[1]d" t="inlineStr"><is><t>%[2]s</t></is></c><c r="B%[1]d"><v>%[3]d.5</v></c><c t="str"><v>%[4]s</v></c></row>`, i+2, itemID(i), i, note)
	}
	if b.Len() < 4<<20 {
		t.Fatal(b.Len())
	}
	a := book(bookHeader + b.String()).read(t)
	if len(a.updates) != rows || a.updates[rows-1].Current != "7999.5" || a.fatal != nil {
		t.Error(len(a.updates), a.fatal)
	}
}

// A sheet that excelize would write to disk goes through memory piece by piece.
func TestP37_NoSpooling(t *testing.T) {
	dir, tmp := t.TempDir(), t.TempDir()
	t.Setenv("TMPDIR", tmp)
	var rows strings.Builder
	note := strings.Repeat("x", 30_000)
	for i := range 600 {
		fmt.Fprintf(&rows, `<row r="%[1]d"><c r="A%[1]d"><v>%[1]d</v></c><c r="D%[1]d" t="inlineStr"><is><t>%[2]s</t></is></c></row>`, i+2, note)
	}
	path := filepath.Join(dir, "a.xlsx")
	if err := os.WriteFile(path, book(bookHeader+rows.String()).zip(t, zip.Store), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	n := 0
	for _, err := range f.Rows() {
		if err != nil {
			t.Fatal(err)
		}
		if n++; n%100 == 0 {
			if left := filesIn(t, tmp); len(left) > 0 {
				t.Fatal(left)
			}
		}
	}
	if n != 600 {
		t.Error(n)
	}
}

func TestP38_DimensionLies(t *testing.T) {
	for _, dimension := range []string{"A1:XFD1048576", "A1", "B7:A1", "x", ""} {
		p := book(bookHeader+dataRow).replace(sheetPart, "<sheetData>", `<dimension ref="`+dimension+`"/><sheetData>`)
		expect(t, dimension, p.read(t), "")
	}
}

// Rows that only have a format are no rows, and the value below them is one.
func TestP39_FormattedBlankRows(t *testing.T) {
	const blank = 50_000
	var rows strings.Builder
	for i := range blank {
		fmt.Fprintf(&rows, `<row r="%d" s="1" customFormat="1"/>`, i+2)
	}
	last := fmt.Sprintf(`<row r="%[1]d"><c r="A%[1]d" t="s"><v>2</v></c><c r="B%[1]d"><v>5</v></c></row>`, blank+2)
	a := book(bookHeader + rows.String() + last).read(t)
	expect(t, "blank rows", a, "")
	if a.fatal == nil && a.updates[0].Row != blank+2 {
		t.Error(a)
	}
}

func TestP40_ValueFarAway(t *testing.T) {
	far := `<row r="1048576"><c r="A1048576" t="s"><v>2</v></c><c r="B1048576"><v>5</v></c><c r="XFD1048576"><v>9</v></c></row>`
	start := time.Now()
	a := book(bookHeader + far).read(t)
	expect(t, "far away", a, "")
	if a.fatal == nil && a.updates[0].Row != maxRow {
		t.Error(a)
	}
	if took := time.Since(start); took > time.Second {
		t.Errorf("took %v", took)
	}
}
