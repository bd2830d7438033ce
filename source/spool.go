package source

import (
	"bufio"
	"compress/flate"
	"errors"
	"hash/crc32"
	"io"
	"os"
)

// A spool keeps parts of a package on disk, deflated, until the package is put together.
// They are written side by side, so that what is kept in memory does not grow with them.
type spool struct {
	file *os.File
	size int64
	idle *flate.Writer // of a part that is complete: each takes more than a megabyte
}

// newSpool makes a spool in a folder, "" for the usual one. An error is one of the disk.
func newSpool(folder string) (*spool, error) {
	file, err := os.CreateTemp(folder, "sheets-*.tmp")
	if err != nil {
		return nil, err
	}
	return &spool{file: file}, nil
}

// discard removes what is kept.
func (s *spool) discard() error { return errors.Join(s.file.Close(), os.Remove(s.file.Name())) }

// An extent is a place in the spool, in bytes.
type extent struct{ offset, length int64 }

// A spooled part is one that is written to the spool, and what the directory of a package
// says about it.
type spooled struct {
	spool   *spool
	extents []extent // the deflated bytes, in order
	packed  int64    // how many they are
	size    int64    // bytes of the part itself
	crc     uint32
	sum     uint32        // the CRC-32 of the deflated bytes
	chunk   *bufio.Writer // without it, deflate would write a few hundred bytes at a time
	deflate *flate.Writer
}

// part makes a part with nothing in it.
func (s *spool) part() *spooled { return &spooled{spool: s} }

// Write adds to the part. An error is one of the disk.
func (p *spooled) Write(b []byte) (int, error) {
	if err := p.begin(); err != nil {
		return 0, err
	}
	p.size += int64(len(b))
	p.crc = crc32.Update(p.crc, crc32.IEEETable, b)
	return p.deflate.Write(b)
}

// begin gives the part what deflates it, when there is something to deflate: until then
// another one may have it.
func (p *spooled) begin() (err error) {
	if p.deflate != nil {
		return nil
	}
	const chunk = 32 << 10
	p.chunk = bufio.NewWriterSize(appender{p}, chunk)
	if p.deflate, p.spool.idle = p.spool.idle, nil; p.deflate != nil {
		p.deflate.Reset(p.chunk)
		return nil
	}
	p.deflate, err = flate.NewWriter(p.chunk, flate.BestSpeed)
	return err
}

// end completes the part. What deflated it is left to another one. An error is one of the
// disk.
func (p *spooled) end() error {
	if err := p.begin(); err != nil {
		return err
	}
	if err := p.deflate.Close(); err != nil {
		return err
	}
	err := p.chunk.Flush()
	p.spool.idle, p.deflate, p.chunk = p.deflate, nil, nil
	return err
}

// deflated reads the part as it stands in a package.
func (p *spooled) deflated() io.Reader {
	readers := make([]io.Reader, len(p.extents))
	for i, e := range p.extents {
		readers[i] = io.NewSectionReader(p.spool.file, e.offset, e.length)
	}
	return io.MultiReader(readers...)
}

// An appender puts deflated bytes at the end of the spool, and notes where.
type appender struct{ *spooled }

func (p appender) Write(b []byte) (int, error) {
	n, err := p.spool.file.WriteAt(b, p.spool.size)
	last := len(p.extents) - 1
	if last >= 0 && p.extents[last].offset+p.extents[last].length == p.spool.size {
		p.extents[last].length += int64(n)
	} else {
		p.extents = append(p.extents, extent{p.spool.size, int64(n)})
	}
	p.spool.size += int64(n)
	p.packed += int64(n)
	p.sum = crc32.Update(p.sum, crc32.IEEETable, b[:n])
	return n, err
}
