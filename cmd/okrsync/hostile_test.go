//go:build unix

package main

import (
	"archive/zip"
	"bytes"
	"context"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestHostileFiles gives a real process what is no spreadsheet, or one that means harm:
// it is refused in bounded time and memory, with its name and a remedy, or read as what
// can be read of it.
func TestHostileFiles(t *testing.T) {
	t.Chdir(t.TempDir())
	text := func(content string) func(string) error {
		return func(name string) error { return os.WriteFile(name, []byte(content), 0o600) }
	}
	link := func(to string) func(string) error {
		return func(name string) error { return os.Symlink(to, name) }
	}
	good, half := "metric_item_id,metric_current_value\n7,1\n8,2\n9,3\n", workbookOf(t, rowsXML(2000))
	spaces := func(w io.Writer) { // a bomb of them
		for range 64 {
			_, _ = io.WriteString(w, strings.Repeat(" ", 1<<20))
		}
	}
	large := strings.Repeat("7", 1<<20)
	tests := []struct {
		name string
		make func(name string) error
		code int
		says string
	}{
		{"folder", func(name string) error { return os.Mkdir(name, 0o700) }, exitInput, "a folder"},
		{"fifo.csv", func(name string) error { return syscall.Mkfifo(name, 0o600) }, exitInput, "not a regular file"},
		{"device.csv", link("/dev/zero"), exitInput, "not a regular file"},
		{"loop.csv", link("loop.csv"), exitInput, "loop.csv"},
		{"nowhere.csv", link("gone"), exitInput, "no such file"},
		{"good.csv", text(good), exitOK, "3 rows"},
		{"link.csv", link("good.csv"), exitOK, "3 rows"},
		{"empty.csv", text(""), exitInput, "nothing in it"},
		{"zeros.csv", text(strings.Repeat("\x00", 2<<20)), exitInput, "zeros.csv"},
		{"lines.csv", text(strings.Repeat("\n", 2<<20)), exitInput, "lines.csv"},
		{"large.csv", text("metric_item_id,metric_current_value\n" + large + ",1\n"), exitInput, "line 2"},
		{"quote.csv", text("metric_item_id,metric_current_value\n\"" + strings.Repeat("7,1\n", 1<<15)), exitRows, "a quotation mark is missing"},
		{"garbage.xlsx", text(garbage(1 << 20)), exitInput, "garbage.xlsx"},
		{"half.xlsx", text(half[:len(half)/2]), exitInput, "half.xlsx"},
		{"good.xlsx", text(workbookOf(t, rowsXML(3))), exitOK, "3 rows"},
		{"bomb.xlsx", text(workbookOf(t, rowsXML(1), spaces)), exitInput, "bomb.xlsx"},
		{"far.xlsx", text(workbookOf(t, rowsXML(1)+`<row r="2147483647"><c r="A2147483647"><v>1</v></c></row>`)), exitInput, "2147483647"},
		{"million.xlsx", text(workbookOf(t, rowsXML(1)+`<row r="1048576"/>`)), exitOK, "1 row"},
		{"large.xlsx", text(workbookOf(t, rowsXML(1)+`<row r="3"><c r="A3" t="inlineStr"><is><t>`+large+`</t></is></c></row>`)), exitInput, "more than is read safely"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			must(t, test.make(test.name))
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			cmd := exec.CommandContext(ctx, os.Args[0], "check", test.name)
			cmd.Env = append(os.Environ(), asProgram+"=1", "LANG=en_US.UTF-8", "TMPDIR="+t.TempDir())
			out, _ := cmd.CombinedOutput()
			if code := cmd.ProcessState.ExitCode(); code != test.code || !strings.Contains(string(out), test.says) || strings.Contains(string(out), "goroutine ") {
				t.Errorf("exit code %d, want %d with %q; it said %.2000s", code, test.code, test.says, out)
			}
			usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
			const most = 384 << 10                                    // KiB; the race detector takes most of it
			if ok && runtime.GOOS == "linux" && usage.Maxrss > most { // it is in other units elsewhere
				t.Errorf("it took %d KiB", usage.Maxrss)
			}
		})
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// garbage is the beginning of a zip archive and nonsense behind it.
func garbage(n int) string {
	random := rand.New(rand.NewPCG(1, 2))
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(random.Uint32())
	}
	return "PK\x03\x04" + string(b)
}

// rowsXML is the header and so many rows of a sheet.
func rowsXML(n int) string {
	var b strings.Builder
	b.WriteString(`<row r="1"><c r="A1" t="inlineStr"><is><t>metric_item_id</t></is></c><c r="B1" t="inlineStr"><is><t>metric_current_value</t></is></c></row>`)
	for i := range n {
		b.WriteString(strings.NewReplacer("R", strconv.Itoa(i+2), "ID", strconv.Itoa(7100000000000000001+i)).Replace(
			`<row r="R"><c r="AR" t="inlineStr"><is><t>ID</t></is></c><c r="BR"><v>5</v></c></row>`))
	}
	return b.String()
}

// workbookOf is a workbook with the given rows, and whatever else is written behind them.
func workbookOf(t *testing.T, rows string, more ...func(io.Writer)) string {
	t.Helper()
	var b bytes.Buffer
	archive := zip.NewWriter(&b)
	add := func(name, text string, more ...func(io.Writer)) {
		w, err := archive.Create(name)
		must(t, err)
		_, err = io.WriteString(w, text)
		must(t, err)
		for _, m := range more {
			m(w)
		}
	}
	const main, office = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"`, "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	add("[Content_Types].xml", `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/s.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>`)
	add("_rels/.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="`+office+`/officeDocument" Target="xl/workbook.xml"/></Relationships>`)
	add("xl/workbook.xml", `<workbook `+main+` xmlns:r="`+office+`"><sheets><sheet name="s" sheetId="1" r:id="r1"/></sheets></workbook>`)
	add("xl/_rels/workbook.xml.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="`+office+`/worksheet" Target="s.xml"/></Relationships>`)
	add("xl/s.xml", `<worksheet `+main+`><sheetData>`+rows, append(more, func(w io.Writer) { _, _ = io.WriteString(w, `</sheetData></worksheet>`) })...)
	must(t, archive.Close())
	return b.String()
}
