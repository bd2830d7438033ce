package source

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// benchedRows is how many rows the files have that are read.
const benchedRows = 100_000

// benchmarkRows reads a file of so many rows once per iteration.
func benchmarkRows(b *testing.B, path string) {
	b.Helper()
	f, err := Open(path, Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	info, err := os.Stat(path)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(info.Size())
	b.ReportAllocs()
	for b.Loop() {
		n := 0
		for _, err := range f.Rows() {
			if err != nil {
				b.Fatal(err)
			}
			n++
		}
		if n != benchedRows {
			b.Fatal(n)
		}
	}
	b.ReportMetric(benchedRows*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

// BenchmarkCSVRows reads what sheets are saved as: the columns that are needed and no
// other, those of a finance table, texts in quotation marks with line breaks in them, and
// what Chinese Windows writes.
func BenchmarkCSVRows(b *testing.B) {
	six := bigCSV(b, benchedRows)
	content, err := os.ReadFile(six)
	if err != nil {
		b.Fatal(err)
	}
	chinese, err := simplifiedchinese.GB18030.NewEncoder().Bytes(content)
	if err != nil {
		b.Fatal(err)
	}
	var two, quoted bytes.Buffer
	two.WriteString("metric_item_id,metric_current_value\n")
	quoted.WriteString("metric_item_id,metric_current_value,note\n")
	for i := range benchedRows {
		fmt.Fprintf(&two, "%s,%g\n", itemID(i), float64(i)/8)
		fmt.Fprintf(&quoted, "\"%s\",\"%g\",\"销售额\nsaid \"\"yes\"\"\"\n", itemID(i), float64(i)/8)
	}
	b.Run("two", func(b *testing.B) { benchmarkRows(b, write(b, "two.csv", two.Bytes())) })
	b.Run("six", func(b *testing.B) { benchmarkRows(b, six) })
	b.Run("quoted", func(b *testing.B) { benchmarkRows(b, write(b, "quoted.csv", quoted.Bytes())) })
	b.Run("gb18030", func(b *testing.B) { benchmarkRows(b, write(b, "chinese.csv", chinese)) })
}

// BenchmarkXLSXRows reads what both kinds of programs write: texts in the cells
// themselves, and texts in a part of their own that the cells refer to.
func BenchmarkXLSXRows(b *testing.B) {
	inline, shared := bigWorkbook(b, benchedRows), bigSharedWorkbook(b, benchedRows)
	b.Run("floor", func(b *testing.B) { benchmarkInflate(b, inline) })
	b.Run("inline", func(b *testing.B) { benchmarkRows(b, inline) })
	b.Run("sharedFloor", func(b *testing.B) { benchmarkInflate(b, shared) })
	b.Run("shared", func(b *testing.B) { benchmarkRows(b, shared) })
}

// bigSharedWorkbook is bigWorkbook with its texts as shared strings.
func bigSharedWorkbook(b *testing.B, rows int) string {
	b.Helper()
	path := filepath.Join(b.TempDir(), "shared.xlsx")
	f := excelize.NewFile()
	defer f.Close()
	f.SetSheetRow("Sheet1", "A1", &[]any{"指标项ID", "名称", "起始值", "目标值", "当前值", "支撑的上级"})
	for i := range rows {
		cell, _ := excelize.CoordinatesToCellName(1, i+2)
		f.SetSheetRow("Sheet1", cell, &[]any{itemID(i), "销售额 Sales", 0, 1000 + i, float64(i) / 8, "ou_7d8a6e6df7621556ce0d21922b676706ccs"})
	}
	if err := f.SaveAs(path); err != nil {
		b.Fatal(err)
	}
	return path
}

func benchmarkInflate(b *testing.B, path string) {
	b.Helper()
	b.ReportAllocs()
	for b.Loop() {
		inflate(b, path)
	}
}

// inflate is the least any reader must do: inflate and checksum every part.
func inflate(b *testing.B, path string) {
	b.Helper()
	r, err := zip.OpenReader(path)
	if err != nil {
		b.Fatal(err)
	}
	defer r.Close()
	for _, f := range r.File {
		part, err := f.Open()
		if err != nil {
			b.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, part); err != nil {
			b.Fatal(err)
		}
		part.Close()
	}
}

func BenchmarkParseNumber(b *testing.B) {
	texts := []string{"0", "1234.5", "-99999.99", "  12.50", "１２３．５", "85%"}
	b.ReportAllocs()
	for b.Loop() {
		for _, text := range texts {
			if _, code := parseNumber(text, PercentRatio); code != "" {
				b.Fatal(text, code)
			}
		}
	}
}

func BenchmarkParseID(b *testing.B) {
	texts := []string{"7041234567890123456", " 7041234567890123457 ", "'7041234567890123458", "７０４１２３４５６７８９０１２３４５９"}
	b.ReportAllocs()
	for b.Loop() {
		for _, text := range texts {
			if _, code := parseID(text); code != "" {
				b.Fatal(text, code)
			}
		}
	}
}

func BenchmarkHeader(b *testing.B) {
	n, err := newNames(nil)
	if err != nil {
		b.Fatal(err)
	}
	r := &row{number: 1}
	for i, head := range []string{"指标项ID（必填）", "名称", "起始值", "目标值（元）", "Current Value", "备注", "部门"} {
		r.cells = append(r.cells, cell{column: i, text: head})
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := n.layout(r); err != nil {
			b.Fatal(err)
		}
	}
}
