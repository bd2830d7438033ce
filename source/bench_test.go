package source

import (
	"archive/zip"
	"io"
	"os"
	"testing"
)

// benchmarkRows reads a file of the given number of rows once per iteration.
func benchmarkRows(b *testing.B, path string, rows int) {
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
		if n != rows {
			b.Fatal(n)
		}
	}
	b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

func BenchmarkCSVRows(b *testing.B) {
	const rows = 100_000
	benchmarkRows(b, bigCSV(b, rows), rows)
}

func BenchmarkXLSXRows(b *testing.B) {
	const rows = 100_000
	path := bigWorkbook(b, rows)
	b.Run("floor", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			inflate(b, path)
		}
	})
	b.Run("inline", func(b *testing.B) { benchmarkRows(b, path, rows) })
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
