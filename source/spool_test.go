package source

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
)

// TestSpool holds that parts that are written side by side are kept apart.
func TestSpool(t *testing.T) {
	folder := t.TempDir()
	s, err := newSpool(folder)
	if err != nil {
		t.Fatal(err)
	}
	kept, want := make([]*spooled, 3), make([][]byte, 3) // the last one stays empty
	for i := range kept {
		kept[i] = s.part()
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		i, block := random.IntN(2), make([]byte, random.IntN(5_000))
		for j := range block {
			block[j] = byte(random.Uint32()) // which deflate cannot make smaller
		}
		want[i] = append(want[i], block...)
		if _, err := kept[i].Write(block); err != nil {
			t.Fatal(err)
		}
	}
	for i, p := range kept {
		if err := p.end(); err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(flate.NewReader(p.deflated()))
		if err != nil || !bytes.Equal(got, want[i]) || p.size != int64(len(got)) || p.crc != crc32.ChecksumIEEE(got) {
			t.Errorf("part %d: %d bytes of %d are read, size %d, error %v", i, len(got), len(want[i]), p.size, err)
		}
	}
	if err := s.discard(); err != nil {
		t.Error(err)
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
		t.Errorf("left are %v, %v", left, err)
	}
}

// TestSpoolErrors holds that an error of the disk is told as one, and by the part that it
// happens to.
func TestSpoolErrors(t *testing.T) {
	if _, err := newSpool(t.TempDir() + "/none"); !isDisk(err) {
		t.Errorf("a spool without a folder: %v", err)
	}
	listed := testNames
	listed.Rows, listed.Temp = answered(nil), t.TempDir()+"/none"
	if err := WriteAnswer(io.Discard, listed); !isDisk(err) {
		t.Errorf("an answer without a folder: %v", err)
	}
	s, err := newSpool(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	p := s.part()
	if err := s.discard(); err != nil {
		t.Fatal(err)
	}
	_, err = p.Write([]byte("a"))
	if err = errors.Join(err, p.end()); !isDisk(err) || isOdd(err) {
		t.Errorf("a part on a closed disk: %v", err)
	}
}

func isDisk(err error) bool {
	_, ok := errors.AsType[*fs.PathError](err)
	return ok
}

// TestPackage holds that the package names its types first, where programs look for them,
// and that nothing that was written in the spool was left out of it.
func TestPackage(t *testing.T) {
	content := writeSheet(t, frame{}, "", []sheetCell{{content: textOf("a")}})
	archive, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, part := range archive.File {
		names = append(names, part.Name)
	}
	if want := "xl/worksheets/sheet1.xml"; names[0] != "[Content_Types].xml" || !slices.IsSorted(names) || !slices.Contains(names, want) {
		t.Errorf("the parts are %q", names)
	}
}

// TestShortenedSpool shows that a workbook is not put together from what is not all there.
func TestShortenedSpool(t *testing.T) {
	p, err := newPacking(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer p.close()
	w, err := p.sheet(p.book.GetSheetName(0))
	if err != nil {
		t.Fatal(err)
	}
	w.begin(frame{})
	for i := range 5000 {
		if err := w.row(i+1, 0, false, []sheetCell{{content: textOf(fmt.Sprint(i * 7919))}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.end(""), os.Truncate(p.spool.file.Name(), 100)); err != nil {
		t.Fatal(err)
	}
	if err := p.writeTo(io.Discard); !errors.Is(err, errSpool) || isOdd(err) {
		t.Errorf("it is put together: %v", err)
	}
}
