package source

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash/maphash"
	"io"
	"sync"
)

// pinBlock is how much of a file is read and compared at once.
const pinBlock = 64 << 10

// A pinned file gives only the bytes it had when it was opened. A file is read
// at least twice, once to check it and once to send it, and somebody may save
// into it in between: each block is held against its hash of the first reading,
// eight bytes for 64 KiB, before any of it is used.
type pinned struct {
	file   io.ReaderAt
	size   int64
	sha256 string // of the whole file, in hexadecimal
	seed   maphash.Seed
	sums   []uint64 // of each block

	mu    sync.Mutex
	held  int    // which block is in block, -1 for none
	block []byte // the last block that was read
}

var errOffset = errors.New("negative offset")

// pin reads a file of the given size once, to its end.
func pin(file io.ReaderAt, size int64) (*pinned, error) {
	p := &pinned{file: file, size: size, seed: maphash.MakeSeed(), held: -1, block: make([]byte, 0, pinBlock)}
	whole := sha256.New()
	block := make([]byte, pinBlock)
	for start := int64(0); start < size; start += pinBlock {
		part := block[:min(pinBlock, size-start)]
		if err := readFull(file, part, start); err != nil {
			return nil, err
		}
		whole.Write(part)
		p.sums = append(p.sums, maphash.Bytes(p.seed, part))
	}
	p.sha256 = hex.EncodeToString(whole.Sum(nil))
	return p, nil
}

// ReadAt implements io.ReaderAt. A block that is not what it was is a
// *FileError.
func (p *pinned) ReadAt(b []byte, off int64) (n int, err error) {
	if off < 0 {
		return 0, errOffset // of an archive that lies about where its parts are
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for n < len(b) {
		if off >= p.size {
			return n, io.EOF
		}
		i := int(off / pinBlock)
		if err := p.hold(i); err != nil {
			return n, err
		}
		copied := copy(b[n:], p.block[off-int64(i)*pinBlock:])
		n, off = n+copied, off+int64(copied)
	}
	return n, nil
}

// now is the checksum that the file has by now, as far as it can be told: it may be
// written on.
func (p *pinned) now() string {
	const most = 1 << 30
	sum := sha256.New()
	if n, err := io.Copy(sum, io.NewSectionReader(p.file, 0, most)); err != nil || n == most {
		return "?"
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// hold reads a block, unless it is the one at hand.
func (p *pinned) hold(i int) error {
	if i == p.held {
		return nil
	}
	start := int64(i) * pinBlock
	p.held = -1
	p.block = p.block[:min(pinBlock, p.size-start)]
	if err := readFull(p.file, p.block, start); err != nil {
		return err
	}
	if maphash.Bytes(p.seed, p.block) != p.sums[i] {
		return &FileError{Code: CodeFileChanged}
	}
	p.held = i
	return nil
}

// readFull fills b from the file. A file that has become shorter has changed.
func readFull(file io.ReaderAt, b []byte, off int64) error {
	n, err := file.ReadAt(b, off)
	switch {
	case n == len(b):
		return nil
	case errors.Is(err, io.EOF):
		return &FileError{Code: CodeFileChanged}
	}
	return err
}
