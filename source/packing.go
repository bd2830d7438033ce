package source

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"maps"
	"slices"

	"github.com/xuri/excelize/v2"
)

// A packing is a workbook on its way into a file. The library makes all of it but what can
// be large: of the sheets it makes blank ones, in whose places those of the spool are put.
type packing struct {
	book   *excelize.File
	spool  *spool
	sheets map[string]*spooled // by the names of their parts
}

// newPacking begins a workbook of one sheet. What is large waits in a folder, "" for the
// usual one. An error is one of the disk.
func newPacking(folder string) (*packing, error) {
	s, err := newSpool(folder)
	if err != nil {
		return nil, err
	}
	return &packing{book: excelize.NewFile(), spool: s, sheets: map[string]*spooled{}}, nil
}

// close removes what waited.
func (p *packing) close() error { return errors.Join(p.book.Close(), p.spool.discard()) }

// sheet makes the writer of a sheet that the workbook has.
func (p *packing) sheet(name string) (*sheetWriter, error) {
	for id, known := range p.book.GetSheetMap() {
		if known == name {
			w := newSheet(p.spool)
			p.sheets[fmt.Sprintf("xl/worksheets/sheet%d.xml", id)] = w.part
			return w, nil
		}
	}
	return nil, fmt.Errorf("no sheet %q", name)
}

// writeTo puts the package together. An error is one of w or of the disk, or that the
// library did not make a workbook.
func (p *packing) writeTo(w io.Writer) error {
	made := memory{}
	p.book.SetZipWriter(func(io.Writer) excelize.ZipWriter { return made })
	if _, err := p.book.WriteTo(io.Discard); err != nil {
		return err
	}
	for name := range p.sheets {
		if made[name] == nil {
			return fmt.Errorf("the library made no part %s", name)
		}
	}
	archive := zip.NewWriter(w)
	for _, name := range slices.Sorted(maps.Keys(made)) { // it puts [Content_Types].xml first, as programs expect
		part := p.sheets[name]
		if part == nil {
			part = p.spool.part()
			if _, err := made[name].WriteTo(part); err != nil {
				return err
			}
			if err := part.end(); err != nil {
				return err
			}
		}
		if err := add(archive, name, part); err != nil {
			return err
		}
	}
	return archive.Close()
}

// errSpool is a spool that somebody else has written to.
var errSpool = errors.New("it is not what was written to it")

// add adds a part to a package as it stands in the spool.
func add(archive *zip.Writer, name string, part *spooled) error {
	const version = 20 // of the format: the first with deflate
	w, err := archive.CreateRaw(&zip.FileHeader{
		Name: name, Method: zip.Deflate, CreatorVersion: version, ReaderVersion: version,
		CRC32: part.crc, CompressedSize64: uint64(part.packed), UncompressedSize64: uint64(part.size),
	})
	if err != nil {
		return err
	}
	sum := crc32.NewIEEE()
	_, err = io.Copy(io.MultiWriter(w, sum), part.deflated())
	if err == nil && sum.Sum32() != part.sum {
		err = &fs.PathError{Op: "read", Path: part.spool.file.Name(), Err: errSpool}
	}
	return err
}

// A memory keeps the parts of a package that the library would put into an archive.
type memory map[string]*bytes.Buffer

// Create begins a part.
func (m memory) Create(name string) (io.Writer, error) {
	m[name] = new(bytes.Buffer)
	return m[name], nil
}

// AddFS is not used by the library.
func (memory) AddFS(fs.FS) error { return errors.ErrUnsupported }

// Close does nothing.
func (memory) Close() error { return nil }
