package source

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"math"
	"path"
	"strings"
)

// The most that is read of a workbook. The largest honest ones are far below;
// everything above has been a bomb.
const (
	maxEntries       = 10_000
	maxDirectory     = 4 << 20   // bytes of the archive's directory
	maxArchive       = 512 << 20 // bytes of the file
	maxSheet         = 768 << 20 // bytes of a sheet, inflated; a million rows of six cells are 379 MiB
	maxSharedStrings = 128 << 20
	maxStructure     = 4 << 20 // of the workbook, its styles, its relationships
	maxRatio         = 300     // inflated to compressed; the highest honest one seen is 299
)

// A container is the ZIP archive that a workbook is kept in.
type container struct {
	parts map[string]*zip.File // by partKey
}

// partKey makes the names of parts comparable: package names know no case, and
// old .NET programs wrote backslashes.
func partKey(name string) string {
	name = strings.ToLower(strings.ReplaceAll(name, `\`, "/"))
	return strings.TrimPrefix(path.Clean("/"+name), "/")
}

func openContainer(r io.ReaderAt, size int64) (*container, error) {
	if size > maxArchive {
		return nil, tooLarge("", "%d MiB", size>>20)
	}
	budget := &directoryBudget{r: r, left: maxDirectory}
	archive, err := zip.NewReader(budget, size)
	if budget.left < 0 || err == nil && len(archive.File) > maxEntries {
		return nil, tooLarge("", "more than %d parts", maxEntries)
	}
	if err != nil {
		return nil, &FileError{Code: CodeFileDamaged, Found: "not a whole ZIP archive", Err: err}
	}
	budget.left = math.MaxInt64
	c := &container{parts: make(map[string]*zip.File, len(archive.File))}
	packed := uint64(0)
	for _, f := range archive.File {
		if packed += f.CompressedSize64; f.CompressedSize64 > uint64(size) || packed > uint64(size) {
			return nil, damaged(show(f.Name), 0, "the part is larger than the file")
		}
		if strings.HasSuffix(f.Name, "/") {
			continue
		}
		key := partKey(f.Name)
		if c.parts[key] != nil {
			// Which of the two counts depends on the program that reads it.
			return nil, damaged(show(f.Name), 0, "the part is there twice")
		}
		c.parts[key] = f
	}
	return c, nil
}

// directoryBudget bounds how much archive/zip reads of an archive's directory,
// which it keeps in memory.
type directoryBudget struct {
	r    io.ReaderAt
	left int64
}

// ReadAt implements io.ReaderAt.
func (b *directoryBudget) ReadAt(p []byte, offset int64) (int, error) {
	if b.left != math.MaxInt64 {
		if b.left -= int64(len(p)); b.left < 0 {
			return 0, io.ErrUnexpectedEOF
		}
	}
	return b.r.ReadAt(p, offset)
}

// has reports whether there is a part of this name.
func (c *container) has(name string) bool { return c.parts[partKey(name)] != nil }

// open starts reading a part of at most limit bytes, as text that a scanner can
// take. Whoever reads it to its end and finds io.EOF knows that its checksum is
// right.
func (c *container) open(name string, limit uint64) (io.ReadCloser, error) {
	part, err := c.inflate(name, limit)
	if err != nil {
		return nil, err
	}
	return newReadAhead(part, newTextReader(part, CodeFileDamaged)), nil
}

// inflate is open without the check of the characters.
func (c *container) inflate(name string, limit uint64) (io.ReadCloser, error) {
	f := c.parts[partKey(name)]
	if f == nil {
		return nil, damaged(show(name), 0, "the part is missing")
	}
	const small, smallStructure = 4 << 20, 1 << 20
	size, packed := f.UncompressedSize64, max(f.CompressedSize64, 1)
	threshold := uint64(small)
	if limit <= maxStructure {
		threshold = smallStructure
	}
	switch {
	case size > limit:
		return nil, tooLarge(show(name), "%d MiB", size>>20)
	case size > threshold && size/packed >= maxRatio:
		return nil, tooLarge(show(name), "inflates to %d times its size", size/packed)
	case f.Flags&1 != 0:
		return nil, &FileError{Code: CodeFileEncrypted, Place: show(name)}
	case size > 0 && f.CRC32 == 0:
		// archive/zip takes 0 for "not known" and would not check.
		return nil, damaged(show(name), 0, "no checksum")
	}
	part, err := f.Open()
	if err != nil {
		return nil, damagedBy(name, err)
	}
	return part, nil
}

// damagedBy is the refusal of a part that cannot be inflated, or of a file that
// changed meanwhile.
func damagedBy(part string, err error) error {
	if refused, ok := errors.AsType[*FileError](err); ok {
		return refused
	}
	return &FileError{Code: CodeFileDamaged, Place: show(part), Found: err.Error(), Err: err}
}

// read reads a whole part of at most maxStructure bytes.
func (c *container) read(name string) ([]byte, error) {
	part, err := c.inflate(name, maxStructure)
	if err != nil {
		return nil, err
	}
	defer part.Close()
	data, err := io.ReadAll(part)
	if err != nil {
		return nil, damagedBy(name, err)
	}
	return bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")), nil
}

// foreign names what an archive without a workbook is.
func (c *container) foreign() *FileError {
	format := "a ZIP archive"
	for _, known := range []struct{ part, format string }{
		{"xl/workbook.bin", "Excel .xlsb"},
		{"word/document.xml", "Word .docx"},
		{"ppt/presentation.xml", "PowerPoint .pptx"},
		{"content.xml", "OpenDocument .ods"},
		{"Index/Document.iwa", "Apple Numbers"},
		{"Index.zip", "Apple Numbers"},
	} {
		if c.has(known.part) {
			format = known.format
		}
	}
	return &FileError{Code: CodeFileNotASpreadsheet, Found: format}
}
